"""What does a client of InSales say about a contractor, and how is a contractor said to InSales? Pure.

Organisations are juridical clients with all their requisites; persons are individual ones, of which the shop takes
names, phone and e-mail and **silently ignores** everything else: that goes into the details. Whether a client is
blocked, and its group, are `adapters.insales.standing`'s affair.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from adapters.insales import details, parts
from adapters.insales.capabilities import IN_DETAILS
from adapters.insales.fields import INDIVIDUAL, JURIDICAL
from adapters.insales.options import Options
from adapters.insales.snapshot import Snapshot, standing
from syncd.domain.contractor import Account, Contractor, Kind
from syncd.errors import InvalidRecord, Unstorable
from syncd.ports import Remote
from syncd.sentence import Counted, Sentence

__all__ = ["Form", "check_room", "difference", "form_of", "moment", "type_of", "understand"]

_TYPES: Final = {INDIVIDUAL: Kind.PERSON, JURIDICAL: Kind.ORGANISATION}
_BEFORE_OFFSET: Final = re.compile(r" (?=[+-]\d{2}:?\d{2}$)")
_ABOUT: Final = {
    "name": "name",
    "surname": "last_name",
    "middlename": "first_name",
    "email": "email",
    "phone": "phones",
    "inn": "tax_id",
    "kpp": "registrations",
    "ogrn": "registrations",
    "okpo": "registrations",
    "juridical_address": "addresses",
    "bank_name": "accounts",
    "bik": "accounts",
    "settlement_account": "accounts",
    "correspondent_account": "accounts",
}
"""The contractor's field behind each text of a client."""


class Form(msgspec.Struct, frozen=True):
    """A contractor in the form that the shop can hold.

    Attributes:
        own: The client's own fields.
        fields: Texts of additional fields, by name.
        details: What goes into the details; ``None`` for what is empty or has a place elsewhere.
    """

    own: Mapping[str, Any]
    fields: Mapping[str, str]
    details: Mapping[str, Any]


def type_of(contractor: Contractor) -> str:
    """The type of client that a contractor is; it is final."""
    return INDIVIDUAL if contractor.kind is Kind.PERSON else JURIDICAL


def form_of(contractor: Contractor, options: Options, home: str) -> Form:
    """Say a contractor, but for its groups and whether it is active.

    Raises:
        Unstorable: Naming a field that the shop, as it is set up, has no place for.
    """
    said = [
        parts.say_phones(contractor.phones, options.phone_format, home),
        parts.say_consents(contractor),
        ({"email": contractor.email}, {name: _kept(contractor, name) for name in IN_DETAILS}),
    ]
    if contractor.kind is Kind.PERSON:
        said.append(parts.say_names(contractor))
        names = ("tax_id", "tax_prefix", "registrations", "accounts")
        said.append(({}, {name: _kept(contractor, name) for name in names}))
        said.append(({}, {"addresses": parts.keyless(contractor.addresses) or None}))
    else:
        said.append(({"name": contractor.name}, {n: _kept(contractor, n) for n in ("first_name", "last_name")}))
        said.append(parts.say_numbers(contractor))
        said.append(parts.say_address(contractor.addresses))
        said.append(parts.say_account(contractor.accounts))
    own = {name: value for fields, _ in said for name, value in fields.items()}
    kept = {name: value for _, more in said for name, value in more.items()}
    named = {options.number: contractor.number, options.country: contractor.country}
    visible = {name for name in (options.groups, *options.custom_fields) if name}
    named |= {name: contractor.custom.get(name, "") for name in visible}
    kept["custom"] = {name: value for name, value in contractor.custom.items() if name not in visible} or None
    named.pop("", None)
    if not options.details:
        kept = _without_details(kept)
    return Form(own, named, kept)


def difference(before: Form, after: Form) -> Form:
    """Keep of `after` only what differs from `before`."""
    return Form(
        {name: value for name, value in after.own.items() if value != before.own.get(name)},
        {name: value for name, value in after.fields.items() if value != before.fields.get(name, "")},
        {name: value for name, value in after.details.items() if value != before.details.get(name)},
    )


def check_room(form: Form, options: Options) -> None:
    """Refuse what may not fit, while nothing has been written yet.

    Raises:
        Unstorable: Naming the contractor's field.
    """
    about = {options.number: "number", options.country: "country"}
    texts = {name: ("custom", value) for name, value in form.fields.items()}
    texts |= {name: (about[name], value) for name, value in form.fields.items() if name in about}
    texts |= {name: (_ABOUT[name], value) for name, value in form.own.items() if name in _ABOUT}
    for name, (field, value) in texts.items():
        if len(value) > options.text_length:
            raise Unstorable(
                Sentence(
                    Counted(
                        "the text for the shop's %(name)s has %(count)s character; %(limit)s is the most",
                        "the text for the shop's %(name)s has %(count)s characters; %(limit)s is the most",
                    ),
                    name=name,
                    count=len(value),
                    limit=options.text_length,
                ),
                code="text-too-long",
                field=field,
                cure="Shorten it where it comes from; the next run takes it. Nothing was cut.",
            )


