"""How does a KONTRAHENT of an export read as a card, whichever version or program wrote it? Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from adapters.optima.card import Card
from adapters.optima.elements import ADDRESS, CONTRACTOR, GROUPS, POSTAL, Element, Form
from adapters.optima.words import EXPORT, amount_text, export_code, flag_text
from syncd import xml

__all__ = ["card_of_element", "element_text"]

_READ: Final = frozenset(e.name for e in CONTRACTOR) | {
    "ID_ZRODLA", "ADRES", "ADRESY", "ADRES_KORESPONDENCYJNY", "GRUPY",
}  # fmt: skip
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_FLAGS: Final[Mapping[str, bool]] = {"tak": True, "nie": False}


def element_text(element: xml.Element, name: str) -> str:
    """A text of the contractor itself or of its current address, wherever this version puts it."""
    return next((text for place in (element, current_address(element)) if (text := xml.text(place, name))), "")


def card_of_element(element: xml.Element) -> Card:
    """Read one contractor; what is not there is not stated."""
    values: dict[str, str] = {}
    current = current_address(element)
    places = (
        (CONTRACTOR, element),
        (ADDRESS, current),
        (POSTAL, next(iter(xml.children(element, "ADRES_KORESPONDENCYJNY")), None)),
    )
    for elements, place in places:
        if place is None:
            continue
        for known in elements:
            found = xml.texts(place, known.name)
            if found:
                values[known.name] = _normal(known, found[0])
    groups = xml.children(element, "GRUPY")
    if groups:
        names = dict.fromkeys(" ".join(name.split()) for name in xml.texts(groups[0], "GRUPA/NAZWA"))
        values[GROUPS] = "\n".join(name for name in names if name)
    return Card(
        values=values,
        accounts=tuple(dict.fromkeys(filter(None, map(_account, xml.children(element, "KNT_RACHUNKI/KNT_RACHUNEK"))))),
        rest=tuple(_as_text(child) for child in element if _is_unread(child)),
        former=tuple(_as_text(address) for address in _addresses(element) if address is not current),
    )


def current_address(element: xml.Element) -> xml.Element:
    """The address that counts: with STATUS aktualny, else the first; the contractor itself if it has none."""
    addresses = _addresses(element)
    current = (a for a in addresses if xml.text(a, "STATUS").casefold() == "aktualny")
    return next(current, next(iter(addresses), element))


def _addresses(element: xml.Element) -> list[xml.Element]:
    """All addresses, wherever this version puts them."""
    return xml.children(element, "ADRESY/ADRES") + xml.children(element, "ADRES")


def _as_text(element: xml.Element) -> str:
    return xml.write(element).decode().partition("?>")[2].strip()


def _normal(known: Element, text: str) -> str:
    """One spelling for each value, so that a file and the database state the same card."""
    if known.form is Form.FLAG and text.casefold() in _FLAGS:
        return flag_text(_FLAGS[text.casefold()])
    if known.form is Form.AMOUNT and text:
        return amount_text(text)
    if known.form is Form.EXPORT:
        code = export_code(text)
        return text if code is None else EXPORT[code]
    return text


def _account(element: xml.Element) -> str:
    """A bank account's number: RACHUNEK_IBAN where it is one, since in some files it only says that the other is."""
    iban = "".join(xml.text(element, "RACHUNEK_IBAN").split()).upper()
    return iban if _IBAN.fullmatch(iban) else "".join(xml.text(element, "RACHUNEK_NUMER").split())


def _is_unread(child: xml.Element) -> bool:
    return xml.local_name(child) not in _READ
