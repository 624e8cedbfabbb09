"""How is a registry in PostgreSQL copied without PostgreSQL's own programs?

Into a ZIP file with one entry for each table, as PostgreSQL's COPY writes it, all of one moment. It comes back into a
schema of its own, made by the migrations at the copy's revision, which then takes the place of the old tables in one
transaction.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, inspect, text

from syncd.errors import InvalidRecord, Unavailable
from syncd.registry import schema
from syncd.registry.tables import Base

__all__ = ["MAGIC", "export", "import_", "too_new"]

MAGIC: Final = b"PK\x03\x04"
_ABOUT: Final = "about.json"
_FORMAT: Final = "syncd-registry-1"
_ASIDE: Final = "syncd_restore"
_PIECE: Final = 1 << 20


class _About(msgspec.Struct, frozen=True):
    """What is in the file, and which tables it must have to be whole."""

    format: str
    revision: str
    tables: dict[str, list[str]]


def export(engine: Engine, file: Path) -> None:
    """Write everything as it is at one moment; nobody has to wait meanwhile.

    Raises:
        Unavailable: When the database ends the copy.
    """
    try:
        with (
            engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as snapshot,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy,
        ):
            tables = {name: _columns(snapshot, name) for name in _tables(snapshot)}
            revision = snapshot.scalar(text("SELECT version_num FROM alembic_version"))
            about = _About(_FORMAT, str(revision), tables)
            cursor = _driver(snapshot).cursor()
            for name, columns in tables.items():
                with (
                    copy.open(name, "w", force_zip64=True) as entry,
                    cursor.copy(_copy(name, columns, "TO STDOUT")) as out,
                ):
                    for piece in out:
                        entry.write(piece)
            # Last: a file that was cut has none.
            copy.writestr(_ABOUT, msgspec.json.encode(about))
    except psycopg.Error as error:
        raise Unavailable(f"the copy failed ({type(error).__name__})", code="backup-failed") from None


def too_new(file: Path, revision: str) -> InvalidRecord:
    """The refusal of a copy that a later program made."""
    return InvalidRecord(
        f"{file} has tables of version {revision}; this program knows versions up to {schema.head()}",
        code="backup-file",
        cure="Restore it with the syncd that wrote it, or a later one.",
    )


def import_(engine: Engine, file: Path) -> None:
    """Put an export in the place of everything; all of it, or nothing.

    Raises:
        InvalidRecord: When the file is no whole export, or one of a later program.
        Unavailable: When the database refused it.
    """
    about = _about(file)
    if not schema.knows(about.revision):
        raise too_new(file, about.revision)
    try:
        with _own_connection(engine) as connection:
            home = str(connection.scalar(text("SELECT current_schema()")))
            connection.execute(text(f"DROP SCHEMA IF EXISTS {_ASIDE} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {_ASIDE}"))
            connection.commit()
            connection.execute(text(f"SET search_path TO {_ASIDE}"))
            connection.commit()
            schema.upgrade_within(connection, about.revision)
            _fill(connection, file, about)
            _swap(connection, home)
    except psycopg.Error as error:
        raise Unavailable(f"the restore failed ({type(error).__name__})", code="backup-failed") from None


@contextmanager
def _own_connection(engine: Engine) -> Iterator[Connection]:
    """One that nobody gets afterwards: it looks for tables elsewhere."""
    with engine.connect() as connection:
        try:
            yield connection
        finally:
            connection.invalidate()


def _about(file: Path) -> _About:
    try:
        with zipfile.ZipFile(file) as copy:
            about = msgspec.json.decode(copy.read(_ABOUT), type=_About)
            broken = copy.testzip() or next((name for name in about.tables if name not in copy.namelist()), None)
    except (zipfile.BadZipFile, KeyError, msgspec.DecodeError):
        broken, about = "its end", _About("", "", {})
    if broken or about.format != _FORMAT:
        raise InvalidRecord(
            f"{file} is no whole export of a registry: {broken or about.format} is damaged or missing",
            code="backup-file",
            cure="Take another backup; this one was cut or changed.",
        )
    return about


def _fill(connection: Connection, file: Path, about: _About) -> None:
    cursor = _driver(connection).cursor()
    with zipfile.ZipFile(file) as copy:
        for name, columns in about.tables.items():
            with copy.open(name) as entry, cursor.copy(_copy(name, columns, "FROM STDIN")) as into:
                while piece := entry.read(_PIECE):
                    into.write(piece)
    for name in about.tables:
        for column in inspect(connection).get_columns(name, schema=_ASIDE):
            _go_on_counting(connection, name, column["name"])


def _go_on_counting(connection: Connection, table: str, column: str) -> None:
    """Let numbers that the database gives begin after those that are given already."""
    ask = text("SELECT pg_get_serial_sequence(:table, :column)")
    sequence = connection.scalar(ask, {"table": f'{_ASIDE}."{table}"', "column": column})
    if sequence is not None:
        last = f'SELECT setval(:sequence, max("{column}")) FROM {_ASIDE}."{table}" HAVING max("{column}") > 0'  # noqa: S608
        connection.execute(text(last), {"sequence": sequence})


def _swap(connection: Connection, home: str) -> None:
    for name in [*_tables(connection, home), "alembic_version"]:
        connection.execute(text(f'DROP TABLE IF EXISTS "{home}"."{name}" CASCADE'))
    for name in inspect(connection).get_table_names(schema=_ASIDE):
        connection.execute(text(f'ALTER TABLE {_ASIDE}."{name}" SET SCHEMA "{home}"'))
    connection.execute(text(f"DROP SCHEMA {_ASIDE}"))
    connection.commit()


def _tables(connection: Connection, home: str | None = None) -> list[str]:
    """Ours, as far as they are there."""
    there = set(inspect(connection).get_table_names(schema=home))
    return [table.name for table in Base.metadata.sorted_tables if table.name in there]


def _columns(connection: Connection, table: str) -> list[str]:
    return [column["name"] for column in inspect(connection).get_columns(table)]


def _copy(table: str, columns: Sequence[str], how: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(table), names, sql.SQL(how))


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
