"""How do many rows get in at the database's own speed?

PostgreSQL takes them by COPY, into the table when they are new and through a temporary table when they may not be;
SQLite by one prepared statement for all. Both in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import Connection, Dialect, LargeBinary, Table, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

from syncd.registry.engine import is_sqlite
from syncd.registry.tables import Base, UtcDateTime

__all__ = ["analyze", "insert_rows", "reserve_ids", "update_rows", "upsert_rows"]

Rows = Sequence[Sequence[Any]]
Columns = Sequence[str]

_FEW: Final = 20
"""Rows below which setting up a COPY costs more than it saves."""


def insert_rows(connection: Connection, mapped: type[Base], columns: Columns, rows: Rows) -> None:
    """Add rows that are not there yet; one that is raises an integrity error."""
    if not rows:
        return
    table = _table(mapped)
    if is_sqlite(connection):
        _execute_many(connection, _insert_sql(table, columns), _adapted(connection, table, columns, rows))
    elif len(rows) <= _FEW:
        connection.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in rows])
    else:
        _copy(connection, table.name, columns, _adapted(connection, table, columns, rows))


def upsert_rows(
    connection: Connection,
    mapped: type[Base],
    columns: Columns,
    rows: Rows,
    *,
    key: Columns | None = None,
    update: Mapping[str, str] | None = None,
    unless: Columns = (),
) -> None:
    """Add rows, or change those that are there.

    Args:
        key: Columns that say which row is meant; the primary key where left out. Every row is the only one of its key.
        update: Expression for each column to change, with ``{new}`` for the row that came; where left out, every
            column that is no key is taken over, and a row that does not differ is not written.
        unless: With no `update`: columns that are taken over with others, and for which alone no row is written.
    """
    if not rows:
        return
    table = _table(mapped)
    target = [column.name for column in table.primary_key.columns] if key is None else list(key)
    conflict = _on_conflict(connection, table.name, target, columns, update, unless)
    if is_sqlite(connection):
        sql = f"{_insert_sql(table, columns)} {conflict}"
        _execute_many(connection, sql, _adapted(connection, table, columns, rows))
        return
    names = ", ".join(columns)
    with _staged(connection, table, columns, rows) as staged:
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {staged} {conflict}")


def update_rows(connection: Connection, mapped: type[Base], key: Columns, columns: Columns, rows: Rows) -> None:
    """Change existing rows; `columns` holds those of `key` as well. A row that is not there is left out."""
    if not rows:
        return
    table = _table(mapped)
    changed = [name for name in columns if name not in key]
    if is_sqlite(connection):
        sql = (
            f"UPDATE {table.name} SET {', '.join(f'{name} = :{name}' for name in changed)} "
            f"WHERE {' AND '.join(f'{name} = :{name}' for name in key)}"
        )
        named = [dict(zip(columns, row, strict=True)) for row in _adapted(connection, table, columns, rows)]
        _execute_many(connection, sql, named)
        return
    with _staged(connection, table, columns, rows) as staged:
        connection.exec_driver_sql(
            f"UPDATE {table.name} AS t SET {', '.join(f'{name} = s.{name}' for name in changed)} "
            f"FROM {staged} AS s WHERE {' AND '.join(f't.{name} = s.{name}' for name in key)}"
        )


def analyze(connection: Connection, mapped: type[Base], columns: Columns = ()) -> None:
    """Let PostgreSQL look at a table that was empty a moment ago: plans made for an empty one are bad for a full one.

    Args:
        columns: What the statements to come select by, where looking at all columns would take longer than it saves.
    """
    if not is_sqlite(connection):
        only = f" ({', '.join(columns)})" if columns else ""
        connection.exec_driver_sql(f"ANALYZE {_table(mapped).name}{only}")


def reserve_ids(connection: Connection, counter: str, count: int) -> range:
    """Take `count` numbers that nobody else gets."""
    last = connection.exec_driver_sql(
        f"INSERT INTO counters (name, value) VALUES ('{counter}', {count:d}) "
        f"ON CONFLICT (name) DO UPDATE SET value = counters.value + {count:d} RETURNING value"
    ).scalar_one()
    return range(last - count + 1, last + 1)


def _table(mapped: type[Base]) -> Table:
    return cast("Table", mapped.__table__)


def _insert_sql(table: Table, columns: Columns) -> str:
    return f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _on_conflict(
    connection: Connection,
    table: str,
    key: Columns,
    columns: Columns,
    update: Mapping[str, str] | None,
    unless: Columns,
) -> str:
    where = ""
    if update is None:
        distinct = "IS NOT" if is_sqlite(connection) else "IS DISTINCT FROM"
        update = {name: f"{{new}}.{name}" for name in columns if name not in key}
        where = " WHERE " + " OR ".join(
            f"{table}.{name} {distinct} excluded.{name}" for name in update if name not in unless
        )
    assignments = ", ".join(f"{name} = {value.format(new='excluded')}" for name, value in update.items())
    return f"ON CONFLICT ({', '.join(key)}) " + (f"DO UPDATE SET {assignments}{where}" if update else "DO NOTHING")


def _adapted(connection: Connection, table: Table, columns: Columns, rows: Rows) -> Rows:
    """Bring values into the driver's form: these statements pass SQLAlchemy's types by."""
    dialect = connection.dialect
    types = [table.c[name].type.dialect_impl(dialect) for name in columns]
    processors = [(index, _processor(type_, dialect)) for index, type_ in enumerate(types)]
    # Both drivers take bytes as they are; SQLAlchemy would wrap each.
    special = [
        (at, process)
        for at, process in processors
        if process and not isinstance(types[at], LargeBinary) and any(row[at] is not None for row in rows)
    ]
    if not special:
        return rows
    adapted = [list(row) for row in rows]
    for index, process in special:
        for row in adapted:
            if row[index] is not None:
                row[index] = process(row[index])
    return adapted


def _processor(type_: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What brings one column's values into the driver's form.

    Rows of one page share their moments, and either driver takes longer to write one than all else that a row has.
    """
    process = type_.bind_processor(dialect)
    if process is None or not isinstance(type_, UtcDateTime):
        return process
    return lru_cache(maxsize=64)(lambda moment: str(process(moment)))


def _execute_many(connection: Connection, sql: str, rows: Sequence[Any]) -> None:
    with _errors_as_of_any_statement(connection, sql):
        connection.connection.cursor().executemany(sql, rows)


def _copy(connection: Connection, target: str, columns: Columns, rows: Rows) -> None:
    cursor: Any = connection.connection.cursor()
    sql = f"COPY {target} ({', '.join(columns)}) FROM STDIN"
    with _errors_as_of_any_statement(connection, sql), cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def _errors_as_of_any_statement(connection: Connection, sql: str) -> Iterator[None]:
    """What is said to the driver past SQLAlchemy fails as all else does: callers know one kind of error."""
    driver = connection.dialect.loaded_dbapi
    try:
        yield
    except driver.Error as error:
        raise DBAPIError.instance(
            sql, None, error, driver.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


@contextmanager
def _staged(connection: Connection, table: Table, columns: Columns, rows: Rows) -> Iterator[str]:
    """Put rows into a temporary table, dropped at the end of the block."""
    name = f"staged_{table.name}"
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {', '.join(columns)} FROM {table.name} WITH NO DATA"
    )
    _copy(connection, name, columns, _adapted(connection, table, columns, rows))
    yield name
    connection.exec_driver_sql(f"DROP TABLE {name}")
