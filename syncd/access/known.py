"""Which row is a user's?"""

from __future__ import annotations

from sqlalchemy import Connection, select

from syncd.errors import NotFound
from syncd.registry.tables import User
from syncd.sentence import Sentence

__all__ = ["unknown", "user_id_of"]


def user_id_of(connection: Connection, name: str) -> int:
    """The row of a user, which nobody else changes until the transaction ends.

    Raises:
        NotFound: When there is no such user.
    """
    statement = select(User.id).where(User.name == name.strip().lower()).with_for_update()
    user_id: int | None = connection.scalar(statement)
    if user_id is None:
        raise unknown(name)
    return user_id


def unknown(name: str) -> NotFound:
    """Nobody is called so."""
    return NotFound(
        Sentence("there is no user %(name)s", name=repr(name)),
        code="no-such-user",
        cure="`syncd users list` shows all.",
    )
