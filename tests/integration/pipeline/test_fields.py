"""Do runs follow the field rules that an admin changed, and what becomes of edits that they forbid?"""

from __future__ import annotations

from typing import Any

import pytest

from syncd.domain.contractor import Address
from syncd.domain.policy import Empty, Forbidden
from syncd.domain.side import Side
from syncd.errors import InvalidRecord, Misconfigured
from syncd.registry import tables
from syncd.settings import RouteSettings
from syncd.sync.fields import Wish, export_rules, import_rules, list_rules, reset_rule, set_rule
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House, Row

TWO_SHOPS = {"erp": Side.ERP, "shop": Side.SHOP, "second": Side.SHOP}
ROUTES = [RouteSettings(erp="erp", shop=name) for name in ("shop", "second")]


@pytest.fixture
def settled(house: House) -> House:
    house.erp.add(firm("A1", price_list="A"))
    house.settle()
    return house


def allow(house: House, field: str, *, shop: str | None = None, **parts: Any) -> None:
    set_rule(house.app, field, Wish(**parts), by="anna", shop=shop)


def edit(house: House, side: str, **values: Any) -> None:
    (id_,) = house.sides[side].holds()
    house.sides[side].edit(id_, **values)


def run_and_lines(house: House, side: str = "shop") -> list[Row]:
    return house.lines(house.run(side)["id"])


# Rules in force


def test_what_a_shop_may_empty_is_emptied_at_the_erp(house: House) -> None:
    house.erp.add(firm("A1", phones=("22 555 01 21",), website="https://a1.example"))
    house.settle()
    edit(house, "shop", phones=(), website="")
    house.settle()
    assert [(held.phones, held.website) for held in (house.at_erp()["A1"], house.at_shop()["A1"])] == [((), "")] * 2
    assert (house.issues(), house.is_at_rest()) == ([], True)


def test_a_changed_edit_right_is_followed_by_the_next_run_and_reaches_the_erp(settled: House) -> None:
    allow(settled, "price_list", edit="always")
    edit(settled, "shop", price_list="B")
    settled.settle()
    assert (settled.at_erp()["A1"].price_list, settled.at_shop()["A1"].price_list) == ("B", "B")
    assert settled.is_at_rest()


def test_a_rule_that_was_reset_is_the_default_again(settled: House) -> None:
    allow(settled, "price_list", edit="always")
    reset_rule(settled.app, "price_list", by="anna")
    edit(settled, "shop", price_list="B")
    settled.settle()
    assert settled.at_shop()["A1"].price_list == "A"
    assert [row["action"] for row in settled.rows(tables.Audit)] == ["set-field-rule", "reset-field-rule"]


def test_a_changed_owner_wins_the_conflict(settled: House) -> None:
    allow(settled, "name", owner=Side.SHOP)
    edit(settled, "erp", name="Z systemu")
    edit(settled, "shop", name="Ze sklepu")
    settled.settle()
    assert {settled.at_shop()["A1"].name, settled.at_erp()["A1"].name} == {"Ze sklepu"}


def test_a_rule_of_one_shop_is_in_force_for_what_that_shop_says_only(build: OpenHouse) -> None:
    house = build(sides=TWO_SHOPS, routes=ROUTES)
    house.erp.add(firm("A1", price_list="A"))
    house.settle()
    allow(house, "price_list", edit="domestic", shop="second")
    edit(house, "shop", price_list="B")
    house.settle()
    assert house.at_erp()["A1"].price_list == "A"
    edit(house, "second", price_list="C")
    house.settle()
    assert {house.held_by(name)["A1"].price_list for name in TWO_SHOPS} == {"C"}


def test_what_empty_means_can_be_changed(settled: House) -> None:
    allow(settled, "price_list", empty=Empty.IS_NOT_SAID)
    edit(settled, "erp", price_list="")
    settled.settle()
    assert settled.at_shop()["A1"].price_list == "A"


# Edits that do not count


def test_an_edit_that_is_left_stays_there_with_no_line_and_no_push(settled: House) -> None:
    allow(settled, "price_list", forbidden=Forbidden.LEAVE)
    edit(settled, "shop", price_list="B")
    writes = settled.writes()
    assert run_and_lines(settled) == []
    settled.settle()
    assert (settled.at_shop()["A1"].price_list, settled.contractors()[0].price_list) == ("B", "A")
    assert (settled.writes(), settled.is_at_rest()) == (writes, True)


def test_an_edit_that_is_left_survives_pushes_of_other_fields(settled: House) -> None:
    allow(settled, "price_list", forbidden=Forbidden.LEAVE)
    edit(settled, "shop", price_list="B")
    settled.settle()
    for name in ("Nowa", "Nowsza"):
        edit(settled, "erp", name=name)
        settled.settle()
        assert (settled.at_shop()["A1"].name, settled.at_shop()["A1"].price_list) == (name, "B")
    assert settled.is_at_rest()


