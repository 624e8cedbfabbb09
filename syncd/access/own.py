"""How does somebody change their own password?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select, update

from syncd.access import attempts, sessions, users
from syncd.access.passwords import matches
from syncd.errors import InvalidRecord
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.tables import User

__all__ = ["change_password", "prove"]


def prove(engine: Engine, name: str, password: str, *, address: str, now: datetime) -> int:
    """Make sure that it is the person themselves; answer their row's id.

    Raises:
        RateLimited: If there were too many attempts.
        InvalidRecord: If the password is wrong.
    """
    keys = attempts.keys_of(name, address)
    with writing(engine) as connection:
        attempts.count(connection, keys, now)
    with reading(engine) as connection:
        user = connection.execute(select(User.id, User.password).where(User.name == name)).one()
    if not matches(user.password, password):
        raise InvalidRecord(
            "the old password is wrong",
            code="old-password",
            field="old",
            cure="An admin can make a link by which you set another one.",
        )
    with writing(engine) as connection:
        attempts.forgive(connection, keys)
    user_id: int = user.id
    return user_id


def change_password(
    engine: Engine, name: str, old: str, new: str, *, by: str, address: str, held: str | None, now: datetime
) -> int:
    """Change it for whoever knows the old one; answer how many other sessions ended with it.

    Who finds an open browser must not be able to keep the account, nor to guess at the password for ever: attempts
    count as those to log in do.

    Args:
        held: What the browser holds, whose session stays.

    Raises:
        RateLimited: If there were too many attempts.
        InvalidRecord: If the old password is wrong, or the new one is weak.
    """
    user_id = prove(engine, name, old, address=address, now=now)
    _, hashed = users.checked(name, new)
    with writing(engine) as connection:
        connection.execute(update(User).where(User.id == user_id).values(password=hashed))
        users.forget_links(connection, user_id)
        ended = sessions.end_all(connection, user_id, but=held)
        write_down(connection, now, by, "set-password", f"user {name}", own=True, sessions_ended=ended)
    return ended
