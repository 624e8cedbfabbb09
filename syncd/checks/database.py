"""Does the registry's database answer, are its tables right, and do its clock and ours agree?"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import functions

from syncd.checks.check import Check, broken, failed, fine, weak
from syncd.registry.engine import is_sqlite, reading
from syncd.registry.schema import current, head
from syncd.registry.trouble import particular
from syncd.sentence import Sentence

__all__ = ["check_clock", "check_database"]

_DRIFT_SECONDS: Final = 2.0


def check_database(engine: Engine) -> Check:
    """Can it be reached, and does it have the tables of this program?"""
    try:
        with reading(engine) as connection:
            version = _version(connection)
        revision = current(engine)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        told = particular(error)
        if told is not None:
            return broken("database", told)
        return failed(
            "database",
            Sentence("it cannot be reached (%(name)s)", name=type(error).__name__),
            "Check `syncd config explain database`, and that the server runs and knows the user.",
            cause="reach",
        )
    needed = head()
    if revision != needed:
        return failed(
            "database",
            Sentence(
                "%(version)s, tables of version %(found)s; this program needs %(needed)s",
                version=version,
                found=revision or Sentence("none"),
                needed=needed,
            ),
            "Run `syncd db upgrade`.",
            cause="config",
        )
    return fine("database", Sentence("%(version)s, tables of version %(needed)s", version=version, needed=needed))


def _version(connection: Connection) -> str:
    if is_sqlite(connection):
        return f"SQLite {connection.scalar(text('SELECT sqlite_version()'))}"
    return f"PostgreSQL {connection.scalar(text('SHOW server_version'))}"


def check_clock(engine: Engine) -> Check:
    """Leases end by the clock, so all machines have to agree on it; the database's stands for the others."""
    with reading(engine) as connection:
        if is_sqlite(connection):
            return fine("clock", Sentence("%(now)s UTC, one machine", now=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"))
        theirs = connection.execute(select(functions.now())).scalar_one()
    drift = abs((datetime.now(UTC) - theirs).total_seconds())
    if drift > _DRIFT_SECONDS:
        return weak(
            "clock",
            Sentence("%(drift)s s away from the database's", drift=f"{drift:.1f}"),
            "Let both machines keep time by NTP.",
        )
    return fine("clock", Sentence("%(drift)s ms away from the database's", drift=f"{drift * 1000:.0f}"))
