"""How is a value that the shop has only part of a place for said to it, and understood again? Pure.

Each pair of functions is one part: names of a person, phones, the registered office, the bank account, numbers of an
organisation, consents. Saying gives what the shop's own fields get and what goes into the details beside it;
understanding takes both. See `adapters.insales.details` for when the details count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from adapters.insales.details import NAMES, plain
from adapters.insales.phones import international, phone_for
from syncd.domain import consent, tax
from syncd.domain.contractor import Account, Address, AddressKind, Consent, Contractor

__all__ = [
    "Said",
    "keyless",
    "line_of",
    "say_account",
    "say_address",
    "say_consents",
    "say_names",
    "say_numbers",
    "say_phones",
    "understand_accounts",
    "understand_addresses",
    "understand_consents",
    "understand_names",
    "understand_numbers",
    "understand_phones",
]

Said = tuple[Mapping[str, Any], Mapping[str, Any]]
"""What the shop's own fields get, and what the details get."""

PERSONAL_DATA: Final = "personal_data"

_INN_DIGITS: Final = frozenset({10, 12})
_OGRNIP_DIGITS: Final = 15


def say_names(contractor: Contractor) -> Said:
    """A person's names; the second of the first names is the patronymic."""
    first, last = contractor.first_name.split(), contractor.last_name.strip()
    if first or last:
        name, surname = (first[0], last) if first else (last, "")
    else:
        name, surname = contractor.name, ""
    parts = [name, surname, " ".join(first[1:])]
    stated = (contractor.name, contractor.first_name, contractor.last_name)
    kept = None if stated == _plain_names(*parts) else {"stated": list(stated), "of": parts}
    return dict(zip(("name", "surname", "middlename"), parts, strict=True)), {NAMES: kept}


def understand_names(name: str, surname: str, middlename: str, kept: Mapping[str, Any]) -> tuple[str, str, str]:
    """Full name, first name with patronymic, last name."""
    stated = kept.get("stated")
    if kept.get("of") == [name, surname, middlename] and isinstance(stated, list) and len(stated) == 3:
        full, first, last = map(str, stated)
        return full, first, last
    return _plain_names(name, surname, middlename)


def _plain_names(name: str, surname: str, middlename: str) -> tuple[str, str, str]:
    first = f"{name} {middlename}".strip()
    return f"{first} {surname}".strip(), first, surname


def say_phones(phones: Sequence[str], setting: str, home: str) -> Said:
    """The first one, in the form of the shop's setting; the details keep more, or another spelling."""
    first = phone_for(phones[0], setting, home) if phones else ""
    return {"phone": first}, {"phones": list(phones) if list(phones) != ([first] if first else []) else None}


def understand_phones(phone: str, kept: Sequence[str], setting: str, home: str) -> tuple[str, ...]:
    """All of them; those that the details keep count if the first is still the shop's."""
    if not kept:
        return (phone,) if phone else ()
    first = kept[0].strip() if setting == "free" else international(kept[0], home)
    if phone in {kept[0], first}:
        return tuple(kept)
    return ((phone,) if phone else ()) + tuple(kept[1:])


def line_of(addresses: Sequence[Address]) -> str:
    """The registered office as one line, the way Russian papers have it."""
    main = next((one for one in addresses if one.kind is AddressKind.MAIN), None)
    if main is None:
        return ""
    street = ", ".join(part.strip() for part in main.street.splitlines() if part.strip())
    return ", ".join(part for part in (main.postal_code, main.region, main.city, street) if part)


def say_address(addresses: Sequence[Address]) -> Said:
    """The registered office; the details keep its parts and all other addresses."""
    line = line_of(addresses)
    only = (Address(street=line),) if line else ()
    return {"juridical_address": line}, {"addresses": keyless(addresses) if keyless(addresses) != plain(only) else None}


def keyless(addresses: Sequence[Address]) -> Any:
    """Addresses without the ids that another side has for them."""
    return plain(tuple(msgspec.structs.replace(one, key="") for one in addresses))


