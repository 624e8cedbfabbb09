"""Which values does Tryton refuse, and which does it rewrite?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import phonenumbers
from stdnum import get_cc_module

from adapters.tryton.simulated.errors import user_error
from adapters.tryton.simulated.schema import IDENTIFIER_TYPES, LABELS, MECHANISM_TYPES, MODELS, PHONE_TYPES
from adapters.tryton.simulated.tables import Row

__all__ = ["check_text", "clean", "identifier", "mechanism"]

TYPE_LABELS: Final = {
    "eu_vat": "European VAT Number",
    "pl_vat": "Polish VAT Number",
    "pl_regon": "Polish Register of Economic Units",
    "no_vat": "Norwegian VAT Number",
    "gb_vat": "United Kingdom (and Isle of Man) VAT Number",
    "se_orgnr": "Swedish Company Number",
}
"""How the server calls a type in a sentence; any other by its name in capitals."""


def clean(model: str, name: str, value: Any) -> Any:
    """A value as it is stored: texts lose blanks around them, but for the name of a party."""
    if (
        isinstance(value, str)
        and MODELS[model][name].kind in {"char", "text"}
        and (model, name) != ("party.party", "name")
    ):
        return value.strip()
    return str(value) if isinstance(value, int) and MODELS[model][name].kind == "char" else value


def check_text(model: str, row: Row, record: str) -> None:
    """Refuse line breaks and tabs in lines, and empty values where one is required.

    Raises:
        TrytonError: With Tryton's sentence, which quotes the value.
    """
    for name, field in MODELS[model].items():
        value = row.get(name)
        if "\0" in str(value):
            raise ValueError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        if field.required and value in {None, ""} and name in row:
            raise user_error(
                f'A value is required for field "{field.label}" in record "{record}" of "{LABELS[model]}".'
            )
        bad = [sign for sign in "\n\r\t" if field.kind == "char" and isinstance(value, str) and sign in value]
        if bad:
            raise user_error(
                f'The value "{value}" for field "{field.label}" in record "{record}" of "{LABELS[model]}" contains '
                f'some invalid chars "{bad[0]!r}".'
            )


def identifier(row: Row, party: str) -> Row:
    """A number with its compact form; typed ones are checked and formatted.

    Raises:
        TrytonError: For a type that there is not, or a number that its type refuses.
    """
    type_, code = row["type"], row["code"]
    if type_ is None or type_ == "":
        return {**row, "type": None, "code_compact": code}
    if type_ not in IDENTIFIER_TYPES:
        raise user_error(
            f'The value "{type_}" for field "Type" in record "{code}" of "Party Identifier" is not one of the allowed '
            "options."
        )
    module = get_cc_module(*type_.split("_", 1))
    if module is None:
        return {**row, "code_compact": code}
    if not module.is_valid(code):
        label = TYPE_LABELS.get(type_, type_.replace("_", " ").upper())
        raise user_error(f'The {label} "{code}" for party "{party}" is not valid.')
    # As the server does it: the compact form of what was typed, and a format only where python-stdnum has one.
    compact = module.compact(code) if hasattr(module, "compact") else code
    return {**row, "code": module.format(code) if hasattr(module, "format") else code, "code_compact": compact}


def mechanism(row: Row, countries: Iterable[str], party: str) -> Row:
    """A contact mechanism in Tryton's form; phones are read with the countries of the party's addresses.

    Raises:
        TrytonError: For a phone that cannot be one. E-mails are not checked and keep their case.
    """
    type_, value = row["type"], row["value"]
    if type_ not in MECHANISM_TYPES:
        raise user_error(
            f'The value "{type_}" for field "Type" in record "{party} <{value}>" of "Party Contact Mechanism" is not '
            "one of the allowed options."
        )
    if type_ not in PHONE_TYPES:
        return {**row, "value_compact": value}
    for country in (*countries, None):
        try:
            number = phonenumbers.parse(value, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            forms = phonenumbers.PhoneNumberFormat
            shown = phonenumbers.format_number(number, forms.INTERNATIONAL)
            return {**row, "value": shown, "value_compact": phonenumbers.format_number(number, forms.E164)}
    raise user_error(f'The phone number "{value}" for party "{party}" is not valid.')
