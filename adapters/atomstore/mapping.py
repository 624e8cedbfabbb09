"""What does a user of an AtomStore shop say about a contractor? Pure: elements in, structs out.

- **Tax number, person, telephone** stand on the main address: the one for invoices; see `adapters.atomstore.addresses`.
- **Kind.** Whose main address has a first or last name and no company is a person.
- **User fields** are the contractor's custom fields, but for those that the option ``more`` names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, get_type_hints

import msgspec

from adapters.atomstore.addresses import places_of
from adapters.atomstore.options import Options
from syncd import xml
from syncd.domain import tax
from syncd.domain.contractor import Activity, Contractor, Kind
from syncd.errors import InvalidRecord
from syncd.ports import Remote
from syncd.sentence import Sentence

__all__ = ["atom_id_of", "say", "tax_ids_of", "understand", "user_fields_of"]

_TYPES: Final = get_type_hints(Contractor)
_BETWEEN_PHONES: Final = re.compile(r"[;,]")


def atom_id_of(user: xml.Element) -> str:
    """The shop's own number of a user, under which syncd knows it."""
    return xml.text(user, "atom_id")


def understand(user: xml.Element, options: Options) -> Remote:
    """Say what a user states.

    Raises:
        InvalidRecord: Naming the field and the cure.
    """
    id_ = atom_id_of(user)
    places = places_of(user)
    main = next((place.texts for place in places if place.main), {})
    name = xml.text(user, "name")
    if not name:
        raise _unreadable(id_, "name", "the customer has no name", code="name-missing")
    typed = (
        next((nip for place in places if (nip := place.texts.get("nip"))), "") if not main.get("nip") else main["nip"]
    )
    taxes = tax.split(typed)
    person = not main.get("company") and bool(main.get("firstname") or main.get("lastname"))
    group = xml.text(user, "client_group")
    fields = user_fields_of(user)
    values: dict[str, Any] = {
        "name": name,
        "kind": Kind.PERSON if person else Kind.ORGANISATION,
        "number": xml.text(user, "external_id"),
        "tax_id": taxes.number,
        "tax_id_stated": tax.stated_form(typed, taxes),
        "tax_prefix": taxes.prefix,
        "country": main.get("country_code", "").upper(),
        "first_name": main.get("firstname", ""),
        "last_name": main.get("lastname", ""),
        "email": xml.text(user, "email"),
        "phones": _phones(main.get("phone", "")),
        "addresses": tuple(place.address((name,)) for place in places if place.is_place),
        "groups": (group,) if group else (),
        "payment_days": _whole(user, "payment_term", "payment_days"),
        "credit_limit": _decimal(user, "credit", "credit_limit"),
        "currency": xml.text(user, "currency"),
        "custom": {key: text for key, text in fields.items() if text and key not in options.more.values()},
        "activity": _activity(user),
        "active": _flag(user, "active"),
    }
    values.update(_more(id_, fields, options))
    return Remote(external_id=id_, contractor=Contractor(**values))


def tax_ids_of(user: xml.Element) -> set[str]:
    """Every tax id in a user's addresses, in the form in which they compare."""
    return {tax.split(place.texts.get("nip", "")).number for place in places_of(user)}


def user_fields_of(user: xml.Element) -> dict[str, str]:
    """Values of user fields by key, empty ones included."""
    return {xml.text(one, "key"): xml.text(one, "value") for one in xml.children(user, "user_fields/user_field")}


def say(value: Any) -> str:
    """Write a value as the text of a user field: texts as they are, everything else as JSON."""
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, str):
        return str(value)
    return msgspec.json.encode(value, order="deterministic").decode().strip('"')


def _more(id_: str, fields: Mapping[str, str], options: Options) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, key in options.more.items():
        text = fields.get(key, "")
        if not text:
            continue
        kind = _TYPES[field]
        try:
            if kind is str:
                values[field] = text
            elif text[0] in "{[":
                values[field] = msgspec.json.decode(text, type=kind)
            else:
                values[field] = msgspec.convert(text, kind, strict=False)
        except (msgspec.ValidationError, msgspec.DecodeError):
            raise _unreadable(
                id_,
                field,
                Sentence("the user field %(key)s holds no %(field)s", key=key, field=field),
                code="custom-field-unreadable",
            ) from None
    return values


def _phones(stated: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phone.strip() for phone in _BETWEEN_PHONES.split(stated) if phone.strip()))


def _activity(user: xml.Element) -> Activity | None:
    points = _whole(user, "loyalty_point", "activity")
    return Activity(points=points) if points else None


def _flag(user: xml.Element, element: str) -> bool:
    """A flag is ``0`` or ``1``. Whoever could be blocked or not is not guessed to be either."""
    stated = xml.text(user, element)
    if stated not in {"0", "1"}:
        raise _unreadable(
            atom_id_of(user), element, Sentence("the shop's %(element)s is neither 0 nor 1", element=element)
        )
    return stated == "1"


def _whole(user: xml.Element, element: str, field: str) -> int | None:
    stated = xml.text(user, element)
    if not stated:
        return None
    if not re.fullmatch(r"-?[0-9]{1,9}", stated):
        raise _unreadable(
            atom_id_of(user), field, Sentence("the shop's %(element)s is no whole number", element=element)
        )
    return int(stated)


def _decimal(user: xml.Element, element: str, field: str) -> Decimal | None:
    stated = xml.text(user, element)
    if not stated:
        return None
    try:
        value = Decimal(stated)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise _unreadable(
            atom_id_of(user), field, Sentence("the shop's %(element)s is no number with a dot", element=element)
        )
    return value


def _unreadable(id_: str, field: str, message: str, *, code: str = "invalid-record") -> InvalidRecord:
    cure = "Correct it in the shop; the next full read takes it."
    return InvalidRecord(message, code=code, record=id_ or None, field=field, cure=cure)
