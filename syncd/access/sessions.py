"""Who is logged in? Rows on the server; the browser holds a random text and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select, update

from syncd.access import attempts
from syncd.access.keys import digest, new_key
from syncd.access.passwords import hash_password, is_outdated, matches
from syncd.access.roles import Role, Visitor
from syncd.errors import InvalidRecord
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.tables import User, UserSession

__all__ = ["Lifetime", "begin", "end", "end_all", "find", "forget_ended", "log_in"]

_SEEN: Final = timedelta(minutes=1)
_MOST: Final = 20
"""Sessions of one user at a time; the oldest ends."""


class Lifetime:
    """How long a session lasts.

    Attributes:
        idle: After the last request.
        whole: After the log-in, however busy.
    """

    def __init__(self, *, idle_minutes: int, hours: int) -> None:
        self.idle = timedelta(minutes=idle_minutes)
        self.whole = timedelta(hours=hours)


def log_in(engine: Engine, name: str, password: str, *, address: str, old: str | None, now: datetime) -> str:
    """Begin a session for whoever knows the password; answer what the browser is to hold.

    Args:
        old: What the browser held until now, which ends: a text that somebody planted there opens nothing.

    Raises:
        RateLimited: If there were too many attempts.
        InvalidRecord: If name or password are wrong; which of them is not said.
    """
    name = name.strip().lower()
    keys = attempts.keys_of(name, address)
    with writing(engine) as connection:
        attempts.count(connection, keys, now)
    with reading(engine) as connection:
        user = connection.execute(select(User.id, User.password, User.disabled_at).where(User.name == name)).first()
    known = matches(user.password if user else None, password)
    if user is None or not known or user.disabled_at is not None:
        with writing(engine) as connection:
            # What is typed as a name may be a password, and who does not exist must not be refused sooner.
            whom = f"user {name}" if user else "nobody we know"
            write_down(connection, now, "console", "log-in-refused", whom, address=address)
        raise InvalidRecord("name or password are wrong", code="log-in-refused")
    fresh = hash_password(password) if is_outdated(user.password) else user.password
    with writing(engine) as connection:
        attempts.forgive(connection, keys)
        if old:
            end(connection, old)
        connection.execute(update(User).where(User.id == user.id).values(last_login_at=now, password=fresh))
        write_down(connection, now, f"console:{name}", "log-in", f"user {name}", address=address)
        return begin(connection, user.id, address=address, now=now)


def begin(connection: Connection, user_id: int, *, address: str, now: datetime) -> str:
    """Begin a session; answer what the browser is to hold."""
    key = new_key()
    own = select(UserSession.digest).where(UserSession.user_id == user_id)
    spare = own.order_by(UserSession.seen_at.desc()).offset(_MOST - 1)
    connection.execute(delete(UserSession).where(UserSession.digest.in_(connection.scalars(spare).all())))
    connection.execute(
        insert(UserSession).values(digest=digest(key), user_id=user_id, made_at=now, seen_at=now, address=address[:64])
    )
    return key


def find(engine: Engine, key: str, lifetime: Lifetime, now: datetime) -> Visitor | None:
    """Whose session this is; ``None`` if it is nobody's, or over."""
    row_digest = digest(key)
    statement = (
        select(User.id, User.name, User.role, UserSession.seen_at)
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.digest == row_digest,
            UserSession.seen_at > now - lifetime.idle,
            UserSession.made_at > now - lifetime.whole,
            User.disabled_at.is_(None),
        )
    )
    with reading(engine) as connection:
        row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    if row.seen_at < now - _SEEN:
        with writing(engine) as connection:
            connection.execute(update(UserSession).where(UserSession.digest == row_digest).values(seen_at=now))
    role = Role[row.role.upper()]
    return Visitor(user_id=row.id, name=row.name, role=role, by=f"console:{row.name}", by_cookie=True)


def end(connection: Connection, key: str) -> None:
    """Log out."""
    connection.execute(delete(UserSession).where(UserSession.digest == digest(key)))


def end_all(connection: Connection, user_id: int) -> None:
    """Log somebody out everywhere."""
    connection.execute(delete(UserSession).where(UserSession.user_id == user_id))


def forget_ended(connection: Connection, lifetime: Lifetime, now: datetime) -> None:
    """Delete what is over."""
    over = (UserSession.seen_at <= now - lifetime.idle) | (UserSession.made_at <= now - lifetime.whole)
    connection.execute(delete(UserSession).where(over))
