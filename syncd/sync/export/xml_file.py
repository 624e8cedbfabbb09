"""How is a table written as XML? As docs/reference/syncd-export-1.xsd says, which is shipped beside this file.

What is empty has no element. A character for which XML has no room becomes U+FFFD, and its element says so by
``replaced``, so that an import leaves that value alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from syncd import xml
from syncd.domain.columns import text_of
from syncd.sync.export.sheet import Sheet

__all__ = ["MEMBERS", "NAMESPACE", "REPLACED", "as_xml"]

NAMESPACE: Final = "urn:syncd:export:1"
REPLACED: Final = "replaced"
MEMBERS: Final[Mapping[str, str]] = {
    "holds": "hold",
    "phones": "phone",
    "groups": "group",
    "addresses": "address",
    "employees": "employee",
    "accounts": "account",
    "consents": "consent",
    "issues": "issue",
}
"""What one member of a collection is called."""

_NO_ROOM: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_xml(sheet: Sheet, *, at: datetime) -> Iterator[bytes]:
    """A row at a time.

    Args:
        at: When it is written.
    """
    written = at.isoformat(timespec="seconds")
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{sheet.name} xmlns="{NAMESPACE}" written="{written}">\n'.encode()
    for row in sheet.rows:
        item = xml.build(sheet.item)
        for code, value in zip(sheet.columns, row, strict=True):
            _put(item, code, value)
        yield xml.write(item, declaration=False) + b"\n"
    yield f"</{sheet.name}>\n".encode()


def _put(parent: xml.Element, tag: str, value: Any, attributes: Mapping[str, str] | None = None) -> None:
    if value is None or value in ("", (), {}):
        return
    if isinstance(value, Mapping):
        holder = xml.add(parent, tag)
        for name, content in value.items():
            _text(holder, "entry", text_of(content), {"name": _NO_ROOM.sub("\ufffd", str(name))})
    elif isinstance(value, tuple):
        holder = xml.add(parent, tag)
        for member in value:
            _put(holder, MEMBERS[tag], member)
    elif isinstance(value, msgspec.Struct):
        holder = xml.add(parent, tag)
        for name in value.__struct_fields__:
            _put(holder, name, getattr(value, name))
    else:
        _text(parent, tag, ("true" if value else "false") if isinstance(value, bool) else text_of(value), attributes)


def _text(parent: xml.Element, tag: str, text: str, attributes: Mapping[str, str] | None) -> None:
    stored = _NO_ROOM.sub("\ufffd", text)
    marked = {**(attributes or {}), REPLACED: "true"} if stored != text else attributes
    xml.add(parent, tag, stored, marked)
