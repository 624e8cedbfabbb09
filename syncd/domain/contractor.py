"""What is a contractor, as one side states it?

Every adapter turns its platform's record into a `Contractor` and back; the registry keeps one as what the
customer should be, and one per connection as what that side held when last seen. Structs are msgspec's because
a run builds and encodes one for each record that changed; and they are kept out of the garbage collector's sight
(``gc=False``), which finds no cycle in them however often it looks, and looked for a third of a first load.

An empty value (``""``, ``None``, ``()``) says "this side holds nothing here". "This side cannot say" is not a
value: it is the field's absence from the endpoint's ``fields``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import compress
from operator import attrgetter, ne
from typing import Any, Final, NamedTuple

import msgspec

__all__ = [
    "FIELDS",
    "Account",
    "Activity",
    "Address",
    "AddressKind",
    "Consent",
    "Contractor",
    "Employee",
    "Kind",
    "digest",
    "dump",
    "load",
    "restrict",
    "values_of",
]


class Kind(StrEnum):
    """Who a contractor is before the law: decides required fields and what privacy rules apply."""

    ORGANISATION = "organisation"
    PERSON = "person"


class AddressKind(StrEnum):
    """What an address is for. ``MAIN`` is the registered office; of several that are stated the first counts."""

    MAIN = "main"
    DELIVERY = "delivery"
    INVOICE = "invoice"
    POSTAL = "postal"
    OTHER = "other"


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One address.

    Attributes:
        key: The address' own id on the side that stated it; ``""`` where addresses have none. Never compared.
        street: The street with house and flat number as one text, line breaks kept.
        country: ISO 3166-1 alpha-2 in upper case, or ``""``.
        region: Name or code of a state or province, as stated.
    """

    key: str = ""
    kind: AddressKind = AddressKind.MAIN
    name: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    phone: str = ""


