"""Does the folder forget a contractor in every file and in its state, and nobody else?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from adapters.files import FilesEndpoint
from syncd.domain.contractor import Contractor
from syncd.errors import NotFound, SuspiciousRun
from syncd.ports import Remote, Scrubbed, Scrubs
from tests.contract.files.drops import HEAD, connect, names, read

SECRET = "Kanarek"


def drop(folder: Path, name: str, rows: str, encoding: str = "utf-8") -> None:
    (folder / name).write_bytes((HEAD + rows).encode(encoding))


def holding(folder: Path) -> list[str]:
    """Files in which the name stands, in any code page."""
    forms = [SECRET.encode(), SECRET.encode("utf-16-le")]
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [str(path.relative_to(folder)) for path in files if any(form in path.read_bytes() for form in forms)]


@pytest.fixture
def endpoint(tmp_path: Path) -> FilesEndpoint:
    """A folder whose archive has one file with the contractor 17 and one without."""
    endpoint = connect(tmp_path)
    cursor = None
    for name, rows in (("a.csv", f"17;{SECRET};;\n18;B;;\n"), ("b.csv", "170;C;;\n"), ("c.csv", "19;D;;\n")):
        drop(tmp_path, name, rows)
        cursor = read(endpoint, cursor).cursor
    return endpoint


def test_every_copy_goes_and_the_others_stay(endpoint: FilesEndpoint, tmp_path: Path) -> None:
    assert holding(tmp_path) == [".syncd-state.sqlite3", "archive/000000001__a.csv"]
    said = endpoint.scrub(["17"])
    assert (holding(tmp_path), names(tmp_path / "archive")) == ([], ["000000002__b.csv"])
    assert said == ["1 statement in the state", "file 1 in archive/"]
    assert [endpoint.get(external_id).contractor.name for external_id in ("18", "170", "19")] == ["B", "C", "D"]


def test_it_is_an_endpoint_that_scrubs(endpoint: FilesEndpoint) -> None:
    assert isinstance(endpoint, Scrubs)


def test_scrubbing_twice_finds_nothing(endpoint: FilesEndpoint) -> None:
    endpoint.scrub(["17"])
    assert endpoint.scrub(["17"]) == []


def test_what_was_deleted_before_goes_from_the_state_as_well(endpoint: FilesEndpoint, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / ".syncd-state.sqlite3")) as db, db:
        db.execute("PRAGMA secure_delete = OFF")
        db.execute("DELETE FROM rows WHERE external_id = '17'")
    assert ".syncd-state.sqlite3" in holding(tmp_path)
    endpoint.scrub(["17"])
    assert holding(tmp_path) == []


def test_what_was_scrubbed_is_told_from_what_never_was(endpoint: FilesEndpoint) -> None:
    endpoint.scrub(["17"])
    with pytest.raises(Scrubbed):
        endpoint.get("17")
    with pytest.raises(NotFound):
        endpoint.get("nobody")


def test_a_later_statement_is_read_again(endpoint: FilesEndpoint, tmp_path: Path) -> None:
    endpoint.scrub(["17"])
    drop(tmp_path, "d.csv", "17;E;;\n")
    assert read(endpoint, "3").ids == ["17"]
    assert endpoint.get("17").contractor.name == "E"


def test_the_same_file_again_is_read_as_a_whole(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, mode="snapshot")
    drop(tmp_path, "a.csv", f"17;{SECRET};;\n18;B;;\n")
    cursor = read(endpoint).cursor
    endpoint.scrub(["17"])
    assert holding(tmp_path) == []
    drop(tmp_path, "a.csv", f"17;{SECRET};;\n18;B;;\n")
    assert read(endpoint, cursor).ids == ["17"]


def test_a_snapshot_without_the_contractor_says_that_it_is_gone(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, mode="snapshot")
    drop(tmp_path, "a.csv", f"17;{SECRET};;\n18;B;;\n")
    read(endpoint)
    endpoint.scrub(["17"])
    drop(tmp_path, "b.csv", "18;B;;\n")
    read(endpoint)
    with pytest.raises(NotFound):
        endpoint.get("17")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1250"])
def test_a_broken_file_goes_with_its_report(tmp_path: Path, encoding: str) -> None:
    endpoint = connect(tmp_path, encoding="cp1250")
    drop(tmp_path, "a.csv", f'17;{SECRET} Żółty;;\n18;"B', encoding)
    with pytest.raises(SuspiciousRun):
        read(endpoint)
    assert len(names(tmp_path / "quarantine")) == 2
    endpoint.scrub(["17"])
    assert (holding(tmp_path), names(tmp_path / "quarantine")) == ([], [])


def test_a_file_that_was_not_read_yet_waits_for_its_turn(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, "a.csv", f"17;{SECRET};;\n")
    endpoint.scrub(["17"])
    assert read(endpoint).ids == ["17"]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_of_what_the_erp_has_not_fetched_only_the_last_stays(tmp_path: Path, form: str) -> None:
    endpoint = connect(tmp_path, outbox=form)
    drop(tmp_path, "a.csv", "17;A;;\n18;B;;\n")
    read(endpoint)
    for external_id, name in (("17", SECRET), ("18", "B 17"), ("17", "Nobody")):
        remote = endpoint.get(external_id)
        endpoint.update(remote, Contractor(name=name))
    endpoint.scrub(["17"])
    assert (holding(tmp_path), len(names(tmp_path / "outbox"))) == ([], 2)


def test_a_scrubbed_contractor_can_still_be_overwritten(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, outbox="json")
    drop(tmp_path, "a.csv", f"17;{SECRET};;\n")
    read(endpoint)
    endpoint.scrub(["17"])
    endpoint.update(Remote(external_id="17", contractor=Contractor(name="?")), Contractor(name="Nobody"))
    assert (endpoint.get("17").contractor.name, holding(tmp_path)) == ("Nobody", [])


def test_a_state_of_the_first_version_is_taken_over(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, "a.csv", "17;A;;\n")
    read(endpoint)
    with closing(sqlite3.connect(tmp_path / ".syncd-state.sqlite3")) as db, db:
        db.execute("DROP TABLE scrubbed")
        db.execute("ALTER TABLE files DROP COLUMN scrubbed")
        db.execute("ALTER TABLE written DROP COLUMN changes")
        db.execute("ALTER TABLE rejected DROP COLUMN said")
        db.execute("ALTER TABLE files DROP COLUMN said")
        db.execute("PRAGMA user_version = 1")
    assert connect(tmp_path).get("17").contractor.name == "A"
    connect(tmp_path).scrub(["17"])


@pytest.mark.parametrize("kind", ["json", "xml"])
@pytest.mark.parametrize("data", [b"", b"imported 17", b"[]", b'{"done": true}', b"<done/>"])
def test_what_the_import_leaves_in_the_outbox_keeps_nobody(tmp_path: Path, kind: str, data: bytes) -> None:
    endpoint = connect(tmp_path, outbox=kind)
    made = endpoint.create(Contractor(name=SECRET, number="17"))
    endpoint.update(made, Contractor(name="@erased", number="17"))
    outbox = tmp_path / "outbox"
    (outbox / f"answer.{kind}").write_bytes(data)
    (outbox / f"done.{kind}").mkdir()
    assert "1 file in outbox/" in endpoint.scrub([made.external_id])
    assert (outbox / f"answer.{kind}").read_bytes() == data
    assert holding(tmp_path) == []
