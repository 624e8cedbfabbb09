"""Is everything that can cost a customer named as a risk, and nothing else?"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import Activity, Contractor, Employee
from syncd.domain.risk import LEVELS, Level, Risk, dump_risks, level_of, load_risks, risks_of

TODAY = date(2026, 5, 4)
KNOWN = Contractor(
    name="Firma",
    email="biuro@firma.example",
    login_email="anna@firma.example",
    tax_id="5260001246",
    groups=("Detal", "Hurt"),
    employees=(Employee(name="Jan", email="jan@firma.example"),),
    phones=("+48225550100",),
)
BUYER = msgspec.structs.replace(KNOWN, activity=Activity(orders=3, last_order=date(2026, 2, 4)))


def risks(before: Contractor = KNOWN, *, zone_moved: bool = False, **changes: Any) -> set[Risk]:
    after = msgspec.structs.replace(before, **changes)
    return set(risks_of(before, after, zone_moved=zone_moved, today=TODAY))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"active": False}, {Risk.BLOCK}),
        ({"tax_id": "5252248481"}, {Risk.TAX_ID}),
        ({"tax_prefix": "PL"}, {Risk.TAX_ID}),
        ({"email": "nowe@firma.example"}, {Risk.EMAIL}),
        ({"email": "BIURO@firma.example"}, set()),
        ({"login_email": "ewa@firma.example"}, {Risk.LOGIN}),
        ({"employees": ()}, {Risk.LOGIN}),
        ({"employees": (Employee(name="Jan", email="jan@firma.example", active=False),)}, {Risk.LOGIN}),
        ({"groups": ("Hurt",)}, {Risk.LEAVES_GROUP}),
        ({"groups": ("Detal", "Hurt", "VIP")}, set()),
        ({"zone_moved": True}, {Risk.ZONE}),
        ({"name": "Firma Nowa", "phones": ()}, set()),
    ],
)
def test_a_change_carries_the_risks_of_what_it_changes(changes: dict[str, Any], found: set[Risk]) -> None:
    assert risks(**changes) == found


def test_a_first_tax_id_is_no_other_one() -> None:
    assert risks(msgspec.structs.replace(KNOWN, tax_id="", tax_prefix=""), tax_id="5260001246") == set()
    assert risks(tax_id="") == {Risk.TAX_ID}


def test_who_is_let_in_again_is_a_risk_too() -> None:
    assert risks(msgspec.structs.replace(KNOWN, active=False), active=True) == {Risk.UNBLOCK}


def test_a_risky_change_of_somebody_who_buys_is_marked() -> None:
    assert risks(BUYER, active=False) == {Risk.BLOCK, Risk.BUYER}
    assert risks(BUYER, name="Firma Nowa") == set()


def test_whose_last_order_is_older_than_ninety_days_is_no_buyer() -> None:
    old = msgspec.structs.replace(KNOWN, activity=Activity(last_order=date(2026, 2, 2)))
    assert risks(old, active=False) == {Risk.BLOCK}


def test_the_gravest_risk_tells_how_closely_to_look() -> None:
    assert level_of(()) is Level.LOW
    assert level_of((Risk.EMAIL,)) is Level.MEDIUM
    assert level_of((Risk.EMAIL, Risk.BLOCK)) is Level.HIGH
    assert LEVELS.keys() == set(Risk)


@given(st.frozensets(st.sampled_from(Risk)))
def test_risks_are_read_as_they_were_written(chosen: frozenset[Risk]) -> None:
    assert set(load_risks(dump_risks(chosen))) == chosen
