"""What does a file say of those that it mentions half, twice, or not at all?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from syncd.errors import NotFound, SuspiciousRun
from tests.contract.commerceml.hands import connect, drop, listed, names, ordered, read, simple

FULL = simple("1", "А", "<ИНН>7707083893</ИНН><КПП>773601001</КПП><Комментарий>важно</Комментарий>")
LISTS = "contragents*.xml"


def test_what_an_order_does_not_mention_stays(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, listed(FULL))
    read(endpoint)
    drop(tmp_path, ordered(simple("1", "Б", "<Роль>Покупатель</Роль><КПП/>")), "b.xml")
    read(endpoint)
    told = endpoint.get("1").contractor
    assert (told.name, told.tax_id, told.notes, told.registrations) == ("Б", "7707083893", "важно", {})


def test_an_order_that_says_nothing_new_is_no_change(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, listed(FULL))
    cursor = read(endpoint).cursor
    drop(tmp_path, ordered(simple("1", "А", "<Роль>Покупатель</Роль>")), "b.xml")
    assert read(endpoint, cursor).ids == []


def test_orders_replace_or_are_not_read_by_option(tmp_path: Path) -> None:
    drop(tmp_path, listed(FULL))
    read(connect(tmp_path))
    drop(tmp_path, ordered(simple("1", "Б")), "b.xml")
    ignoring = connect(tmp_path, documents="ignore")
    read(ignoring)
    assert ignoring.get("1").contractor.name == "А"
    drop(tmp_path, ordered(simple("1", "Б"), simple("1", "Б")), "c.xml")
    replacing = connect(tmp_path, documents="replace")
    read(replacing)
    told = replacing.get("1").contractor
    assert (told.name, told.tax_id) == ("Б", "")


def test_a_list_says_it_all(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, listed(FULL))
    read(endpoint)
    drop(tmp_path, listed(simple("1", "А")), "b.xml")
    read(endpoint)
    assert endpoint.get("1").contractor.tax_id == ""


def test_files_that_hold_changes_never_prove_that_somebody_is_missing(tmp_path: Path) -> None:
    drop(tmp_path, listed(simple("1", "А")))
    proof = read(connect(tmp_path), full=True).proof
    assert not proof.complete


def test_who_is_absent_from_a_list_of_everybody_is_gone(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, snapshot=LISTS)
    drop(tmp_path, listed(simple("1", "А"), simple("2", "Б")), "contragents.xml")
    cursor = read(endpoint).cursor
    drop(tmp_path, listed(simple("1", "А")), "contragents.xml")
    got = read(endpoint, cursor, full=True)
    assert (got.ids, got.proof.complete) == (["1"], True)
    with pytest.raises(NotFound):
        endpoint.get("2")


def test_orders_between_two_lists_remove_nobody_and_leave_the_proof(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, snapshot=LISTS)
    drop(tmp_path, listed(simple("1", "А"), simple("2", "Б")), "contragents.xml")
    cursor = read(endpoint).cursor
    drop(tmp_path, ordered(simple("3", "В")), "orders.xml")
    got = read(endpoint, cursor, full=True)
    assert (set(got.ids), got.proof.complete) == ({"1", "2", "3"}, True)


DOUBTS = {
    "it says that it has changes only": (
        listed(simple("1", "А"), attributes='СодержитТолькоИзменения="true"'),
        "changes only",
    ),
    "it holds an order": (ordered(simple("1", "А")), "holds documents"),
    "it holds nobody": (listed(), "holds no contractors"),
    "somebody has no Ид": (listed(simple("1", "А"), simple("", "Б")), "has no Ид"),
}


@pytest.mark.parametrize(("document", "why"), DOUBTS.values(), ids=DOUBTS.keys())
def test_a_doubtful_list_proves_nothing_and_removes_nobody(tmp_path: Path, document: str, why: str) -> None:
    endpoint = connect(tmp_path, snapshot=LISTS)
    drop(tmp_path, listed(simple("1", "А"), simple("2", "Б")), "contragents.xml")
    cursor = read(endpoint).cursor
    drop(tmp_path, document, "contragents.xml")
    proof = read(endpoint, cursor, full=True).proof
    assert (proof.complete, why in proof.how) == (False, True)
    assert endpoint.get("2").contractor.name == "Б"


def test_a_count_that_fits_is_part_of_the_proof_and_one_that_does_not_is_a_broken_file(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, declared_count="Количество", snapshot=LISTS)
    drop(tmp_path, listed(simple("1", "А"), attributes='Количество="1"'), "contragents.xml")
    assert read(endpoint, full=True).proof.declared == 1
    for wrong in ('Количество="2"', ""):
        drop(tmp_path, listed(simple("1", "А"), attributes=wrong), "contragents.xml")
        with pytest.raises(SuspiciousRun) as caught:
            read(endpoint)
        assert caught.value.code == "count-differs"


def test_two_different_contractors_with_one_id_contradict_a_list_of_everybody(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, snapshot=LISTS)
    drop(tmp_path, listed(simple("1", "А"), simple("1", "А"), simple("1", "Б")), "contragents.xml")
    got = read(endpoint)
    assert got.ids == ["1"]
    assert [rejected.error.code for rejected in got.rejected] == ["duplicate-code"]
    assert endpoint.get("1").contractor.name == "А"


def test_of_two_statements_in_a_file_of_changes_the_later_counts(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, listed(simple("1", "А"), simple("1", "Б")))
    assert read(endpoint).rejected == []
    assert endpoint.get("1").contractor.name == "Б"


def test_a_file_that_says_the_same_again_brings_nothing(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    drop(tmp_path, listed(FULL))
    cursor = read(endpoint).cursor
    drop(tmp_path, listed(FULL), "b.xml")
    got = read(endpoint, cursor)
    assert (got.ids, names(tmp_path, "archive")) == ([], ["000000001__a.xml", "000000002__b.xml"])


def test_a_change_and_back_is_two_changes(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    cursor = None
    for number, name in enumerate("АБА"):
        drop(tmp_path, listed(simple("1", name)), f"{number}.xml")
        got = read(endpoint, cursor)
        assert got.ids == ["1"]
        cursor = got.cursor


def test_files_are_read_in_the_order_of_their_age(tmp_path: Path) -> None:
    os.utime(drop(tmp_path, listed(simple("1", "newer")), "a.xml"), (2_000_000, 2_000_000))
    os.utime(drop(tmp_path, listed(simple("1", "older")), "b.xml"), (1_000_000, 1_000_000))
    endpoint = connect(tmp_path)
    read(endpoint)
    assert endpoint.get("1").contractor.name == "newer"


def test_a_file_that_is_still_written_is_left_alone(tmp_path: Path) -> None:
    path = drop(tmp_path, listed(simple("1", "А")))
    drop(tmp_path, "", ".b.xml.part")

    def grow(_seconds: float) -> None:
        path.write_bytes(path.read_bytes() + b" ")

    assert read(connect(tmp_path, sleep=grow)).ids == []
    assert names(tmp_path) == ["a.xml"]


def test_with_markers_a_file_waits_for_its_own(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, ready="marker")
    drop(tmp_path, listed(simple("1", "А")))
    assert read(endpoint).ids == []
    (tmp_path / "a.xml.ok").touch()
    assert read(endpoint).ids == ["1"]
    assert names(tmp_path) == []


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    secret = tmp_path / "elsewhere/b.xml"
    secret.write_text(listed(simple("1", "А")), encoding="utf-8")
    (tmp_path / "a.xml").symlink_to(secret)
    assert read(connect(tmp_path)).ids == []


def test_a_lost_state_is_filled_again_from_what_is_kept(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, snapshot=LISTS)
    drop(tmp_path, listed(simple("0", "Я")), "contragents.xml")
    read(endpoint)
    drop(tmp_path, listed(simple("1", "А")), "contragents.xml")
    read(endpoint)
    drop(tmp_path, ordered(simple("2", "Б")), "orders.xml")
    read(endpoint)
    (tmp_path / ".syncd-state.sqlite3").unlink()
    assert read(endpoint, full=True).ids == ["1", "2"]


def test_numbers_go_on_behind_the_cursor_when_everything_else_is_lost(tmp_path: Path) -> None:
    endpoint = connect(tmp_path)
    cursor = None
    for number in range(3):
        drop(tmp_path, listed(simple("1", f"А{number}")))
        cursor = read(endpoint, cursor).cursor
    for path in (tmp_path / ".syncd-state.sqlite3", *(tmp_path / "archive").iterdir()):
        path.unlink()
    drop(tmp_path, listed(simple("1", "Б")))
    assert read(endpoint, cursor).ids == ["1"]


def test_a_connection_test_leaves_nothing_behind(tmp_path: Path) -> None:
    assert connect(tmp_path).check().detail == "0 files wait in the folder, 0 changes wait for 1C"
    assert list(tmp_path.iterdir()) == []
