"""Who is it here for whom an identity provider vouches, and may they come in?

A user is known by what the provider calls them for ever. The first time that is told by a link which an admin gave
them, or by an e-mail address which an admin noted and the provider made sure of; never by a name, nor by an address
that anybody could have typed there. Afterwards the address decides on nothing: it may be given to somebody else.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from syncd.access import attempts, second, sessions, setup, users
from syncd.access.known import user_id_of
from syncd.access.passwords import UNSET
from syncd.access.roles import Role
from syncd.domain.claims import checked_address, role_among
from syncd.errors import InvalidRecord
from syncd.oidc import Proven, Step
from syncd.registry.audit import write_down
from syncd.registry.engine import writing
from syncd.registry.tables import Identity, SpentLogIn, User
from syncd.settings import OidcSettings

__all__ = ["begin", "expect", "let_in", "unlink"]

_BY: Final = "identity provider"
_NAMES: Final = 9
"""Tries of a name for a new user: anna, anna-2, anna-3 ..."""


def begin(engine: Engine, step: Step, *, address: str, now: datetime) -> None:
    """Take an answer of the provider's once, and count it as failed until `let_in`.

    Raises:
        RateLimited: If there were too many that failed; the provider must not be asked.
        InvalidRecord: If it was taken before (``log-in-over``).
    """
    with writing(engine) as connection:
        attempts.count(connection, [attempts.key_of(address)], now)
    try:
        with writing(engine) as connection:
            connection.execute(delete(SpentLogIn).where(SpentLogIn.expires_at < now))
            connection.execute(insert(SpentLogIn).values(digest=_digest(step), expires_at=step.until))
    except IntegrityError:
        raise InvalidRecord("this answer was taken before", code="log-in-over", cure="Log in again.") from None


def _digest(step: Step) -> bytes:
    return hashlib.sha256(step.state.encode()).digest()


def let_in(
    engine: Engine, own: OidcSettings, proven: Proven, *, invited: str, address: str, old: str | None, now: datetime
) -> str:
    """Begin a session for whom the provider vouches; answer what the browser is to hold.

    Args:
        invited: Key of the set-up link that they came by; ``""`` without one.
        old: What the browser held until now, which ends.

    Raises:
        InvalidRecord: If they are nobody here, are shut out, or have no role.
    """
    host = urlsplit(proven.issuer).hostname or ""
    try:
        with writing(engine) as connection:
            name = _whose(connection, own, proven, invited, now)
            _follow_claims(connection, own, proven, name, now)
            user_id = _entitled(connection, name)
            attempts.forgive_one(connection, attempts.key_of(address))
            if old:
                sessions.end(connection, old)
            write_down(connection, now, f"console:{name}", "log-in", f"user {name}", address=address, provider=host)
            return sessions.begin(connection, user_id, address=address, now=now)
    except InvalidRecord as error:
        with writing(engine) as connection:
            whom = _known_as(connection, proven)
            whom = f"user {whom}" if whom else "nobody we know"
            why: dict[str, Any] = {"address": address, "provider": host, "cause": error.code}
            write_down(connection, now, "console", "log-in-refused", whom, **why)
        raise


def _whose(connection: Connection, own: OidcSettings, proven: Proven, invited: str, now: datetime) -> str:
    """The user's name; the link is made where this is the first time."""
    if invited:
        return _link_invited(connection, proven, invited, now)
    name = _known_as(connection, proven) or _link_expected(connection, proven, now)
    if name is None and own.make_users:
        return _make_user(connection, own, proven, now)
    if name is None:
        raise InvalidRecord(
            "nobody here is known by this account of the identity provider",
            code="no-account",
            cure="An admin of syncd lets people in: `syncd users invite`, or `syncd users email`.",
        )
    return name


def _known_as(connection: Connection, proven: Proven) -> str | None:
    known = select(User.name).join(Identity, Identity.user_id == User.id)
    name: str | None = connection.scalar(
        known.where(Identity.issuer == proven.issuer, Identity.subject == proven.subject)
    )
    return name


def _link_expected(connection: Connection, proven: Proven, now: datetime) -> str | None:
    """By the address that an admin noted, if the provider made sure of it."""
    if proven.email is None:
        return None
    waits = (
        select(User.id, User.name)
        .join(Identity, Identity.user_id == User.id)
        .where(Identity.email == proven.email, Identity.subject.is_(None))
    )
    row = connection.execute(waits.with_for_update(of=Identity)).one_or_none()
    if row is None:
        return None
    _link(connection, row.id, row.name, proven, now)
    return str(row.name)


def _link_invited(connection: Connection, proven: Proven, invited: str, now: datetime) -> str:
    """By the link that an admin gave them."""
    invitation = setup.spend(connection, invited, now)
    if invitation is None or invitation.user_id is None or invitation.name is None:
        raise InvalidRecord("this link was used, or is too old", code="setup-link", cure="Ask an admin for a new one.")
    linked = select(Identity.linked_at).where(Identity.user_id == invitation.user_id)
    if connection.scalar(linked) is not None or _known_as(connection, proven) is not None:
        raise InvalidRecord(
            "this user, or this account of the identity provider, is linked already",
            code="linked-already",
            cure="Log in by the provider without the link, or ask an admin to unlink it first.",
        )
    if second.is_on(connection, invitation.user_id):
        # Else whoever comes by the link would get around the device.
        raise InvalidRecord(
            "this user is asked for one-time codes, which a link does not get around",
            code="second-factor",
            cure="Ask an admin to remove the device first.",
        )
    _link(connection, invitation.user_id, invitation.name, proven, now)
    return invitation.name


