"""How is a password kept and compared?"""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = ["SHORTEST", "UNSET", "check_strength", "hash_password", "is_outdated", "matches"]

UNSET: Final = "!"
"""Kept in place of a hash while somebody has not set a password: nothing matches it."""

SHORTEST: Final = 12
_LONGEST: Final = 1024
"""Hashing a megabyte on a stranger's word would be work for nothing."""

_hasher: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

_at_once: Final = threading.BoundedSemaphore(4)
"""Each comparison takes 19 MiB and a core: a flood of log-ins waits here and not in the memory."""


def check_strength(password: str, name: str) -> None:
    """Refuse a password that is guessed at once.

    Raises:
        InvalidRecord: Saying what is wrong with it; it is not repeated.
    """
    wrong = ""
    if len(password) < SHORTEST:
        wrong = f"it has fewer than {SHORTEST} characters"
    elif len(password.encode()) > _LONGEST:
        wrong = f"it has more than {_LONGEST} bytes"
    elif len(set(password)) < 5:
        wrong = "it repeats a few characters"
    elif name.casefold() in password.casefold():
        wrong = "it contains the user's name"
    if wrong:
        raise InvalidRecord(
            Sentence("this password cannot be used: %(wrong)s", wrong=wrong),
            code="password-weak",
            field="password",
            cure="Take several unrelated words, or let a password manager make one.",
        )


def hash_password(password: str) -> str:
    """Make what is stored."""
    with _at_once:
        return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Compare; for a user who does not exist, or has no password, it takes as long and says no."""
    if len(password.encode()) > _LONGEST:
        return False
    known = None if stored in {None, "", UNSET} else stored
    try:
        with _at_once:
            _hasher.verify(known or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


def is_outdated(stored: str) -> bool:
    """Whether it was hashed with other parameters than are in force."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return _hasher.hash("nobody")
