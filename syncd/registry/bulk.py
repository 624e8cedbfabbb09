"""How do many rows get in at the database's own speed?

PostgreSQL takes them by COPY, into the table when they are new and through a temporary table when they may not be;
SQLite by one prepared statement for all. Both in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, insert

from syncd.registry.engine import is_sqlite

__all__ = ["insert_rows", "reserve_ids", "update_rows", "upsert_rows"]

_FEW: Final = 20
"""Rows below which setting up a COPY costs more than it saves."""


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Add rows that are not there yet; one that is raises an integrity error."""
    if not rows:
        return
    if is_sqlite(connection):
        _execute_many(connection, _insert_sql(table, columns), table, columns, rows)
    elif len(rows) <= _FEW:
        connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
    else:
        _copy(connection, table.name, columns, rows)


def upsert_rows(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    update: Sequence[str] | None = None,
) -> None:
    """Add rows, or change those whose primary key is there and that differ.

    Args:
        update: Columns to change; all that are no key where left out. Every row is the only one of its key.
    """
    if not rows:
        return
    key = [column.name for column in table.primary_key.columns]
    changed = [name for name in columns if name not in key] if update is None else list(update)
    if is_sqlite(connection):
        sql = f"{_insert_sql(table, columns)} {_on_conflict(table.name, key, changed, excluded='excluded', distinct='IS NOT')}"
        _execute_many(connection, sql, table, columns, rows)
        return
    names = ", ".join(columns)
    with _staged(connection, table, columns, rows) as staged:
        connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {staged} "
            + _on_conflict(table.name, key, changed, excluded="excluded", distinct="IS DISTINCT FROM")
        )


def update_rows(
    connection: Connection, table: Table, key: Sequence[str], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Change existing rows; `columns` starts with the columns of `key`. A row that is not there is left out."""
    if not rows:
        return
    changed = [name for name in columns if name not in key]
    if is_sqlite(connection):
        sql = (
            f"UPDATE {table.name} SET {', '.join(f'{name} = :{name}' for name in changed)} "
            f"WHERE {' AND '.join(f'{name} = :{name}' for name in key)}"
        )
        _execute_many(connection, sql, table, columns, rows, named=True)
        return
    with _staged(connection, table, columns, rows) as staged:
        connection.exec_driver_sql(
            f"UPDATE {table.name} AS t SET {', '.join(f'{name} = s.{name}' for name in changed)} "
            f"FROM {staged} AS s WHERE {' AND '.join(f't.{name} = s.{name}' for name in key)}"
        )


def reserve_ids(connection: Connection, counter: str, count: int) -> range:
    """Take `count` numbers that nobody else gets."""
    if count == 0:
        return range(0)
    last = connection.exec_driver_sql(
        f"INSERT INTO counters (name, value) VALUES ('{counter}', {count:d}) "
        f"ON CONFLICT (name) DO UPDATE SET value = counters.value + {count:d} RETURNING value"
    ).scalar_one()
    return range(last - count + 1, last + 1)


def _insert_sql(table: Table, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _on_conflict(table: str, key: Sequence[str], changed: Sequence[str], *, excluded: str, distinct: str) -> str:
    if not changed:
        return f"ON CONFLICT ({', '.join(key)}) DO NOTHING"
    return (
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET "
        + ", ".join(f"{name} = {excluded}.{name}" for name in changed)
        + " WHERE "
        + " OR ".join(f"{table}.{name} {distinct} {excluded}.{name}" for name in changed)
    )


def _adapted(table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]], connection: Connection) -> list[Any]:
    """Bring values into the driver's form, for statements that pass SQLAlchemy's types by."""
    processors = [
        table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for name in columns
    ]
    if not any(processors):
        return [tuple(row) for row in rows]
    return [
        tuple(value if p is None or value is None else p(value) for p, value in zip(processors, row, strict=True))
        for row in rows
    ]


def _execute_many(
    connection: Connection,
    sql: str,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    named: bool = False,
) -> None:
    values = _adapted(table, columns, rows, connection)
    if named:
        values = [dict(zip(columns, row, strict=True)) for row in values]
    connection.connection.cursor().executemany(sql, values)


def _copy(connection: Connection, target: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {target} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


class _staged:
    """Rows in a temporary table, dropped at the end of the block."""

    def __init__(
        self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        self._connection = connection
        self._name = f"staged_{table.name}"
        names = ", ".join(columns)
        connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE {self._name} ON COMMIT DROP AS SELECT {names} FROM {table.name} WITH NO DATA"
        )
        _copy(connection, self._name, columns, rows)

    def __enter__(self) -> str:
        return self._name

    def __exit__(self, *_: object) -> None:
        self._connection.exec_driver_sql(f"DROP TABLE {self._name}")
