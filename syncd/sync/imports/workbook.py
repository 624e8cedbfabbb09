"""Which rows are in the first sheet of a workbook? Nothing of it is trusted before it was measured.

A workbook is a ZIP file: a megabyte can become a gigabyte, and one cell at the end of a sheet makes a reader set up all
cells before it. So its parts are unpacked here, into a file and up to a limit, and rows and columns are counted on the
way; the reader gets a workbook that is as large as it says. Macros, pictures and links are left behind.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from tempfile import NamedTemporaryFile
from typing import Any, Final

import python_calamine

from syncd.csv_input import header_of
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = ["read_workbook"]

_UNPACKED: Final = 256 * 1024 * 1024
"""Bytes of all parts: a hundred thousand customers with every column have 160 MB."""

_PARTS: Final = 200
_CELLS: Final = 6_000_000
_CHUNK: Final = 1 << 20
_TAG: Final = 1 << 16
"""Bytes of a single tag."""

_CELL: Final = re.compile(rb"<(?:[^\s<>/:!?]+:)?c(?=[\s/>])([^<>]*)")
_PLACE: Final = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")


def read_workbook(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Row of the sheet, from 1, and texts by column.

    Raises:
        InvalidRecord: When it is no workbook, a bomb, or has no header.
    """
    with _measured(data) as path:
        rows = _rows(path)
        names = header_of([_text(cell) for cell in next(rows, (0, []))[1]])
        for number, cells in rows:
            texts = [_text(cell) for cell in cells]
            if any(texts):
                yield number, dict(zip(names, texts, strict=False))


def _rows(path: str) -> Iterator[tuple[int, list[Any]]]:
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            sheet = book.get_sheet_by_index(0)
            first = sheet.start[0] if sheet.start else 0
            yield from enumerate(sheet.iter_rows(), start=first + 1)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise _unreadable(type(error).__name__) from None
    except BaseException as error:
        # A fault inside the reader is no exception of the usual kind.
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable("a fault of the reader") from None


@contextmanager
def _measured(data: bytes) -> Iterator[str]:
    """The workbook's own parts in another file, each as large as it says."""
    with NamedTemporaryFile(suffix=".xlsx") as out:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as plain:
                parts = [part for part in packed.infolist() if part.filename.endswith((".xml", ".rels"))]
                if len(parts) > _PARTS or sum(part.file_size for part in parts) > _UNPACKED:
                    raise _bomb("it would be unpacked to more than a workbook of that many rows has")
                for part in parts:
                    _copy(packed, plain, part)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error):
            raise _unreadable("its ZIP file is damaged, or has a password") from None
        out.flush()
        yield out.name


def _copy(packed: zipfile.ZipFile, plain: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack one part, up to the size that it states; if that was a lie, its checksum tells."""
    extent = _Extent()
    with packed.open(part) as source, plain.open(part.filename, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
            extent.see(chunk)


class _Extent:
    """How far the cells of a sheet reach, seen piece by piece."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_sheet = False
        self._row = self._column = 0

    def see(self, chunk: bytes) -> None:
        text = self._rest + chunk
        if b"\0" in chunk:
            raise _unreadable("its parts are not UTF-8")
        self._is_sheet |= b"sheetData" in text
        cut = text.rfind(b"<")
        whole = cut < 0 or b">" in text[cut:]
        self._rest = b"" if whole else text[cut:]
        if len(self._rest) > _TAG:
            raise _bomb("a single tag of it is larger than any of a workbook")
        for attributes in _CELL.findall(text if whole else text[:cut]):
            place = _PLACE.search(attributes)
            if place is not None:
                self._reach(place[1].upper(), int(place[2]))
            elif self._is_sheet:
                raise _unreadable("its cells do not say where they are")

    def _reach(self, letters: bytes, row: int) -> None:
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        self._row, self._column = max(self._row, row), max(self._column, column)
        if self._row * self._column > _CELLS:
            raise _bomb(f"its sheets reach to row {self._row} and column {self._column}")


def _text(cell: Any) -> str:
    """A cell as a person sees it: a number without a needless fraction, a day as ISO has it."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return str(cell).strip()


def _bomb(why: str) -> InvalidRecord:
    return InvalidRecord(
        Sentence("the workbook is refused: %(why)s", why=why),
        code="import-too-large",
        cure="Save the rows alone as a new workbook or as CSV, at most 100,000 of them.",
    )


def _unreadable(why: str) -> InvalidRecord:
    return InvalidRecord(
        Sentence("this is no workbook that can be read: %(why)s", why=why),
        code="table-unreadable",
        cure="Open it in a spreadsheet program and save it as .xlsx, or as CSV in UTF-8.",
    )
