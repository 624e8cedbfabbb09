"""How is a contractor stated to 1C, and what of it has no room there? Pure: contractor in, parts out."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from adapters.commerceml.accounts import accounts_element
from adapters.commerceml.addresses import address_element, country_name
from adapters.commerceml.contacts import contacts_of, persons_of
from adapters.commerceml.mapping import CUSTOM, REGISTRATIONS, TAX_IDS, Terms, first
from adapters.commerceml.options import STANDARD, Options
from adapters.commerceml.statement import Parts, leaf, overlay, property_value
from syncd import xml
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.errors import Unstorable
from syncd.sentence import Counted, Sentence

__all__ = ["NAME_LIMIT", "parts_from", "readable", "writable"]

NAME_LIMIT: Final = 255
"""Characters of Наименование in the scheme."""

_LISTS: Final = frozenset({"groups", "phones"})
"""Fields whose property holds several, parted by an option."""

_INN: Final = re.compile(r"\d{10}|\d{12}")
_KPP: Final = re.compile(r"\d{4}[0-9A-Z]{2}\d{3}")


def readable(terms: Terms) -> frozenset[str]:
    """Fields that a read states with these options."""
    return STANDARD | terms.properties.fields


def writable(terms: Terms) -> frozenset[str]:
    """Fields that a write stores: a country needs a property of its own, a prefix one for tax numbers."""
    left_out = {"tax_id_stated"}
    if "country" not in terms.options.properties:
        left_out.add("country")
    if "tax_id" not in terms.options.properties:
        left_out.add("tax_prefix")
    if not terms.options.deletion_mark:
        left_out.add("active")
    return readable(terms) - left_out


def parts_from(contractor: Contractor, base: Parts, terms: Terms) -> Parts:
    """State a contractor, over what 1C said last where that is the same or is not read.

    Raises:
        Unstorable: Naming the field that has no room.
    """
    options = terms.options
    registrations = {
        tag: contractor.registrations.get(name, "")
        for name, tag in REGISTRATIONS.items()
        if f"registrations.{name}" not in options.properties
    }
    if contractor.kind is Kind.PERSON and registrations.get("КПП"):
        raise Unstorable("a person has no КПП", field="registrations", cure="Make it a company, or remove the КПП.")
    stated = {
        **_leaves("name", _names(contractor, base, options)),
        **_leaves("first_name", {"Имя": contractor.first_name}),
        **_leaves("last_name", {"Фамилия": contractor.last_name}),
        **_leaves("tax_id", _tax_ids(contractor, base, options)),
        **_leaves("registrations", registrations),
        **_leaves("custom", {tag: contractor.custom.get(name, "") for name, tag in CUSTOM.items()}),
        **_leaves("notes", {"Комментарий": contractor.notes}),
        **_addresses(contractor, base, options),
        **_properties(contractor, base, options),
    }
    if options.deletion_mark:
        stated |= _leaves("active", {"ПометкаУдаления": "false" if contractor.active else "true", "Статус": ""})
    with _of("accounts"):
        stated["РасчетныеСчета"] = (accounts_element(contractor.accounts, _one(base, "РасчетныеСчета")),)
    with _of("email"):
        stated["Контакты"] = (contacts_of(contractor, _one(base, "Контакты")),)
    with _of("contact_person"):
        stated["Представители"] = (persons_of(contractor, _one(base, "Представители")),)
    return overlay(base, stated)


@contextlib.contextmanager
def _of(field: str) -> Iterator[None]:
    """Name the contractor's field in an error about its element."""
    try:
        yield
    except Unstorable as error:
        error.field = field
        raise


def _leaves(field: str, texts: Mapping[str, str]) -> dict[str, tuple[xml.Element, ...]]:
    with _of(field):
        return {tag: (leaf(tag, text),) for tag, text in texts.items()}


def _one(parts: Parts, tag: str) -> xml.Element | None:
    return next(iter(parts.get(tag, ())), None)


def _names(contractor: Contractor, base: Parts, options: Options) -> dict[str, str]:
    """1C has a short and a legal name. The one that is not the contractor's stays, unless it was the same."""
    name = contractor.name
    if len(name) > NAME_LIMIT:
        raise Unstorable(
            Sentence(Counted("1C takes %(count)s character", "1C takes %(count)s characters"), count=NAME_LIMIT),
            field="name",
            cure="Shorten the name; nothing was cut.",
        )
    short, official, full = (
        first(base, tag) for tag in ("Наименование", "ОфициальноеНаименование", "ПолноеНаименование")
    )
    legal = official or full
    if options.name_from == "short":
        short, legal = name, name if legal in ("", short) else legal
    else:
        short, legal = short if short and legal and short != legal else name, name
    person = contractor.kind is Kind.PERSON
    names = {
        "Наименование": short,
        "ОфициальноеНаименование": "" if person else legal,
        "ПолноеНаименование": legal if person or (official and full) else "",
    }
    return names | ({"ВидЛица": "ФизЛицо" if person else "ЮрЛицо"} if "ВидЛица" in base else {})


