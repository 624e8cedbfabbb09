"""What remains of somebody who was erased, what may a side still hold, and by what is a record known to be theirs?

An erased contractor keeps its code and nothing that tells who it was, but for the fields that a law has kept. A side's
record stays where it is, because orders and invoices hang on it; every personal value in it is overwritten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import msgspec

from syncd.domain import match
from syncd.domain.contractor import Account, Address, Consent, Contractor, Employee

__all__ = [
    "BY_HAND",
    "LEFT",
    "PERSONAL",
    "RETAINABLE",
    "RETURNS",
    "Mark",
    "marks",
    "overwritten",
    "pieces",
    "proves",
    "remains",
    "residue",
    "unheard",
]

BY_HAND: Final = "erase-by-hand"
"""Cause of the issue that says what syncd may not overwrite."""

RETURNS: Final = "erased-returns"
"""Cause of the issue that says that a side states an erased contractor."""

PERSONAL: Final = (
    "name", "number", "tax_id", "tax_id_stated", "registrations", "accounts", "first_name", "last_name",
    "contact_person", "email", "login_email", "username", "phones", "website", "addresses", "employees",
    "notes", "custom", "consents",
)  # fmt: skip
"""Fields that tell, or may tell, who somebody is: overwritten wherever syncd may write them.

Here the policy of edits does not count: an ERP's own fields are overwritten as well, because erasing is no edit that
one side makes of the other's data.
"""

LEFT: Final = (
    "kind", "tax_prefix", "country", "tax_class", "groups", "caretaker", "price_list", "payment_form", "payment_days",
    "credit_limit", "currency", "discount", "newsletter", "approved", "registered", "origin", "activity",
    "active",
)  # fmt: skip
"""Fields that say nothing about a person once the others are gone: a side keeps them, the registry forgets most.

But for two: nobody logs in any more and nobody is written to, so what is on of these is switched off.
"""

RETAINABLE: Final = frozenset(PERSONAL)
"""Fields that can be kept because a law requires it."""

_REMAINS: Final = ("kind", "country")
_NOWHERE: Final = "@erased.invalid"
"""A domain that never gets mail (RFC 2606), for sides that demand an address."""


class Mark:
    """By what a record can be known for that of an erased contractor. A record's own id is one more."""

    RECORD: Final = "record"
    NUMBER: Final = match.Key.NUMBER.value
    TAX: Final = match.Key.TAX.value
    EMAIL: Final = match.Key.EMAIL.value
    PHONE: Final = match.Key.PHONE.value
    NAME: Final = "name"


_STRONG: Final = frozenset({Mark.RECORD, Mark.NUMBER, Mark.TAX, Mark.EMAIL})
_TOGETHER: Final = frozenset({Mark.PHONE, Mark.NAME})


def remains(contractor: Contractor, code: str, retained: Collection[str]) -> Contractor:
    """What the registry keeps."""
    kept = {field: getattr(contractor, field) for field in (*_REMAINS, *retained)}
    return Contractor(**{"name": _stand_in("name", code), **kept, "active": False})


def overwritten(there: Contractor, left: Contractor, code: str, fields: Collection[str]) -> Contractor:
    """What a side's record is to become: each of `fields` that holds something personal says nothing of anybody.

    What is empty stays empty, and what a law has kept stays as it is.

    Args:
        left: What the registry keeps, see `remains`.
    """
    changes: dict[str, Any] = {f: _without(f, getattr(there, f), left, code) for f in PERSONAL if f in fields}
    if "active" in fields:
        changes["active"] = False
    if "newsletter" in fields and there.newsletter:
        changes["newsletter"] = False
    return msgspec.structs.replace(there, **changes)


def residue(there: Contractor, left: Contractor, code: str) -> tuple[str, ...]:
    """Fields in which a side's record still says something of the person."""
    return tuple(
        field
        for field in PERSONAL
        if not _alike(getattr(there, field), _without(field, getattr(there, field), left, code))
    )


