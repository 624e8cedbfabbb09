"""Which lines of a plan does an address, or a form, mean?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from syncd.console.asking import WrongAddress
from syncd.domain.contractor import FIELDS
from syncd.registry.lines import Action
from syncd.registry.queries.plans import RISKS, Chosen
from syncd.registry.runs import COUNT_OF
from syncd.sentence import Sentence

__all__ = ["FILTERS", "KNOWN", "Narrow", "narrow_of"]

FILTERS: Final = ("kind", "field", "group", "risk", "outcome", "q")

KNOWN: Final[Mapping[str, Sequence[str]]] = {
    "kind": tuple(COUNT_OF),
    "field": FIELDS,
    "risk": tuple(map(str, RISKS)),
    "outcome": ("planned", "left_out", "stale", "kept", "impossible"),
}
"""Filters of which only so much is possible: another word would be looked for in vain."""

_KNOWN_ALREADY: Final = frozenset(COUNT_OF) - {Action.CREATE}
"""A new customer is in no field: everything about it is new."""


class Narrow(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that fit all of this.

    Attributes:
        given: As it stands in the address.
    """

    chosen: Chosen
    outcome: str | None
    search: str
    given: dict[str, str]


def narrow_of(params: Mapping[str, str]) -> Narrow:
    """Read what an address asks for.

    Raises:
        WrongAddress: For a value that there cannot be.
    """
    for name, known in KNOWN.items():
        if params.get(name) and params[name] not in known:
            raise WrongAddress(name, Sentence("it can be %(names)s.", names=", ".join(known)))
    given = {name: params[name] for name in FILTERS if params.get(name)}
    return Narrow(
        chosen=Chosen(
            actions=_one(given, "kind") or (_KNOWN_ALREADY if "field" in given else frozenset()),
            fields=_one(given, "field"),
            groups=_one(given, "group"),
            risks=_one(given, "risk"),
        ),
        outcome=given.get("outcome"),
        search=given.get("q", ""),
        given=given,
    )


def _one(given: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset({given[name]}) if name in given else frozenset()
