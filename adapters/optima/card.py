"""What is one contractor of Optima, whether a row of the database stated it or a file?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from adapters.optima.elements import GROUPS, STATED

__all__ = ["Card", "Fault", "Person", "decode", "encode", "groups_of", "raw_of"]


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A contact person, from the configured query."""

    name: str = ""
    email: str = ""
    phone: str = ""


class Fault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a card cannot be used, although Optima has it: it is delivered all the same, so that nobody looks missing.

    Attributes:
        said: How the message was made, to be said in other languages: see `syncd.sentence`.
    """

    message: str
    code: str
    cure: str
    field: str | None = None
    said: str | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A contractor in the terms of Optima's file format.

    Attributes:
        values: Text by element; what is not stated is not in it. ``GRUPY`` holds the groups, one on each line.
        attributes: Attributes by code.
        accounts: Numbers of bank accounts.
        rest: Elements of an export that syncd does not read, as XML: they are written back as they came.
        former: Addresses of an export beside the current one, as XML; they too are written back as they came.
        fault: Why the card cannot be used.
        id: Knt_KntId, where the database was read.
        source_id: The id under which the contractor came to Optima from our own files.
    """

    values: Mapping[str, str]
    attributes: Mapping[str, str] = {}
    people: tuple[Person, ...] = ()
    accounts: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    fault: Fault | None = None
    id: str = ""
    source_id: str = ""

    @property
    def code(self) -> str:
        """The acronym, Optima's natural key."""
        return self.values.get("AKRONIM", "")

    def get(self, name: str) -> str:
        """The text of an element; ``""`` where none is stated."""
        return self.values.get(name, "")

    def changed(self, values: Mapping[str, str]) -> Card:
        """The same card with other values."""
        return msgspec.structs.replace(self, values={**self.values, **values})


encode: Final = msgspec.json.Encoder(order="deterministic").encode
_decode: Final = msgspec.json.Decoder(Card).decode


def decode(data: bytes) -> Card:
    """Read what `encode` wrote.

    Raises:
        msgspec.DecodeError: If it is no card.
    """
    return _decode(data)


def raw_of(card: Card) -> bytes:
    """The card as a record: without what no contractor is made of, so that a change of it is none."""
    values: dict[str, Any] = {name: text for name, text in card.values.items() if text and _is_stated(name)}
    return encode(msgspec.structs.replace(card, values=values, rest=(), former=(), id="", source_id=""))


def _is_stated(name: str) -> bool:
    return name in STATED or name == GROUPS


def groups_of(card: Card) -> tuple[str, ...]:
    """Names of groups, the main group first."""
    return tuple(name for name in card.get(GROUPS).split("\n") if name)
