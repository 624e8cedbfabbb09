"""How does an address of CommerceML read, and how is one written? Typed fields, and a line for people beside them.

Where only the line is there, it is the street as it stands: taking it apart would be a guess.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from babel import Locale

from adapters.commerceml.statement import lines, word
from syncd import xml
from syncd.domain.addresses import Street, join_street, split_street
from syncd.domain.contractor import Address, AddressKind
from syncd.domain.country.normal import as_code

__all__ = ["address_element", "address_of", "country_name"]

_DISTRICT: Final = "Район"
_BUILDING: Final = re.compile(r"(?P<house>.+?),? (?:корп|корпус|к)\.? ?(?P<building>[^ ]+)")


def address_of(element: xml.Element, kind: AddressKind) -> Address | None:
    """The address that an element states; ``None`` if it is empty."""
    fields = {word(one.findtext("Тип") or ""): lines(one.findtext("Значение") or "") for one in _fields(element)}
    stated = {name: value for name, value in fields.items() if value}
    if not stated:
        line = lines(element.findtext("Представление") or element.text or "")
        return Address(kind=kind, street=line) if line else None
    return Address(
        kind=kind,
        street=_street(stated),
        postal_code=word(stated.get("Почтовый индекс", "")),
        city=_joined(stated, "Город", "Населенный пункт"),
        region=_joined(stated, "Регион", _DISTRICT),
        country=as_code(word(stated.get("Страна", ""))),
    )


def address_element(tag: str, address: Address, base: xml.Element | None) -> xml.Element:
    """An element that states `address`; that of `base` as it is, if it does already."""
    if base is not None and address_of(base, address.kind) == _held(address):
        return copy.deepcopy(base)
    element = xml.build(tag)
    country = country_name(address.country)
    street = _split(address)
    stated = {
        "Почтовый индекс": address.postal_code,
        "Страна": country,
        "Регион": address.region,
        "Город": address.city,
        **street,
    }
    line = (address.postal_code, country, address.region, address.city, address.street)
    xml.add(element, "Представление", ", ".join(part for part in line if part))
    for name, value in stated.items():
        if value:
            field = xml.add(element, "АдресноеПоле")
            xml.add(field, "Тип", name)
            xml.add(field, "Значение", value)
    return element


def country_name(code: str) -> str:
    """Russian name of a country; what is no code stays as stated."""
    return _names().get(code, code)


@cache
def _names() -> Mapping[str, str]:
    names = {code: name for code, name in Locale.parse("ru").territories.items() if len(code) == 2}
    # Only what is read back as the same country.
    return {code: name for code, name in names.items() if as_code(name) == code}


def _held(address: Address) -> Address:
    """What CommerceML can hold of an address."""
    return Address(
        kind=address.kind,
        street=address.street,
        postal_code=address.postal_code,
        city=address.city,
        region=address.region,
        country=address.country,
    )


def _fields(element: xml.Element) -> list[xml.Element]:
    return element.findall("АдресноеПоле")


def _joined(stated: Mapping[str, str], *names: str) -> str:
    return ", ".join(dict.fromkeys(word(stated[name]) for name in names if name in stated))


def _street(stated: Mapping[str, str]) -> str:
    house = word(stated.get("Дом", ""))
    if building := word(stated.get("Корпус", "")):
        house = f"{house} корп. {building}" if house else f"корп. {building}"
    street = Street(stated.get("Улица", ""), house, word(stated.get("Квартира", "")))
    if not street.street:
        return ", ".join(part for part in (house, street.flat) if part)
    return join_street(street, _country(stated)) if house else ", ".join(filter(None, (street.street, street.flat)))


def _country(stated: Mapping[str, str]) -> str:
    return as_code(word(stated.get("Страна", "")))


def _split(address: Address) -> dict[str, str]:
    """Street, house, building and flat where that is sure: what is joined again must be the same text."""
    parts = split_street(address.street, address.country)
    found = _BUILDING.fullmatch(parts.house)
    house, building = (found["house"], found["building"]) if found else (parts.house, "")
    stated = {"Улица": parts.street, "Дом": house, "Корпус": building, "Квартира": parts.flat}
    stated = {name: value for name, value in stated.items() if value}
    whole = {**stated, "Страна": country_name(address.country)} if address.country else stated
    return stated if _street(whole) == address.street else {"Улица": address.street}
