"""What does a bridge have to set so that a contractor of XL becomes what it should be? Pure: see `document`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from adapters.xl.groups import Groups
from adapters.xl.limits import lines_of, number_of, percent_of, text_of
from adapters.xl.mapping import PAYMENT_FORMS, REGISTRATIONS, addresses_of, employees_of
from adapters.xl.members import address_changes, employee_changes, group_changes
from adapters.xl.options import Options
from adapters.xl.records import Selection
from syncd.domain.contractor import FIELDS, Contractor, Kind
from syncd.errors import Unstorable

__all__ = ["NEW", "WRITES", "belonging", "changes_of"]

NEW: Final[Mapping[str, Any]] = {"card": {}, "addresses": [], "persons": [], "groups": [], "home": "", "moved": 0}
"""A record that is not there yet, as `records` makes them."""

_FORMS: Final = {word: number for number, word in PAYMENT_FORMS.items()}

_PLAIN: Final[Mapping[str, str]] = {
    "tax_id": "NipE",
    "tax_prefix": "NipPrefiks",
    "country": "Kraj",
    "email": "EMail",
    "website": "URL",
    "currency": "Symbol",
}


def _name(contractor: Contractor) -> dict[str, Any]:
    return lines_of("name", contractor.name)


def _number(contractor: Contractor) -> dict[str, Any]:
    if not contractor.number:
        raise Unstorable("XL has nobody without a code", field="number", cure="Give the contractor a number.")
    return {"Akronim": text_of("number", "Akronim", contractor.number)}


def _kind(contractor: Contractor) -> dict[str, Any]:
    return {"Osoba": int(contractor.kind is Kind.PERSON)}


def _registrations(contractor: Contractor) -> dict[str, Any]:
    columns = {column.removeprefix("Knt_"): kind for kind, column in REGISTRATIONS.items()}
    stated = contractor.registrations
    return {column: text_of("registrations", column, stated.get(kind, "")) for column, kind in columns.items()}


def _phones(contractor: Contractor) -> dict[str, Any]:
    if len(contractor.phones) > 2:
        raise Unstorable("XL keeps two telephone numbers", field="phones", cure="Leave two of them.")
    first, second = (*contractor.phones, "", "")[:2]
    return {"Telefon1": text_of("phones", "Telefon1", first), "Telefon2": text_of("phones", "Telefon2", second)}


def _price_list(contractor: Contractor) -> dict[str, Any]:
    return {"Cena": number_of("price_list", contractor.price_list)}


def _payment_form(contractor: Contractor) -> dict[str, Any]:
    stated = contractor.payment_form
    return {"FormaPl": number_of("payment_form", _FORMS.get(stated, stated))}


def _discount(contractor: Contractor) -> dict[str, Any]:
    return {"Rabat": percent_of("discount", contractor.discount)}


def _active(contractor: Contractor) -> dict[str, Any]:
    return {"Archiwalny": int(not contractor.active)}


_OWN: Final[Mapping[str, Callable[[Contractor], dict[str, Any]]]] = {
    "name": _name,
    "number": _number,
    "kind": _kind,
    "registrations": _registrations,
    "phones": _phones,
    "price_list": _price_list,
    "payment_form": _payment_form,
    "discount": _discount,
    "active": _active,
}

WRITES: Final = frozenset({*_OWN, *_PLAIN, "addresses", "employees", "groups", "custom"})
"""Fields that a document can carry."""


def changes_of(
    values: Mapping[str, Any], told: Contractor, wanted: Contractor, groups: Groups, options: Options
) -> dict[str, Any]:
    """Members of ``set`` for the fields in which `told` and `wanted` differ; what XL holds already is left out.

    Args:
        values: The record as it is now, for the numbers of its addresses and persons.

    Raises:
        RecordError: Naming the field that XL has no room for.
    """
    differing = [name for name in FIELDS if name in WRITES and getattr(told, name) != getattr(wanted, name)]
    changes: dict[str, Any] = {}
    for name in differing:
        if name in _PLAIN:
            changes[_PLAIN[name]] = text_of(name, _PLAIN[name], getattr(wanted, name))
        elif name in _OWN:
            before = _OWN[name](told) if name in ("registrations", "phones") and told.name else {}
            changes |= {key: value for key, value in _OWN[name](wanted).items() if before.get(key) != value}
        elif name == "addresses":
            changes |= address_changes(told.addresses, wanted.addresses, addresses_of(values))
        elif name == "employees":
            current = employees_of(values["persons"], options)
            changes |= employee_changes(told.employees, wanted.employees, current)
        elif name == "groups":
            changes |= group_changes(told.groups, wanted.groups, values["home"], groups)
        else:
            changes |= _attributes(values["card"], told.custom, wanted.custom, options)
    return changes


def belonging(changes: dict[str, Any], selection: Selection, groups: Groups, options: Options) -> dict[str, Any]:
    """The same for a new contractor, put where this connection reads: elsewhere it would come back switched off."""
    placed = {"Typ": options.types[0], "ESklep": 1, **changes}
    joined = placed.get("Grupy", {"add": [], "remove": []})
    numbers = frozenset(group["GIDNumer"] for group in joined["add"])
    if selection.groups is not None and selection.groups.isdisjoint(numbers):
        number = groups.named(options.only_groups[0])
        group = {"GIDNumer": number, "Nazwa": groups.name(number)}
        placed |= {"Grupy": {**joined, "add": [*joined["add"], group]}}
        placed.setdefault("GrupaDomyslna", group)
    return placed


def _attributes(
    card: Mapping[str, str], told: Mapping[str, str], wanted: Mapping[str, str], options: Options
) -> dict[str, Any]:
    """The three attributes of a card: each stays in its place, new ones take free places."""
    names = {slot: card.get(f"Knt_Atrybut{slot}", "") for slot in (1, 2, 3)}
    changes: dict[str, Any] = {}
    moved = {name for name in {*told, *wanted} if told.get(name) != wanted.get(name)} - {options.home_group_field}
    for slot, name in names.items():
        if name in moved:
            changes |= _attribute(slot, name if wanted.get(name) else "", wanted.get(name, ""))
            names[slot] = name if wanted.get(name) else ""
    for name in sorted(name for name in moved if wanted.get(name) and name not in names.values()):
        free = next((slot for slot, taken in names.items() if not taken), None)
        if free is None:
            raise Unstorable("a card has three attributes", field="custom", cure="Leave three of them.")
        names[free] = name
        changes |= _attribute(free, name, wanted[name])
    return changes


def _attribute(slot: int, name: str, value: str) -> dict[str, Any]:
    columns = {f"Atrybut{slot}": name, f"Wartosc{slot}": value}
    return {column: text_of("custom", column, text) for column, text in columns.items()}
