"""How does somebody get in who has no password yet, without one that others know?

By a link that works once. The first admin's is seen by whoever starts the console, for an hour and only while there is
no user. Everybody else gets theirs from an admin, for a day, and sets a password that the admin never knows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, select, update

from syncd.access import sessions, users
from syncd.access.keys import digest, new_key
from syncd.access.known import user_id_of
from syncd.access.passwords import UNSET
from syncd.access.roles import Role
from syncd.errors import InvalidRecord
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.tables import SetupLink, User

__all__ = ["VALID", "Invitation", "find", "invite", "make_link", "renew", "spend", "use_link"]

VALID: Final = timedelta(hours=24)
"""How long a link from an admin works."""

_FIRST: Final = timedelta(hours=1)
_MOST: Final = 5


class Invitation(msgspec.Struct, frozen=True):
    """Whom a link lets in.

    Attributes:
        name: ``None`` for the first admin, who chooses one.
    """

    name: str | None
    user_id: int | None = None


def make_link(engine: Engine, now: datetime) -> str | None:
    """What the first admin's link ends in; ``None`` when there is a user already."""
    key = new_key()
    with writing(engine) as connection:
        if users.count(connection):
            return None
        first = SetupLink.user_id.is_(None)
        newest = select(SetupLink.digest).where(first).order_by(SetupLink.expires_at.desc()).limit(_MOST - 1)
        kept = connection.scalars(newest).all()
        connection.execute(delete(SetupLink).where(first, SetupLink.digest.not_in(kept)))
        connection.execute(insert(SetupLink).values(digest=digest(key), expires_at=now + _FIRST))
    return key


def invite(engine: Engine, name: str, role: Role, *, by: str, now: datetime) -> str:
    """Make a user without a password; answer what the link ends in by which they set one. It is not kept.

    Raises:
        InvalidRecord: If the name is taken or cannot be used.
    """
    name = users.checked_name(name)
    with writing(engine) as connection:
        user_id = users.store(connection, name, role, UNSET, by=by, now=now)
        return _link(connection, user_id, name, by, now)


def renew(engine: Engine, name: str, *, by: str, now: datetime) -> str:
    """Make a link by which a user sets another password; one that was made before works no more.

    The password of before works until then: whoever asks for a link in another's name shuts nobody out.

    Raises:
        NotFound: When there is no such user.
    """
    with writing(engine) as connection:
        return _link(connection, user_id_of(connection, name), name.strip().lower(), by, now)


def _link(connection: Connection, user_id: int, name: str, by: str, now: datetime) -> str:
    key = new_key()
    connection.execute(delete(SetupLink).where(SetupLink.user_id == user_id))
    connection.execute(insert(SetupLink).values(digest=digest(key), expires_at=now + VALID, user_id=user_id))
    write_down(connection, now, by, "make-link", f"user {name}")
    return key


def find(engine: Engine, key: str, now: datetime) -> Invitation | None:
    """Whom the link lets in, if it still works.

    Looking does not use it up, since mail programs and browsers look ahead.
    """
    with reading(engine) as connection:
        return _find(connection, key, now)


def _find(connection: Connection, key: str, now: datetime) -> Invitation | None:
    row = connection.execute(
        select(SetupLink.user_id, User.name, User.disabled_at)
        .outerjoin(User, User.id == SetupLink.user_id)
        .where(SetupLink.digest == digest(key), SetupLink.expires_at > now)
    ).one_or_none()
    if row is None or row.disabled_at is not None:
        return None
    if row.user_id is None:
        return None if users.count(connection) else Invitation(None)
    return Invitation(row.name, row.user_id)


def spend(connection: Connection, key: str, now: datetime) -> Invitation | None:
    """Use up the link of somebody who was invited, without a password; ``None`` if it does not work any more."""
    invitation = _find(connection, key, now)
    if invitation is None or invitation.user_id is None:
        return None
    gone = connection.execute(delete(SetupLink).where(SetupLink.digest == digest(key))).rowcount
    return invitation if gone else None


def use_link(engine: Engine, key: str, name: str, password: str, *, now: datetime) -> int:
    """Make the first admin, or set the password of whom the link is for; answer the row's id.

    Args:
        name: What the first admin wants to be called; others have a name.

    Raises:
        InvalidRecord: If the link does not work any more, or name or password cannot be used.
    """
    invitation = find(engine, key, now)
    if invitation is not None:
        name, hashed = users.checked(invitation.name or name, password)
        with writing(engine) as connection:
            still = _find(connection, key, now)
            whose = SetupLink.user_id.is_(None) if invitation.user_id is None else SetupLink.digest == digest(key)
            # Two at once: the second waits here for the first, and finds nothing left to delete.
            gone = connection.execute(delete(SetupLink).where(whose)).rowcount
            if still == invitation and gone:
                return _let_in(connection, invitation, name, hashed, now)
    raise InvalidRecord(
        "this link was used, or is too old",
        code="setup-link",
        cure="Ask an admin for a new one; the first admin gets one by starting the console again.",
    )


def _let_in(connection: Connection, invitation: Invitation, name: str, hashed: str, now: datetime) -> int:
    if invitation.user_id is None:
        return users.store(connection, name, Role.ADMIN, hashed, by="setup link", now=now)
    connection.execute(update(User).where(User.id == invitation.user_id).values(password=hashed))
    sessions.end_all(connection, invitation.user_id)
    write_down(connection, now, "setup link", "set-password", f"user {name}")
    return invitation.user_id
