"""Who else can be known by what a person is known by? Perhaps a second record of the same person, perhaps an office.

An erasure forgets one customer. Another one with the same e-mail lives on, and nobody but a person can tell whether
that is the same somebody: so it is said, by code, and asked for by nothing but a person's word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from syncd.domain import match
from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor
from syncd.domain.employees import logins_of
from syncd.domain.match import Key
from syncd.domain.proof import proves_email
from syncd.registry import shared

__all__ = ["SHOWN", "Sharing", "sharing_of", "told"]

SHOWN: Final = 20
"""Customers that are named for each key; how many more there are is said."""

_WORDS: Final[Mapping[Key, str]] = {
    Key.NUMBER: "customer number",
    Key.TAX: "tax id",
    Key.EMAIL: "e-mail",
    Key.PHONE: "phone",
}


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """Other customers with the same value of one kind.

    Attributes:
        key: ``number``, ``tax``, ``email`` or ``phone``.
        number: How many there are.
        codes: The first of them.
    """

    key: str
    number: int
    codes: tuple[str, ...]

    def __str__(self) -> str:
        who = "1 other customer shares" if self.number == 1 else f"{self.number} other customers share"
        more = f" and {self.number - len(self.codes)} more" if self.number > len(self.codes) else ""
        return f"{who} the {_WORDS[Key(self.key)]}: {', '.join(self.codes)}{more}"


def sharing_of(
    connection: Connection, contractor_id: int, contractor: Contractor, *, but: Collection[int] = (), most: int = SHOWN
) -> tuple[Sharing, ...]:
    """Say who shares a key with one contractor, the strongest key first.

    Args:
        but: Contractors that are erased with it.
    """
    found = shared.having(connection, _keys(contractor), but={contractor_id, *but}, most=most)
    return tuple(
        Sharing(key=key.value, number=found[key][0], codes=tuple(map(code_of, found[key][1])))
        for key in _WORDS
        if key in found
    )


def told(report: Mapping[str, Any]) -> tuple[Sharing, ...]:
    """What an erasure's row kept of it."""
    return msgspec.convert(report.get("sharing", ()), tuple[Sharing, ...])


def _keys(contractor: Contractor) -> Iterator[tuple[Key, str]]:
    """By what the person can be found: every e-mail and every phone, not the first only."""
    yield from match.keys(contractor)
    yield from ((Key.EMAIL, email) for email in logins_of(contractor) if proves_email(email))
    for phone in contractor.phones:
        yield from match.keys(Contractor(name="", phones=(phone,)))
