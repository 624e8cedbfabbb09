"""Which files were imported?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, insert, select

from syncd.registry.tables import Import
from syncd.sentence import keep, pack, restore, unpack

__all__ = ["PROBLEMS", "Imported", "Problem", "find_import", "forget_imports", "list_imports", "store_import"]

PROBLEMS: Final = 1000
"""Problems of one file that are kept by line; all are counted."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A cell, or a row, that is not taken. It quotes nothing of the file.

    Attributes:
        column: ``""`` for the row as a whole.
        customer: Whose row it is, as far as that is known.
    """

    line: int
    column: str = ""
    customer: str = ""
    message: str
    cure: str


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """One file, and what came of it.

    Attributes:
        changed: Customers that its plans change.
        refused: Cells and rows that were not taken.
        problems: The first of them.
        passed_over: Columns that are not imported, with why.
        runs: Its plans.
    """

    id: int = 0
    at: datetime
    by: str
    source: str
    kind: str
    rows: int
    changed: int
    refused: int
    problems: list[Problem]
    passed_over: dict[str, str]
    runs: list[int]


def store_import(connection: Connection, one: Imported) -> int:
    """Keep what came of a file. Returns its number."""
    report = {
        "problems": [keep(problem) for problem in one.problems[:PROBLEMS]],
        "passed_over": {name: str(why) for name, why in one.passed_over.items()},
        "passed_over_said": {name: packed for name, why in one.passed_over.items() if (packed := pack(why))},
    }
    id_: int = connection.execute(
        insert(Import)
        .values(
            at=one.at,
            by=one.by,
            source=one.source,
            kind=one.kind,
            rows=one.rows,
            changed=one.changed,
            refused=one.refused,
            report=report,
            runs={"ids": one.runs},
        )
        .returning(Import.id)
    ).scalar_one()
    return id_


def find_import(connection: Connection, import_id: int) -> Imported | None:
    """One file; ``None`` if there is none of this number."""
    row = connection.execute(select(Import.__table__).where(Import.id == import_id)).one_or_none()
    return None if row is None else _imported(row)


def list_imports(connection: Connection, *, before: int | None = None, limit: int = 50) -> list[Imported]:
    """The latest first.

    Args:
        before: Only files with a lower number, to go on where the last list ended.
    """
    statement = select(Import.__table__).order_by(Import.id.desc())
    if before is not None:
        statement = statement.where(Import.id < before)
    rows = connection.execute(statement.limit(limit))
    return [_imported(row) for row in rows]


def forget_imports(connection: Connection, before: datetime) -> None:
    """Forget files of long ago."""
    connection.execute(delete(Import).where(Import.at < before))


def _imported(row: Any) -> Imported:
    said = row.report.get("passed_over_said", {})
    return Imported(
        id=row.id,
        at=row.at,
        by=row.by,
        source=row.source,
        kind=row.kind,
        rows=row.rows,
        changed=row.changed,
        refused=row.refused,
        problems=[restore(raw, Problem) for raw in row.report["problems"]],
        passed_over={name: unpack(why, said.get(name)) for name, why in row.report["passed_over"].items()},
        runs=row.runs["ids"],
    )
