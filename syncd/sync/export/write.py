"""How does an export become a file that is whole and of one moment?

All of it is read in one transaction, so it is the registry as of one moment: on SQLite and on PostgreSQL alike nothing
that is changed meanwhile is in it half. It goes to a file first, at the pace of the database, and from there to whoever
asked, at theirs: a slow reader holds no transaction open, and who gets a file gets the whole of it or an error. The
file has no name, so that nobody else reads it and nothing of it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from tempfile import TemporaryFile
from typing import IO, Any, Final

import msgspec
from sqlalchemy import Connection

from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.sync.app import App
from syncd.sync.export.csv_file import as_csv
from syncd.sync.export.json_file import as_json, as_ndjson
from syncd.sync.export.sheet import Sheet
from syncd.sync.export.xlsx_file import write_xlsx
from syncd.sync.export.xml_file import as_xml

__all__ = ["MEDIA_TYPES", "Format", "Make", "Written", "export", "export_into", "pieces"]

_PIECE: Final = 1 << 16


class Format(StrEnum):
    """What an export can be written as."""

    CSV = "csv"
    XLSX = "xlsx"
    XML = "xml"
    JSON = "json"
    NDJSON = "ndjson"


MEDIA_TYPES: Final = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.XML: "application/xml",
    Format.JSON: "application/json",
    Format.NDJSON: "application/x-ndjson",
}


class Written(msgspec.Struct, frozen=True):
    """What was written.

    Attributes:
        file: At its beginning; whoever asked closes it.
    """

    file: Any
    rows: int
    size: int


Make = Callable[[Connection], Sheet]
"""Begins to read a table."""


def export(app: App, make: Make, format_: Format, *, by: str, delimiter: str = ",", **details: Any) -> Written:
    """Write a table to a file without a name, and note in the audit log who has it.

    Args:
        details: What else the audit log is told: no value of a customer, since it outlives them.
    """
    file = TemporaryFile()  # noqa: SIM115 - it is handed on
    try:
        rows = export_into(app, make, format_, file, by=by, delimiter=delimiter, **details)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    return Written(file, rows, size)


def export_into(
    app: App, make: Make, format_: Format, out: IO[bytes], *, by: str, delimiter: str = ",", **details: Any
) -> int:
    """Write a table to a file that is open, and note it. Returns how many rows it has."""
    with reading(app.engine) as connection:
        sheet = make(connection)
        counted = _Counted(sheet.rows)
        sheet = msgspec.structs.replace(sheet, rows=counted)
        if format_ is Format.XLSX:
            write_xlsx(sheet, out)
        else:
            out.writelines(_encoded(app, sheet, format_, delimiter))
    with writing(app.engine) as connection:
        write_down(connection, app.now(), by, "export", sheet.name, format=format_.value, rows=counted.count, **details)
    return counted.count


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """What is in a file, which is closed at its end."""
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _encoded(app: App, sheet: Sheet, format_: Format, delimiter: str) -> Iterator[bytes]:
    if format_ is Format.CSV:
        return as_csv(sheet, delimiter=delimiter)
    if format_ is Format.XML:
        return as_xml(sheet, at=app.now())
    return as_json(sheet) if format_ is Format.JSON else as_ndjson(sheet)


class _Counted:
    """Rows, and how many were taken."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.count = 0
        self._rows = rows

    def __iter__(self) -> Iterator[Any]:
        for row in self._rows:
            self.count += 1
            yield row