def understand(snapshot: Snapshot, options: Options, home: str) -> Remote:
    """Say what a client states.

    Raises:
        InvalidRecord: If it has no name, is of an unknown type, or its details are unreadable.
    """
    record = str(snapshot.client.get("id"))
    kind = _TYPES.get(snapshot.text("type") or INDIVIDUAL)
    if kind is None:
        raise InvalidRecord(
            "the client is neither an individual nor an organisation", code="not-a-customer", record=record
        )
    kept, names = details.read(snapshot.values.get(options.details, ""), record, options.details)
    values = {name: getattr(kept, name) for name in IN_DETAILS}
    values |= _requisites(snapshot, kept, names, kind)
    if not values["name"]:
        raise InvalidRecord(
            "the client has no name",
            code="name-missing",
            record=record,
            field="name",
            cure="Fill in the name in the shop; the next run takes it.",
        )
    newsletter, consents = parts.understand_consents(
        kept,
        subscribe=snapshot.client.get("subscribe") is True,
        agreed=_agreed(snapshot.client.get("consent_to_personal_data")),
        unsubscribed=options.unsubscribed,
    )
    named = (options.groups, *options.custom_fields)
    custom = {name: snapshot.values[name] for name in named if name in snapshot.values}
    stand = standing(snapshot, options)
    in_place = stand.blocked and bool(options.blocked_group)
    group = snapshot.own_group if in_place else snapshot.group
    contractor = Contractor(
        kind=kind,
        number=snapshot.values.get(options.number, ""),
        country=_country(snapshot.values.get(options.country, "")),
        email=snapshot.text("email"),
        phones=parts.understand_phones(snapshot.text("phone"), kept.phones, options.phone_format, home),
        groups=(group,) if group else (),
        newsletter=newsletter,
        consents=consents,
        registered=snapshot.client.get("registered") is True,
        custom={**kept.custom, **custom},
        active=not stand.blocked,
        **values,
    )
    logins = (contractor.email,) if _still_in(contractor, options, password=stand.password) else ()
    return Remote(
        external_id=record,
        contractor=contractor,
        modified=moment(snapshot.text("updated_at")),
        blocked_logins=logins,
    )


def moment(stated: str) -> datetime | None:
    """A time of the shop's in UTC; old answers have blanks where ISO 8601 has a ``T`` and nothing."""
    try:
        at = datetime.fromisoformat(_BEFORE_OFFSET.sub("", stated.strip()))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _requisites(snapshot: Snapshot, kept: Contractor, names: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """Names, numbers, addresses and accounts."""
    text = snapshot.text
    if kind is Kind.PERSON:
        full, first, last = parts.understand_names(text("name"), text("surname"), text("middlename"), names)
        stated = {
            name: getattr(kept, name) for name in ("tax_id", "tax_prefix", "registrations", "addresses", "accounts")
        }
        return {"name": full, "first_name": first, "last_name": last, **stated}
    account = Account(
        bank=text("bank_name"),
        bik=text("bik"),
        settlement=text("settlement_account"),
        correspondent=text("correspondent_account"),
    )
    return {
        "name": text("name"),
        "first_name": kept.first_name,
        "last_name": kept.last_name,
        "addresses": parts.understand_addresses(text("juridical_address"), kept.addresses),
        "accounts": parts.understand_accounts(account, kept.accounts),
        **parts.understand_numbers(text("inn"), {name: text(name) for name in ("kpp", "ogrn", "okpo")}, kept),
    }


def _still_in(contractor: Contractor, options: Options, *, password: bool) -> bool:
    """Whether a blocked client is known to have a log-in that works: one that a changed password was to stop."""
    known = options.block_password and not password
    return known and not contractor.active and contractor.registered is True and bool(contractor.email)


def _country(stated: str) -> str:
    """A code in upper case; what somebody typed instead stays as it is."""
    return stated.upper() if len(stated) == 2 else stated


def _agreed(stated: object) -> bool:
    """The shop states it as a switch, or as text."""
    return stated is True or (isinstance(stated, str) and stated.strip().casefold() in {"1", "true", "да", "yes"})


def _kept(contractor: Contractor, name: str) -> Any:
    value = details.plain(getattr(contractor, name))
    return None if value in ("", [], {}) else value


def _without_details(kept: Mapping[str, Any]) -> dict[str, Any]:
    """What is left where there is no field for details: nothing, and nobody must lose anything by that.

    One address is held as a line and one phone in the setting's form, and a word on consents as a switch.
    """
    for name, value in kept.items():
        alone = name in {"addresses", "phones"} and value is not None and len(value) == 1
        if value is not None and not alone and name not in {"newsletter", "consents"}:
            raise Unstorable(
                "the shop has no place for this, and no additional field for details",
                code="no-place-for-it",
                field="name" if name == details.NAMES else name,
                cure="Name an additional field in the option details, or leave the field out of the connection's.",
            )
    return {}
