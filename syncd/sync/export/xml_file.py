"""How is a table written as XML? As docs/reference/syncd-export-1.xsd says, which is shipped beside this file.

What is empty has no element. A character for which XML has no room becomes U+FFFD, and its element says so by
``replaced``, so that an import leaves that value alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape

import msgspec

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
_NOT_AS_IT_IS: Final = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_IN_A_TEXT: Final = {"\r": "&#13;"}
_IN_AN_ATTRIBUTE: Final = {**_IN_A_TEXT, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}


def as_xml(sheet: Sheet, *, at: datetime) -> Iterator[bytes]:
    """A row at a time.

    Args:
        at: When it is written.
    """
    written = at.isoformat(timespec="seconds")
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{sheet.name} xmlns="{NAMESPACE}" written="{written}">\n'.encode()
    # As text: to make an element of each cell and then its text takes three times as long.
    for row in sheet.rows:
        line = [f"<{sheet.item}>"]
        for code, value in zip(sheet.columns, row, strict=True):
            _put(line, code, value)
        line.append(f"</{sheet.item}>\n")
        yield "".join(line).encode()
    yield f"</{sheet.name}>\n".encode()


def _put(line: list[str], tag: str, value: Any) -> None:
    if value is None or value in ("", (), {}):
        return
    if isinstance(value, str):  # nearly all
        _text(line, tag, value)
    elif isinstance(value, bool):
        _text(line, tag, "true" if value else "false")
    elif isinstance(value, Mapping):
        line.append(f"<{tag}>")
        for name, content in value.items():
            quoted = escape(_NO_ROOM.sub("\ufffd", str(name)), _IN_AN_ATTRIBUTE)
            _text(line, "entry", text_of(content), f' name="{quoted}"')
        line.append(f"</{tag}>")
    elif isinstance(value, tuple):
        line.append(f"<{tag}>")
        for member in value:
            _put(line, MEMBERS[tag], member)
        line.append(f"</{tag}>")
    elif isinstance(value, msgspec.Struct):
        line.append(f"<{tag}>")
        for name in value.__struct_fields__:
            _put(line, name, getattr(value, name))
        line.append(f"</{tag}>")
    else:
        _text(line, tag, text_of(value))


def _text(line: list[str], tag: str, text: str, attributes: str = "") -> None:
    if _NOT_AS_IT_IS.search(text):
        stored = _NO_ROOM.sub("\ufffd", text)
        if stored != text:
            attributes += f' {REPLACED}="true"'
        text = escape(stored, _IN_A_TEXT)
    line.append(f"<{tag}{attributes}>{text}</{tag}>")
