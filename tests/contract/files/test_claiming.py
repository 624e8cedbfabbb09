"""Is a dropped file taken when it is whole, once, and kept until what it said is stored?"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.files.simulator import simulate
from syncd.certify.samples import contractor
from syncd.errors import Misconfigured, SuspiciousRun
from tests.contract.files.drops import HEAD, connect, names, read


def _drop(folder: Path, name: str, rows: str) -> Path:
    path = folder / name
    path.write_text(HEAD + rows, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["a.csv.tmp", "a.part", "a.csv.filepart", ".a.csv", "~$a.csv", "a.txt", "a.csv.ok"])
def test_a_file_that_is_not_meant_for_reading_stays_where_it_is(tmp_path: Path, name: str) -> None:
    _drop(tmp_path, name, "1;A;;\n")
    assert read(connect(tmp_path)).ids == []
    assert names(tmp_path) == [name] or name.startswith(".")


def test_a_file_that_grows_between_two_looks_is_left_for_the_next_read(tmp_path: Path) -> None:
    path = _drop(tmp_path, "a.csv", "1;A;;\n")

    def writer(_seconds: float) -> None:
        with path.open("a", encoding="utf-8") as stream:
            stream.write("2;B;;\n")

    assert read(connect(tmp_path, sleep=writer)).ids == []
    assert read(connect(tmp_path)).ids == ["1", "2"]


def test_with_markers_a_file_waits_for_its_own(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, ready="marker")
    _drop(tmp_path, "a.csv", "1;A;;\n")
    assert read(endpoint).ids == []
    (tmp_path / "a.csv.ok").touch()
    assert read(endpoint).ids == ["1"]
    assert names(tmp_path) == []


@pytest.mark.parametrize("marker", ["KONTRAHENCI-1.CSV.OK", "Kontrahenci-1.csv.ok", "kontrahenci-1.DONE"])
def test_a_file_and_its_marker_are_known_in_any_capitals(tmp_path: Path, marker: str) -> None:
    endpoint = connect(tmp_path, ready="marker", pattern="kontrahenci-*.csv")
    _drop(tmp_path, "KONTRAHENCI-1.CSV", "1;A;;\n")
    assert read(endpoint).ids == []
    (tmp_path / marker).touch()
    assert read(endpoint).ids == ["1"]
    assert names(tmp_path) == []


def test_of_two_files_that_differ_in_capitals_each_waits_for_its_own_marker(tmp_path: Path) -> None:
    _drop(tmp_path, "a.csv", "1;A;;\n")
    _drop(tmp_path, "A.CSV", "2;B;;\n")
    if len(names(tmp_path)) < 2:
        pytest.skip("capitals do not count in this folder")
    (tmp_path / "a.csv.ok").touch()
    assert read(connect(tmp_path, ready="marker")).ids == ["1"]
    assert names(tmp_path) == ["A.CSV"]


def test_a_marker_of_the_file_before_does_not_release_the_next(tmp_path: Path) -> None:
    marker = tmp_path / "a.done"
    marker.touch()
    os.utime(marker, (1_000_000, 1_000_000))
    _drop(tmp_path, "a.csv", "1;A;;\n")
    assert read(connect(tmp_path, ready="marker")).ids == []


def test_only_files_of_the_pattern_are_taken(tmp_path: Path) -> None:
    _drop(tmp_path, "towary.csv", "1;A;;\n")
    _drop(tmp_path, "kontrahenci-1.csv", "2;B;;\n")
    assert read(connect(tmp_path, pattern="kontrahenci-*.csv")).ids == ["2"]


def test_a_link_is_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    outside = _drop(tmp_path, "outside.csv", "1;A;;\n")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").symlink_to(outside)
    assert read(connect(folder)).ids == []


def test_files_are_read_in_the_order_of_their_times(tmp_path: Path) -> None:
    for age, (name, title) in enumerate([("b.csv", "Now"), ("a.csv", "Before")]):
        path = _drop(tmp_path, name, f"1;{title};;\n")
        os.utime(path, (2_000_000 - age, 2_000_000 - age))
    endpoint = connect(tmp_path)
    (record,) = read(endpoint).records
    assert endpoint.parse(record).contractor.name == "Now"


def test_a_file_stays_in_processing_until_a_cursor_names_it_as_stored(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    _drop(tmp_path, "a.csv", "1;A;;\n")
    cursor = read(endpoint).cursor
    assert names(tmp_path, "processing") == ["000000001__a.csv"]
    read(endpoint, cursor)
    assert names(tmp_path, "processing") == []
    assert names(tmp_path, "archive") == ["000000001__a.csv"]


def test_a_crash_before_the_cursor_moved_reads_the_file_again(tmp_path: Path) -> None:
    _drop(tmp_path, "a.csv", "1;A;;\n")
    cursor = read(connect(tmp_path)).cursor
    _drop(tmp_path, "b.csv", "2;B;;\n3;C;;\n")
    assert read(connect(tmp_path), cursor).ids == ["2", "3"]
    assert read(connect(tmp_path), cursor).ids == ["2", "3"]


def test_a_cursor_in_the_middle_of_a_file_brings_the_rest(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, page=2)
    _drop(tmp_path, "a.csv", "1;A;;\n2;B;;\n3;C;;\n4;D;;\n5;E;;\n")
    first = next(iter(endpoint.read(None, full=False)))
    assert read(endpoint, first.cursor).ids == ["3", "4", "5"]
    assert names(tmp_path, "processing") == ["000000001__a.csv"]


def test_a_file_dropped_again_brings_nothing(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    _drop(tmp_path, "a.csv", "1;A;;\n")
    cursor = read(endpoint).cursor
    _drop(tmp_path, "copy of a.csv", "1;A;;\n")
    again = read(endpoint, cursor)
    assert again.ids == []
    assert names(tmp_path) == []


def test_a_record_that_was_changed_and_changed_back_is_read_both_times(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    cursor = None
    for title in ("A", "B", "A"):
        _drop(tmp_path, "a.csv", f"1;{title};;\n")
        got = read(endpoint, cursor)
        cursor = got.cursor
        assert [endpoint.parse(record).contractor.name for record in got.records] == [title]


def test_a_lost_state_is_filled_again_from_the_archive(tmp_path: Path) -> None:
    _drop(tmp_path, "a.csv", "1;A;;\n2;B;;\n")
    cursor = read(connect(tmp_path), None).cursor
    _drop(tmp_path, "b.csv", "2;Bis;;\n")
    cursor = read(connect(tmp_path), cursor).cursor
    cursor = read(connect(tmp_path), cursor).cursor
    (tmp_path / ".syncd-state.sqlite3").unlink()
    endpoint = connect(tmp_path)
    assert read(endpoint, cursor).ids == []
    assert sorted(read(endpoint, cursor, full=True).ids) == ["1", "2"]
    assert endpoint.get("2").contractor.name == "Bis"


def test_archived_files_are_deleted_after_their_time(tmp_path: Path) -> None:
    _drop(tmp_path, "a.csv", "1;A;;\n")
    cursor = read(connect(tmp_path)).cursor
    read(connect(tmp_path), cursor)
    later = datetime.now(UTC) + timedelta(days=31)
    read(connect(tmp_path, now=lambda: later), cursor)
    assert names(tmp_path, "archive") == []
    assert connect(tmp_path).get("1").contractor.name == "A"


def test_a_folder_that_is_not_there_is_a_matter_for_a_person(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="not there"):
        read(connect(tmp_path / "gone"))


def test_a_foreign_cursor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cursor"):
        read(connect(tmp_path), "2026-01-01T00:00:00")


def test_check_reports_what_is_in_quarantine_and_makes_nothing(tmp_path: Path) -> None:
    _drop(tmp_path, "a.csv", "1;A;;\n")
    health = connect(tmp_path).check()
    assert health.detail == "1 file waits in the folder"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


def test_a_delta_never_says_that_somebody_is_gone() -> None:
    with simulate("csv", "delta") as sandbox:
        endpoint = connect(**{**sandbox.options, "folder": sandbox.folder, "settle_seconds": 0})
        kept = [sandbox.add(contractor(number)) for number in (1, 2, 3)]
        cursor = read(endpoint, full=True).cursor
        sandbox.remove(kept[1])
        later = read(endpoint, cursor, full=True)
        assert sorted(later.ids) == kept
        assert not later.proof.complete
        assert endpoint.capabilities.delete == "none"


ODD_NAMES = [
    pytest.param("kontrahenci \udcbf\udcf3\udcb3w.csv", id="bytes of a code page"),
    pytest.param("kontra\nhenci.csv", id="line break"),
    pytest.param("k" * 251 + ".csv", id="as long as a name can be"),
    pytest.param("ż" * 125 + ".csv", id="long in bytes"),
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_what_a_file_is_called_keeps_nobody_from_reading_it(tmp_path: Path, name: str) -> None:
    _drop(tmp_path, name, "1;A;;\n")
    first = read(connect(tmp_path))
    assert first.ids == ["1"]
    assert read(connect(tmp_path), first.cursor).ids == []
    assert len(names(tmp_path, "archive")) == 1


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_broken_file_of_an_odd_name_is_put_aside_with_its_report(tmp_path: Path, name: str) -> None:
    _drop(tmp_path, name, "1;A;;\n2")
    with pytest.raises(SuspiciousRun):
        read(connect(tmp_path))
    file, report = names(tmp_path, "quarantine")
    assert report == f"{file}.error.txt"
    assert "File:  k" in (tmp_path / "quarantine" / report).read_text("utf-8") or name[0] == "ż"
    assert connect(tmp_path).check().warnings


def test_a_file_that_an_earlier_release_claimed_by_an_odd_name_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "processing"
    folder.mkdir()
    _drop(folder, "000000001__kontra\n\udcbfhenci.csv", "1;A;;\n")
    assert read(connect(tmp_path)).ids == ["1"]
