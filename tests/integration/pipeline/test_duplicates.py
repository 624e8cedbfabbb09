"""Do two customers who are one become one on every side, with nothing lost, and two again when that was wrong?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from syncd.domain.consent import strongest
from syncd.domain.contractor import Address, AddressKind, Consent, Contractor, Employee
from syncd.domain.duplicates import Fate
from syncd.domain.side import Side
from syncd.errors import InvalidRecord, NotFound, Unavailable
from syncd.registry import outbox, tables
from syncd.registry.engine import reading
from syncd.registry.queries.changes import FieldChange
from syncd.registry.queries.history import history
from syncd.settings import RouteSettings
from syncd.sync import standing
from syncd.sync.change import change
from syncd.sync.duplicates import merge_duplicates, preview_merge
from syncd.sync.edit import edit_customer
from syncd.sync.groups.members import join_group
from syncd.sync.groups.own import create_group
from syncd.sync.prune import prune
from syncd.sync.review import approve
from syncd.sync.suggest import suggest
from syncd.sync.unalike import reject_duplicate, reject_record, suggest_again
from syncd.sync.unmatch import take_back
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House

EARLY, LATE = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def pair(build: OpenHouse) -> House:
    """A firm of the ERP and a shop customer who is the same firm, which no key tells."""
    house = build(routes=[RouteSettings(erp="erp", shop="shop", registrations=False, only_groups=["VIP"])])
    house.erp.add(
        firm(
            "A1", groups=("Hurt",), phones=("+48 600 100 200",), consents=(Consent(kind="terms", given=True, at=EARLY),)
        )
    )
    house.run("erp")
    house.shop.add(
        Contractor(
            name="A1 Firma",
            country="PL",
            email="jan@inny.example",
            username="jan",
            newsletter=True,
            addresses=(Address(street="Nowa 7", city="Łódź", country="PL", kind=AddressKind.MAIN),),
            employees=(Employee(email="jan@inny.example", default_login=True),),
            consents=(Consent(kind="terms", given=False, at=LATE, source="form"),),
        )
    )
    house.run("shop")
    return house


def ids(house: House) -> list[int]:
    return [row["id"] for row in house.rows(tables.Contractor)]


def test_a_preview_says_what_becomes_of_each_field_and_changes_nothing(pair: House) -> None:
    kept, gone = ids(pair)
    preview = preview_merge(pair.app, kept, gone)
    fates = {one.field: one.fate for one in preview.fields}
    assert (fates["email"], fates["username"], fates["addresses"], fates["number"]) == (
        Fate.CONFLICT,
        Fate.TAKEN,
        Fate.UNITED,
        Fate.KEPT,
    )
    assert [(move.connection, move.external_id) for move in preview.moves] == [("shop", "1")]
    assert (ids(pair), pair.rows(tables.Merge)) == ([kept, gone], [])


def test_a_preview_says_what_becomes_of_the_status_and_which_holds_stand(pair: House) -> None:
    kept, gone = ids(pair)
    change(pair.app, [gone], standing.block("anna", pair.now), by="anna")
    preview = preview_merge(pair.app, kept, gone)
    assert preview.status == FieldChange("active", "blocked")
    assert [(hold.reason, hold.by) for hold in preview.holds] == [("admin_block", "anna")]


def test_a_preview_names_no_hold_whose_reason_is_gone_with_the_merge(build: OpenHouse) -> None:
    apart = [RouteSettings(erp="erp", shop="shop", registrations=False, only_groups=["VIP"])]
    house = build(routes=apart, hold_unresolved=True)
    house.erp.add(firm("A1"))
    house.run("erp")
    house.shop.add(Contractor(name="Firma bez kraju", country="Lechia"))
    house.run("shop")
    kept, gone = ids(house)
    assert house.holds()[1] == {("country_unresolved", "syncd")}
    preview = preview_merge(house.app, kept, gone)
    merge_duplicates(house.app, kept, gone, by="anna")
    assert ({(hold.reason, hold.by) for hold in preview.holds}, preview.status) == (house.holds()[0], None)


def test_merged_customers_are_one_on_both_sides(pair: House) -> None:
    kept, gone = ids(pair)
    merge_duplicates(pair.app, kept, gone, by="anna")
    pair.settle()
    (after,) = pair.contractors()
    assert (after.name, after.email, after.username) == ("Firma A1", "a1@firma.example", "jan")
    assert [(a.street, a.kind) for a in after.addresses] == [("Długa 1", "main"), ("Nowa 7", "other")]
    assert [consent.at for consent in after.consents] == [LATE, EARLY]
    assert {row["contractor_id"] for row in pair.rows(tables.Binding)} == {kept}
    assert pair.at_shop()["A1"].name == "Firma A1"
    assert len(pair.erp.holds()) == len(pair.shop.holds()) == 1
    assert pair.is_at_rest()


def test_a_merge_is_a_run_in_the_history_of_both(pair: House) -> None:
    kept, gone = ids(pair)
    run_id = merge_duplicates(pair.app, kept, gone, by="anna")
    with reading(pair.app.engine) as connection:
        events = [next(e for e in history(connection, id_) if e.run == run_id) for id_ in (kept, gone)]
    assert [(event.action, event.asked_by) for event in events] == [("merge", "anna"), ("merge", "anna")]
    assert pair.row(run_id)["counts"]["merged"] == 2
    assert pair.one(tables.Audit, action="match-merge")["details"]["run"] == run_id


def test_a_merge_taken_back_gives_both_as_they_were(pair: House) -> None:
    kept, gone = ids(pair)
    before, holds = pair.contractors(), pair.holds()
    run_id = merge_duplicates(pair.app, kept, gone, by="anna")
    back = take_back(pair.app, run_id, by="piotr")
    assert (pair.contractors(), pair.holds(), ids(pair)) == (before, holds, [kept, gone])
    assert (back.changed_since, back.lost) == ((), ())
    assert pair.one(tables.Binding, connection_id=pair.id("shop"))["contractor_id"] == gone
    pair.settle()
    assert pair.is_at_rest()


def test_a_merge_taken_back_puts_both_where_lists_had_them(pair: House) -> None:
    def members() -> list[tuple[int, int, str | None]]:
        found = pair.rows(tables.Membership)
        return sorted((row["contractor_id"], row["group_id"], row["sorted_by"]) for row in found)

    kept, gone = ids(pair)
    for name in ("VIP", "Export"):
        create_group(pair.app, name, by="anna")
        join_group(pair.app, name, [gone], by="anna")
    before = members()
    assert [by for who, _, by in before if who == gone and by] == ["Export"]
    run_id = merge_duplicates(pair.app, kept, gone, by="anna")
    assert [by for _, _, by in members() if by] == ["Export"]
    take_back(pair.app, run_id, by="piotr")
    assert members() == before


def test_a_merge_taken_back_after_it_was_pushed_gives_both_as_they_were(pair: House) -> None:
    kept, gone = ids(pair)
    run_id = merge_duplicates(pair.app, kept, gone, by="anna")
    pair.settle()
    take_back(pair.app, run_id, by="piotr")
    pair.settle()
    assert [one.name for one in pair.contractors()] == ["Firma A1", "A1 Firma"]
    assert [remote.contractor.name for remote in pair.shop.holds().values()] == ["A1 Firma"]
    assert pair.is_at_rest()


def test_taking_a_merge_back_keeps_what_was_changed_since_and_says_so(pair: House) -> None:
    kept, gone = ids(pair)
    run_id = merge_duplicates(pair.app, kept, gone, by="anna")
    pair.settle()
    edit_customer(pair.app, kept, "username", "nowy", by="anna")
    (id_,) = pair.erp.holds()
    pair.erp.edit(id_, addresses=(Address(street="Cicha 3", city="Łódź", country="PL", kind=AddressKind.MAIN),))
    pair.settle()
    back = take_back(pair.app, run_id, by="piotr")
    assert (back.changed_since, "newsletter" in back.restored) == (("username", "addresses"), True)
    (kept_one, other) = pair.contractors()
    assert (kept_one.username, kept_one.addresses[0].street) == ("nowy", "Cicha 3")
    assert (other.username, [address.street for address in other.addresses]) == ("jan", ["Nowa 7"])


def test_what_a_shop_edited_since_a_merge_goes_back_with_its_record(pair: House) -> None:
    kept, gone = ids(pair)
    run_id = merge_duplicates(pair.app, kept, gone, by="anna")
    pair.settle()
    (id_,) = pair.shop.holds()
    pair.shop.edit(id_, username="nowy")
    pair.settle()
    back = take_back(pair.app, run_id, by="piotr")
    assert ("username" in back.changed_since, "addresses" in back.restored) == (True, True)
    assert [one.username for one in pair.contractors()] == ["", "nowy"]
    pair.settle()
    assert (pair.shop.holds()[id_].contractor.username, pair.is_at_rest()) == ("nowy", True)


def test_a_merge_is_taken_back_once(pair: House) -> None:
    run_id = merge_duplicates(pair.app, *ids(pair), by="anna")
    take_back(pair.app, run_id, by="anna")
    with pytest.raises(InvalidRecord, match="was taken back already"):
        take_back(pair.app, run_id, by="anna")


def test_a_merge_of_long_ago_still_leads_to_the_kept_one_and_is_not_taken_back(pair: House) -> None:
    kept, gone = ids(pair)
    run_id = merge_duplicates(pair.app, kept, gone, by="anna")
    pair.pass_time(days=10_000)
    prune(pair.app)
    with pytest.raises(InvalidRecord, match="too long ago"):
        take_back(pair.app, run_id, by="anna")
    with pytest.raises(NotFound, match="became part of K000001"):
        preview_merge(pair.app, kept, gone)


def test_a_run_that_merged_nobody_cannot_be_taken_back(pair: House) -> None:
    with pytest.raises(InvalidRecord, match="has linked, unlinked and merged nothing"):
        take_back(pair.app, 1, by="anna")
    with pytest.raises(NotFound, match="no run 99"):
        take_back(pair.app, 99, by="anna")


def test_holds_of_both_stand_after_a_merge_and_part_again(pair: House) -> None:
    kept, gone = ids(pair)
    change(pair.app, [gone], standing.block("anna", pair.now), by="anna")
    run_id = merge_duplicates(pair.app, kept, gone, by="anna")
    assert (pair.statuses(), pair.holds()) == (["blocked"], [{("admin_block", "anna")}])
    take_back(pair.app, run_id, by="anna")
    assert pair.statuses() == ["active", "blocked"]


def test_groups_and_log_ins_are_united_with_one_default(pair: House) -> None:
    kept, gone = ids(pair)
    (id_,) = pair.erp.holds()
    pair.erp.edit(id_, employees=(Employee(email="ewa@firma.example", default_login=True),))
    pair.run("erp")
    merge_duplicates(pair.app, kept, gone, by="anna")
    (after,) = pair.contractors()
    assert [(e.email, e.default_login) for e in after.employees] == [
        ("ewa@firma.example", True),
        ("jan@inny.example", False),
    ]
    assert pair.count(tables.Membership) == 1


def test_two_customers_with_records_in_one_system_are_not_merged_and_both_records_are_named(house: House) -> None:
    for number in ("A1", "A2"):
        house.erp.add(firm(number))
    house.run("erp")
    with pytest.raises(InvalidRecord, match="both have a record at erp: K000001 is 1, K000002 is 2"):
        preview_merge(house.app, 1, 2)
    with pytest.raises(InvalidRecord, match="both have a record at erp"):
        merge_duplicates(house.app, 1, 2, by="anna")
    assert len(house.contractors()) == 2


def test_a_customer_is_not_merged_with_itself_or_with_nobody(house: House) -> None:
    house.erp.add(firm("A1"))
    house.run("erp")
    with pytest.raises(InvalidRecord, match="is one customer"):
        merge_duplicates(house.app, 1, 1, by="anna")
    with pytest.raises(NotFound, match="K000099"):
        merge_duplicates(house.app, 1, 99, by="anna")


def test_a_customer_that_is_being_pushed_is_not_merged(pair: House) -> None:
    kept, gone = ids(pair)
    change(pair.app, [gone], standing.block("anna", pair.now), by="anna")
    outbox.claim(pair.app.engine, pair.id("shop"), owner="x", limit=9, now=pair.now, length=pair.app.lease)
    with pytest.raises(Unavailable, match="is being told about"):
        merge_duplicates(pair.app, kept, gone, by="anna")
    assert len(pair.contractors()) == 2


def test_a_merged_customer_is_said_where_it_is(pair: House) -> None:
    kept, gone = ids(pair)
    merge_duplicates(pair.app, kept, gone, by="anna")
    with pytest.raises(NotFound, match="became part of K000001"):
        merge_duplicates(pair.app, kept, gone, by="anna")


@pytest.mark.parametrize("kept_first", [True, False])
def test_what_an_erp_said_of_its_record_since_a_merge_stays_with_the_record(pair: House, *, kept_first: bool) -> None:
    firm_, customer = ids(pair)
    kept, gone = (firm_, customer) if kept_first else (customer, firm_)
    run_id = merge_duplicates(pair.app, kept, gone, by="anna", ask=False)
    pair.settle()
    (id_,) = pair.erp.holds()
    pair.erp.edit(id_, active=False)
    pair.settle()
    assert pair.statuses() == ["blocked_by_erp"]
    take_back(pair.app, run_id, by="anna")
    pair.settle()
    assert (pair.statuses(), pair.is_at_rest()) == (["blocked_by_erp", "active"], True)
    pair.erp.edit(id_, active=True)
    pair.settle()
    assert pair.statuses() == ["active", "active"]


def test_a_merge_of_merges_is_taken_back_from_the_last(build: OpenHouse) -> None:
    sides = {"erp": Side.ERP, "other": Side.ERP, "shop": Side.SHOP}
    house = build(sides=sides, routes=[RouteSettings(erp=name, shop="shop", only_groups=["X"]) for name in sides][:2])
    house.erp.add(firm("A1"))
    house.run("erp")
    house.sides["other"].add(firm("B1"))
    house.run("other")
    house.shop.add(Contractor(name="C", country="PL"))
    house.run("shop")
    one, two, three = ids(house)
    first = merge_duplicates(house.app, two, three, by="anna")
    second = merge_duplicates(house.app, one, two, by="anna")
    with pytest.raises(InvalidRecord, match=f"match undo {second}"):
        take_back(house.app, first, by="anna")
    take_back(house.app, second, by="anna")
    take_back(house.app, first, by="anna")
    assert (ids(house), len(house.rows(tables.Binding))) == ([one, two, three], 3)


def test_a_plan_that_was_made_before_a_merge_does_not_bring_the_other_back(pair: House) -> None:
    kept, gone = ids(pair)
    (id_,) = pair.shop.holds()
    pair.shop.edit(id_, username="nowy")
    planned = pair.run("shop", dry_run=True)["id"]
    merge_duplicates(pair.app, kept, gone, by="anna")
    approve(pair.app, planned, by="anna")
    pair.execute(planned)
    assert [row["outcome"] for row in pair.lines(planned)] == ["stale"]
    pair.settle()
    assert (len(pair.contractors()), pair.contractors()[0].username) == (1, "nowy")


def alike(house: House) -> None:
    """The first and the last customer look alike."""
    address = Address(street="ul. Długa 1", city="Krakow", postal_code="30001", country="PL")
    house.erp.add(firm("A1", name="Przetwórnia Owoców Kowalscy sp. z o.o."))
    house.erp.add(firm("A2", name="Zakład Stolarski Nowak"))
    house.run("erp")
    house.shop.add(Contractor(name="PRZETWORNIA OWOCOW KOWALSCY", country="PL", addresses=(address,)))
    house.run("shop")


def test_those_who_look_alike_are_suggested_and_never_merged(house: House) -> None:
    alike(house)
    (found,) = suggest(house.app, house.app.connection("shop"), limit=10)
    assert (found.kind, found.customer, found.both_at) == ("duplicate", "K000001", ())
    assert (found.score > 90, "same postal code" in found.why) == (True, True)
    assert len(house.contractors()) == 3


def test_a_suggestion_that_was_rejected_is_not_made_again_until_that_is_taken_back(house: House) -> None:
    alike(house)
    shop = house.app.connection("shop")
    first, _, last = ids(house)
    reject_duplicate(house.app, last, first, by="anna")
    assert suggest(house.app, shop, limit=10) == []
    assert house.one(tables.Audit, action="match-reject")["details"] == {"other": "K000001"}
    suggest_again(house.app, first, last, by="piotr")
    assert len(suggest(house.app, shop, limit=10)) == 1
    with pytest.raises(NotFound):
        suggest_again(house.app, first, last, by="piotr")


def test_a_yes_and_a_no_without_dates_are_not_merged_before_somebody_says_which(pair: House) -> None:
    kept, gone = ids(pair)
    (id_,) = pair.erp.holds()
    pair.erp.edit(id_, newsletter=False)
    pair.run("erp")
    preview = preview_merge(pair.app, kept, gone)
    assert preview.asks == ("newsletter",)
    with pytest.raises(InvalidRecord, match="nobody knows which is newer"):
        merge_duplicates(pair.app, kept, gone, by="anna")
    merge_duplicates(pair.app, kept, gone, by="anna", newsletter=True)
    (after,) = pair.contractors()
    said = strongest(after.consents, "newsletter")
    assert said is not None
    assert (after.newsletter, said.given, said.source) == (True, True, "anna")


def test_what_taking_a_merge_back_would_do_is_told_without_doing_it(pair: House) -> None:
    kept, gone = ids(pair)
    run_id = merge_duplicates(pair.app, kept, gone, by="anna")
    (id_,) = pair.erp.holds()
    pair.erp.edit(id_, email="nowy@firma.example")
    pair.settle()
    before = [(table, pair.rows(table)) for table in (tables.Contractor, tables.Binding, tables.Run, tables.Push)]
    told = take_back(pair.app, run_id, by="piotr", dry_run=True)
    assert [(table, pair.rows(table)) for table, _ in before] == before
    done = take_back(pair.app, run_id, by="piotr")
    assert (told.run, told) == (None, msgspec.structs.replace(done, run=None))


def test_a_record_that_waits_is_suggested_with_its_issue(house: House) -> None:
    for number in ("A1", "A2"):
        house.erp.add(firm(number, email="wspolny@firma.example", tax_id=""))
    house.erp.add(firm("A9", name="Przetwórnia Owoców Kowalscy sp. z o.o."))
    house.run("erp")
    waiting: dict[str, Any] = {"email": "wspolny@firma.example", "country": "PL"}
    id_ = house.shop.add(Contractor(name="PRZETWORNIA OWOCOW KOWALSCY", **waiting))
    house.run("shop")
    found = [one for one in suggest(house.app, house.app.connection("shop"), limit=10) if one.kind == "record"]
    assert [(one.customer, one.other, one.issue) for one in found] == [("K000003", id_, 1)]
    reject_record(house.app, 3, house.app.connection("shop"), id_, by="anna")
    assert [one for one in suggest(house.app, house.app.connection("shop"), limit=10) if one.kind == "record"] == []


@pytest.fixture
def erps(build: OpenHouse) -> House:
    """Two ERPs with a firm each that are one, as a person says who is wrong."""
    house = build(
        sides={"erp": Side.ERP, "other": Side.ERP, "shop": Side.SHOP},
        routes=[RouteSettings(erp=name, shop="shop", only_groups=["VIP"]) for name in ("erp", "other")],
    )
    for name, number in (("erp", "A1"), ("other", "B1")):
        house.sides[name].add(firm(number, phones=(f"+48 600 100 20{len(name)}",)))
    house.settle()
    assert len(ids(house)) == 2
    return house


def test_what_an_erp_edited_since_a_merge_goes_back_with_its_record(erps: House) -> None:
    kept, gone = ids(erps)
    before = erps.contractors()
    run_id = merge_duplicates(erps.app, kept, gone, by="anna")
    erps.settle()
    (id_,) = erps.sides["other"].holds()
    told = {"email": "nowy@b.example", "notes": "płaci z góry", "phones": ("+48 600 999 999",)}
    erps.sides["other"].edit(id_, **told)
    erps.settle()
    assert erps.contractors()[0].email == "nowy@b.example"
    back = take_back(erps.app, run_id, by="piotr")
    assert {"email", "notes", "phones"} <= set(back.changed_since)
    first, second = erps.contractors()
    assert first == before[0]
    assert (second.email, second.notes, second.phones) == tuple(told.values())
    assert (second.name, second.addresses) == (before[1].name, before[1].addresses)
    erps.settle()
    there = erps.sides["other"].holds()[id_].contractor
    assert (there.email, there.notes, there.phones) == tuple(told.values())
    assert (erps.at_erp()["A1"].email, erps.is_at_rest()) == (before[0].email, True)


def test_what_others_said_since_a_merge_stays_with_the_kept_one(erps: House) -> None:
    kept, gone = ids(erps)
    before = erps.contractors()
    run_id = merge_duplicates(erps.app, kept, gone, by="anna")
    erps.settle()
    for name, phone in (("erp", "+48 600 111 111"), ("other", "+48 600 222 222")):
        (id_,) = erps.sides[name].holds()
        erps.sides[name].edit(id_, phones=(phone,), notes=name)
        erps.settle()
    back = take_back(erps.app, run_id, by="piotr")
    assert {"notes", "phones"} <= set(back.changed_since)
    erps.settle()
    first, second = erps.contractors()
    assert (first.phones, first.notes) == (("+48 600 111 111",), "erp")
    assert (second.notes, "+48 600 222 222" in second.phones) == ("other", True)
    assert (first.email, second.email) == (before[0].email, before[1].email)
    assert erps.is_at_rest()


def test_a_no_that_was_said_since_a_merge_goes_with_the_record_that_said_it(erps: House) -> None:
    kept, gone = ids(erps)
    (id_,) = erps.sides["other"].holds()
    for name in ("erp", "other"):
        (one,) = erps.sides[name].holds()
        erps.sides[name].edit(one, newsletter=True)
    erps.settle()
    run_id = merge_duplicates(erps.app, kept, gone, by="anna")
    erps.settle()
    erps.sides["other"].edit(id_, newsletter=False)
    erps.settle()
    take_back(erps.app, run_id, by="piotr")
    erps.settle()
    assert [one.newsletter for one in erps.contractors()] == [True, False]
    assert erps.is_at_rest()


def test_of_blocks_each_by_itself_is_taken_back_with_a_merge(pair: House) -> None:
    kept, gone = ids(pair)
    change(pair.app, [gone], standing.block("anna", pair.now), by="anna")
    run_id = merge_duplicates(pair.app, kept, gone, by="anna")
    (id_,) = pair.erp.holds()
    pair.erp.edit(id_, active=False)
    pair.settle()
    back = take_back(pair.app, run_id, by="anna")
    assert pair.holds() == [{("erp_inactive", "erp")}, {("admin_block", "anna")}]
    assert "holds" in back.changed_since


def test_who_lacks_a_record_when_a_merge_is_taken_back_is_made_there(build: OpenHouse) -> None:
    house = build()
    house.shop.add(Contractor(name="Jan Nowak", country="PL", email="jan@nowak.example", registered=False))
    house.settle()
    house.erp.add(firm("A1"))
    house.run("erp")
    customer, firm_ = ids(house)
    run_id = merge_duplicates(house.app, firm_, customer, by="anna")
    house.settle()
    assert len(house.shop.holds()) == 1
    take_back(house.app, run_id, by="anna")
    house.settle()
    assert len(house.shop.holds()) == 2
    assert (house.at_shop()["A1"].name, house.is_at_rest()) == ("Firma A1", True)
