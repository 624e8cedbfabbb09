"""What does a change put at risk if it is a mistake?

Each planned change carries its risks, counted for the guard and shown to whoever approves: an admin who reads only the
risky lines has read what can lose a customer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Final

from syncd.domain.contractor import Contractor

__all__ = ["BUYER_DAYS", "LEVELS", "Level", "Risk", "dump_risks", "grown", "level_of", "load_risks", "risks_of"]

BUYER_DAYS: Final = 90
"""Who ordered within so many days is a buyer: a mistake about one costs money today."""


class Level(StrEnum):
    """How closely a person should look."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Risk(StrEnum):
    """One thing that is at risk."""

    BLOCK = "block"
    TAX_ID = "tax_id"
    LOGIN = "login"
    EMAIL = "email"
    ZONE = "zone"
    LEAVES_GROUP = "leaves_group"
    UNBLOCK = "unblock"
    IDENTITY = "identity"
    LINK = "link"
    BUYER = "buyer"


LEVELS: Final = {
    Risk.BLOCK: Level.HIGH,
    Risk.TAX_ID: Level.HIGH,
    Risk.LOGIN: Level.HIGH,
    Risk.ZONE: Level.HIGH,
    Risk.IDENTITY: Level.HIGH,
    Risk.BUYER: Level.HIGH,
    Risk.EMAIL: Level.MEDIUM,
    Risk.LEAVES_GROUP: Level.MEDIUM,
    Risk.UNBLOCK: Level.MEDIUM,
    Risk.LINK: Level.MEDIUM,
}
"""How grave each is. Whoever is new, or changes in nothing of these, is a low risk: nothing is lost by it."""

_RANK: Final = {level: rank for rank, level in enumerate(Level)}

_people: Final = attrgetter("login_email", "username", "employees")


def risks_of(
    before: Contractor, after: Contractor, *, zone_moved: bool, today: date, also: Iterable[Risk] = ()
) -> frozenset[Risk]:
    """What one change of a known contractor puts at risk.

    Args:
        zone_moved: The contractor belongs to another zone afterwards: other prices, another tax.
        also: What follows from the kind of change alone.
    """
    found = set(also)
    if before.active is not after.active:
        found.add(Risk.UNBLOCK if after.active else Risk.BLOCK)
    if before.tax_id and (before.tax_id, before.tax_prefix) != (after.tax_id, after.tax_prefix):
        found.add(Risk.TAX_ID)
    if _people(before) != _people(after) and _logins(before) - _logins(after):
        found.add(Risk.LOGIN)
    if before.email and before.email.casefold() != after.email.casefold():
        found.add(Risk.EMAIL)
    if zone_moved:
        found.add(Risk.ZONE)
    if not set(before.groups) <= set(after.groups):
        found.add(Risk.LEAVES_GROUP)
    if found - {Risk.LINK} and _is_buyer(before, today):
        found.add(Risk.BUYER)
    return frozenset(found)


def grown(risks: Iterable[Risk], more: Risk, contractor: Contractor, today: date) -> frozenset[Risk]:
    """The risks of a change of which more is known now."""
    found = {*risks, more}
    return frozenset(found | {Risk.BUYER} if _is_buyer(contractor, today) else found)


def level_of(risks: Iterable[Risk]) -> Level:
    """The gravest of them; ``low`` where there is none."""
    return max((LEVELS[risk] for risk in risks), key=_RANK.__getitem__, default=Level.LOW)


def dump_risks(risks: Iterable[Risk]) -> str:
    """As a plan line keeps them: names in order, with commas between."""
    return ",".join(sorted(risks))


@lru_cache(1024)
def load_risks(text: str) -> tuple[Risk, ...]:
    """What `dump_risks` wrote."""
    return tuple(Risk(name) for name in text.split(",") if name)


def _logins(contractor: Contractor) -> set[str]:
    """What people log in with. An employee who may not is none."""
    own = {contractor.login_email, contractor.username}
    names = own | {employee.email for employee in contractor.employees if employee.active}
    return {name.casefold() for name in names if name}


def _is_buyer(contractor: Contractor, today: date) -> bool:
    last = contractor.activity.last_order if contractor.activity is not None else None
    return last is not None and last >= today - timedelta(days=BUYER_DAYS)
