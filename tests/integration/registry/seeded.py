"""How is a registry filled, with a row in every table of whatever revision it is at?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, Table, inspect
from sqlalchemy.types import BigInteger, Boolean, DateTime, Float, Integer, LargeBinary

from syncd.registry.listings import INDEX

__all__ = ["columns", "contents", "fill"]

_BESIDE = ("alembic_version", INDEX)
"""How the names of tables begin that hold nothing of their own."""

_MOMENT = datetime(2026, 5, 4, 12, 0, 0)  # noqa: DTZ001 - as SQLite gives it back; PostgreSQL adds its own zone


def _tables_of(engine: Engine) -> dict[str, Table]:
    """What is really there, whatever this program declares."""
    metadata = MetaData()
    metadata.reflect(engine)
    return {table.name: table for table in metadata.sorted_tables if not table.name.startswith(_BESIDE)}


def fill(engine: Engine, *, leave_out: dict[str, set[str]] | None = None, numbers: Iterable[int] = (1,)) -> None:
    """A row for each number in every table; columns that are left out get their defaults.

    Args:
        leave_out: By table, columns that the writer does not know.
        numbers: Distinguish the rows.
    """
    with engine.begin() as connection:
        for name, table in _tables_of(engine).items():
            unknown = (leave_out or {}).get(name, set())
            rows = [
                {
                    column.name: _value(column.type, column.name, number)
                    for column in table.columns
                    if column.name not in unknown
                }
                for number in numbers
            ]
            connection.execute(table.insert(), rows)


def _value(kind: Any, name: str, number: int) -> Any:
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Integer | BigInteger):
        return number
    if isinstance(kind, Float):
        return 1.5
    if isinstance(kind, DateTime):
        return _MOMENT
    if isinstance(kind, LargeBinary):
        return b"\x00\xffdigest" + bytes([number])
    if "JSON" in type(kind).__name__.upper():
        return {"Łódź": [number, None]}
    if name == "doc":
        return f'{{"name":"Łódź {number}"}}'
    text = f"{name[:3]}{number}"
    return text[: kind.length] if getattr(kind, "length", None) else f"{text} Łódź"


def contents(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by column."""
    found = {
        name: Table(name, MetaData(), *(Column(column["name"], column["type"]) for column in columns_))
        for (_, name), columns_ in inspect(connection).get_multi_columns().items()
        if name and not name.startswith(_BESIDE)
    }
    return {name: [dict(row) for row in connection.execute(table.select()).mappings()] for name, table in found.items()}


def columns(engine: Engine) -> dict[str, set[str]]:
    """Names of the columns of every table."""
    look = inspect(engine)
    return {
        name: {column["name"] for column in look.get_columns(name)}
        for name in look.get_table_names()
        if not name.startswith(INDEX)
    }
