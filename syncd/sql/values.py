"""How does a value of a database read as text, the same text every time?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.types import Integer, LargeBinary, NullType, Numeric, String, TypeEngine, Uuid

from syncd.errors import InvalidRecord

__all__ = ["bound_as", "key_of", "key_text", "refuse_unusable", "text_of"]

_WRITTEN: Final[dict[type, Callable[[Any], str]]] = {
    str: str.rstrip,  # CHAR columns are padded, and a blank at the end means nothing anywhere
    int: str,
    bool: lambda value: "1" if value else "0",
    Decimal: lambda value: format(value, "f"),
    float: lambda value: str(int(value)) if value.is_integer() else repr(value),
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    bytes: bytes.hex,
    bytearray: bytearray.hex,
    memoryview: memoryview.hex,
    UUID: str,
    dict: lambda value: msgspec.json.encode(value, enc_hook=str, order="sorted").decode(),
    list: lambda value: msgspec.json.encode(value, enc_hook=str, order="sorted").decode(),
}


def text_of(value: Any) -> str | None:
    """A value as text; ``None`` for NULL."""
    if value is None:
        return None
    write = _WRITTEN.get(type(value))
    return str(value) if write is None else write(value)


def key_text(value: Any) -> str:
    """A key as external id; bytes as hexadecimal figures."""
    return text_of(value) or ""


def key_of(external_id: str, kind: TypeEngine[Any]) -> Any | None:
    """The key that reads as `external_id`; ``None`` if no key of this type does."""
    try:
        if isinstance(kind, Integer):
            return int(external_id)
        if isinstance(kind, LargeBinary) or kind.__class__.__name__ in ("TIMESTAMP", "ROWVERSION", "BINARY"):
            return bytes.fromhex(external_id)
        if isinstance(kind, Uuid):
            return UUID(external_id)
        if isinstance(kind, Numeric):
            return Decimal(external_id)
    except (ValueError, InvalidOperation):
        return None
    return external_id


def bound_as(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type for parameters: the column's own where that helps its index, none where drivers know better."""
    return kind if isinstance(kind, Integer | String) else NullType()


def refuse_unusable(row: Sequence[Any], kinds: Sequence[TypeEngine[Any]], columns: Sequence[str], raw: bytes) -> None:
    """Refuse a text that came as bytes, which is how `Database` hands over what is no text, and NUL characters.

    Args:
        raw: The same row as JSON.

    Raises:
        InvalidRecord: Naming the column.
    """
    cure = "Mend the record in the ERP."
    for value, kind, column in zip(row, kinds, columns, strict=True):
        if isinstance(value, bytes) and isinstance(kind, String):
            raise InvalidRecord("the bytes of a text do not fit UTF-8", code="encoding-broken", field=column, cure=cure)
    if b"\\u0000" in raw:
        raise InvalidRecord("a text holds a NUL character", cure=cure)
