"""Is a file that cannot be trusted put aside as a whole, and one bad row left out alone?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from syncd.errors import InvalidRecord, Misconfigured, SuspiciousRun
from tests.contract.files.drops import HEAD, connect, names, read

GOOD = HEAD + "1;A;5260250274;\n2;B;;\n"

BROKEN: dict[str, tuple[str, bytes, str]] = {
    "XML without its end": ("a.xml", b"<l><k><Id>1</Id></k><k><Id>2</Id></k><k><Id>3", "2 records were whole"),
    "XML with a DOCTYPE": ("a.xml", b"<!DOCTYPE l><l><k><Id>1</Id></k></l>", "DOCTYPE"),
    "cp1250 under a UTF-8 declaration": (
        "a.xml",
        b'<?xml version="1.0" encoding="UTF-8"?><l><k><Id>\xb3</Id></k></l>',
        "byte 48 does not fit the encoding UTF-8",
    ),
    "CSV cut inside of quotes": ("a.csv", (HEAD + '1;"A;;\n2;B;;\n').encode(), "quoted text does not end"),
    "CSV cut in its last line": ("a.csv", (HEAD + "1;A;;\n2;B").encode(), "ends in the middle"),
    "CSV of lines that end as on old Macs": (
        "a.csv",
        (HEAD + "1;A;;").replace("\n", "\r").encode(),
        "a carriage return stands",
    ),
    "CSV without a mapped column": ("a.csv", b"Id;Nazwa\n1;A\n", "column 'NIP' is not"),
    "CSV with a column twice": ("a.csv", b"Id;Nazwa;NIP;Tel;NIP\n1;A;;;\n", "more than once"),
    "CSV in a foreign page": ("a.csv", HEAD.encode() + "1;Łódź;;\n".encode("cp1250"), "byte 19 does not fit"),
    "JSON without its end": ("a.json", b'[{"Id": "1"}, {"Id": "2"}, {"I', "2 records were whole"),
    "JSON with something behind": ("a.json", b'[{"Id": "1"}]]', "behind the end"),
    "JSON that is no list": ("a.json", b'"maintenance"', "does not begin with an array"),
    "JSON without the named array": ("a.json", b'{"error": "maintenance"}', "option record"),
    "NDJSON cut in its last line": ("a.ndjson", b'{"Id": "1"}\n{"Id": "2', "ends in the middle"),
}


@pytest.mark.parametrize(("name", "data", "cause"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_goes_into_quarantine_with_a_report(tmp_path: Path, name: str, data: bytes, cause: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SuspiciousRun) as caught:
        read(connect(tmp_path))
    assert name in str(caught.value)
    assert cause in str(caught.value)
    assert caught.value.cure
    assert names(tmp_path, "quarantine") == [f"000000001__{name}", f"000000001__{name}.error.txt"]
    report = (tmp_path / "quarantine" / f"000000001__{name}.error.txt").read_text(encoding="utf-8")
    assert cause in report
    assert "Cure:" in report
    assert "SHA-256:" in report


@pytest.mark.parametrize(("name", "data"), [(name, data) for name, data, _ in BROKEN.values()], ids=BROKEN.keys())
def test_nothing_is_concluded_from_a_broken_file(tmp_path: Path, name: str, data: bytes) -> None:
    endpoint = connect(tmp_path, mode="snapshot")
    (tmp_path / "good.csv").write_text(GOOD, encoding="utf-8")
    before = read(endpoint, full=True)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SuspiciousRun):
        read(endpoint, before.cursor, full=True)
    after = read(endpoint, before.cursor, full=True)
    assert (after.ids, after.proof) == (before.ids, before.proof)
    assert read(endpoint, before.cursor).ids == []


def test_the_next_good_file_is_read_after_a_broken_one(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    (tmp_path / "a.json").write_bytes(b"[{")
    with pytest.raises(SuspiciousRun):
        read(endpoint)
    (tmp_path / "b.csv").write_text(GOOD, encoding="utf-8")
    assert read(endpoint).ids == ["1", "2"]
    assert endpoint.check().warnings == ("1 file is in quarantine; the last one is a.json",)


def test_a_state_that_has_no_place_is_found_by_the_check(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, state=str(tmp_path / "gone" / "state.sqlite3"))
    with pytest.raises(Misconfigured, match="field state"):
        endpoint.check()
    (tmp_path / "gone").mkdir()
    assert "0 files" in endpoint.check().detail


COUNTED = {
    "csv": HEAD + "1;A;;\nRAZEM;{}\n",
    "xml": '<l razem="{}"><k><Id>1</Id><Nazwa>A</Nazwa></k></l>',
    "json": '{{"k": [{{"Id": "1", "Nazwa": "A"}}], "razem": {}}}',
    "ndjson": '{{"Id": "1", "Nazwa": "A"}}\n{{"razem": {}}}\n',
}
COUNTED_BY = {"csv": "RAZEM", "xml": "@razem", "json": "razem", "ndjson": "razem"}


@pytest.mark.parametrize("kind", COUNTED)
def test_a_declared_count_that_is_right_is_part_of_the_proof(tmp_path: Path, kind: str) -> None:
    (tmp_path / f"a.{kind}").write_text(COUNTED[kind].format(1), encoding="utf-8")
    proof = read(connect(tmp_path, mode="snapshot", declared_count=COUNTED_BY[kind]), full=True).proof
    assert proof.complete
    assert proof.declared == 1
    assert "1 " in proof.how


@pytest.mark.parametrize("kind", COUNTED)
def test_a_declared_count_that_is_wrong_is_a_broken_file(tmp_path: Path, kind: str) -> None:
    (tmp_path / f"a.{kind}").write_text(COUNTED[kind].format(2), encoding="utf-8")
    with pytest.raises(SuspiciousRun, match="declares 2 records, and has 1"):
        read(connect(tmp_path, declared_count=COUNTED_BY[kind]))


def test_utf8_that_was_cut_inside_of_a_letter_is_not_read_in_the_old_code_page(tmp_path: Path) -> None:
    whole = (HEAD + "1;Zając;;\n2;B;;biuro Kraków").encode()
    (tmp_path / "a.csv").write_bytes(whole[:-2])
    with pytest.raises(SuspiciousRun, match="does not fit the encoding utf-8"):
        read(connect(tmp_path, encoding="cp1250"))


def test_an_old_code_page_may_end_with_a_letter(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes((HEAD + "1;A;;\n2;B;;pokó").encode("cp1250"))
    endpoint = connect(tmp_path, encoding="cp1250")
    assert [endpoint.parse(record).contractor.phones for record in read(endpoint).records] == [(), ("pokó",)]


@pytest.mark.parametrize("count", ["²", "many", "1.0", ""])
def test_a_declared_count_that_is_no_number_is_a_broken_file(tmp_path: Path, count: str) -> None:
    (tmp_path / "a.csv").write_text(f"{HEAD}1;A;;\nRAZEM;{count}\n", encoding="utf-8")
    with pytest.raises(SuspiciousRun, match="does not declare how many"):
        read(connect(tmp_path, declared_count="RAZEM"))


def test_a_declared_count_that_is_missing_is_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    with pytest.raises(SuspiciousRun, match="does not declare"):
        read(connect(tmp_path, declared_count="RAZEM"))


def test_an_xml_count_may_be_an_element(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(b"<l><k><Id>1</Id></k><razem>1</razem></l>")
    assert read(connect(tmp_path, mode="snapshot", declared_count="razem"), full=True).proof.declared == 1


BAD_ROWS: dict[str, tuple[str, str]] = {
    "too many columns": ("a.csv", HEAD + "1;A;;\n2;B;C;;;\n3;D;;\n"),
    "quotes that do not fit": ("a.csv", HEAD + '1;A;;\n2;"B"x;;\n3;D;;\n'),
    "no key": ("a.csv", HEAD + "1;A;;\n;B;;\n3;D;;\n"),
    "a key that a spreadsheet ruined": ("a.csv", HEAD + "1;A;;\n1,23457E+11;B;;\n3;D;;\n"),
    "a NUL": ("a.csv", HEAD + "1;A;;\n2;B\0;;\n3;D;;\n"),
    "a name twice in JSON": ("a.json", '[{"Id": "1"}, {"Id": "2", "NIP": "1", "NIP": "2"}, {"Id": "3"}]'),
    "no object in JSON": ("a.json", '[{"Id": "1"}, 2, {"Id": "3"}]'),
    "half a character in JSON": ("a.json", '[{"Id": "1"}, {"Id": "\\ud800"}, {"Id": "3"}]'),
    "a control character in an XML key": ("a.xml", "<l><k><Id>1</Id></k><k><Id>2&#1;</Id></k><k><Id>3</Id></k></l>"),
    "no JSON in a line": ("a.ndjson", '{"Id": "1"}\n{"Id": "2"\n{"Id": "3"}\n'),
    "a name twice in a line": ("a.ndjson", '{"Id": "1"}\n{"Id": "2", "Id": "4"}\n{"Id": "3"}\n'),
}


@pytest.mark.parametrize(("name", "text"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_one_bad_row_is_rejected_with_its_line_and_a_cure_and_the_rest_goes_on(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    got = read(connect(tmp_path))
    assert got.ids == ["1", "3"]
    (rejected,) = got.rejected
    assert rejected.external_id == "2" or rejected.external_id.startswith(f"{name} line ")
    assert rejected.error.cure


def test_a_snapshot_with_a_row_that_has_no_readable_key_is_not_complete(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "1;A;;\n;B;;\n", encoding="utf-8")
    proof = read(connect(tmp_path, mode="snapshot"), full=True).proof
    assert not proof.complete
    assert "1 piece of it has no readable key" in proof.how


def test_a_known_contractor_with_a_bad_row_is_not_missing(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, mode="snapshot")
    (tmp_path / "a.csv").write_text(GOOD, encoding="utf-8")
    cursor = read(endpoint).cursor
    (tmp_path / "b.csv").write_text(HEAD + "1;A;;\n2;B\0;;\n", encoding="utf-8")
    got = read(endpoint, cursor, full=True)
    assert got.ids == ["2", "1"]
    assert [rejected.external_id for rejected in got.rejected] == ["2"]
    assert got.proof.complete


def test_a_control_character_in_xml_is_the_matter_of_its_own_record(tmp_path: Path) -> None:
    row = "<k><Id>{}</Id><Nazwa>{}</Nazwa><Uwagi>{}</Uwagi></k>"
    rows = row.format(1, "A", "&#1;") + row.format(2, "B\x0b", "") + row.format(3, "C", "")
    (tmp_path / "a.xml").write_text(f"<l>{rows}</l>", encoding="utf-8")
    endpoint = connect(tmp_path, mode="snapshot")
    got = read(endpoint)
    assert (got.ids, got.proof.complete) == (["1", "2", "3"], True)
    first, second, _ = got.records
    assert endpoint.parse(first).contractor.name == "A"  # nobody reads its Uwagi
    with pytest.raises(InvalidRecord, match="field Nazwa"):
        endpoint.parse(second)


def test_two_different_records_with_one_key_contradict_a_snapshot(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEAD + "1;A;;\n1;A;;\n1;B;;\n", encoding="utf-8")
    got = read(connect(tmp_path, mode="snapshot"))
    assert got.ids == ["1"]
    assert [rejected.error.code for rejected in got.rejected] == ["duplicate-code"]


def test_of_two_records_with_one_key_a_delta_means_the_later(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    (tmp_path / "a.csv").write_text(HEAD + "1;A;;\n1;B;;\n", encoding="utf-8")
    got = read(endpoint)
    assert [endpoint.parse(record).contractor.name for record in got.records] == ["B"]
    assert got.rejected == []


def test_rejected_rows_are_reported_once(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    (tmp_path / "a.csv").write_text(HEAD + ";A;;\n", encoding="utf-8")
    first = read(endpoint)
    assert len(first.rejected) == 1
    assert read(endpoint, first.cursor).rejected == []


def test_a_tax_number_that_a_spreadsheet_ruined_is_refused_with_field_and_cure(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    (tmp_path / "a.csv").write_text(HEAD + "1;A;5,26025E+09;\n", encoding="utf-8")
    with pytest.raises(InvalidRecord, match="spreadsheet") as caught:
        endpoint.parse(read(endpoint).records[0])
    assert (caught.value.record, caught.value.field) == ("1", "tax_id")
    assert "text" in caught.value.cure


def test_a_json_number_keeps_the_text_that_was_written(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    (tmp_path / "a.json").write_bytes(b'[{"Id": 7, "Nazwa": "A", "NIP": 5.26025E+09}]')
    (record,) = read(endpoint).records
    assert record.external_id == "7"
    with pytest.raises(InvalidRecord, match="spreadsheet"):
        endpoint.parse(record)


def test_a_damaged_state_says_what_to_do(tmp_path: Path) -> None:
    from syncd.errors import Misconfigured  # noqa: PLC0415

    (tmp_path / ".syncd-state.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(Misconfigured, match="Delete the state file"):
        read(connect(tmp_path))


def test_a_locked_state_is_tried_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from syncd.errors import Unavailable  # noqa: PLC0415
    from syncd.folder import database  # noqa: PLC0415

    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.01)
    endpoint = connect(tmp_path)
    read(endpoint)
    with closing(sqlite3.connect(tmp_path / ".syncd-state.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match="SQLITE_BUSY"):
            read(endpoint)
    other.close()
