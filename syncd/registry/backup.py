"""How is the registry copied into one file, and brought back from it?

SQLite copies itself. PostgreSQL has programs for it, which are called as they are found on PATH; a password goes to
them through the environment, because others can read a command line. Where they are not installed, `export` does it.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Engine

from syncd.errors import InvalidRecord, Misconfigured, Unavailable
from syncd.registry import export, schema

__all__ = ["back_up", "restore"]

_PRIVATE: Final = 0o600
_SQLITE: Final = b"SQLite format 3\0"
_POSTGRESQL: Final = b"PGDMP"


def back_up(engine: Engine, file: Path) -> None:
    """Write a copy, as it is at one moment; while it is written, nothing has to stop.

    The file is there when it is complete, and readable by its owner only: it holds everybody.

    Raises:
        InvalidRecord: When the file cannot be written.
        Unavailable: When the copy failed.
    """
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        part.touch(_PRIVATE, exist_ok=False)
        if engine.dialect.name == "sqlite":
            _copy_sqlite(engine, part)
        elif shutil.which("pg_dump") is None:
            export.export(engine, part)
        else:
            _call(engine.url, "pg_dump", "--format=custom", "--no-owner", f"--file={part}")
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except OSError as error:
        raise InvalidRecord(
            f"{file} cannot be written: {error.strerror}", code="backup-file", cure="Name another place."
        ) from None
    finally:
        part.unlink(missing_ok=True)


def restore(engine: Engine, file: Path) -> None:
    """Put a copy in the place of everything; all of it, or nothing.

    Raises:
        InvalidRecord: When the file is no copy of a registry in this kind of database.
        Misconfigured: When the file is one of pg_dump and pg_restore is missing, or it cannot be read.
        Unavailable: When the database refused it.
    """
    sqlite = engine.dialect.name == "sqlite"
    try:
        with file.open("rb") as stream:
            head = stream.read(len(_SQLITE))
    except OSError as error:
        raise Misconfigured(f"{file} cannot be read: {error.strerror}", code="backup-file") from None
    if not head.startswith((_SQLITE,) if sqlite else (_POSTGRESQL, export.MAGIC)):
        raise InvalidRecord(
            f"{file} is no backup of a registry in {'SQLite' if sqlite else 'PostgreSQL'}",
            code="backup-file",
            cure="Name a file that `syncd db backup` wrote from the same kind of database.",
        )
    engine.dispose()
    if sqlite:
        _restore_sqlite(engine, file)
    elif head.startswith(export.MAGIC):
        export.import_(engine, file)
    else:
        _refuse_newer_dump(engine.url, file)
        how = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
        _call(engine.url, "pg_restore", *how, str(file))


def _copy_sqlite(engine: Engine, part: Path) -> None:
    try:
        _vacuum_into(engine, part)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:  # it is the copy that grows, not the registry
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
        raise


def _vacuum_into(engine: Engine, part: Path) -> None:
    raw = engine.raw_connection()
    try:
        # Unlike a copy of the pages this leaves out what was deleted.
        raw.driver_connection.execute("VACUUM INTO ?", (str(part),))  # type: ignore[union-attr]
    finally:
        raw.close()


def _restore_sqlite(engine: Engine, file: Path) -> None:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source:
        try:
            _refuse_unfit(source, file)
        except sqlite3.OperationalError as error:
            raise Unavailable(
                f"{file} cannot be read ({type(error).__name__})", cure="Stop every process that uses it."
            ) from None
        except sqlite3.DatabaseError:
            raise _damaged(file) from None
        try:
            with closing(sqlite3.connect(str(engine.url.database))) as target:
                source.backup(target)
        except sqlite3.Error as error:
            raise Unavailable(
                f"the database could not be replaced ({type(error).__name__})", cure="Stop every process that uses it."
            ) from None


def _refuse_unfit(source: sqlite3.Connection, file: Path) -> None:
    """Look at the copy before anything is lost: pages are copied as they are, damaged ones too."""
    if source.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
        raise InvalidRecord(f"{file} is a database, and no registry", code="backup-file")
    ((revision,),) = source.execute("SELECT version_num FROM alembic_version").fetchall() or [(None,)]
    if not schema.knows(revision):
        raise export.too_new(file, revision)
    if source.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise _damaged(file)


def _damaged(file: Path) -> InvalidRecord:
    return InvalidRecord(
        f"{file} is no whole backup of a registry: its pages are damaged, or its end is missing",
        code="backup-file",
        cure="Take another backup; this one was cut or changed.",
    )


def _refuse_newer_dump(url: URL, file: Path) -> None:
    table = _run(url, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file))
    # COPY's form: the statement, a line for each row, and a line with an end mark.
    rows = table.partition("FROM stdin;\n")[2].partition("\n\\.")[0].split()
    if rows and not schema.knows(rows[0]):
        raise export.too_new(file, rows[0])


def _call(url: URL, program: str, *arguments: str) -> None:
    target = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    _run(url, program, f"--dbname={target}", *arguments)


def _run(url: URL, program: str, *arguments: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise Misconfigured(
            f"{program} is not on PATH",
            code="program-missing",
            cure="Install PostgreSQL's client programs, of the server's version or a later one.",
        )
    environ = {**os.environ}
    if url.password:
        environ["PGPASSWORD"] = str(url.password)
    done = subprocess.run(  # noqa: S603 - a program of the system, and arguments of ours
        [found, *arguments], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        mark = f"{program}: error: "  # what follows it is only a hint, or the statement
        reasons = [line.removeprefix(mark) for line in lines if line.startswith(mark)]
        reason = (reasons or lines[-1:] or ["no reason given"])[0].strip()
        raise Unavailable(f"{program} failed: {reason}", code="backup-failed")
    return done.stdout
