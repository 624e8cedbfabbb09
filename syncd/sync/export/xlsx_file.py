"""How is a table written as a workbook? Row by row, so that memory stays flat however long it is.

Texts are stored as texts: none is taken for a formula, a link or a number, whatever it begins with.
"""

from __future__ import annotations

from decimal import Decimal
from typing import IO, Any, Final

import xlsxwriter

from syncd.domain.columns import text_of
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence
from syncd.sync.export.sheet import Sheet

__all__ = ["CELL", "ROWS", "write_xlsx"]

ROWS: Final = 1_048_575
"""Rows of a sheet beside the header: the format has no room for more."""

CELL: Final = 32_767
"""Characters of a cell: the same."""

_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDTH: Final = 18
_DIGITS: Final = 15
"""Digits of a number that a spreadsheet keeps."""


def write_xlsx(sheet: Sheet, out: IO[bytes]) -> None:
    """Write the workbook, with a header that stays in sight.

    Raises:
        InvalidRecord: When there are more rows than a sheet can have.
    """
    book = xlsxwriter.Workbook(out, _OPTIONS)
    try:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        page.set_column(0, len(sheet.columns) - 1, _WIDTH)
        bold = book.add_format({"bold": True})
        for place, code in enumerate(sheet.columns):
            page.write_string(0, place, code, bold)
        for number, row in enumerate(sheet.rows, start=1):
            if number > ROWS:
                raise InvalidRecord(
                    Sentence("a workbook has room for %(rows)s rows, and there are more", rows=ROWS),
                    code="too-many-rows",
                    cure="Export as CSV, or filter.",
                )
            for place, value in enumerate(row):
                _write(page, number, place, value)
    finally:
        book.close()


def _write(page: Any, row: int, place: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and len(str(value)) <= _DIGITS:
        page.write_number(row, place, value)
        return
    text = text_of(value)
    if len(text) > CELL:
        # Left out, and said: a part of it would come back as the whole.
        page.write_comment(row, place, f"{len(text)} characters are more than a cell holds: export as CSV or XML.")
    else:
        page.write_string(row, place, text)
