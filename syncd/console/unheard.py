"""Was a worker woken for what a request asked for, and what is said where none could be?"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import replace
from typing import Final

import msgspec

from syncd.console.catalogs import mark as _
from syncd.sync.app import App
from syncd.sync.doorbell import Doorbell

__all__ = ["COOKIE", "WAITS", "Waits", "attend", "listened_to", "was_unheard"]

COOKIE: Final = "syncd-waits"
"""Held by a browser from what it asked for in vain to the page that says so."""


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """Why what was asked for does not begin now. It is kept, and begins by itself.

    Attributes:
        code: Stable name of the cause.
        cure: What helps.
    """

    code: str
    detail: str
    cure: str


WAITS: Final = Waits(
    code="redis-away",
    detail=_(
        "Redis does not answer, so no worker can be woken: what is to be read, applied or sent for this does not begin "
        "now. It is kept, and begins by itself as soon as Redis answers again."
    ),
    cure=_("Start Redis, or correct REDIS_URL; `syncd doctor` tells what is wrong."),
)

_rings: ContextVar[list[bool]] = ContextVar("rings")


class _ListenedTo:
    """A doorbell of which the request that rings it knows whether anybody could hear."""

    def __init__(self, inner: Doorbell) -> None:
        self._inner = inner

    def run(self, run_id: int) -> bool:
        """There is a run to execute."""
        return _noted(self._inner.run(run_id))

    def push(self, connection_id: int) -> bool:
        """There are pushes due at this connection."""
        return _noted(self._inner.push(connection_id))


def _noted(heard: bool) -> bool:  # noqa: FBT001 - it is the answer of a ring
    _rings.get([]).append(heard)
    return heard


def listened_to(app: App) -> App:
    """The same app for a console."""
    return replace(app, doorbell=_ListenedTo(app.doorbell))


def attend() -> list[bool]:
    """Begin to note the rings of a request, wherever it is answered."""
    rings: list[bool] = []
    _rings.set(rings)
    return rings


def was_unheard() -> bool:
    """Whether the request rang, and nobody could hear it."""
    return False in _rings.get([])
