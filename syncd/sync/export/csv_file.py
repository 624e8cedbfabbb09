"""How is a table written as CSV? For spreadsheets: UTF-8 with its mark, RFC 4180, no cell a formula."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.domain.columns import text_of
from syncd.spreadsheet import rows_to_csv
from syncd.sync.export.sheet import Sheet

__all__ = ["as_csv"]


def as_csv(sheet: Sheet, *, delimiter: str = ",") -> Iterator[bytes]:
    """A line at a time."""
    rows = (tuple(map(text_of, row)) for row in sheet.rows)
    for line in rows_to_csv(sheet.columns, rows, delimiter=delimiter):
        yield line.encode()
