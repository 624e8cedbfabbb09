"""How does somebody get in whose device is lost? By codes that were written down before, each of which works once.

What is stored are hashes: nobody guesses 80 random bits, however fast they try.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from syncd.access.keys import digest
from syncd.registry.tables import RecoveryCode

__all__ = ["NUMBER", "forget", "left", "make", "take"]

NUMBER: Final = 10

_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 of them, without those that people take for another."""
_GROUPS: Final = 4
_IN_GROUP: Final = 4


def make(connection: Connection, user_id: int, now: datetime) -> list[str]:
    """New codes in place of those before; they cannot be shown again."""
    forget(connection, user_id)
    codes = [_new() for _ in range(NUMBER)]
    connection.execute(
        insert(RecoveryCode),
        [{"digest": _digest(user_id, code), "user_id": user_id, "made_at": now} for code in codes],
    )
    return codes


def take(connection: Connection, user_id: int, code: str) -> bool:
    """Whether it is one of somebody's codes; it is none any more."""
    wanted = (RecoveryCode.digest == _digest(user_id, code)) & (RecoveryCode.user_id == user_id)
    return connection.execute(delete(RecoveryCode).where(wanted)).rowcount == 1


def left(connection: Connection, user_id: int) -> int:
    """How many codes were not used yet."""
    number = connection.scalar(select(func.count()).where(RecoveryCode.user_id == user_id))
    return number or 0


def forget(connection: Connection, user_id: int) -> None:
    """Let none of somebody's codes work any more."""
    connection.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _new() -> str:
    letters = (secrets.choice(_LETTERS) for _ in range(_GROUPS * _IN_GROUP))
    text = "".join(letters)
    return "-".join(text[at : at + _IN_GROUP] for at in range(0, len(text), _IN_GROUP))


def _digest(user_id: int, code: str) -> bytes:
    """As it was typed: blanks, dashes and capitals do not matter."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return digest(f"{user_id}:{plain}")
