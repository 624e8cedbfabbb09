"""Which parties are asked for: all, those that changed since a moment, or those that could be one contractor?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from syncd.domain.contractor import Contractor

__all__ = ["Domain", "after", "alike", "by_id", "changed_categories", "changed_since"]

Domain = list[Any]
"""Tryton's search clauses: a list is AND, unless it begins with ``"OR"``."""

_CHILDREN: Final = ("addresses", "identifiers", "contact_mechanisms")


def by_id(external_id: str) -> Domain:
    """One party; an id that is none of Tryton's fits nothing."""
    return [["id", "=", int(external_id) if external_id.isascii() and external_id.isdigit() else -1]]


def after(last: int, domain: Domain) -> Domain:
    """The rest of a list read in the order of ids: no position that added or removed parties could shift."""
    return [["id", ">", last], *domain]


def changed_since(moment: datetime, categories: Sequence[int]) -> Domain:
    """Parties of which anything changed.

    An address, number or contact mechanism has its own clock, which its party does not follow. A row that was
    created and never written has only a ``create_date``; a row that was put in by SQL has neither.

    Args:
        categories: Those that were renamed, moved or switched: they change the groups of all parties in them.
    """
    moved = _moved(moment)
    ways: Domain = ["OR", moved, [["create_date", "=", None], ["write_date", "=", None]]]
    ways += [[[child, "where", [moved]]] for child in _CHILDREN]
    if categories:
        # A party's group is a path: renaming "Dealer" renames "Dealer / Gold".
        ways.append([["categories", "child_of", list(categories), "parent"]])
    return [ways]


def changed_categories(moment: datetime) -> Domain:
    """Categories that were created, renamed, moved or switched."""
    return [_moved(moment)]


def _moved(moment: datetime) -> Domain:
    stamp = _stamp(moment)
    return ["OR", ["write_date", ">=", stamp], ["create_date", ">=", stamp]]


def _stamp(moment: datetime) -> dict[str, Any]:
    utc = moment.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{name: getattr(utc, name) for name in names}}


def alike(contractor: Contractor, *, numbered: bool) -> list[Domain]:
    """Clauses for parties that could be this contractor, the strongest key first."""
    keys: list[Domain] = []
    if contractor.number and numbered:
        keys.append([["code", "=", contractor.number]])
    if contractor.tax_id:
        codes = sorted({prefix + contractor.tax_id for prefix in _prefixes(contractor)})
        same = ["OR", ["code_compact", "in", codes], ["code", "in", codes]]
        keys.append([["identifiers", "where", [same]]])
    if contractor.email:
        # Tryton keeps the case of e-mails. In a pattern, "_" stands for any letter.
        pattern = contractor.email.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        keys.append([["contact_mechanisms", "where", [["type", "=", "email"], ["value", "ilike", pattern]]]])
    return keys


def _prefixes(contractor: Contractor) -> set[str]:
    """Ways to begin a number: European ones carry a prefix, national ones do not, and Greece has two."""
    stated = {contractor.tax_prefix, contractor.country}
    return {"", *stated, *({"EL", "GR"} if stated & {"EL", "GR"} else ())}
