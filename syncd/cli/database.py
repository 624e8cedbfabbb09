"""What does an error of the database mean to the person at the terminal?"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from syncd.errors import Misconfigured, SyncError, Unavailable

__all__ = ["explain"]

_NO_TABLE = ("no such table", "no such column", "does not exist", "undefinedtable", "undefinedcolumn")


def explain(error: Exception) -> SyncError | None:
    """Say it with a cure; ``None`` for anything else.

    The driver's text is used to understand the error and not repeated: it may quote what was to be stored.
    """
    if not isinstance(error, DBAPIError):
        return None
    text = str(error.orig).lower()
    tables = isinstance(error, OperationalError | ProgrammingError) and any(word in text for word in _NO_TABLE)
    if tables and "database" not in text.partition("does not exist")[0]:
        return Misconfigured(
            "the registry's tables are missing or of another version", code="schema", cure="Run `syncd db upgrade`."
        )
    if "locked" in text:
        return Unavailable("another process keeps the database locked", cure="Try again when it is done.")
    if isinstance(error, OperationalError):
        return Unavailable(
            "the registry's database cannot be reached",
            cure="Check `database` (`syncd config explain database`) and that its server runs.",
        )
    return None
