"""Is a contractor that is no longer in the list blocked only when its absence is proven, and only by its ERP?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from syncd.certify.faults import Fault
from syncd.domain.side import Side
from syncd.errors import InvalidRecord
from syncd.ports import Page, Record, Rejected
from syncd.registry import tables
from syncd.settings import RouteSettings
from syncd.sync.answers import answer
from syncd.sync.attention import retry
from syncd.sync.edit import edit_customer
from syncd.sync.mode import Mode
from syncd.sync.review import approve
from tests.fixtures.contractors import firm, tax_id

from .conftest import OpenHouse
from .house import House, Through
from .test_guard import Unproven


@pytest.fixture
def settled(house: House) -> House:
    for number in range(3):
        house.erp.add(firm(f"A{number}"))
    house.settle()
    return house


def second(house: House, side: str = "erp") -> str:
    """A side's record of A1: in which order a shop's were made is up to threads."""
    (id_,) = [id_ for id_, one in house.sides[side].holds().items() if one.contractor.number == "A1"]
    return id_


def gone(house: House, side: str = "erp") -> str:
    """Let a side's record of A1 vanish."""
    id_ = second(house, side)
    house.sides[side].remove(id_)
    return id_


def test_one_complete_read_without_a_contractor_changes_nothing(settled: House) -> None:
    gone(settled)
    run = settled.run("erp", "full")
    assert (run["state"], settled.lines(run["id"])) == ("succeeded", [])
    assert settled.statuses() == ["active"] * 3


def test_two_complete_reads_in_a_row_block_it(settled: House) -> None:
    gone(settled)
    settled.run("erp", "full")
    run = settled.run("erp", "full")
    assert run["counts"]["missing"] == 1
    assert settled.holds()[1] == {("missing_in_erp", "erp")}
    assert settled.statuses() == ["active", "blocked_by_erp", "active"]
    settled.push()
    assert [number for number, customer in settled.at_shop().items() if not customer.active] == ["A1"]


def test_what_is_blocked_for_absence_is_not_blocked_again(settled: House) -> None:
    gone(settled)
    settled.run("erp", "full")
    settled.run("erp", "full")
    assert settled.lines(settled.run("erp", "full")["id"]) == []


def test_incremental_reads_say_nothing_about_absence(settled: House) -> None:
    gone(settled)
    for _ in range(3):
        settled.run("erp", "incremental")
    assert settled.statuses() == ["active"] * 3


def test_reads_that_are_not_proven_complete_never_count(settled: House) -> None:
    gone(settled)
    settled.run("erp", "full")
    settled.through("erp", Unproven)
    for _ in range(2):
        run = settled.run("erp", "full")
        approve(settled.app, run["id"], by="anna")
        assert settled.execute(run["id"])["state"] == "succeeded"
    assert settled.statuses() == ["active"] * 3


def test_reads_that_failed_never_count(settled: House) -> None:
    gone(settled)
    settled.run("erp", "full")
    settled.erp.faults.plan(Fault(kind="drop", only="read"))
    assert settled.run("erp", "full")["state"] == "failed"
    assert settled.statuses() == ["active"] * 3


def test_a_record_that_cannot_be_used_is_not_absent(settled: House) -> None:
    settled.erp.spoil(list(settled.erp.holds())[1])
    for _ in range(3):
        settled.run("erp", "full")
    assert settled.statuses() == ["active"] * 3


def test_a_contractor_that_comes_back_works_again(settled: House) -> None:
    id_ = list(settled.erp.holds())[1]
    entries = settled.erp._store._entries
    kept = entries.pop(id_)
    settled.run("erp", "full")
    settled.run("erp", "full")
    settled.push()
    entries[id_] = kept
    settled.run("erp", "full")
    assert settled.holds() == [set(), set(), set()]
    settled.push()
    assert all(customer.active for customer in settled.at_shop().values())


@pytest.mark.parametrize("mode", ["incremental", "full"])
@pytest.mark.parametrize("missed", [0, 1, 2])
def test_a_record_that_was_deleted_and_made_again_is_the_same_customer(settled: House, missed: int, mode: Mode) -> None:
    id_ = list(settled.erp.holds())[1]
    gone(settled)
    for _ in range(missed):
        settled.run("erp", "full")
    again = settled.erp.add(firm("A1", email="nowy@firma.example"))
    run = settled.run("erp", mode)
    assert (run["counts"]["linked"], settled.holds(), settled.issues()) == (1, [set()] * 3, [])
    bound = {
        row["external_id"]: row["contractor_id"] for row in settled.rows(tables.Binding) if row["connection_id"] == 1
    }
    assert (bound[again], id_ in bound) == (settled.rows(tables.Contractor)[1]["id"], False)
    settled.settle()
    assert settled.is_at_rest()
    assert settled.at_shop()["A1"].email == "nowy@firma.example"


