"""Which rows are in a file of customers? The same whether it is CSV, XLSX or XML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from syncd.csv_input import read_csv
from syncd.errors import InvalidRecord
from syncd.sentence import Counted, Sentence
from syncd.spreadsheet import unmarked
from syncd.sync.imports.workbook import read_workbook
from syncd.sync.imports.xml_rows import read_xml

__all__ = ["BYTES", "CLEAR", "ROWS", "FileKind", "Row", "kind_of", "read_rows"]

BYTES: Final = 32 * 1024 * 1024
"""Largest file that is taken."""

ROWS: Final = 100_000
"""Most rows that are taken at once."""

CLEAR: Final = "-"
"""What a cell says that is to be emptied; an empty one says nothing."""


class FileKind(StrEnum):
    """What customers can be imported from."""

    CSV = "csv"
    XLSX = "xlsx"
    XML = "xml"


class Row(NamedTuple):
    """One customer as a file has it.

    Attributes:
        line: Where it begins, from 1.
        cells: Texts by lower-case column, none of them empty.
        surplus: Cells behind the last column: which cell was torn is not known.
    """

    line: int
    cells: Mapping[str, str]
    surplus: int = 0


def kind_of(name: str, data: bytes) -> FileKind:
    """What a file is, by its first bytes, whatever it is called."""
    if data[:4] == b"PK\x03\x04":
        return FileKind.XLSX
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise InvalidRecord(
            "this is a workbook of an old kind (.xls), or one with a password",
            code="table-unreadable",
            cure="Save it as .xlsx without a password.",
        )
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return FileKind.XML if start.startswith(b"<") or name.lower().endswith(".xml") else FileKind.CSV


def read_rows(data: bytes, kind: FileKind) -> Iterator[Row]:
    """The rows of a file.

    Raises:
        InvalidRecord: When it is too large, or cannot be read as what it is; what came before is no whole.
        SuspiciousRun: When XML ends before its end.
    """
    if len(data) > BYTES:
        raise InvalidRecord(
            Sentence("the file is larger than %(bytes)s MiB", bytes=BYTES >> 20),
            code="import-too-large",
            cure="Import it in parts.",
        )
    for number, row in enumerate(_rows(data, kind), start=1):
        if number > ROWS:
            raise InvalidRecord(
                Sentence(
                    Counted("the file has more than %(count)s row", "the file has more than %(count)s rows"), count=ROWS
                ),
                code="import-too-large",
                cure="Import it in parts.",
            )
        yield row


def _rows(data: bytes, kind: FileKind) -> Iterator[Row]:
    if kind is FileKind.XML:
        return (Row(line, _said(cells)) for line, cells in read_xml(data))
    if kind is FileKind.XLSX:
        return (Row(line, _said(cells)) for line, cells in read_workbook(data))
    return (
        Row(line, {name: unmarked(text) for name, text in _said(cells).items()}, surplus)
        for line, cells, surplus in read_csv(data)
    )


def _said(cells: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in cells.items() if name and text.strip()}