def understand_addresses(line: str, kept: tuple[Address, ...]) -> tuple[Address, ...]:
    """All of them; the registered office is what the shop holds, in parts if it is still the one that was written."""
    if line == line_of(kept):
        return kept
    others = tuple(one for one in kept if one.kind is not AddressKind.MAIN)
    return ((Address(street=line),) if line else ()) + others


def say_account(accounts: Sequence[Account]) -> Said:
    """The first account; the details keep more of them, and what the shop has no place for."""
    first = accounts[0] if accounts else Account()
    own = {
        "bank_name": first.bank,
        "bik": first.bik,
        "settlement_account": first.settlement,
        "correspondent_account": first.correspondent,
    }
    only = (_held(first),) if _held(first) != Account() else ()
    return own, {"accounts": plain(tuple(accounts)) if tuple(accounts) != only else None}


def understand_accounts(held: Account, kept: tuple[Account, ...]) -> tuple[Account, ...]:
    """All of them; the first is what the shop holds."""
    if kept and _held(kept[0]) == held:
        return kept
    return ((held,) if held != Account() else ()) + kept[1:]


def _held(account: Account) -> Account:
    return msgspec.structs.replace(account, iban="", currency="")


def say_numbers(contractor: Contractor) -> Said:
    """INN, KPP, OGRN and OKPO; what has not the form of an INN, and all other numbers, go into the details."""
    inn = contractor.tax_id if contractor.tax_id.isdigit() and len(contractor.tax_id) in _INN_DIGITS else ""
    rest = dict(contractor.registrations)
    ogrn = _ogrn_of(rest)
    own = {"inn": inn, "kpp": rest.pop("kpp", ""), "ogrn": rest.pop(ogrn, ""), "okpo": rest.pop("okpo", "")}
    details = {
        "tax_id": None if inn else contractor.tax_id or None,
        "tax_prefix": contractor.tax_prefix or None,
        "registrations": rest or None,
    }
    return own, details


def understand_numbers(inn: str, held: Mapping[str, str], kept: Contractor) -> dict[str, Any]:
    """Tax id and registrations as fields of a contractor."""
    parts = tax.split(inn)
    ogrn = "ogrnip" if len(held["ogrn"]) == _OGRNIP_DIGITS else "ogrn"
    numbers = {"kpp": held["kpp"], ogrn: held["ogrn"], "okpo": held["okpo"]}
    return {
        "tax_id": parts.number or kept.tax_id,
        "tax_id_stated": tax.stated_form(inn, parts) if inn else "",
        "tax_prefix": parts.prefix or kept.tax_prefix,
        "registrations": {**kept.registrations, **{kind: number for kind, number in numbers.items() if number}},
    }


def _ogrn_of(registrations: Mapping[str, str]) -> str:
    """Which of its numbers an organisation or an entrepreneur has in the one field for both."""
    if "ogrn" in registrations and len(registrations["ogrn"]) != _OGRNIP_DIGITS:
        return "ogrn"
    return "ogrnip" if len(registrations.get("ogrnip", "")) == _OGRNIP_DIGITS else ""


def say_consents(contractor: Contractor) -> Said:
    """Newsletter and consent to personal data; evidence, and that somebody said no, only the details can hold."""
    agreed = consent.answer(contractor.consents, PERSONAL_DATA) is True
    bare = (Consent(kind=PERSONAL_DATA, given=True),) if agreed else ()
    own = {"subscribe": contractor.newsletter is True, "consent_to_personal_data": agreed}
    kept = plain(contractor.consents) if contractor.consents != bare else None
    return own, {"consents": kept, "newsletter": contractor.newsletter}


def understand_consents(
    kept: Contractor, *, subscribe: bool, agreed: bool, unsubscribed: str
) -> tuple[bool | None, tuple[Consent, ...]]:
    """What is known: a switch that is off says no only of somebody who is known to have been asked."""
    asked = kept.newsletter is not None or unsubscribed == "no"
    newsletter = True if subscribe else False if asked else None
    known = consent.answer(kept.consents, PERSONAL_DATA)
    if known is agreed or (known is None and not agreed):
        return newsletter, kept.consents
    others = tuple(one for one in kept.consents if one.kind != PERSONAL_DATA)
    return newsletter, (*others, Consent(kind=PERSONAL_DATA, given=agreed))
