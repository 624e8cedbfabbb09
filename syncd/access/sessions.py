"""Who is logged in? Rows on the server; the browser holds a random text and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from syncd.access import attempts, preferences, recovery, second
from syncd.access.keys import digest, new_key
from syncd.access.lifetime import Lifetime
from syncd.access.passwords import hash_password, is_outdated, matches
from syncd.access.preferences import Preferences
from syncd.access.roles import Role, Visitor
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.audit import write_down
from syncd.registry.engine import asking, reading, writing
from syncd.registry.tables import User, UserPreferences, UserSession
from syncd.secrets import Vault

__all__ = [
    "Opened",
    "SessionRow",
    "begin",
    "end",
    "end_all",
    "end_every",
    "end_one",
    "find",
    "give_code",
    "list_sessions",
    "log_in",
    "sign_of",
]

_SEEN: Final = timedelta(minutes=1)
_MOST: Final = 20
"""Sessions of one user at a time; the oldest ends."""


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is logged in.

    Attributes:
        sign: Tells it from the user's other ones; it opens nothing.
    """

    sign: str
    user: str
    made_at: datetime
    seen_at: datetime
    address: str


class Opened(NamedTuple):
    """What a browser is to hold.

    Attributes:
        asks_for_code: It is logged in nowhere yet: see `give_code`.
    """

    key: str
    asks_for_code: bool = False


def log_in(engine: Engine, name: str, password: str, *, address: str, old: str | None, now: datetime) -> Opened:
    """Begin a session for whoever knows the password, or ask for a code where there is a second factor.

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
        connection.execute(update(User).where(User.id == user.id).values(password=fresh))
        if second.is_on(connection, user.id):
            return Opened(second.step(connection, user.id, now), asks_for_code=True)
        return Opened(_let_in(connection, user.id, name, address, now))


def give_code(engine: Engine, vault: Vault, step: str, code: str, *, address: str, now: datetime) -> str:
    """Begin a session for whoever knew the password and now gives the right code, of the device or written down.

    Args:
        step: What `log_in` answered.

    Raises:
        RateLimited: If there were too many attempts.
        InvalidRecord: If the code is wrong, or the log-in has to begin again (``log-in-over``).
    """
    waits = second.whose_step(engine, step, now)
    if waits is None:
        raise InvalidRecord("this took too long", code="log-in-over", cure="Log in again.")
    user_id, name = waits
    with writing(engine) as connection:
        attempts.count(connection, second.keys_of(name, address), now)
    with writing(engine) as connection:
        lost = recovery.take(connection, user_id, code)
        if lost or second.take(connection, vault, user_id, code, now):
            if lost:
                unused = recovery.left(connection, user_id)
                write_down(connection, now, f"console:{name}", "use-recovery-code", f"user {name}", left=unused)
            attempts.forgive(connection, second.keys_of(name, address))
            second.forget_steps(connection, user_id)
            return _let_in(connection, user_id, name, address, now, code=True)
        write_down(connection, now, "console", "code-refused", f"user {name}", address=address)
    raise second.wrong_code()


def _let_in(connection: Connection, user_id: int, name: str, address: str, now: datetime, **told: bool) -> str:
    write_down(connection, now, f"console:{name}", "log-in", f"user {name}", address=address, **told)
    return begin(connection, user_id, address=address, now=now)


def begin(connection: Connection, user_id: int, *, address: str, now: datetime) -> str:
    """Begin a session, which is a log-in however it comes about; answer what the browser is to hold."""
    key = new_key()
    connection.execute(update(User).where(User.id == user_id).values(last_login_at=now))
    own = select(UserSession.digest).where(UserSession.user_id == user_id)
    spare = own.order_by(UserSession.seen_at.desc()).offset(_MOST - 1)
    connection.execute(delete(UserSession).where(UserSession.digest.in_(connection.scalars(spare).all())))
    connection.execute(
        insert(UserSession).values(digest=digest(key), user_id=user_id, made_at=now, seen_at=now, address=address[:64])
    )
    return key


# Asked for every page: put together once.
_FIND: Final = (
    select(User.id, User.name, User.role, UserSession.seen_at, UserPreferences.doc)
    .join(User, User.id == UserSession.user_id)
    .outerjoin(UserPreferences, UserPreferences.user_id == User.id)
    .where(
        UserSession.digest == bindparam("digest"),
        UserSession.seen_at > bindparam("seen_after"),
        UserSession.made_at > bindparam("made_after"),
        User.disabled_at.is_(None),
    )
)


def find(engine: Engine, key: str, lifetime: Lifetime, now: datetime) -> tuple[Visitor, Preferences] | None:
    """Whose session this is, and how they like to see the console; ``None`` if it is nobody's, or over."""
    row_digest = digest(key)
    asked = {"digest": row_digest, "seen_after": now - lifetime.idle, "made_after": now - lifetime.whole}
    with asking(engine) as connection:
        row = connection.execute(_FIND, asked).one_or_none()
    if row is None:
        return None
    if row.seen_at < now - _SEEN:
        with writing(engine) as connection:
            connection.execute(update(UserSession).where(UserSession.digest == row_digest).values(seen_at=now))
    role = Role[row.role.upper()]
    visitor = Visitor(user_id=row.id, name=row.name, role=role, by=f"console:{row.name}", by_cookie=True)
    return visitor, preferences.read(row.doc)