def test_a_record_made_again_is_linked_by_a_plan_that_waited_for_a_yes(settled: House) -> None:
    gone(settled)
    settled.erp.add(firm("A1"))
    run = settled.run("erp", "full", dry_run=True)
    approve(settled.app, run["id"], by="anna")
    settled.execute(run["id"])
    settled.settle()
    assert (len(settled.contractors()), settled.is_at_rest()) == (3, True)


def test_an_erps_record_made_again_says_that_there_is_nothing_of_what_no_shop_may_edit(settled: House) -> None:
    settled.erp.edit(second(settled), price_list="Hurtowy", website="firma.example")
    settled.settle()
    gone(settled)
    settled.erp.add(firm("A1", groups=()))
    assert settled.run("erp", "full")["counts"]["linked"] == 1
    settled.settle()
    for known in (settled.contractors()[1], settled.at_shop()["A1"], settled.at_erp()["A1"]):
        assert (known.groups, known.price_list, known.website) == ((), "", "firma.example")
    assert settled.is_at_rest()


def made_again_at_the_shop(house: House, **edited: Any) -> None:
    """Let the shop's record of A1 be deleted and entered anew, otherwise in some fields."""
    held = house.shop.holds()[second(house, "shop")].contractor
    gone(house, "shop")
    house.shop.add(msgspec.structs.replace(held, **edited))
    assert house.run("shop", "full")["counts"]["linked"] == 1


def test_a_record_made_again_at_the_shop_fills_nothing_that_a_shop_may_not_edit(settled: House) -> None:
    made_again_at_the_shop(settled, price_list="Hurtowy", caretaker="Ewa")
    settled.settle()
    assert {(one.price_list, one.caretaker) for one in settled.contractors()} == {("", "")}
    assert {(one.price_list, one.caretaker) for one in settled.at_shop().values()} == {("", "")}
    assert settled.is_at_rest()


def test_a_record_made_again_at_the_shop_fills_what_a_shop_may_edit_and_empties_nothing(settled: House) -> None:
    email = settled.contractors()[1].email
    made_again_at_the_shop(settled, website="firma.example", email="")
    settled.settle()
    assert [one.website for one in settled.contractors()] == ["", "firma.example", ""]
    assert settled.at_erp()["A1"].website == "firma.example"
    assert settled.at_shop()["A1"].email == email


def test_a_second_record_with_a_number_is_another_customer_as_long_as_the_first_is_there(settled: House) -> None:
    settled.erp.add(firm("A1"))
    settled.run("erp", "full")
    assert len(settled.contractors()) == 4


def test_a_record_made_again_with_another_tax_id_is_a_question(settled: House) -> None:
    gone(settled)
    settled.erp.add(firm("A1", tax_id=tax_id(7)))
    settled.run("erp", "full")
    assert (len(settled.contractors()), settled.issues()) == (3, ["ambiguous"])


@pytest.mark.parametrize(
    "stated", [{"email": "", "tax_id": firm("A1").tax_id}, {"email": "a1@firma.example", "tax_id": ""}]
)
def test_a_record_made_again_under_another_number_is_known_by_its_name_and_what_is_its_own(
    settled: House, stated: dict[str, str]
) -> None:
    gone(settled)
    settled.erp.add(firm("B7", name="FIRMA A1", **stated))
    run = settled.run("erp", "full")
    assert (run["counts"]["linked"], settled.issues()) == (1, [])
    assert "this one has its name and its" in settled.lines(run["id"])[0]["rule"]
    settled.settle()
    assert (sorted(settled.at_shop()), settled.is_at_rest()) == (["A0", "A2", "B7"], True)


def test_a_record_made_again_under_another_name_is_another_customer(settled: House) -> None:
    gone(settled)
    settled.erp.add(firm("B7", name="Oddział w Krakowie", tax_id=firm("A1").tax_id))
    settled.run("erp", "full")
    assert len(settled.contractors()) == 4


def test_a_customer_whose_record_is_there_is_not_taken_for_one_made_again(settled: House) -> None:
    settled.erp.add(firm("B7", name="Firma A1", tax_id=firm("A1").tax_id))
    settled.run("erp", "full")
    assert len(settled.contractors()) == 4


def test_a_new_record_of_which_only_the_number_is_that_of_one_gone_is_a_question(settled: House) -> None:
    gone(settled)
    settled.erp.add(firm("A1", name="Hurtownia Mewa", tax_id="", email=""))
    settled.run("erp", "full")
    assert (len(settled.contractors()), settled.issues()) == (3, ["ambiguous"])