def unheard(external_id: str) -> Contractor:
    """A record of which nobody knows what it holds: something stands in every field, so that each is overwritten."""
    texts: dict[str, Any] = {f: external_id for f in PERSONAL if isinstance(getattr(_BLANK, f), str)}
    return Contractor(
        **texts,
        phones=(external_id,),
        registrations={"": external_id},
        custom={"": external_id},
        accounts=(Account(bank=external_id),),
        addresses=(Address(street=external_id),),
        employees=(_ANYBODY,),
        newsletter=True,
        consents=(Consent(kind=external_id, given=True),),
    )


def marks(contractor: Contractor) -> Iterator[tuple[str, str]]:
    """Comparable forms of what `contractor` can be known by; none that an erasure itself put there."""
    for kind, value in match.keys(contractor):
        if kind is not match.Key.PHONE:
            yield kind.value, value.casefold()
    if contractor.login_email:
        yield Mark.EMAIL, contractor.login_email.casefold()
    for phone in contractor.phones:
        for kind, value in match.keys(Contractor(name="", phones=(phone,))):
            yield kind.value, value
    yield Mark.NAME, " ".join(contractor.name.split()).casefold()


def pieces(contractor: Contractor) -> Iterator[tuple[str, str]]:
    """Every personal value in a form that can be compared, with its field; a list's members one by one."""
    for field in PERSONAL:
        value = getattr(contractor, field)
        members = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else (value,)
        for member in members:
            for text in _texts(member):
                plain = " ".join(text.split()).casefold()
                if plain:
                    yield field, plain


def _texts(member: Any) -> tuple[str, ...]:
    match member:
        case Address():
            return (f"{member.street} {member.postal_code} {member.city}", member.phone)
        case Employee():
            return (member.name, member.email, member.phone)
        case Account():
            return (member.iban, member.settlement)
        case Consent():
            return (member.source,)
        case _:
            return (str(member),)


def proves(found: Collection[str]) -> bool:
    """Whether marks that a record shares with one erased contractor make it theirs.

    A phone changes hands and a name is not one person's: only both together are enough.
    """
    return not _STRONG.isdisjoint(found) or frozenset(found) >= _TOGETHER


def _without(field: str, value: Any, left: Contractor, code: str) -> Any:
    if not value:
        return value
    if field == "employees":
        if left.employees:
            return value
        # The log-in of a customer is its default employee's at some platforms, which have to say the same of both.
        login = next((one for one in value if one.default_login), None)
        return tuple(
            _nobody(one, f"erased-{code.lower()}{'' if one is login else f'-{number}'}", code)
            for number, one in enumerate(value, 1)
            if one != _ANYBODY
        )
    if field == "name":
        return left.name
    return value if getattr(left, field) else _stand_in(field, code)


def _stand_in(field: str, code: str) -> Any:
    """What is written where something personal was: not empty where platforms demand a value."""
    match field:
        case "name":
            return f"Erased {code}"
        case "number":
            return f"ERASED-{code}"
        case "first_name":
            return "Erased"
        case "last_name":
            return code
        case "email" | "login_email":
            return f"erased-{code.lower()}{_NOWHERE}"
        case "username":
            return f"erased-{code.lower()}"
        case _:
            return getattr(_BLANK, field)


def _nobody(employee: Employee, mailbox: str, code: str) -> Employee:
    """An employee's log-in, switched off and without its person."""
    taken = employee.email.endswith(_NOWHERE) or not employee.email
    email = employee.email if taken else f"{mailbox}{_NOWHERE}"
    return msgspec.structs.replace(
        employee, name=employee.name and f"Erased {code}", email=email, phone="", active=False
    )


def _alike(one: Any, other: Any) -> bool:
    """Equal but for what platforms do to texts, and for whether a log-in is off, which is asked for by itself."""
    if isinstance(one, str):
        return bool(one.strip().casefold() == other.strip().casefold())
    if one and isinstance(one, tuple) and isinstance(one[0], Employee):
        return [(e.name, e.email, e.phone) for e in one] == [(e.name, e.email, e.phone) for e in other]
    return bool(one == other)


_BLANK: Final = Contractor(name="")
_ANYBODY: Final = Employee()
"""Stands for employees of whom nobody knows who they are: no log-in is kept for them."""
