"""Who may log in, and as what?"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from syncd.access import sessions
from syncd.access.passwords import check_strength, hash_password
from syncd.access.roles import Role
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.tables import User

__all__ = ["UserRow", "add", "checked", "count", "disable", "enable", "list_users", "set_password", "set_role", "store"]

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """A user, without anything secret."""

    name: str
    role: str
    made_at: datetime
    disabled_at: datetime | None
    last_login_at: datetime | None


def count(connection: Connection) -> int:
    """How many there are, disabled ones included."""
    return connection.execute(select(func.count()).select_from(User)).scalar_one()


def list_users(engine: Engine) -> list[UserRow]:
    """All, by name."""
    columns = [getattr(User, name) for name in UserRow.__struct_fields__]
    with reading(engine) as connection:
        return [UserRow(**row) for row in connection.execute(select(*columns).order_by(User.name)).mappings()]


def add(engine: Engine, name: str, role: Role, password: str, *, by: str, now: datetime) -> None:
    """Let somebody in.

    Raises:
        InvalidRecord: If the name is taken or cannot be used, or the password is weak.
    """
    name, hashed = checked(name, password)
    with writing(engine) as connection:
        store(connection, name, role, hashed, by=by, now=now)


def checked(name: str, password: str) -> tuple[str, str]:
    """The name as it is stored, and the password's hash, which takes too long for a transaction.

    Raises:
        InvalidRecord: If either cannot be used.
    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise InvalidRecord(
            "this user name cannot be used",
            code="user-name",
            field="name",
            cure="Use up to 64 letters a-z, digits, dots, @, - and _, a letter or digit first.",
        )
    check_strength(password, name)
    return name, hash_password(password)


def store(connection: Connection, name: str, role: Role, hashed: str, *, by: str, now: datetime) -> int:
    """Insert a user who was checked; answer the row's id."""
    try:
        with connection.begin_nested():
            user_id: int = connection.execute(
                insert(User).values(name=name, role=role.word, password=hashed, made_at=now).returning(User.id)
            ).scalar_one()
    except IntegrityError:
        raise InvalidRecord(
            f"there is a user {name} already", code="user-name", field="name", cure="`syncd users list` shows all."
        ) from None
    write_down(connection, now, by, "add-user", f"user {name}", role=role.word)
    return user_id


def set_password(engine: Engine, name: str, password: str, *, by: str, now: datetime) -> None:
    """Give somebody another password, and end their sessions.

    Raises:
        NotFound: When there is no such user.
        InvalidRecord: When the password is weak.
    """
    name, hashed = checked(name, password)
    _change(engine, name, by, now, "set-password", {"password": hashed})


def set_role(engine: Engine, name: str, role: Role, *, by: str, now: datetime) -> None:
    """Let somebody do more or less from now on; they log in anew."""
    _change(engine, name, by, now, "set-role", {"role": role.word}, told={"role": role.word})


def disable(engine: Engine, name: str, *, by: str, now: datetime) -> None:
    """Shut somebody out: their sessions and tokens end with it."""
    _change(engine, name, by, now, "disable-user", {"disabled_at": now})


def enable(engine: Engine, name: str, *, by: str, now: datetime) -> None:
    """Let somebody in again who was shut out."""
    _change(engine, name, by, now, "enable-user", {"disabled_at": None})


def _change(
    engine: Engine, name: str, by: str, now: datetime, action: str, values: dict[str, Any], *, told: Any = None
) -> None:
    name = name.strip().lower()
    with writing(engine) as connection:
        user = connection.execute(select(User.id).where(User.name == name)).one_or_none()
        if user is None:
            raise NotFound(f"there is no user {name!r}", code="no-such-user", cure="`syncd users list` shows all.")
        connection.execute(update(User).where(User.id == user.id).values(**values))
        sessions.end_all(connection, user.id)
        write_down(connection, now, by, action, f"user {name}", **(told or {}))