@pytest.mark.parametrize("order", [("A1", "B7"), ("B7", "A1")])
def test_whoever_has_only_the_number_of_one_made_again_under_another_is_another_customer(
    settled: House, order: tuple[str, str]
) -> None:
    gone(settled)
    entered = {
        "A1": firm("A1", name="Hurtownia Mewa", tax_id="", email=""),
        "B7": firm("B7", name="Firma A1", tax_id=firm("A1").tax_id),
    }
    ids = {number: settled.erp.add(entered[number]) for number in order}
    settled.run("erp", "full")
    bound = {one["external_id"]: one["contractor_id"] for one in settled.rows(tables.Binding)}
    assert (bound[ids["B7"]], settled.issues()) == (settled.rows(tables.Contractor)[1]["id"], [])


def test_of_two_that_may_be_the_one_that_is_gone_a_person_says_which(settled: House) -> None:
    gone(settled)
    for number in ("B7", "B8"):
        settled.erp.add(firm(number, name="Firma A1", tax_id=firm("A1").tax_id))
    settled.run("erp", "full")
    assert (len(settled.contractors()), settled.issues()) == (3, ["ambiguous", "ambiguous"])
    for issue, said in zip(settled.rows(tables.Issue), ("link:1", "new"), strict=True):
        answer(settled.app, issue["id"], said, by="anna")
    settled.settle()
    assert (sorted(settled.at_shop()), settled.issues()) == (["A0", "A2", "B7", "B8"], ["tax-id-shared"])
    settled.run("erp", "full")
    assert set(settled.statuses()) == {"active"}


def test_of_two_branches_of_which_one_is_gone_a_person_says_which_was_made_again(settled: House) -> None:
    settled.erp.add(firm("A3", name="Firma A1", tax_id=firm("A1").tax_id))
    settled.settle()
    gone(settled)
    settled.erp.add(firm("B7", name="Firma A1", tax_id=firm("A1").tax_id))
    settled.run("erp", "full")
    assert (len(settled.contractors()), settled.issues()) == (4, ["ambiguous", "tax-id-shared"])


def test_what_was_not_found_when_it_was_asked_for_is_no_news_once_its_absence_is_proven(settled: House) -> None:
    id_ = gone(settled)
    settled.run("erp", "only", only=[id_])
    assert settled.issues() == ["not-found"]
    settled.run("erp", "full")
    settled.run("erp", "full")
    assert (settled.issues(), settled.statuses()[1]) == ([], "blocked_by_erp")


def test_a_read_that_contains_it_again_starts_the_count_anew(settled: House) -> None:
    id_ = list(settled.erp.holds())[1]
    entries = settled.erp._store._entries
    for _ in range(2):
        kept = entries.pop(id_)
        settled.run("erp", "full")
        entries[id_] = kept
        settled.run("erp", "full")
    assert settled.statuses() == ["active"] * 3


def test_a_customer_that_is_gone_from_the_shop_is_reported_and_not_blocked(settled: House) -> None:
    gone(settled, "shop")
    settled.run("shop", "full")
    assert settled.issues() == []
    settled.run("shop", "full")
    assert settled.issues() == ["gone-from-shop"]
    assert settled.statuses() == ["active"] * 3
    assert len(settled.at_erp()) == 3


def test_a_customer_that_is_gone_from_the_shop_is_made_again_on_demand(settled: House) -> None:
    gone(settled, "shop")
    settled.run("shop", "full")
    settled.run("shop", "full")
    retry(settled.app, settled.rows(tables.Issue)[0]["id"], by="anna")
    settled.settle()
    assert set(settled.at_shop()) == {"A0", "A1", "A2"}
    assert settled.issues() == []


@pytest.mark.parametrize("mode", ["incremental", "full"])
def test_that_a_record_was_not_found_is_no_news_once_another_took_its_place(settled: House, mode: Mode) -> None:
    again = list(settled.erp.holds().values())[1].contractor
    settled.run("erp", "only", only=[gone(settled)])
    settled.erp.add(again)
    assert settled.issues() == ["not-found"]
    settled.run("erp", mode)
    assert (settled.issues(), len(settled.contractors())) == ([], 3)


def test_that_a_record_was_not_found_is_no_news_once_its_customer_was_made_again(settled: House) -> None:
    id_ = gone(settled, "shop")
    settled.run("shop", "only", only=[id_])
    settled.erp.edit(list(settled.erp.holds())[1], name="Nowa nazwa")
    settled.run("erp")
    settled.push()
    assert settled.issues() == ["gone", "not-found"]
    (issue,) = [row["id"] for row in settled.rows(tables.Issue) if row["code"] == "gone"]
    retry(settled.app, issue, by="anna")
    settled.settle()
    assert (settled.issues(), set(settled.at_shop())) == ([], {"A0", "A1", "A2"})


