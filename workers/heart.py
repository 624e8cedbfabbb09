"""How does a process say that it is alive, and make sure that it ends in time once asked to?"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from syncd.registry.presence import say_alive, say_gone
from syncd.registry.trouble import away
from workers import outage
from workers.stop import stopping

__all__ = ["GRACE", "Heart", "process_name"]

BEAT_SECONDS: Final = 10.0

GRACE: Final = 25.0
"""Seconds that work may go on after its process was asked to stop. What it had begun is then found by its row, as
after any crash, and the stop is over within 30 seconds."""

_LOOK_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)


def process_name() -> str:
    """This process among all, such as ``host:4711``."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Heart:
    """A thread that beats for its process until `stop`.

    Args:
        bounded: Whether to end the process when it goes on for longer than `GRACE` after it was asked to stop.
    """

    def __init__(self, engine: Engine, role: str, *, bounded: bool) -> None:
        self._engine = engine
        self._role = role
        self._bounded = bounded
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._live, name="heart", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, and take the process' row back."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._thread.join(timeout=BEAT_SECONDS)
        with contextlib.suppress(SQLAlchemyError):  # a row that stays is pruned
            say_gone(self._engine, process_name())

    def _live(self) -> None:
        next_beat = 0.0
        last_moment: float | None = None
        while True:
            if time.monotonic() >= next_beat:
                self._beat()
                next_beat = time.monotonic() + BEAT_SECONDS
            if self._bounded and stopping():
                last_moment = last_moment or time.monotonic() + GRACE
                if time.monotonic() > last_moment:
                    _log.warning("asked to stop %.0f s ago and still at work: ending", GRACE)
                    os._exit(os.EX_TEMPFAIL)
            if self._ended.wait(_LOOK_SECONDS):
                return

    def _beat(self) -> None:
        try:
            say_alive(self._engine, process_name(), self._role, now=datetime.now(UTC))
        except SQLAlchemyError as error:
            if isinstance(error, DBAPIError) and away(error):
                outage.noticed(error)
            else:
                _log.warning("no sign of life could be given: %s", type(error).__name__)
        else:
            outage.answered()