def test_an_edit_that_is_left_beside_one_that_counts_survives_its_line(settled: House) -> None:
    allow(settled, "price_list", forbidden=Forbidden.LEAVE)
    edit(settled, "shop", price_list="B", website="https://a.example")
    (line,) = run_and_lines(settled)
    assert line["rule"] == "changed there: website; left there: price_list"
    edit(settled, "erp", caretaker="Jan")
    settled.settle()
    shop = settled.at_shop()["A1"]
    assert (shop.price_list, shop.website, shop.caretaker) == ("B", "https://a.example", "Jan")
    assert settled.is_at_rest()


def test_the_owners_next_change_of_a_field_ends_what_was_left_in_it(settled: House) -> None:
    allow(settled, "price_list", forbidden=Forbidden.LEAVE)
    edit(settled, "shop", price_list="B")
    settled.settle()
    for value in ("C", "A"):
        edit(settled, "erp", price_list=value)
        settled.settle()
        assert settled.at_shop()["A1"].price_list == value


def test_groups_that_a_shop_gave_itself_are_left_while_its_own_ones_change(settled: House) -> None:
    settled.erp.add(firm("A2", groups=("VIP",)))
    settled.settle()
    allow(settled, "groups", forbidden=Forbidden.LEAVE)
    id_ = next(id_ for id_, r in settled.shop.holds().items() if r.contractor.number == "A1")
    settled.shop.edit(id_, groups=("Hurt", "VIP"))
    settled.settle()
    settled.shop.edit(id_, groups=("Hurt", "Klub", "VIP"))
    settled.settle()
    erp_id = next(id_ for id_, r in settled.erp.holds().items() if r.contractor.number == "A1")
    settled.erp.edit(erp_id, name="Nowa")
    settled.settle()
    assert (settled.at_shop()["A1"].groups, settled.at_erp()["A1"].groups) == (("Hurt", "Klub", "VIP"), ("Hurt",))
    assert settled.is_at_rest()


def test_a_rule_that_leaves_nothing_any_more_sets_back_with_the_next_push(settled: House) -> None:
    allow(settled, "price_list", forbidden=Forbidden.LEAVE)
    edit(settled, "shop", price_list="B")
    settled.settle()
    allow(settled, "price_list", forbidden=Forbidden.SET_BACK)
    edit(settled, "erp", name="Nowa")
    settled.settle()
    assert settled.at_shop()["A1"].price_list == "A"


def test_a_refused_edit_is_set_back_and_told_until_a_person_has_seen_it(settled: House) -> None:
    allow(settled, "price_list", forbidden=Forbidden.REFUSE)
    edit(settled, "shop", price_list="B")
    settled.settle()
    assert settled.at_shop()["A1"].price_list == "A"
    issue = settled.one(tables.Issue, code="edit-forbidden")
    assert issue["state"] == "open"
    assert issue["message"] == "shop may not change price_list of this customer, and did; it is set back"
    assert (issue["details"]["erp"], issue["details"]["shop"]) == ("A", "B")
    assert [answer["key"] for answer in issue["details"]["answers"]] == ["keep-erp"]


# The table


def test_the_list_marks_what_differs_from_the_default(house: House) -> None:
    allow(house, "website", edit="domestic,intra_eu")
    allow(house, "website", edit="never", shop="shop")
    changed = [(row.field, row.shop, row.edit, row.changed, row.by) for row in list_rules(house.app) if row.by]
    assert changed == [
        ("website", None, "domestic,intra_eu", ("edit",), "anna"),
        ("website", "shop", "never", ("edit",), "anna"),
    ]


def test_exported_rules_can_be_taken_over_elsewhere(house: House) -> None:
    allow(house, "website", edit="always", forbidden=Forbidden.LEAVE)
    allow(house, "name", owner=Side.SHOP, shop="shop")
    before, text = list_rules(house.app), export_rules(house.app)
    for field, shop in (("website", None), ("name", "shop")):
        reset_rule(house.app, field, by="anna", shop=shop)
    assert not export_rules(house.app)
    import_rules(house.app, text, by="anna")
    assert list_rules(house.app) == before


@pytest.mark.parametrize(
    "text",
    [
        "[fields.website]\nedit = 'sometimes'",
        "[fields.website]\nedits = 'never'",
        "[fields.websit]\nedit = 'never'",
        "[fields.website]\nowner = 'nobody'",
        "[fields.website.shops.erp]\nedit = 'never'",
        "fields = 3",
        "[fields.name]\nedit = 'never'\n[fields.active]\nedit = 'always'",
        "no toml",
    ],
)
def test_rules_that_cannot_be_used_change_nothing(house: House, text: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        import_rules(house.app, text, by="anna")
    assert (caught.value.code, bool(caught.value.cure)) == ("rule-unusable", True)
    assert not export_rules(house.app)


def test_a_rule_of_a_shop_that_is_not_configured_is_refused(house: House) -> None:
    with pytest.raises(Misconfigured):
        allow(house, "name", edit="never", shop="nowhere")


def test_a_collection_is_left_as_a_whole(settled: House) -> None:
    allow(settled, "addresses", edit="never", forbidden=Forbidden.LEAVE)
    own = (Address(street="Nowa 3", city="Kraków", country="PL"),)
    edit(settled, "shop", addresses=own)
    settled.settle()
    edit(settled, "erp", name="Nowa")
    settled.settle()
    assert settled.at_shop()["A1"].addresses == own
    assert settled.is_at_rest()
