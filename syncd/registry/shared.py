"""Which other contractors can be known by the same number, tax id, e-mail or phone?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import Connection, func, select

from syncd.domain.holds import Status
from syncd.domain.match import Key, number_key
from syncd.registry.engine import among
from syncd.registry.tables import Contractor

__all__ = ["having"]

_COLUMNS: Final[dict[Key, Any]] = {
    Key.NUMBER: Contractor.number_key,
    Key.TAX: Contractor.tax_key,
    Key.EMAIL: Contractor.email_key,
    Key.PHONE: Contractor.phone_key,
}


def having(
    connection: Connection, keys: Iterable[tuple[Key, str]], *, but: Collection[int], most: int
) -> dict[Key, tuple[int, list[int]]]:
    """How many contractors have one of the values, by kind of key, and the ids of the first of them.

    Args:
        but: Contractors that do not count; those that were erased never do.
        most: Ids to name for each kind.
    """
    values: dict[Key, set[str]] = {}
    for key, value in keys:
        values.setdefault(key, set()).add(number_key(value) if key is Key.NUMBER else value)
    found: dict[Key, tuple[int, list[int]]] = {}
    for key, wanted in values.items():
        who = among(connection, _COLUMNS[key], wanted) & (Contractor.status != Status.ANONYMISED)
        who &= Contractor.id.not_in(list(but))
        number = connection.scalar(select(func.count()).where(who)) or 0
        if number:
            ids = connection.scalars(select(Contractor.id).where(who).order_by(Contractor.id).limit(most))
            found[key] = number, list(ids)
    return found
