"""What does an Abicart customer say about a contractor, and in which values is a contractor said to Abicart? Pure.

- **Name.** A company has one; whoever has none is a private person, named by first and last name.
- **Block.** Not an approved buyer *and* in the group of blocked ones. Which of the two groups it is tells whether the
  customer was an approved buyer before. Somebody in such a group who is approved can buy, so is active.
- **Addresses.** The customer's own one, and one for delivery.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from adapters.abicart.customer import Customer, at, moment, text_of
from adapters.abicart.numbers import read_numbers, say_numbers
from adapters.abicart.options import Options
from adapters.abicart.places import ADDRESS, DELIVERY, read_addresses, say_addresses
from syncd.domain.contractor import Contractor, Kind
from syncd.domain.country.normal import as_code
from syncd.errors import InvalidRecord
from syncd.ports import Remote
from syncd.sentence import Sentence

__all__ = ["FIELD_OF", "changes", "full_name", "markers", "said", "standing_of", "understand"]

FIELD_OF: Final[Mapping[str, str]] = {
    **{key: key for key in ("number", "username", "approved", "newsletter", "notes", "groups", "email")},
    **dict.fromkeys((*ADDRESS, *DELIVERY), "addresses"),
    "phone_day": "phones",
    "phone_evening": "phones",
    "org_number": "tax_id",
    "vat_number": "tax_id",
    "company": "name",
    "first_name": "first_name",
    "last_name": "last_name",
}
"""Contractor's field by property, for errors."""

_TOGETHER: Final = (
    ("phone_day", "phone_evening"),
    ("delivery_company", "delivery_first_name", "delivery_last_name"),
)
"""Properties that one value is spread over: if one of them differs all are written."""

_SPLIT: Final = ";"


def understand(customer: Customer, external_id: str, options: Options) -> Remote:
    """Say what `customer` states.

    Raises:
        InvalidRecord: If it has no name, or a property holds what it cannot mean.
    """
    text = _Texts(customer, external_id, options)
    company, first, last = text("company"), text("first_name"), text("last_name")
    name = company or full_name(first, last)
    if not name:
        raise InvalidRecord(
            "the customer has neither a company nor a first or last name",
            code="name-missing",
            record=external_id,
            field="name",
            cure="Fill in the company or the person's name in the shop; the next run takes it.",
        )
    groups, approved, active = standing_of(customer, external_id, options)
    kind, country = Kind.ORGANISATION if company else Kind.PERSON, as_code(text("country"))
    contractor = Contractor(
        name=name,
        kind=kind,
        number=text("number"),
        country=country,
        first_name=first,
        last_name=last,
        email=text("email"),
        username=text("username"),
        registered=bool(text("username")) if "username" in options.pointers else None,
        phones=_phones(text("phone_day"), text("phone_evening")),
        addresses=read_addresses(text, options),
        groups=groups,
        newsletter=_newsletter(customer, external_id, options),
        notes=text("notes"),
        custom={key: value for key in options.custom if (value := text.custom(key))},
        approved=approved,
        active=active,
        **read_numbers(text, kind, country, options),
    )
    changed = moment(at(customer.customer, options.pointers["changed"]), ZoneInfo(options.timezone))
    return Remote(external_id=external_id, contractor=contractor, modified=changed)


def said(contractor: Contractor, options: Options) -> dict[str, Any]:
    """Say the contractor in the shop's values, by property; left out is what it does not say.

    Groups, approval and a block are not in it: they take a look at what the shop holds.
    """
    company, first, last = _who(contractor)
    values: dict[str, Any] = {
        "number": contractor.number,
        "username": contractor.username,
        "notes": contractor.notes,
        "email": contractor.email,
        "company": company,
        "first_name": first,
        "last_name": last,
        "phone_day": "; ".join(contractor.phones),
        **say_addresses(contractor, options),
        **say_numbers(contractor, options),
    }
    if "phone_evening" in options.pointers:
        values |= {"phone_day": "".join(contractor.phones[:1]), "phone_evening": "; ".join(contractor.phones[1:])}
    if contractor.newsletter is not None:
        values["newsletter"] = contractor.newsletter
    found = {key: value for key, value in values.items() if key in options.pointers}
    return found | {f"custom.{name}": contractor.custom.get(name, "") for name in options.custom}