class Employee(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person who logs in for a contractor.

    Attributes:
        key: The employee's id on the side that stated it. Never compared.
        email: The log-in e-mail, which is not the contractor's contact e-mail.
        default_login: Exactly one employee of an active contractor is the default.
    """

    key: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    default_login: bool = False
    active: bool = True


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One bank account: IBAN in the EU; settlement and correspondent account with BIK in Russia."""

    bank: str = ""
    iban: str = ""
    bik: str = ""
    settlement: str = ""
    correspondent: str = ""
    currency: str = ""


class Consent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Evidence that a person said yes or no.

    Attributes:
        kind: ``terms``, ``personal_data``, ``newsletter``, ``order_notices`` or a platform's own name.
        at: When it was said; ``None`` where the platform does not tell.
        source: Where it was said (a form, a till, an import), as the platform names it.
        heard: Where there is no time: when syncd heard of it. As the next two, kept in the registry only.
        by: Where there is no time: the connection that said it.
        bare: It is that connection's plain yes or no; its platform keeps no evidence.
    """

    kind: str
    given: bool
    at: datetime | None = None
    source: str = ""
    heard: datetime | None = None
    by: str = ""
    bare: bool = False


class Activity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the shop counts about a customer; carried to weigh what a block would touch, never written to a shop."""

    orders: int = 0
    gross: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    currency: str = ""
    last_order: date | None = None
    last_visit: datetime | None = None
    points: int = 0


class Contractor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A business customer in the shape that all sides share.

    Attributes:
        name: Legal name, or first and last name of a person; at most 250 characters in the registry.
        number: The merchant's own customer number (ERP code, acronym); unique per side where set.
        tax_id: Tax number without its country prefix, compact: upper case, no blanks, dots or dashes.
        tax_id_stated: The tax number as it was typed, where `tax_prefix` and `tax_id` do not say it all; see
            docs/explanation/tax-ids.md.
        tax_prefix: VAT prefix (``PL``, ``EL``, ``XI``); not a country code. ``""`` where none was stated.
        country: Declared country, ISO 3166-1 alpha-2 in upper case; an unknown statement is kept as stated.
        tax_class: The stating side's own class of country or VAT treatment, in its own words (``krajowy``,
            ``Knt_Export=3``, ``EUVAT``).
        registrations: Number by kind: ``regon``, ``inn``, ``kpp``, ``ogrn``, ``okpo``, ``orgno``, ``eori``, …
        email: Contact e-mail. ``login_email`` is the default log-in and may differ.
        groups: Names of groups in the stating side's own terms, sorted, without repetition.
        payment_days: Days until an invoice is due.
        newsletter: ``None`` where the person was never asked.
        approved: Shops with an approval step: may this customer buy?
        registered: Has a shop account, against a guest or a record made by the merchant.
        origin: How the record came to be at the shop, in its own words.
        custom: Fields that only this merchant has, by name.
        active: ``False`` when the stating side has switched the contractor off.
    """

    name: str
    kind: Kind = Kind.ORGANISATION
    number: str = ""
    tax_id: str = ""
    tax_id_stated: str = ""
    tax_prefix: str = ""
    country: str = ""
    tax_class: str = ""
    registrations: Mapping[str, str] = {}
    accounts: tuple[Account, ...] = ()
    first_name: str = ""
    last_name: str = ""
    contact_person: str = ""
    email: str = ""
    login_email: str = ""
    username: str = ""
    phones: tuple[str, ...] = ()
    website: str = ""
    addresses: tuple[Address, ...] = ()
    employees: tuple[Employee, ...] = ()
    groups: tuple[str, ...] = ()
    caretaker: str = ""
    price_list: str = ""
    payment_form: str = ""
    payment_days: int | None = None
    credit_limit: Decimal | None = None
    currency: str = ""
    discount: Decimal | None = None
    newsletter: bool | None = None
    consents: tuple[Consent, ...] = ()
    approved: bool | None = None
    registered: bool | None = None
    origin: str = ""
    notes: str = ""
    custom: Mapping[str, str] = {}
    activity: Activity | None = None
    active: bool = True


FIELDS: Final = Contractor.__struct_fields__
"""Names of all fields, in the order of declaration."""

_key = attrgetter("key")
_encode = msgspec.json.Encoder(order="deterministic", decimal_format="string").encode
_decode = msgspec.json.Decoder(Contractor).decode


def dump(contractor: Contractor) -> bytes:
    """Encode as JSON, the same bytes for the same value: fields at their defaults are left out."""
    return _encode(contractor)


def load(data: bytes | str) -> Contractor:
    """Decode what `dump` wrote.

    Raises:
        msgspec.ValidationError: If the bytes are not a contractor's.
    """
    return _decode(data)


def digest(data: bytes) -> bytes:
    """16 bytes that stand for `data`: equal bytes, equal digest. Not a secret, not a signature."""
    return hashlib.blake2b(data, digest_size=16).digest()


def restrict(contractor: Contractor, fields: frozenset[str]) -> Contractor:
    """Keep only what a side with these `fields` can hold; everything else goes back to its default.

    The ids that a side gives to addresses and employees are dropped as well, so that two sides' statements
    compare by content; so is what the registry alone notes of consents.
    """
    outside = _outside(fields)
    changes: dict[str, Any] = {}
    if outside.resets and (held := outside.values(contractor)) != outside.defaults:
        changes.update(compress(outside.resets, map(ne, held, outside.defaults)))
    if contractor.addresses and "addresses" in fields and any(map(_key, contractor.addresses)):
        changes["addresses"] = tuple(msgspec.structs.replace(a, key="") for a in contractor.addresses)
    if contractor.employees and "employees" in fields and any(map(_key, contractor.employees)):
        changes["employees"] = tuple(msgspec.structs.replace(e, key="") for e in contractor.employees)
    if contractor.consents and "consents" in fields and any(consent.at is None for consent in contractor.consents):
        changes["consents"] = _stated(contractor.consents, bare="newsletter" not in fields)
    return msgspec.structs.replace(contractor, **changes) if changes else contractor


def _stated(consents: tuple[Consent, ...], *, bare: bool) -> tuple[Consent, ...]:
    """Consents as a side can hold them: of two undated words that it cannot tell apart the no.

    Args:
        bare: A plain yes or no is told as well; a side that holds it in a field of its own needs it once.
    """
    stated: dict[tuple[object, ...], Consent] = {}
    for consent in consents:
        if consent.bare and not bare:
            continue
        plain = msgspec.structs.replace(consent, heard=None, by="", bare=False)
        key = (plain.kind, plain.source, plain.at)
        if key not in stated or not plain.given:
            stated[key] = plain
    return tuple(stated.values())


def values_of(names: Sequence[str]) -> Callable[[Contractor], tuple[Any, ...]]:
    """What gets the values of these fields at once: one call of C where a loop would ask for each."""
    if len(names) > 1:  # `attrgetter` answers for a single one without a tuple
        return attrgetter(*names)
    return lambda contractor: tuple([getattr(contractor, name) for name in names])


class _Outside(NamedTuple):
    """Fields that are left out.

    Attributes:
        defaults: What they then hold.
        resets: Each with its default.
        values: What gets the values that a contractor has in them.
    """

    defaults: tuple[Any, ...]
    resets: tuple[tuple[str, Any], ...]
    values: Callable[[Contractor], tuple[Any, ...]]


@lru_cache(maxsize=64)
def _outside(fields: frozenset[str]) -> _Outside:
    """Fields that are not in `fields`."""
    names = tuple(name for name in FIELDS if name not in fields and name != "name")
    values = values_of(names)
    defaults = values(Contractor(name=""))
    return _Outside(defaults, tuple(zip(names, defaults, strict=True)), values)
