"""How is a table written as CSV? For spreadsheets: UTF-8 with its mark, RFC 4180, no cell a formula."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.domain.columns import text_of
from syncd.spreadsheet import rows_to_csv
from syncd.sync.export.sheet import Sheet

__all__ = ["as_csv"]


def as_csv(sheet: Sheet, *, delimiter: str = ",") -> Iterator[bytes]:
    """A line at a time."""
    # Most values are texts already, and a call for each of them costs more than looking.
    rows = ([value if value.__class__ is str else text_of(value) for value in row] for row in sheet.rows)
    for line in rows_to_csv(sheet.columns, rows, delimiter=delimiter):
        yield line.encode()
