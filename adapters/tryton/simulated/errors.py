"""What does Tryton raise, and how does it say it?"""

from __future__ import annotations

from typing import Any

__all__ = ["Abort", "TrytonError", "modified", "user_error"]


class TrytonError(Exception):
    """Answered with HTTP 200 and `body` as ``error``."""

    def __init__(self, *body: Any) -> None:
        super().__init__(*body)
        self.body = list(body)


def user_error(message: str, description: str = "") -> TrytonError:
    """A sentence for the person in front of the screen."""
    return TrytonError("UserError", [message, description, None])


def modified() -> TrytonError:
    """Somebody else was faster."""
    return TrytonError("ConcurrencyException", "Records were modified in the meanwhile")


class Abort(Exception):
    """Ends the request with an HTTP status; an `empty` one has no page in its body."""

    def __init__(self, status: int, *, empty: bool = False) -> None:
        super().__init__(status)
        self.status = status
        self.empty = empty
