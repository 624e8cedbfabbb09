"""Does the folder forget a contractor in every file, in zips and in its state, and nobody else?"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from adapters.commerceml.simulated.client import zipped
from syncd.domain.contractor import Contractor
from syncd.errors import NotFound, SuspiciousRun
from syncd.ports import Remote, Scrubbed, Scrubs
from tests.contract.commerceml.hands import connect, drop, listed, names, read, simple

SECRET = "Kanarek"


def holding(folder: Path) -> list[str]:
    """Files in which the name stands as it is."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [str(path.relative_to(folder)) for path in files if SECRET.encode() in path.read_bytes()]


def test_every_copy_goes_and_the_others_stay(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    assert isinstance(endpoint, Scrubs)
    drop(tmp_path, listed(simple("17", SECRET), simple("18", "Б")), "a.xml")
    read(endpoint)
    drop(tmp_path, listed(simple("170", "В")), "b.xml")
    read(endpoint)
    (tmp_path / "c.zip").write_bytes(zipped({"x.xml": listed(simple("17", "Г")).encode("utf-16")}))
    read(endpoint)
    (tmp_path / "d.xml").write_bytes(listed(simple("17#x", SECRET)).encode()[:-9])
    with pytest.raises(SuspiciousRun):
        read(endpoint)
    said = endpoint.scrub(["17"])
    assert holding(tmp_path) == []
    assert (names(tmp_path, "archive"), names(tmp_path, "quarantine")) == (["000000002__b.xml"], [])
    assert said == [
        "1 statement in the state",
        "file 1 in archive/",
        "file 3 in archive/",
        "file 4 in quarantine/",
    ]
    assert [endpoint.get(external_id).contractor.name for external_id in ("18", "170")] == ["Б", "В"]
    assert endpoint.scrub(["17"]) == []


def test_a_zip_that_cannot_be_looked_into_keeps_nobody(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    (tmp_path / "a.zip").write_bytes(zipped({"x.xml": b"<a/>"})[:-20])
    with pytest.raises(SuspiciousRun):
        read(endpoint)
    endpoint.scrub(["17"])
    assert names(tmp_path, "quarantine") == []


def test_what_was_scrubbed_is_told_from_what_never_was_until_1c_says_it_again(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, listed(simple("17", SECRET)))
    cursor = read(endpoint).cursor
    endpoint.scrub(["17"])
    with pytest.raises(Scrubbed):
        endpoint.get("17")
    with pytest.raises(NotFound):
        endpoint.get("nobody")
    drop(tmp_path, listed(simple("17", SECRET)), "b.xml")
    assert read(endpoint, cursor).ids == ["17"]


def test_a_scrubbed_contractor_can_still_be_overwritten(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, writes="outbox")
    drop(tmp_path, listed(simple("17", SECRET)))
    read(endpoint)
    endpoint.scrub(["17"])
    endpoint.update(Remote(external_id="17", contractor=Contractor(name="?")), Contractor(name="Nobody"))
    assert (endpoint.get("17").contractor.name, holding(tmp_path)) == ("Nobody", [])


def test_what_1c_has_still_to_fetch_stays_without_what_it_overwrites(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, writes="outbox")
    drop(tmp_path, listed(simple("17", "А")))
    read(endpoint)
    for name in (SECRET, "Nobody"):
        remote = endpoint.get("17")
        endpoint.update(remote, msgspec.structs.replace(remote.contractor, name=name))
    endpoint.scrub(["17"])
    assert (holding(tmp_path), len(names(tmp_path, "outbox"))) == ([], 1)


def test_files_and_state_are_for_the_owner_only(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, listed(simple("1", "А")))
    read(endpoint)
    assert (tmp_path / ".syncd-state.sqlite3").stat().st_mode & 0o077 == 0
    assert (tmp_path / "archive").stat().st_mode & 0o077 == 0
