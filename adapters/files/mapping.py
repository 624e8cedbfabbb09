"""How does a row of a file read as a contractor? Pure: bytes in, contractor out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from adapters.files.json_rows import json_values
from adapters.files.xml_rows import xml_values
from syncd import xml
from syncd.domain import tax
from syncd.domain.contractor import Contractor
from syncd.domain.fieldmap import FieldMap, Values, is_ruined
from syncd.errors import InvalidRecord
from syncd.folder.state import Keys
from syncd.sentence import Sentence

__all__ = ["identity", "keys_of", "keys_of_row", "values_of"]


def values_of(raw: bytes, external_id: str) -> Values:
    """Texts of a stored row.

    Raises:
        InvalidRecord: If the bytes are no row.
    """
    try:
        if raw.startswith(b"<"):
            return xml_values(xml.parse(raw))
        return json_values(msgspec.json.decode(raw, type=dict))
    except msgspec.DecodeError as error:
        raise InvalidRecord(
            Sentence("the row cannot be read: %(problem)s", problem=error), record=external_id
        ) from None
    except InvalidRecord as error:
        error.record = external_id
        raise


def identity(values: Values, column: str, raw: bytes) -> str:
    """The ERP's own key of a row.

    Raises:
        InvalidRecord: If it has none, or a spreadsheet ruined it.
    """
    key = next(iter(values(column)), "").strip()
    if not key:
        raise InvalidRecord("the key is empty", field=column, cure="Each record needs the ERP's own stable key.")
    if is_ruined(key):
        raise InvalidRecord(
            "a spreadsheet turned the key into a number, and some of its digits are lost",
            code="spreadsheet-number",
            field=column,
            cure="Format the column as text in the spreadsheet, or export without opening the file in one.",
        )
    if b"\\u0000" in raw:
        raise InvalidRecord(
            "a text holds a NUL character", record=key, cure="Remove the invisible character from the record."
        )
    return key


def keys_of_row(values: Values, fields: FieldMap) -> Keys:
    """What a row can be found by, without understanding all of it."""
    number, tax_id, email = (_joined(values, fields.sources(field)) for field in ("number", "tax_id", "email"))
    return _keys(number, tax.split(tax_id).number if tax_id else "", email)


def _joined(values: Values, columns: Sequence[str]) -> str:
    if len(columns) == 1 and columns[0][:1] != "=":
        return " ".join(values(columns[0]))
    return " ".join(text for column in columns if column[:1] != "=" for text in values(column) if text)


def keys_of(contractor: Contractor) -> Keys:
    """What a contractor is looked for by."""
    return _keys(contractor.number, contractor.tax_id, contractor.email)


def _keys(number: str, tax_id: str, email: str) -> Keys:
    return Keys(number.strip(), tax_id.strip().upper(), email.strip().casefold())
