"""What may each role do, and what does a scope of a token amount to?"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec

__all__ = ["SCOPES", "Role", "Visitor"]


class Role(IntEnum):
    """Each may do what those before it may.

    A viewer looks. An operator starts, retries and settles. An admin decides on held plans and on who gets in.
    """

    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """How it is written."""
        return self.name.lower()


SCOPES: Final = {"read": Role.VIEWER, "operate": Role.OPERATOR, "admin": Role.ADMIN}
"""What a token may do at most; never more than the person whose it is."""


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who proved who they are.

    Attributes:
        by: How runs and audit name them.
        by_cookie: Whether a browser vouches for them, which another site can make send requests.
    """

    user_id: int
    name: str
    role: Role
    by: str
    by_cookie: bool
