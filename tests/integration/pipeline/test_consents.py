"""Does an opt-out reach every side, whoever heard it and in whatever order?"""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from syncd.domain.contractor import Consent
from syncd.domain.side import Side
from syncd.settings import RouteSettings
from tests.fixtures.contractors import firm

from .conftest import OpenHouse
from .house import House

SIDES = {"erp": Side.ERP, "a": Side.SHOP, "b": Side.SHOP}
ROUTES = [RouteSettings(erp="erp", shop=name) for name in ("a", "b")]


@pytest.fixture
def shops(build: OpenHouse) -> House:
    """One ERP and two shops that have the same customer, who was never asked."""
    house = build(sides=SIDES, routes=ROUTES)
    house.erp.add(firm("A1"))
    house.settle()
    return house


def say(house: House, shop: str, *, given: bool, hours: float | None) -> None:
    """Let the customer say yes or no in a shop, at an hour or with no time kept."""
    at = None if hours is None else house.now + timedelta(hours=hours)
    ((id_, held),) = house.sides[shop].holds().items()
    consent = Consent(kind="newsletter", given=given, at=at, source=f"form {shop}")
    house.sides[shop].edit(id_, newsletter=given, consents=(*held.contractor.consents, consent))


def flags(house: House) -> set[bool | None]:
    return {house.held_by(name)["A1"].newsletter for name in SIDES}


def test_an_opt_out_of_one_shop_beats_the_older_opt_in_of_another_and_is_pushed_there(shops: House) -> None:
    say(shops, "a", given=True, hours=-2)
    shops.settle()
    assert flags(shops) == {True}
    say(shops, "b", given=False, hours=-1)
    shops.settle()
    assert flags(shops) == {False}
    assert shops.is_at_rest()


@pytest.mark.parametrize("order", list(permutations(["erp", "a", "b"])))
def test_an_older_opt_in_that_is_heard_later_changes_nothing(shops: House, order: tuple[str, ...]) -> None:
    say(shops, "a", given=True, hours=-2)
    say(shops, "b", given=False, hours=-1)
    for name in order:
        shops.run(name)
    shops.settle()
    assert flags(shops) == {False}
    assert shops.is_at_rest()


def test_an_opt_in_without_a_time_does_not_beat_an_opt_out(shops: House) -> None:
    say(shops, "b", given=False, hours=-1)
    shops.settle()
    say(shops, "a", given=True, hours=None)
    shops.settle()
    assert flags(shops) == {False}
    assert shops.is_at_rest()


def test_a_newer_opt_in_wins_and_keeps_source_and_time(shops: House) -> None:
    say(shops, "b", given=False, hours=-2)
    shops.settle()
    say(shops, "a", given=True, hours=-1)
    shops.settle()
    assert flags(shops) == {True}
    (contractor,) = shops.contractors()
    assert {consent.source for consent in contractor.consents} == {"form a", "form b"}
    assert shops.is_at_rest()


def test_who_opted_out_by_a_plain_switch_can_switch_on_again_in_that_shop(shops: House) -> None:
    (id_,) = shops.sides["a"].holds()
    for given in (False, True, False):
        shops.sides["a"].edit(id_, newsletter=given)
        shops.settle()
        assert flags(shops) == {given}
    assert shops.is_at_rest()


@pytest.mark.parametrize(("hours", "expected"), [(-1, False), (1, True)])
def test_a_newcomers_no_without_a_time_counts_from_when_it_was_heard(
    build: OpenHouse, hours: int, expected: bool
) -> None:
    house = build(sides=SIDES, routes=ROUTES)
    house.sides["a"].add(firm("A1", groups=(), newsletter=False))
    house.run("a")
    house.pass_time(hours=2)
    said = Consent(kind="newsletter", given=True, at=house.now + timedelta(hours=hours - 2), source="form b")
    house.sides["b"].add(firm("A1", groups=(), newsletter=True, consents=(said,)))
    house.settle()
    assert flags(house) == {expected}