def _tax_ids(contractor: Contractor, base: Parts, options: Options) -> dict[str, str]:
    """The element that holds the tax number; a foreign one is a property, see `_properties`."""
    empty = dict.fromkeys(TAX_IDS, "")
    if not contractor.tax_id or _is_foreign(contractor, options):
        return empty
    country = _country(contractor)
    if country == "KZ":
        usual = "БИН" if contractor.kind is Kind.ORGANISATION else "ИИН"
        tag = next((tag for tag in TAX_IDS if first(base, tag)), usual)
        fits = re.fullmatch(r"\d{12}", contractor.tax_id)
    else:
        tag = "ИНН"
        fits = _INN.fullmatch(contractor.tax_id)
        if fits and contractor.kind is Kind.PERSON and len(contractor.tax_id) == 10:
            raise Unstorable(
                "an ИНН of 10 digits is a company's", field="tax_id", cure="Make it a company, or correct the number."
            )
    if contractor.tax_prefix or not fits:
        raise Unstorable(
            "the tax number is no ИНН, and 1C has no other room for it",
            field="tax_id",
            cure='Name the property of your 1C for it: properties = { tax_id = "..." }.',
        )
    return {**empty, tag: contractor.tax_id}


def _country(contractor: Contractor) -> str:
    return contractor.country or next((one.country for one in contractor.addresses if one.country), "")


def _is_foreign(contractor: Contractor, options: Options) -> bool:
    """Whether the tax number goes into its property."""
    if "tax_id" not in options.properties:
        return False
    domestic = _country(contractor) in ("", "RU", "KZ") and not contractor.tax_prefix
    return not (domestic and _INN.fullmatch(contractor.tax_id))


def _addresses(contractor: Contractor, base: Parts, options: Options) -> dict[str, tuple[xml.Element, ...]]:
    """The registered and the postal address; a third has no room."""
    main = "ЮридическийАдрес" if contractor.kind is Kind.ORGANISATION else "АдресРегистрации"
    main = next((tag for tag in ("ЮридическийАдрес", "АдресРегистрации") if tag in base), main)
    tags = {AddressKind.MAIN: main, AddressKind.POSTAL: "Адрес"}
    placed: dict[str, Address] = {}
    for address in contractor.addresses:
        tag = tags.get(address.kind)
        if tag is not None and tag not in placed:
            placed[tag] = address
        elif options.more_addresses == "refuse":
            raise Unstorable(
                "1C has room for one registered and one postal address",
                field="addresses",
                cure='Set more_addresses = "leave" if others shall not be sent, or remove them.',
            )
    with _of("addresses"):
        return {
            tag: (address_element(tag, placed[tag], _one(base, tag)) if tag in placed else leaf(tag),)
            for tag in tags.values()
        }


def _properties(contractor: Contractor, base: Parts, options: Options) -> dict[str, tuple[xml.Element, ...]]:
    stated: dict[str, tuple[xml.Element, ...]] = {}
    for label, name in options.properties.items():
        values = _values(contractor, label)
        if label == "tax_id":
            values = [contractor.tax_prefix + contractor.tax_id] if _is_foreign(contractor, options) else []
        elif label == "country":
            values = [country_name(contractor.country)]
        if isinstance(values, Decimal):
            values = [str(values).replace(".", ",") if options.decimal_comma else str(values)]
        with _of(label.partition(".")[0]):
            if label in _LISTS:
                _demand_whole(values, options.separator)
            stated[f"={name}"] = tuple(property_value(name, value) for value in values or [""])
    return {name: found for name, found in stated.items() if name in base or any(map(_says, found))}


def _demand_whole(members: Sequence[str], separator: str) -> None:
    """Refuse a member of a list that would be read back as several."""
    if separator and any(separator in member for member in members):
        raise Unstorable(
            Sentence("one of them holds %(separator)s, by which a property is parted", separator=repr(separator)),
            cure="Rename it, or set the option separator to what no name has.",
        )


def _says(element: xml.Element) -> bool:
    return bool(element.findtext("Значение"))


def _values(contractor: Contractor, label: str) -> Any:
    """Texts of one field, by the name that the options give it."""
    field, *rest = label.split(".")
    if field == "consents":
        given = [consent.given for consent in contractor.consents if consent.kind == rest[0]]
        return ["true" if one else "false" for one in given[-1:]]
    value = getattr(contractor, "employees" if field == "employee" else field)
    if field in ("registrations", "custom"):
        value = value.get(".".join(rest), "")
    elif field in ("employee", "employees"):
        place = int(rest[0]) if len(rest) > 1 else 0
        value = getattr(value[place], rest[-1]) if place < len(value) else ""
    if value is None or value == "":
        return []
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return value if isinstance(value, Decimal) else [str(value)]
