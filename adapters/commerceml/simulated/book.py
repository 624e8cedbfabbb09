"""What does 1C keep of a contractor, and what does it do when a site states one?

Written from public descriptions of CommerceML 2 and of programs that speak it. 1C finds a contractor by the Ид, else by
ИНН and КПП, else by its name, and otherwise makes one. An element that is there is taken, also an empty one; what is
not mentioned stays. What it refuses it leaves out, and tells nobody.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

__all__ = ["Book", "Card", "Refusal"]

ID_LENGTH: Final = 40
NAME_LENGTH: Final = 255

_SPACE: Final = uuid.UUID("8f7c1f0e-3c0e-4a57-9d0e-1c1c1c1c1c1c")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One element of the catalogue Контрагенты.

    Attributes:
        code: The Ид that 1C exports it under.
        site: The Ид that a site gave it, where that is another one.
        texts: Single elements by tag: ИНН, КПП, Комментарий.
        addresses: Typed fields by the address' tag.
        properties: Values by the property's name.
        version: Moves with each change, opaque to others.
    """

    code: str
    site: str = ""
    deleted: bool = False
    texts: Mapping[str, str] = {}
    addresses: Mapping[str, Mapping[str, str]] = {}
    accounts: tuple[Mapping[str, str], ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()
    persons: tuple[str, ...] = ()
    properties: Mapping[str, tuple[str, ...]] = {}
    version: int = 0


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What a site says of one contractor; ``None`` and what is not in a mapping is not mentioned."""

    id: str
    deleted: bool | None = None
    texts: Mapping[str, str] = {}
    addresses: Mapping[str, Mapping[str, str]] = {}
    accounts: tuple[Mapping[str, str], ...] | None = None
    contacts: tuple[tuple[str, str], ...] | None = None
    persons: tuple[str, ...] | None = None
    properties: Mapping[str, tuple[str, ...]] = {}


class Refusal(Exception):
    """1C does not take a contractor; the text is for its own log."""


class Book:
    """The catalogue.

    Args:
        adopts: Whether a new contractor keeps the site's Ид; else 1C gives it a reference of its own.
    """

    def __init__(self, *, adopts: bool = True) -> None:
        self.adopts = adopts
        self.cards: dict[str, Card] = {}
        self.given = 0

    def add(self, card: Card) -> Card:
        """Put a new card in, under a reference of 1C's own unless it has one."""
        card = msgspec.structs.replace(card, code=card.code or self.reference(), version=1)
        self.cards[card.code] = card
        return card

    def reference(self) -> str:
        """The next reference, the same in each book."""
        self.given += 1
        return str(uuid.uuid5(_SPACE, str(self.given)))

    def take(self, stated: Stated) -> tuple[Card, bool]:
        """Store what a site states; answer the card and whether it is new.

        Raises:
            Refusal: If 1C's own rules are against it; nothing is changed then.
        """
        _check(stated)
        found = self._find(stated)
        if found is None:
            if not stated.texts.get("Наименование"):
                raise Refusal("a new contractor needs Наименование")
            code = stated.id if self.adopts else self.reference()
            found = Card(code=code, site="" if code == stated.id else stated.id)
        card = msgspec.structs.replace(
            found,
            site=found.site or ("" if found.code == stated.id else stated.id),
            deleted=found.deleted if stated.deleted is None else stated.deleted,
            texts=_merged(found.texts, stated.texts),
            addresses=_merged(found.addresses, stated.addresses),
            accounts=found.accounts if stated.accounts is None else stated.accounts,
            contacts=found.contacts if stated.contacts is None else stated.contacts,
            persons=found.persons if stated.persons is None else stated.persons,
            properties=_merged(found.properties, stated.properties),
            version=found.version + 1,
        )
        self.cards[card.code] = card
        return card, found.version == 0

    def _find(self, stated: Stated) -> Card | None:
        for card in self.cards.values():
            if stated.id in (card.code, card.site):
                return card
        tax_id, kpp = stated.texts.get("ИНН", ""), stated.texts.get("КПП", "")
        for card in self.cards.values():
            if tax_id and card.texts.get("ИНН") == tax_id and (not kpp or card.texts.get("КПП", "") == kpp):
                return card
        if tax_id:
            return None
        name = stated.texts.get("Наименование", "")
        named = [card for card in self.cards.values() if name and card.texts.get("Наименование") == name]
        return named[0] if len(named) == 1 and not named[0].texts.get("ИНН") else None


def _check(stated: Stated) -> None:
    if not 0 < len(stated.id) <= ID_LENGTH:
        raise Refusal(f"Ид has to have 1 to {ID_LENGTH} characters")
    if len(stated.texts.get("Наименование", "")) > NAME_LENGTH:
        raise Refusal(f"Наименование is longer than {NAME_LENGTH} characters")
    tax_id = stated.texts.get("ИНН", "")
    if tax_id and not re.fullmatch(r"\d{10}|\d{12}", tax_id):
        raise Refusal("ИНН has to have 10 or 12 digits")
    if stated.texts.get("КПП") and not re.fullmatch(r"\d{4}[0-9A-Z]{2}\d{3}", stated.texts["КПП"]):
        raise Refusal("КПП has to have 9 digits")


def _merged(held: Mapping[str, object], stated: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in {**held, **stated}.items() if value}
