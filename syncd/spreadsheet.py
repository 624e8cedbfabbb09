"""How is a table written so that opening it in a spreadsheet runs nothing?

A cell that begins like a formula is one, also in CSV, and names and notes of customers come from whoever filled in a
form. Such a cell gets an apostrophe in front, which spreadsheets read as "this is text". Every CSV that people open is
written here; CSV that a program reads is not, since there the apostrophe would be part of the value.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

__all__ = ["BOM", "inert", "rows_to_csv", "unmarked"]

BOM: Final = "\ufeff"
"""Tells spreadsheets that what follows is UTF-8; without it Polish and Cyrillic letters come out wrong."""

_FORMULA: Final = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""What makes a formula, wide forms included, behind blanks that some programs skip."""

_NUMBER: Final = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,9})?|\+?[0-9][0-9 ]{0,20}(; \+?[0-9][0-9 ]{0,20})*")
"""Negative amounts, a phone number and several of them are no formulas: nothing in them calls anything."""


def inert(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula.

    What somebody typed with apostrophes in front of one gets another, so that `unmarked` leaves theirs.
    """
    if not text or text[0].isalnum():  # nearly all, and no formula begins so
        return text
    bare = text.lstrip("'")
    return f"'{text}" if _FORMULA.match(bare) and not _NUMBER.fullmatch(bare) else text


def unmarked(text: str) -> str:
    """The text without the apostrophe that `inert` put in front."""
    return text[1:] if text[:1] == "'" and inert(text[1:]) == text else text


def rows_to_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, delimiter: str = ",") -> Iterator[str]:
    """Write lines one by one: a table of any length takes the memory of a row.

    Args:
        delimiter: A semicolon where decimals have a comma.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")

    def line(values: Iterable[Any]) -> str:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([_cell(value) for value in values])
        return buffer.getvalue()

    yield BOM + line(columns)
    for row in rows:
        yield line(row)


def _cell(value: Any) -> Any:
    if isinstance(value, str):  # nearly all
        return inert(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value if isinstance(value, int | float) else inert(str(value))
