"""Does a change reach the ERP as one whole file, and is it honest about what it can know?"""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from syncd import xml
from syncd.domain.contractor import Contractor
from syncd.errors import Misconfigured, NotFound, Unavailable, Unstorable
from tests.contract.files.drops import HEAD, connect, names, read

NEW = Contractor(name="Firma Nowa", tax_id="5260250274", phones=("+48 600 100 200",))


def _read_one(folder: Path, row: str = "1;A;;123\n") -> None:
    (folder / "a.csv").write_text(HEAD + row, encoding="utf-8")
    read(connect(folder))


def test_without_an_outbox_nothing_is_written(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    assert endpoint.capabilities.writes == frozenset()
    with pytest.raises(Misconfigured, match='outbox = "json"'):
        endpoint.create(NEW)


def test_a_create_is_one_file_with_everything_and_no_rest_of_writing(tmp_path: Path) -> None:
    made = connect(tmp_path, outbox="json").create(NEW)
    (path,) = (tmp_path / "outbox").iterdir()
    change = json.loads(path.read_text(encoding="utf-8"))
    assert (change["operation"], change["key"]) == ("create", made.external_id)
    assert change["fields"] == {
        "name": "Firma Nowa",
        "tax_id": "5260250274",
        "tax_prefix": "",
        "phones": ["+48 600 100 200"],
    }


def test_the_same_contractor_gets_the_same_key_twice(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, outbox="json")
    assert endpoint.create(NEW).external_id == endpoint.create(NEW).external_id


def test_an_update_has_only_what_changed_and_says_what_was_emptied(tmp_path: Path) -> None:
    _read_one(tmp_path)
    endpoint = connect(tmp_path, outbox="json")
    remote = endpoint.get("1")
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, phones=()))
    (path,) = (tmp_path / "outbox").iterdir()
    assert json.loads(path.read_text(encoding="utf-8"))["fields"] == {"phones": []}


def test_xml_has_the_same_shape(tmp_path: Path) -> None:
    made = connect(tmp_path, outbox="xml").create(NEW)
    (path,) = (tmp_path / "outbox").iterdir()
    root = xml.parse(path.read_bytes())
    assert xml.text(root, "@operation") == "create"
    assert xml.text(root, "key") == made.external_id
    assert xml.text(root, "fields/name") == "Firma Nowa"
    assert xml.texts(root, "fields/phones/item") == ["+48 600 100 200"]


def test_a_control_character_is_refused_before_anything_is_written_as_xml(tmp_path: Path) -> None:
    with pytest.raises(Unstorable, match="field name"):
        connect(tmp_path, outbox="xml").create(Contractor(name="A\x0bB"))
    assert names(tmp_path, "outbox") == []


def test_until_the_next_export_what_was_written_counts_as_held(tmp_path: Path) -> None:
    _read_one(tmp_path)
    endpoint = connect(tmp_path, outbox="json")
    remote = endpoint.get("1")
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="B"))
    assert endpoint.get("1").contractor.name == "B"


def test_the_erps_next_export_has_the_last_word(tmp_path: Path) -> None:
    _read_one(tmp_path)
    endpoint = connect(tmp_path, outbox="json")
    remote = endpoint.get("1")
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="B"))
    (tmp_path / "b.csv").write_text(HEAD + "1;C;;\n", encoding="utf-8")
    read(endpoint)
    assert endpoint.get("1").contractor.name == "C"


def test_an_export_from_before_the_write_is_no_answer_to_it(tmp_path: Path) -> None:
    _read_one(tmp_path)
    endpoint = connect(tmp_path, outbox="json")
    remote = endpoint.get("1")
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="B"))
    path = tmp_path / "b.csv"
    path.write_text(HEAD + "1;Before;;\n", encoding="utf-8")
    os.utime(path, (1_000_000, 1_000_000))
    read(endpoint)
    assert endpoint.get("1").contractor.name == "B"


def test_an_export_from_before_the_write_is_believed_in_all_other_fields(tmp_path: Path) -> None:
    _read_one(tmp_path)
    endpoint = connect(tmp_path, outbox="json")
    remote = endpoint.get("1")
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, phones=("456",)))
    path = tmp_path / "before.csv"
    path.write_text(f"{HEAD}1;B;;123\n", encoding="utf-8")
    os.utime(path, (1, 1))
    (record,) = read(endpoint, full=True).records
    told = endpoint.parse(record).contractor
    assert (told.name, told.phones) == ("B", ("456",))


def test_reading_an_old_snapshot_again_takes_nothing_back_that_was_written(tmp_path: Path) -> None:
    _read_one(tmp_path)
    endpoint = connect(tmp_path, outbox="json")
    remote = endpoint.get("1")
    endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="C", phones=("456",)))
    endpoint.update(endpoint.get("1"), msgspec.structs.replace(remote.contractor, name="D", phones=("456",)))
    (record,) = read(endpoint, full=True).records
    assert endpoint.parse(record).contractor == endpoint.get("1").contractor
    assert endpoint.get("1").contractor.name == "D"


def test_who_was_never_exported_is_not_found(tmp_path: Path) -> None:
    _read_one(tmp_path)
    endpoint = connect(tmp_path, outbox="json")
    with pytest.raises(NotFound, match="record 2"):
        endpoint.get("2")
    remote = endpoint.get("1")
    with pytest.raises(NotFound):
        endpoint.update(
            msgspec.structs.replace(remote, external_id="2"), msgspec.structs.replace(remote.contractor, name="B")
        )
    assert names(tmp_path, "outbox") == []


def test_an_outbox_that_nobody_empties_pauses_writing(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, outbox="json", outbox_limit=1)
    endpoint.create(NEW)
    with pytest.raises(Unavailable, match="does not fetch"):
        endpoint.create(Contractor(name="Druga"))


def test_files_and_state_are_for_the_owner_only(tmp_path: Path) -> None:
    _read_one(tmp_path)
    assert (tmp_path / ".syncd-state.sqlite3").stat().st_mode & 0o077 == 0