def test_a_customer_that_was_made_again_is_not_missed_from_before(settled: House) -> None:
    gone(settled, "shop")
    settled.run("shop", "full")
    settled.run("shop", "full")
    retry(settled.app, settled.rows(tables.Issue)[0]["id"], by="anna")
    settled.settle()
    settled.sides["shop"].remove(list(settled.sides["shop"].holds())[-1])
    settled.run("shop", "full")
    assert settled.issues() == []


@pytest.mark.parametrize("order", [1, -1])
def test_a_customer_that_was_deleted_on_both_sides_is_made_again_on_both_on_demand(settled: House, order: int) -> None:
    for side in ("erp", "shop"):
        gone(settled, side)
    edit_customer(settled.app, settled.rows(tables.Contractor)[1]["id"], "name", "Firma nowa", by="anna")
    settled.push()
    assert settled.issues() == ["gone", "gone"]
    for _ in range(2):
        for issue in settled.rows(tables.Issue)[::order]:
            if issue["state"] == "open":
                retry(settled.app, issue["id"], by="anna")
        settled.settle()
    assert settled.at_erp()["A1"].name == settled.at_shop()["A1"].name == "Firma nowa"
    assert (settled.issues(), settled.is_at_rest()) == ([], True)


def test_only_those_who_are_missing_have_a_row_for_it(settled: House) -> None:
    before = settled.rows(tables.Binding)
    gone(settled)
    settled.run("erp", "full")
    assert [row["reads"] for row in settled.rows(tables.Absence)] == [1]
    assert settled.rows(tables.Binding) == before


def test_absence_from_one_of_two_erps_holds_for_that_one_only(build: OpenHouse) -> None:
    house = build(
        sides={"erp": Side.ERP, "other": Side.ERP, "shop": Side.SHOP},
        routes=[RouteSettings(erp="erp", shop="shop"), RouteSettings(erp="other", shop="shop", registrations=False)],
    )
    id_ = house.erp.add(firm("A1"))
    house.erp.add(firm("A2"))
    house.sides["other"].add(firm("A1"))
    house.settle()
    house.erp.remove(id_)
    house.run("erp", "full")
    house.run("erp", "full")
    assert house.holds()[0] == {("missing_in_erp", "erp")}
    house.run("other", "full")
    assert house.statuses()[0] == "blocked_by_erp"


class SameListing(Through):
    """Reads one and the same file each time, as a folder does until the next one arrives."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for page in self.inner.read(cursor, full=full):
            end = msgspec.structs.replace(page.end, listing="digest of a file") if page.end else None
            yield Page(records=page.records, cursor=page.cursor, end=end)


def test_the_same_list_read_twice_proves_no_absence(settled: House) -> None:
    gone(settled)
    settled.through("erp", SameListing)
    for _ in range(3):
        settled.run("erp", "full")
    assert settled.statuses() == ["active"] * 3


class OneIsBroken(Through):
    """A list in which the second record cannot be read as one."""

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        for page in self.inner.read(cursor, full=full):
            broken = [
                Rejected(record.external_id, record.raw, InvalidRecord("a column is missing", field="name"))
                if isinstance(record, Record) and b"A1" in record.raw
                else record
                for record in page.records
            ]
            yield msgspec.structs.replace(page, records=broken)


def test_a_record_that_a_list_holds_broken_is_not_missing(settled: House) -> None:
    settled.through("erp", OneIsBroken)
    for _ in range(3):
        run = settled.run("erp", "full")
        assert (run["counts"]["failed"], run["counts"].get("missing", 0)) == (1, 0)
    assert settled.statuses() == ["active"] * 3


def test_who_deletes_an_account_and_registers_again_is_the_same_customer(settled: House) -> None:
    gone(settled, "shop")
    settled.shop.add(firm("", name="Firma A1", email="a1@firma.example", tax_id="", groups=(), registered=True))
    run = settled.run("shop")
    assert run["counts"]["linked"] == 1
    settled.settle()
    assert (len(settled.contractors()), sorted(settled.at_erp()), settled.issues()) == (3, ["A0", "A1", "A2"], [])
    assert settled.is_at_rest()


def test_an_e_mail_that_was_given_to_somebody_else_brings_nobody_back(settled: House) -> None:
    gone(settled, "shop")
    settled.shop.add(
        firm("", name="Anna Nowak", email="a1@firma.example", tax_id=tax_id(7), groups=(), registered=True)
    )
    settled.run("shop")
    assert len(settled.contractors()) == 4
