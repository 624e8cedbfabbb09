"""Who may log in, and as what?"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Select, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from syncd.access import second, sessions, tokens
from syncd.access.known import unknown, user_id_of
from syncd.access.passwords import UNSET, check_strength, hash_password
from syncd.access.roles import Role
from syncd.errors import InvalidRecord
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.tables import Identity, SecondFactor, SetupLink, User
from syncd.sentence import Sentence

__all__ = [
    "UserRow",
    "add",
    "checked",
    "checked_name",
    "count",
    "disable",
    "enable",
    "find_user",
    "forget_links",
    "give_role",
    "list_users",
    "refuse_last_admin",
    "set_password",
    "set_role",
    "store",
]

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """A user, without anything secret.

    Attributes:
        invited: Has not set a password yet.
        second_factor: Is asked for one-time codes after the password.
        has_password: Has set one, or got one.
        linked_at: When the identity provider first vouched for them; ``None`` while it has not.
        email: By which the provider's account is, or was, recognised the first time.
    """

    name: str
    role: str
    made_at: datetime
    disabled_at: datetime | None
    last_login_at: datetime | None
    invited: bool = False
    second_factor: bool = False
    has_password: bool = True
    linked_at: datetime | None = None
    email: str | None = None

    @property
    def state(self) -> str:
        """In one word."""
        return "disabled" if self.disabled_at else "invited" if self.invited else "active"


def count(connection: Connection) -> int:
    """How many there are, disabled ones included."""
    return connection.execute(select(func.count()).select_from(User)).scalar_one()


def list_users(engine: Engine) -> list[UserRow]:
    """All, by name."""
    with reading(engine) as connection:
        return [UserRow(**row) for row in connection.execute(_select().order_by(User.name)).mappings()]


def find_user(engine: Engine, name: str) -> UserRow:
    """One of them.

    Raises:
        NotFound: When there is no such user.
    """
    with reading(engine) as connection:
        row = connection.execute(_select().where(User.name == name.strip().lower())).mappings().one_or_none()
    if row is None:
        raise unknown(name)
    return UserRow(**row)


def _select() -> Select[Any]:
    columns = [getattr(User, name) for name in UserRow.__struct_fields__ if hasattr(User, name)]
    confirmed = exists(
        select(SecondFactor.user_id).where(SecondFactor.user_id == User.id, SecondFactor.confirmed_at.is_not(None))
    )
    return select(
        *columns,
        and_(User.password == UNSET, Identity.linked_at.is_(None)).label("invited"),
        confirmed.label("second_factor"),
        (User.password != UNSET).label("has_password"),
        Identity.linked_at,
        Identity.email,
    ).outerjoin(Identity, Identity.user_id == User.id)


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
    name = checked_name(name)
    check_strength(password, name)
    return name, hash_password(password)


def checked_name(name: str) -> str:
    """The name as it is stored.

    Raises:
        InvalidRecord: If it cannot be used.
    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise InvalidRecord(
            "this user name cannot be used",
            code="user-name",
            field="name",
            cure="Use up to 64 letters a-z, digits, dots, @, - and _, a letter or digit first.",
        )
    return name


def store(connection: Connection, name: str, role: Role, hashed: str, *, by: str, now: datetime) -> int:
    """Insert a user who was checked; answer the row's id."""
    try:
        with connection.begin_nested():
            user_id: int = connection.execute(
                insert(User).values(name=name, role=role.word, password=hashed, made_at=now).returning(User.id)
            ).scalar_one()
    except IntegrityError:
        raise InvalidRecord(
            Sentence("there is a user %(name)s already", name=name),
            code="user-name",
            field="name",
            cure="`syncd users list` shows all.",
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
    """Let somebody do more or less from now on; they log in anew.

    Raises:
        NotFound: When there is no such user.
        InvalidRecord: When nobody would be left who may decide who gets in.
    """
    with writing(engine) as connection:
        give_role(connection, name, role, by=by, now=now)


def give_role(connection: Connection, name: str, role: Role, *, by: str, now: datetime) -> None:
    """The same in a transaction of the caller's.

    Raises:
        NotFound: When there is no such user.
        InvalidRecord: When nobody would be left who may decide who gets in.
    """
    _change_in(connection, name.strip().lower(), by, now, "set-role", {"role": role.word})


def disable(engine: Engine, name: str, *, by: str, now: datetime) -> None:
    """Shut somebody out: their sessions and tokens end with it.

    Raises:
        NotFound: When there is no such user.
        InvalidRecord: When nobody would be left who may decide who gets in.
    """
    name = name.strip().lower()
    with writing(engine) as connection:
        _change_in(connection, name, by, now, "disable-user", {"disabled_at": now})
        tokens.end_all(connection, user_id_of(connection, name), now)


def enable(engine: Engine, name: str, *, by: str, now: datetime) -> None:
    """Let somebody in again who was shut out, by the password of before; their tokens have ended."""
    _change(engine, name, by, now, "enable-user", {"disabled_at": None})


def forget_links(connection: Connection, user_id: int) -> None:
    """Let links no more work by which a user could set a password, nor log-ins that the old one began."""
    connection.execute(delete(SetupLink).where(SetupLink.user_id == user_id))
    second.forget_steps(connection, user_id)


def _change(engine: Engine, name: str, by: str, now: datetime, action: str, values: dict[str, Any]) -> None:
    with writing(engine) as connection:
        _change_in(connection, name.strip().lower(), by, now, action, values)


def _change_in(connection: Connection, name: str, by: str, now: datetime, action: str, values: dict[str, Any]) -> None:
    if action in _LESSENS and values.get("role") != Role.ADMIN.word:
        refuse_last_admin(connection, name)
    user_id = user_id_of(connection, name)
    role: str = connection.execute(select(User.role).where(User.id == user_id)).scalar_one()
    connection.execute(update(User).where(User.id == user_id).values(**values))
    sessions.end_all(connection, user_id)
    if "password" in values:
        forget_links(connection, user_id)
    told = {"before": {"role": role}, "after": {"role": values["role"]}} if "role" in values else {}
    write_down(connection, now, by, action, f"user {name}", **told)


_LESSENS: Final = frozenset({"set-role", "disable-user"})


def refuse_last_admin(connection: Connection, name: str) -> None:
    """Refuse what would leave nobody who decides, neither by a password nor by an identity provider.

    All admins are locked: of two who shut each other out at once, the second sees what the first did.

    Raises:
        InvalidRecord: If this is the only one.
    """
    linked = exists(select(Identity.user_id).where(Identity.user_id == User.id, Identity.linked_at.is_not(None)))
    can_decide = select(User.name).where(
        User.role == Role.ADMIN.word, User.disabled_at.is_(None), or_(User.password != UNSET, linked)
    )
    admins = set(connection.scalars(can_decide.order_by(User.id).with_for_update(of=User)))
    if admins == {name}:
        raise InvalidRecord(
            Sentence(
                "%(name)s is the only admin: nobody would be left who decides on plans and on who gets in", name=name
            ),
            code="last-admin",
            cure="Make somebody else an admin first.",
        )
