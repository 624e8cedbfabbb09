"""How does the first admin get in, without a password that everybody knows?

By a link that whoever starts the console sees, that works once, within an hour, and only while there is no user.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select

from syncd.access import users
from syncd.access.keys import digest, new_key
from syncd.access.roles import Role
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading, writing
from syncd.registry.tables import SetupLink

__all__ = ["is_open", "make_link", "use_link"]

_VALID: Final = timedelta(hours=1)
_MOST: Final = 5


def make_link(engine: Engine, now: datetime) -> str | None:
    """What the link ends in; ``None`` when there is a user already."""
    key = new_key()
    with writing(engine) as connection:
        if users.count(connection):
            return None
        newest = select(SetupLink.digest).order_by(SetupLink.expires_at.desc()).limit(_MOST - 1)
        kept = connection.scalars(newest).all()
        connection.execute(delete(SetupLink).where(SetupLink.digest.not_in(kept)))
        connection.execute(insert(SetupLink).values(digest=digest(key), expires_at=now + _VALID))
    return key


def is_open(engine: Engine, key: str, now: datetime) -> bool:
    """Whether the link still works; looking does not use it up, since mail programs and browsers look ahead."""
    with reading(engine) as connection:
        return not users.count(connection) and _stands(connection, key, now)


def _stands(connection: Connection, key: str, now: datetime) -> bool:
    found = select(SetupLink.digest).where(SetupLink.digest == digest(key), SetupLink.expires_at > now)
    return connection.scalar(found) is not None


def use_link(engine: Engine, key: str, name: str, password: str, *, now: datetime) -> int:
    """Make the first admin; answer the row's id.

    Raises:
        InvalidRecord: If the link does not work any more, or name or password cannot be used.
    """
    if is_open(engine, key, now):
        name, hashed = users.checked(name, password)
        with writing(engine) as connection:
            open_still = _stands(connection, key, now)
            # Two at once: the second waits here for the first, and finds nothing left to delete.
            gone = connection.execute(delete(SetupLink)).rowcount
            if open_still and gone and not users.count(connection):
                return users.store(connection, name, Role.ADMIN, hashed, by="setup link", now=now)
    raise InvalidRecord(
        "this link was used, or is too old",
        code="setup-link",
        cure="Start the console again for a new one, or use `syncd users add`.",
    )