def _make_user(connection: Connection, own: OidcSettings, proven: Proven, now: datetime) -> str:
    """A user of their own: never one who is there already, however alike the names are."""
    role = Role[_role_of(own, proven).upper()]
    base = proven.name or "user"
    names = [base, *(f"{base[:61]}-{number}" for number in range(2, _NAMES + 1))]
    taken = set(connection.scalars(select(User.name).where(User.name.in_(names))))
    free = next((name for name in names if name not in taken), None)
    if free is None:
        raise InvalidRecord(
            "all names for this new user are taken", code="no-account", cure="An admin can invite them by another one."
        )
    user_id = users.store(connection, users.checked_name(free), role, UNSET, by=_BY, now=now)
    _link(connection, user_id, free, proven, now)
    return free


def _link(connection: Connection, user_id: int, name: str, proven: Proven, now: datetime) -> None:
    connection.execute(delete(Identity).where(Identity.user_id == user_id))
    taken = select(Identity.user_id).where(Identity.email == proven.email) if proven.email else None
    email = None if taken is not None and connection.scalar(taken) is not None else proven.email
    try:
        with connection.begin_nested():
            connection.execute(
                insert(Identity).values(
                    user_id=user_id, email=email, issuer=proven.issuer, subject=proven.subject, linked_at=now
                )
            )
    except IntegrityError:  # two at once: the other one was linked
        raise InvalidRecord("this log-in was taken twice at once", code="log-in-over", cure="Log in again.") from None
    write_down(connection, now, _BY, "link-identity", f"user {name}", provider=urlsplit(proven.issuer).hostname or "")


def _follow_claims(connection: Connection, own: OidcSettings, proven: Proven, name: str, now: datetime) -> None:
    """Where the provider decides on roles, its word of now counts."""
    if not own.role_claim:
        return
    role = Role[_role_of(own, proven).upper()]
    if connection.scalar(select(User.role).where(User.name == name)) != role.word:
        users.give_role(connection, name, role, by=_BY, now=now)


def _role_of(own: OidcSettings, proven: Proven) -> str:
    role = role_among(proven.values, own.roles)
    if role is None:
        raise InvalidRecord(
            "the identity provider gives this account no role here",
            code="no-role",
            cure="Give it one there, of those that console.oidc.roles names.",
        )
    return role


def _entitled(connection: Connection, name: str) -> int:
    """The user's row, locked, if they are not shut out."""
    user_id = user_id_of(connection, name)
    if connection.scalar(select(User.disabled_at).where(User.id == user_id)) is not None:
        raise InvalidRecord("this user is shut out", code="no-account", cure="An admin can let them in again.")
    return user_id


def expect(engine: Engine, name: str, email: str, *, by: str, now: datetime) -> None:
    """Note by which e-mail address of the provider's somebody is recognised the first time; ``""`` for none.

    Raises:
        NotFound: When there is no such user.
        InvalidRecord: When it is no address, is somebody else's, or they are linked already.
    """
    address = checked_address(email)
    if email.strip() and address is None:
        raise InvalidRecord(
            "this is no e-mail address that can be compared safely",
            code="user-email",
            field="email",
            cure="Write it like anna@acme.example, in letters without accents.",
        )
    try:
        with writing(engine) as connection:
            user_id = user_id_of(connection, name)
            if connection.scalar(select(Identity.linked_at).where(Identity.user_id == user_id)) is not None:
                raise InvalidRecord(
                    "this user is linked already", code="linked-already", field="email", cure="Unlink them first."
                )
            connection.execute(delete(Identity).where(Identity.user_id == user_id))
            if address:
                connection.execute(insert(Identity).values(user_id=user_id, email=address))
            # The address itself is not written down: it is a person's, and the log is kept for long.
            write_down(connection, now, by, "set-email" if address else "forget-email", f"user {name.strip().lower()}")
    except IntegrityError:
        raise InvalidRecord(
            "another user is recognised by this address", code="user-email", field="email", cure="Unlink them first."
        ) from None


def unlink(engine: Engine, name: str, *, by: str, now: datetime) -> bool:
    """Let the provider's word count for somebody no more, and end their log-ins; whether it counted.

    Raises:
        NotFound: When there is no such user.
        InvalidRecord: When nobody would be left who may decide who gets in.
    """
    name = name.strip().lower()
    with writing(engine) as connection:
        without = connection.scalar(select(User.password).where(User.name == name)) == UNSET
        if without:
            users.refuse_last_admin(connection, name)
        user_id = user_id_of(connection, name)
        was = connection.scalar(select(Identity.linked_at).where(Identity.user_id == user_id)) is not None
        if connection.execute(delete(Identity).where(Identity.user_id == user_id)).rowcount:
            sessions.end_all(connection, user_id)
            write_down(connection, now, by, "unlink-identity", f"user {name}")
    return was