def end(connection: Connection, key: str) -> None:
    """Log out."""
    connection.execute(delete(UserSession).where(UserSession.digest == digest(key)))


def end_all(connection: Connection, user_id: int, *, but: str | None = None) -> int:
    """Log somebody out everywhere; answer how many sessions that were.

    Args:
        but: What the browser holds that stays.
    """
    gone = delete(UserSession).where(UserSession.user_id == user_id)
    return connection.execute(gone.where(UserSession.digest != digest(but)) if but else gone).rowcount


def end_one(engine: Engine, name: str, sign: str, *, by: str, now: datetime) -> None:
    """Log somebody out of one browser.

    Raises:
        NotFound: When that session is over, or another user's.
    """
    with writing(engine) as connection:
        found = select(UserSession.digest).join(User, User.id == UserSession.user_id).where(User.name == name)
        mine = [one for one in connection.scalars(found) if _sign(one) == sign]
        if not mine:
            raise NotFound("this log-in is over already", code="no-such-session", cure="Look at the list again.")
        connection.execute(delete(UserSession).where(UserSession.digest.in_(mine)))
        write_down(connection, now, by, "end-session", f"user {name}", session=sign)


def end_every(engine: Engine, name: str, *, by: str, now: datetime, but: str | None = None) -> int:
    """Log somebody out everywhere, on a person's word; answer how many sessions that were.

    Args:
        but: What the browser holds that stays.
    """
    with writing(engine) as connection:
        user_id: int = connection.execute(select(User.id).where(User.name == name)).scalar_one()
        ended = end_all(connection, user_id, but=but)
        write_down(connection, now, by, "end-sessions", f"user {name}", sessions_ended=ended)
    return ended


def list_sessions(engine: Engine, lifetime: Lifetime, now: datetime, *, user: str | None = None) -> list[SessionRow]:
    """Those that are not over, the latest used first."""
    statement = (
        select(User.name, UserSession.digest, UserSession.made_at, UserSession.seen_at, UserSession.address)
        .join(User, User.id == UserSession.user_id)
        .where(UserSession.seen_at > now - lifetime.idle, UserSession.made_at > now - lifetime.whole)
        .order_by(UserSession.seen_at.desc())
    )
    if user is not None:
        statement = statement.where(User.name == user)
    with reading(engine) as connection:
        return [
            SessionRow(
                sign=_sign(row.digest), user=row.name, made_at=row.made_at, seen_at=row.seen_at, address=row.address
            )
            for row in connection.execute(statement)
        ]


def sign_of(key: str) -> str:
    """How the session that a browser holds is called in lists."""
    return _sign(digest(key))


def _sign(stored: bytes) -> str:
    return stored[:8].hex()
