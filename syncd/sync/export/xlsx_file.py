"""How is a table written as a workbook? Row by row, so that memory stays flat however long it is.

Texts are stored as texts: none is taken for a formula, a link or a number, whatever it begins with. All but the rows
is made by XlsxWriter, as a workbook with a header only; the rows are put into it here, which takes a fifth of the time
that it takes for them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import IO, Any, Final
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from syncd.domain.columns import text_of
from syncd.errors import InvalidRecord
from syncd.sentence import Counted, Sentence
from syncd.sync.export.sheet import Sheet

__all__ = ["CELL", "ROWS", "write_xlsx"]

ROWS: Final = 1_048_575
"""Rows of a sheet beside the header: the format has no room for more."""

CELL: Final = 32_767
"""Characters of a cell, as UTF-16 counts them: the same."""

_WIDTH: Final = 18
_DIGITS: Final = 15
"""Digits of a number that a spreadsheet keeps."""

_FASTER: Final = 3
"""How hard ZIP tries: the usual 6 takes more than twice as long for a tenth of the bytes."""

_AT_ONCE: Final = 100
"""Rows that are packed at once."""

_PAGE: Final = "xl/worksheets/sheet1.xml"
_FIRST: Final = ("_rels/.rels", "docProps/app.xml", "docProps/core.xml")
"""Parts that go in front: by the names at a file's beginning programs see what it is."""

_DIMENSION: Final = re.compile(rb"<dimension [^>]*>")
_NO_ROOM: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9a-fA-F]{4}_)")
_AS_IT_IS: Final = re.compile(r"(?=\S)[^&<>_\x00-\x08\x0b-\x1f\ufffe\uffff]{1,16000}(?<=\S)").fullmatch
"""Nearly every text: nothing in it is written otherwise, no blank at its ends is lost, and it has room."""

_Place = tuple[int, int]


def write_xlsx(sheet: Sheet, out: IO[bytes]) -> None:
    """Write the workbook, with a header that stays in sight.

    Raises:
        InvalidRecord: When there are more rows than a sheet can have.
    """
    left_out: dict[_Place, int] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_FASTER) as book:
        parts = _around(sheet, {})
        for name in _FIRST:
            book.writestr(name, parts[name])
        with book.open(_PAGE, "w") as page:
            page.write(parts[_PAGE].partition(b"</sheetData>")[0])
            lines = _lines(sheet, left_out)
            while some := "".join(islice(lines, _AT_ONCE)):
                page.write(some.encode())
            parts = _around(sheet, left_out)
            page.write(b"".join(parts[_PAGE].partition(b"</sheetData>")[1:]))
        for name, part in parts.items():
            if name not in {*_FIRST, _PAGE}:
                book.writestr(name, part)


def _around(sheet: Sheet, left_out: Mapping[_Place, int]) -> dict[str, bytes]:
    """The parts of a workbook that has only the header, and notes at places whose text has no room."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet.name)
        page.freeze_panes(1, 0)
        page.set_column(0, len(sheet.columns) - 1, _WIDTH)
        bold = book.add_format({"bold": True})
        for place, code in enumerate(sheet.columns):
            page.write_string(0, place, code, bold)
        for (row, place), length in left_out.items():
            # A part of it would come back as the whole.
            page.write_comment(row, place, f"{length} characters are more than a cell holds: export as CSV or XML.")
    with zipfile.ZipFile(made) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    # That of the header alone; who needs to know how many rows there are counts them where it is not said.
    parts[_PAGE] = _DIMENSION.sub(b"", parts[_PAGE])
    return parts


def _lines(sheet: Sheet, left_out: dict[_Place, int]) -> Iterator[str]:
    """The rows below the header; cells whose text has no room are noted with its length."""
    letters = [xl_col_to_name(place) for place in range(len(sheet.columns))]
    for number, row in enumerate(sheet.rows, start=1):
        if number > ROWS:
            raise InvalidRecord(
                Sentence(
                    Counted(
                        "a workbook has room for %(count)s row, and there are more",
                        "a workbook has room for %(count)s rows, and there are more",
                    ),
                    count=ROWS,
                ),
                code="too-many-rows",
                cure="Export as CSV, or filter.",
            )
        line = [f'<row r="{number + 1}">']
        for place, (letter, value) in enumerate(zip(letters, row, strict=True)):
            if value.__class__ is not str and _is_number(value):
                line.append(f'<c r="{letter}{number + 1}"><v>{value:.16G}</v></c>')
                continue
            text = value if value.__class__ is str else text_of(value)
            if not text:
                continue
            at = f"{letter}{number + 1}"
            if _AS_IT_IS(text):
                line.append(f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>')
            elif (length := len(text.encode("utf-16-le", "surrogatepass")) // 2) > CELL:
                left_out[number, place] = length
            else:
                line.append(f'<c r="{at}" t="inlineStr"><is>{_written(text)}</is></c>')
        line.append("</row>")
        yield "".join(line)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and len(str(value)) <= _DIGITS


def _written(text: str) -> str:
    # What XML has no room for goes as its number, and what looks like such a number is told from it.
    stored = escape(_NO_ROOM.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    blank = text[0].isspace() or text[-1].isspace()
    return f'<t xml:space="preserve">{stored}</t>' if blank else f"<t>{stored}</t>"
