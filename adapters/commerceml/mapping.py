"""How does a statement of 1C read as a contractor? Pure: parts in, contractor out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from adapters.commerceml.accounts import accounts_of
from adapters.commerceml.addresses import address_of
from adapters.commerceml.contacts import contact_fields, person_of
from adapters.commerceml.options import Options, property_map
from adapters.commerceml.statement import Parts, lines, word
from syncd import xml
from syncd.domain import tax
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.domain.fieldmap import FieldMap
from syncd.errors import InvalidRecord

__all__ = ["REGISTRATIONS", "Keys", "Terms", "contractor_of", "first", "keys_of", "terms_of"]

REGISTRATIONS: Final = {
    "kpp": "КПП",
    "ogrn": "ОГРН",
    "ogrnip": "ОГРНИП",
    "okpo": "ОКПО",
    "okved": "ОКВЭД",
    "okdp": "ОКДП",
    "okopf": "ОКОПФ",
    "okfs": "ОКФС",
    "egrpo": "ЕГРПО",
}
"""Element of each registration."""

CUSTOM: Final = {
    "patronymic": "Отчество",
    "main_activity": "ОсновнойВидДеятельности",
    "registration_date": "ДатаРегистрации",
}
"""Element of each custom field that CommerceML has of its own."""

TAX_IDS: Final = ("ИНН", "БИН", "ИИН")
_MAIN: Final = ("ЮридическийАдрес", "АдресРегистрации")
_YES: Final = frozenset({"true", "1", "да"})
_NO: Final = frozenset({"", "false", "0", "нет"})
_DELETED: Final = frozenset({"удален", "удалён"})
_PERSONAL: Final = ("ПолноеНаименование", "Фамилия", "Имя")


class Terms(NamedTuple):
    """What the options say about understanding, compiled."""

    options: Options
    properties: FieldMap


class Keys(msgspec.Struct, frozen=True):
    """What a contractor can be found by, in comparable form; empty where there is none."""

    number: str = ""
    tax_id: str = ""
    email: str = ""


def terms_of(options: Options) -> Terms:
    """Compile the options.

    Raises:
        Misconfigured: If a property cannot be mapped so.
    """
    return Terms(options, property_map(options))


def keys_of(contractor: Contractor) -> Keys:
    """What a contractor is looked for by."""
    tax_id = contractor.tax_id.strip().upper()
    return Keys(contractor.number.strip(), tax_id, contractor.email.strip().casefold())


def first(parts: Parts, *tags: str) -> str:
    """Text of the first of these parts that has one."""
    return next((text for tag in tags for element in parts.get(tag, ()) if (text := word(element.text or ""))), "")


def _part(parts: Parts, tag: str) -> xml.Element | None:
    return next(iter(parts.get(tag, ())), None)


def contractor_of(parts: Parts, terms: Terms, record: str) -> Contractor:
    """Read one statement.

    Raises:
        InvalidRecord: Naming the field and the cure; the value itself is not repeated.
    """
    stated = _properties(parts, terms, record)
    kind = _kind(parts)
    official = first(parts, *(("ОфициальноеНаименование", "ПолноеНаименование") if kind is Kind.ORGANISATION else ()))
    official = official or first(parts, "ПолноеНаименование", "ОфициальноеНаименование") or _full_name(parts)
    short = first(parts, "Наименование")
    name = short or official if terms.options.name_from == "short" else official or short
    if not name:
        raise InvalidRecord(
            "the contractor has no name", code="name-missing", record=record, field="name", cure="Name it in 1C."
        )
    email, phones, website = contact_fields(_part(parts, "Контакты"))
    addresses = _addresses(parts)
    values: dict[str, Any] = {
        "kind": kind,
        "country": next((one.country for one in addresses if one.country), ""),
        "registrations": _texts(parts, REGISTRATIONS),
        "accounts": accounts_of(_part(parts, "РасчетныеСчета")),
        "first_name": first(parts, "Имя"),
        "last_name": first(parts, "Фамилия"),
        "contact_person": person_of(_part(parts, "Представители")),
        "email": email,
        "phones": phones,
        "website": website,
        "addresses": addresses,
        "notes": lines("\n".join(element.text or "" for element in parts.get("Комментарий", ()))),
        "active": _is_active(parts, record),
    }
    if tax_id := first(parts, *TAX_IDS):
        split = tax.split(tax_id)
        values |= {"tax_id": split.number, "tax_prefix": split.prefix, "tax_id_stated": tax.stated_form(tax_id, split)}
    return Contractor(**{"name": name, **_merged(values, stated, parts)})


def _properties(parts: Parts, terms: Terms, record: str) -> dict[str, Any]:
    """Fields that properties state, except for the map's own name."""

    def values(name: str) -> Sequence[str]:
        return [lines(element.findtext("Значение") or "") for element in parts.get(f"={name}", ())]

    read = terms.properties.contractor(values, record=record)
    return {field: getattr(read, field) for field in terms.properties.fields - {"name"}}


def _merged(values: dict[str, Any], stated: dict[str, Any], parts: Parts) -> dict[str, Any]:
    """Elements and properties together: a number in ИНН and a deletion mark are stronger than any property."""
    active = values["active"] and stated.pop("active", True)
    custom = _texts(parts, CUSTOM) | dict(stated.pop("custom", {}))
    values["registrations"] |= stated.pop("registrations", {})
    if "tax_id" in values:
        for field in ("tax_id", "tax_prefix", "tax_id_stated"):
            stated.pop(field, None)
    if not stated.get("country", "-"):
        del stated["country"]
    if "kind" in stated and stated["kind"] is Kind.ORGANISATION and values["kind"] is Kind.PERSON:
        del stated["kind"]
    return {**values, **stated, "custom": custom, "active": active}


def _kind(parts: Parts) -> Kind:
    """Company or person. A sole trader is a person; some writers give a company's name as ПолноеНаименование."""
    if first(parts, "ОфициальноеНаименование"):
        return Kind.ORGANISATION
    said = first(parts, "ВидЛица")
    if said:
        return Kind.PERSON if said == "ФизЛицо" else Kind.ORGANISATION
    if first(parts, "КПП"):
        return Kind.ORGANISATION
    digits = len(re.sub(r"\D", "", first(parts, "ИНН")))
    if first(parts, "ИИН") or digits == 12 or (digits != 10 and first(parts, *_PERSONAL)):
        return Kind.PERSON
    return Kind.ORGANISATION


def _full_name(parts: Parts) -> str:
    return word(" ".join(first(parts, tag) for tag in ("Фамилия", "Имя", "Отчество")))


def _texts(parts: Parts, tags: dict[str, str]) -> dict[str, str]:
    return {name: text for name, tag in tags.items() if (text := first(parts, tag))}


def _addresses(parts: Parts) -> tuple[Address, ...]:
    found = [
        address_of(element, kind)
        for tags, kind in ((_MAIN, AddressKind.MAIN), (("Адрес",), AddressKind.POSTAL))
        for element in [next((parts[tag][0] for tag in tags if tag in parts), None)]
        if element is not None
    ]
    return tuple(address for address in found if address is not None)


def _is_active(parts: Parts, record: str) -> bool:
    mark = first(parts, "ПометкаУдаления").casefold()
    if mark not in _YES | _NO:
        raise InvalidRecord(
            "ПометкаУдаления is neither true nor false",
            record=record,
            field="active",
            cure="Correct the export's rule: true for who is marked for deletion, else false.",
        )
    return mark in _NO and first(parts, "Статус").casefold() not in _DELETED
