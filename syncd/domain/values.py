"""What value does a person mean, who types one for a field?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, get_type_hints

import msgspec

from syncd.domain import groups
from syncd.domain.contractor import FIELDS, Contractor
from syncd.domain.country import alpha2
from syncd.domain.tax import split
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = ["SETTABLE", "convert_value", "member_value", "parse_value"]

_TYPES: Final[dict[str, Any]] = get_type_hints(Contractor)
_DERIVED: Final = {
    "active": "Block, unblock, accept or reject the customer: what it may do follows from its holds.",
    "activity": "The shop counts this; nobody sets it.",
}
SETTABLE: Final = tuple(name for name in FIELDS if name not in _DERIVED)
"""Fields that a person can set by hand."""

_FORMS: Final = {
    "kind": "organisation or person",
    "payment_days": "a whole number, or nothing",
    "credit_limit": "an amount like 1500.00, or nothing",
    "discount": "a number like 2.5, or nothing",
    "newsletter": "true, false, or nothing for never asked",
    "approved": "true, false, or nothing",
    "registered": "true, false, or nothing",
    "registrations": 'JSON: {"regon": "123456785"}',
    "custom": 'JSON: {"name": "value"}',
    "phones": 'JSON: ["+48 600 100 200"]',
    "groups": 'JSON: ["Hurt", "VIP"]',
    "addresses": 'JSON: [{"kind": "main", "street": "Długa 1", "postal_code": "30-001", "city": "Kraków"}]',
    "employees": 'JSON: [{"name": "Anna Lis", "email": "anna@firma.example", "default_login": true}]',
    "accounts": 'JSON: [{"iban": "PL61109010140000071219812874"}]',
    "consents": 'JSON: [{"kind": "newsletter", "given": false, "at": "2026-01-31T12:00:00Z"}]',
}


def parse_value(field: str, text: str) -> Any:
    """Read what a person typed for a field.

    Raises:
        InvalidRecord: Naming the field and the form that it takes.
    """
    if field in _DERIVED:
        raise InvalidRecord(
            Sentence("%(field)s is not set by hand", field=field),
            code="value-unusable",
            field=field,
            cure=_DERIVED[field],
        )
    if field not in _TYPES:
        known = Sentence("Fields: %(names)s.", names=", ".join(SETTABLE))
        raise InvalidRecord(
            Sentence("a customer has no field %(field)s", field=repr(field)), code="value-unusable", cure=known
        )
    type_ = _TYPES[field]
    form = _FORMS.get(field, "a text")
    try:
        if form.startswith("JSON"):
            value = msgspec.json.decode(text.encode() if text.strip() else b"null", type=type_ | None)
            value = msgspec.structs.fields(Contractor)[FIELDS.index(field)].default if value is None else value
        else:
            value = msgspec.convert(None if not text and type_ is not str else text, type_, strict=False)
        if isinstance(value, Decimal) and not value.is_finite():
            raise ValueError(field)  # noqa: TRY301 - told as what cannot be read is
    except (msgspec.MsgspecError, ValueError):
        raise InvalidRecord(
            Sentence("%(field)s cannot be this value", field=field),
            code="value-unusable",
            field=field,
            cure=Sentence("Its form: %(form)s.", form=form),
        ) from None
    return _in_registry_form(field, value)


def convert_value(field: str, stored: Any) -> Any:
    """A field's value that was stored as plain JSON."""
    return msgspec.convert(stored, _TYPES[field])


def member_value(field: str, stored: Any) -> Any:
    """A member's or entry's value that was stored as plain JSON; ``None`` stands for none."""
    type_ = _TYPES[field].__args__[0]
    return None if stored is None else msgspec.convert(stored, type_)


def _in_registry_form(field: str, value: Any) -> Any:
    if field == "groups":
        return groups.normalise(value)
    if field == "country":
        return alpha2(value) or value
    return split(value).number if field == "tax_id" else value
