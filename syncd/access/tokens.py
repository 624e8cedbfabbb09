"""What does a program show in place of a log-in?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from syncd.access.keys import digest, new_key
from syncd.access.roles import SCOPES, Role, Visitor
from syncd.errors import InvalidRecord, NotFound
from syncd.registry.audit import write_down
from syncd.registry.engine import reading, writing
from syncd.registry.tables import ApiToken, User
from syncd.sentence import Sentence

__all__ = ["PREFIX", "TokenRow", "create", "end_all", "find", "list_tokens", "revoke"]

PREFIX: Final = "syncd_"
"""Lets scanners for secrets find one that was published by mistake."""

_SEEN: Final = timedelta(minutes=1)
_LONGEST_NAME: Final = 64


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A token, without what it opens."""

    name: str
    user: str
    scopes: list[str]
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None

    def state(self, now: datetime) -> str:
        """In one word."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= now else "active"


def create(
    engine: Engine,
    name: str,
    *,
    user: str,
    scopes: Sequence[str],
    expires_at: datetime | None,
    by: str,
    now: datetime,
) -> str:
    """Make a token; answer its text, which nobody can see again.

    Raises:
        NotFound: When there is no such user.
        InvalidRecord: When the name is taken or empty, or a scope is more than the user may do.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidRecord(
            "a token needs a name of at most 64 characters",
            code="token-name",
            field="name",
            cure="Name the program that will use it.",
        )
    if not scopes or not set(scopes) <= set(SCOPES):
        raise InvalidRecord(
            "a token needs a scope",
            code="token-scope",
            field="scopes",
            cure=Sentence("Choose of %(names)s.", names=", ".join(SCOPES)),
        )
    text = PREFIX + new_key()
    with writing(engine) as connection:
        owner = connection.execute(
            select(User.id, User.role).where(User.name == user.strip().lower(), User.disabled_at.is_(None))
        ).one_or_none()
        if owner is None:
            raise NotFound(
                Sentence("there is no user %(user)s", user=repr(user)),
                code="no-such-user",
                cure="`syncd users list` shows all.",
            )
        _refuse_more(scopes, Role[owner.role.upper()])
        try:
            with connection.begin_nested():
                connection.execute(
                    insert(ApiToken).values(
                        name=name,
                        user_id=owner.id,
                        scopes=",".join(scopes),
                        digest=digest(text),
                        made_at=now,
                        expires_at=expires_at,
                    )
                )
        except IntegrityError:
            raise InvalidRecord(
                Sentence("there is a token %(name)s already", name=repr(name)),
                code="token-name",
                cure="Take another name: names stay taken.",
            ) from None
        write_down(connection, now, by, "create-token", f"token {name}", scopes=list(scopes), user=user)
    return text


def _refuse_more(scopes: Sequence[str], role: Role) -> None:
    for scope in scopes:
        if SCOPES[scope] > role:
            raise InvalidRecord(
                Sentence("scope %(scope)s is more than a %(word)s may do", scope=scope, word=role.word),
                code="token-scope",
                cure="Leave it out, or give the user another role.",
            )


def list_tokens(engine: Engine, *, user: str | None = None) -> list[TokenRow]:
    """All, or those of one user, by name."""
    token = ApiToken
    columns = [getattr(token, name) for name in TokenRow.__struct_fields__ if name not in {"user", "scopes"}]
    statement = select(*columns, token.scopes, User.name.label("user")).join(User, User.id == token.user_id)
    if user is not None:
        statement = statement.where(User.name == user)
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(token.name)).mappings()
        return [TokenRow(**{**row, "scopes": row["scopes"].split(",")}) for row in rows]


def revoke(engine: Engine, name: str, *, by: str, now: datetime, user: str | None = None) -> None:
    """End a token.

    Args:
        user: Only if it is theirs.

    Raises:
        NotFound: When there is none of this name.
    """
    with writing(engine) as connection:
        named = update(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None))
        if user is not None:
            named = named.where(ApiToken.user_id == select(User.id).where(User.name == user).scalar_subquery())
        done = connection.execute(named.values(revoked_at=now))
        if not done.rowcount:
            raise NotFound(
                Sentence("there is no token %(name)s in force", name=repr(name)),
                code="no-such-token",
                cure="`syncd tokens list` shows all.",
            )
        write_down(connection, now, by, "revoke-token", f"token {name}")


def end_all(connection: Connection, user_id: int, now: datetime) -> None:
    """End everything that a user's programs show: who is let in again makes new ones."""
    theirs = ApiToken.user_id == user_id
    connection.execute(update(ApiToken).where(theirs, ApiToken.revoked_at.is_(None)).values(revoked_at=now))


def find(engine: Engine, text: str, now: datetime) -> Visitor | None:
    """Whose token this is; ``None`` if it is nobody's, or over."""
    token = ApiToken
    statement = (
        select(token.id, token.name.label("token"), token.scopes, token.used_at, User.id.label("user_id"), User.name,
               User.role)
        .join(User, User.id == token.user_id)
        .where(
            token.digest == digest(text),
            token.revoked_at.is_(None),
            or_(token.expires_at.is_(None), token.expires_at > now),
            User.disabled_at.is_(None),
        )
    )  # fmt: skip
    with reading(engine) as connection:
        row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    if row.used_at is None or row.used_at < now - _SEEN:
        with writing(engine) as connection:
            connection.execute(update(token).where(token.id == row.id).values(used_at=now))
    most = max(SCOPES[scope] for scope in row.scopes.split(","))
    role = min(Role[row.role.upper()], most)
    return Visitor(user_id=row.user_id, name=row.name, role=role, by=f"token:{row.token}", by_cookie=False)
