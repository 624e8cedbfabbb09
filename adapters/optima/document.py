"""How is a card written as a file for Optima's import, in the order of the one complete generator?

A new contractor has every element. A changed one has every element whose value is known: one that would have to be
invented could overwrite what somebody keyed in, and so could an empty list.
"""

from __future__ import annotations

import uuid
from typing import Final

from adapters.optima.card import Card, groups_of
from adapters.optima.elements import ADDRESS, CONTRACTOR, GROUPS, POSTAL, Element, Form
from adapters.optima.options import Options, knows_all_groups
from syncd import xml

__all__ = ["NAMESPACE", "VERSION", "document", "source_id"]

NAMESPACE: Final = "http://www.comarch.pl/cdn/optima/offline"
VERSION: Final = "2.00"

_IDS: Final = uuid.uuid5(uuid.NAMESPACE_URL, NAMESPACE)


def source_id(code: str, options: Options) -> str:
    """ID_ZRODLA of a contractor: the same for the same acronym, whoever writes."""
    return str(uuid.uuid5(_IDS, f"{options.source_base}/{code.casefold()}")).upper()


def document(card: Card, options: Options, *, new: bool) -> bytes:
    """The file that brings Optima to this card.

    Raises:
        Unstorable: If a value has a character for which XML has no room.
    """
    root = xml.build("ROOT", namespace=NAMESPACE)
    section = xml.add(root, "KONTRAHENCI")
    xml.add(section, "WERSJA", VERSION)
    xml.add(section, "BAZA_ZRD_ID", options.source_base)
    xml.add(section, "BAZA_DOC_ID", options.target_base)
    contractor = xml.add(section, "KONTRAHENT")
    xml.add(contractor, "ID_ZRODLA", card.source_id or source_id(card.code, options))
    _write(contractor, CONTRACTOR, card, new=new)
    addresses = xml.add(contractor, "ADRESY")
    current = xml.add(addresses, "ADRES")
    xml.add(current, "STATUS", "aktualny")
    _write(current, ADDRESS, card, new=new)
    for former in card.former:
        addresses.append(xml.parse(former.encode()))
    if options.write_postal:
        _write(xml.add(contractor, "ADRES_KORESPONDENCYJNY"), POSTAL, card, new=new)
    if new or (GROUPS in card.values and knows_all_groups(options)):
        groups = xml.add(contractor, "GRUPY")
        for name in groups_of(card):
            xml.add(xml.add(groups, "GRUPA"), "NAZWA", name)
    for rest in card.rest:
        contractor.append(xml.parse(rest.encode()))
    return xml.write(root, pretty=True)


def _write(parent: xml.Element, elements: tuple[Element, ...], card: Card, *, new: bool) -> None:
    for element in elements:
        text = card.values.get(element.name)
        if text is None:
            if not new:
                continue
            text = "Nie" if element.form is Form.FLAG else ""
        xml.add(parent, element.name, text)
