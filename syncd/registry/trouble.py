"""What does an error of the registry's database mean to a person, and what helps?"""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError

from syncd.errors import Misconfigured, SyncError, Unavailable

__all__ = ["away", "explain", "particular"]

_NO_TABLE: Final = ("no such table", "no such column", "does not exist", "undefinedtable", "undefinedcolumn")
_FULL: Final = ("disk is full", "no space left")
_DAMAGED: Final = ("not a database", "malformed")


_GONE: Final = ("08", "57P")
"""Classes of SQLSTATE: the connection failed, or an operator ended it. Where nobody was reached there is none."""


def away(error: DBAPIError) -> bool:
    """Whether a server does not answer, or closes its connections: nothing is wrong with what it was asked."""
    if isinstance(error.orig, sqlite3.Error) or not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state is None or str(state).startswith(_GONE)


def explain(error: Exception) -> SyncError | None:
    """Say it with a cure; ``None`` for what is no error of the database, or a mistake of ours."""
    told = particular(error)
    if told is None and isinstance(error, OperationalError | sqlite3.OperationalError):
        return Unavailable(
            "the registry's database cannot be reached",
            cure="Check `database` (`syncd config explain database`) and that its server runs.",
        )
    return told


def particular(error: Exception) -> SyncError | None:
    """The same, of what is known more exactly than that the database cannot be used.

    The driver's text is used to understand the error and not repeated: it may quote what was to be stored.
    """
    origin = error.orig if isinstance(error, DBAPIError) else error
    if not isinstance(error, DBAPIError | sqlite3.Error):
        return None
    text = str(origin).lower()
    tables = isinstance(error, OperationalError | ProgrammingError) and any(word in text for word in _NO_TABLE)
    if tables and "database" not in text.partition("does not exist")[0]:
        return Misconfigured(
            "the registry's tables are missing or of another version", code="schema", cure="Run `syncd db upgrade`."
        )
    if "locked" in text:
        return Unavailable("another process keeps the database locked", cure="Try again when it is done.")
    if any(word in text for word in _FULL):
        return Unavailable(
            "the disk of the registry's database is full",
            cure="Make room there: what was under way goes on by itself.",
        )
    if isinstance(origin, sqlite3.Error):
        return _of_file(text)
    return None


def _of_file(text: str) -> SyncError | None:
    """What only a database that is a file can have."""
    if any(word in text for word in _DAMAGED):
        return Misconfigured(
            "the registry's database file is damaged",
            code="registry-damaged",
            cure="Stop syncd, move the file away with its -wal and -shm, then `syncd db restore` the last backup.",
        )
    if "unable to open" in text or "readonly" in text:
        return Unavailable(
            "the registry's database file cannot be opened or written",
            cure="Let the user that runs syncd write the file and its folder: `syncd config explain database`.",
        )
    return None
