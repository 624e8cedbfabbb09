"""Which addresses, persons and groups of a contractor have to change in XL, and which have to stay?

Only what differs between what was told and what is wanted is touched: a member that an operator added meanwhile, or
that the shop was never told of, stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from adapters.xl.groups import Groups
from adapters.xl.limits import lines_of, street_of, text_of
from syncd.domain.addresses import address_key
from syncd.domain.contractor import Address, AddressKind, Employee
from syncd.domain.employees import employee_key
from syncd.errors import InvalidRecord

__all__ = ["address_changes", "employee_changes", "group_changes"]

Member = TypeVar("Member", Address, Employee)

_KINDS: Final[Mapping[AddressKind, str]] = {AddressKind.MAIN: "main", AddressKind.DELIVERY: "delivery"}


def address_changes(
    told: Sequence[Address], wanted: Sequence[Address], current: Sequence[tuple[Address, str]]
) -> dict[str, Any]:
    """What to save and what to archive, and the region, which XL keeps on the card.

    Args:
        current: Addresses with their own numbers in XL.

    Raises:
        Unstorable: Naming what has no room.
    """
    wanted = _with_one_main(wanted)
    pairs, gone = _paired(told, wanted, [lambda one: one.kind is AddressKind.MAIN or one.key, address_key])
    numbers = [(_plain(address), number) for address, number in current]
    save = [_saved(address, _number(before, numbers)) for before, address in pairs]
    archive = []
    for address in gone:
        number = _number(address, numbers)
        if address.kind is AddressKind.MAIN:
            # A card points at its main address, so that one is emptied instead.
            save.append(_saved(Address(kind=AddressKind.MAIN), number))
        elif number:
            archive.append(int(number))
    changes: dict[str, Any] = {"Adresy": {"archive": archive, "save": save}} if save or archive else {}
    regions = [_region(addresses) for addresses in (told, wanted)]
    if regions[0] != regions[1]:
        changes["Wojewodztwo"] = text_of("addresses", "Wojewodztwo", regions[1])
    return changes


def employee_changes(
    told: Sequence[Employee], wanted: Sequence[Employee], current: Sequence[Employee]
) -> dict[str, Any]:
    """What to save, and which persons are no log-ins any more.

    Args:
        current: Persons as XL has them; the key of each is its number there.

    Raises:
        Unstorable: Naming what has no room.
    """
    pairs, gone = _paired(told, wanted, [lambda one: one.key, employee_key, lambda one: one.name.casefold()])
    numbers = [(_plain(person), person.key) for person in current]
    save = [_person(person, _number(before, numbers)) for before, person in pairs]
    withdraw = [int(number) for person in gone if (number := _number(person, numbers))]
    return {"Osoby": {"save": save, "withdraw": withdraw}} if save or withdraw else {}


def group_changes(told: Collection[str], wanted: Sequence[str], home: str, groups: Groups) -> dict[str, Any]:
    """Groups to join and to leave, by number and name; and a new home where the home is left.

    Raises:
        InvalidRecord: If XL has no group of a wanted name: groups are made by people, there.
    """
    changes: dict[str, Any] = {
        "Grupy": {
            "add": [_group(name, groups) for name in wanted if name not in told],
            "remove": [_group(name, groups) for name in told if name not in wanted],
        }
    }
    if home not in wanted:
        changes["GrupaDomyslna"] = _group(wanted[0], groups) if wanted else {"GIDNumer": 0, "Nazwa": ""}
    return changes


def _group(name: str, groups: Groups) -> dict[str, Any]:
    number = groups.number(name)
    if number is None:
        raise InvalidRecord(
            "XL has no group of this name",
            code="unknown-group",
            field="groups",
            cure="Make the group in XL, or map it to one that is there.",
        )
    return {"GIDNumer": number, "Nazwa": name}


def _with_one_main(addresses: Sequence[Address]) -> list[Address]:
    """The first main address is the card's; a later one would take its place there."""
    main = next((one for one in addresses if one.kind is AddressKind.MAIN), None)
    return [
        msgspec.structs.replace(one, kind=AddressKind.OTHER)
        if one.kind is AddressKind.MAIN and one is not main
        else one
        for one in addresses
    ]


def _paired(
    told: Sequence[Member], wanted: Sequence[Member], sames: Sequence[Callable[[Member], Hashable]]
) -> tuple[list[tuple[Member | None, Member]], list[Member]]:
    """Members to save, each with what it was before; and those that are wanted no more."""
    added: list[Member] = list(wanted)
    gone: list[Member] = []
    for member in told:
        alike = next((one for one in added if _plain(one) == _plain(member)), None)
        if alike is None:
            gone.append(member)
        else:
            added.remove(alike)
    pairs: list[tuple[Member | None, Member]] = []
    for same in sames:
        for member in list(added):
            before = next((one for one in gone if same(one) == same(member) != ""), None)
            if before is not None:
                pairs.append((before, member))
                gone.remove(before)
                added.remove(member)
    pairs.extend((None, member) for member in added)
    return pairs, gone


def _plain(member: Member) -> Member:
    return msgspec.structs.replace(member, key="")


def _number(member: Member | None, numbers: Sequence[tuple[Member, str]]) -> str:
    """The number in XL of what was told; ``""`` if it is not there (any more), or has none yet."""
    if member is None:
        return ""
    return next((number for one, number in numbers if one == _plain(member) and number.isdigit()), "")


def _saved(address: Address, number: str) -> dict[str, Any]:
    texts = {
        "KodP": address.postal_code,
        "Miasto": address.city,
        "Kraj": address.country,
        "Telefon1": address.phone,
    }
    return {
        "GIDNumer": int(number) if number else None,
        "Rodzaj": _KINDS.get(address.kind, "other"),
        **lines_of("addresses", address.name),
        **street_of("addresses", address.street),
        **{column: text_of("addresses", column, text) for column, text in texts.items()},
    }


def _person(person: Employee, number: str) -> dict[str, Any]:
    texts = {"Nazwa": person.name, "EMail": person.email, "Telefon": person.phone}
    return {
        "Lp": int(number) if number else None,
        **{column: text_of("employees", column, text) for column, text in texts.items()},
        "ESklep": 1,
        "AdminESklep": int(person.default_login),
        "Archiwalny": int(not person.active),
    }


def _region(addresses: Sequence[Address]) -> str:
    return next((address.region for address in addresses if address.kind is AddressKind.MAIN), "")