def changes(before: Contractor, after: Contractor, options: Options) -> dict[str, Any]:
    """Say what of `after` differs from `before`."""
    if after.kind is Kind.PERSON and after.name == before.name:
        was, now = (full_name(one.first_name, one.last_name) for one in (before, after))
        # A person's name is nothing but those two; whoever changed one of them changed it.
        after = msgspec.structs.replace(after, name=now) if now and now != was else after
    old, new = said(before, options), said(after, options)
    differing = {key for key, value in new.items() if value != old.get(key)}
    for several in _TOGETHER:
        if differing.intersection(several):
            differing.update(key for key in several if key in new)
    return {key: value for key, value in new.items() if key in differing}


def standing_of(customer: Customer, external_id: str, options: Options) -> tuple[tuple[str, ...], bool | None, bool]:
    """Groups, approval and activity; see the module's text.

    Raises:
        InvalidRecord: If one of them is stated in a form of its own.
    """
    pointer = options.pointers["groups"]
    members = at(customer.customer, pointer)
    if members is not None and not (isinstance(members, list) and all(isinstance(one, int) for one in members)):
        raise _no_such(pointer, Sentence("list of uids"), external_id, "groups")
    names = set(customer.groups.values())
    approved = _tick("approved", customer, external_id, options)
    marked = names & markers(options)
    groups = tuple(sorted(names - marked))
    if not marked or approved:
        return groups, approved, True
    return groups, options.blocked_group in marked, False


def markers(options: Options) -> frozenset[str]:
    """Names of the groups that stand for a block, and are no groups of a contractor."""
    return frozenset({options.blocked_group, options.blocked_unapproved_group} if options.blocks else ())


def full_name(first: str, last: str) -> str:
    """A person's name in one text."""
    return f"{first} {last}".strip()


class _Texts:
    """Texts of one customer by what they hold."""

    def __init__(self, customer: Customer, external_id: str, options: Options) -> None:
        self._customer = customer
        self._id = external_id
        self._options = options
        self._pointers = options.pointers

    def __call__(self, key: str) -> str:
        """A text; ``""`` for a property that the shop does not have.

        Raises:
            InvalidRecord: If something else stands there.
        """
        pointer = self._pointers.get(key)
        return self._text(pointer, FIELD_OF.get(key)) if pointer else ""

    def custom(self, name: str) -> str:
        """The text of a custom field."""
        return self._text(self._options.custom[name], "custom")

    def _text(self, pointer: str, field: str | None) -> str:
        read = text_of(at(self._customer.customer, pointer), self._options.language)
        if read is None:
            raise _no_such(pointer, Sentence("text"), self._id, field)
        return read


def _who(contractor: Contractor) -> tuple[str, str, str]:
    """Company, first and last name. A person's legal name counts more than a first and last name that contradict it."""
    first, last = contractor.first_name, contractor.last_name
    if contractor.kind is Kind.PERSON:
        if sorted(full_name(first, last).casefold().split()) != sorted(contractor.name.casefold().split()):
            first, last = _apart(contractor.name)
        return "", first, last
    if not first and not last:
        first, last = _apart(contractor.contact_person)
    return contractor.name, first, last


def _apart(name: str) -> tuple[str, str]:
    first, _, last = name.strip().rpartition(" ")
    return first, last


def _phones(day: str, evening: str) -> tuple[str, ...]:
    stated = (phone.strip() for both in (day, evening) for phone in both.split(_SPLIT))
    return tuple(dict.fromkeys(phone for phone in stated if phone))


def _newsletter(customer: Customer, external_id: str, options: Options) -> bool | None:
    ticked = _tick("newsletter", customer, external_id, options)
    return None if ticked is False and options.newsletter_unticked == "unknown" else ticked


def _tick(key: str, customer: Customer, external_id: str, options: Options) -> bool | None:
    pointer = options.pointers.get(key)
    value = at(customer.customer, pointer) if pointer else None
    if value is None or isinstance(value, bool):
        return value
    if value in (0, 1):
        return bool(value)
    raise _no_such(pointer or key, Sentence("yes or no"), external_id, FIELD_OF.get(key))


def _no_such(pointer: str, what: Sentence, external_id: str, field: str | None) -> InvalidRecord:
    return InvalidRecord(
        Sentence("the shop's %(pointer)s holds no %(what)s", pointer=pointer, what=what),
        code="unexpected-form",
        record=external_id,
        field=field,
        cure="Check the option properties against the shop's schema.",
    )
