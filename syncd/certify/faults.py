"""What goes wrong between syncd and a platform, on demand?

One layer for all simulators: a test, the demo or a certification says what shall fail, and the simulator's server
asks before it answers.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Literal

import msgspec

__all__ = ["Fault", "FaultKind", "Faults"]

FaultKind = Literal["latency", "status", "lose_answer", "late", "drop", "cut", "html", "expired"]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that goes wrong.

    Attributes:
        kind: ``latency`` waits ``seconds`` and goes on · ``status`` answers `status` without acting ·
            ``lose_answer`` acts, then drops the connection · ``late`` acts, then answers nothing for ``seconds``
            (30 if 0), which is longer than anybody waits · ``drop`` drops it without acting · ``cut`` acts, then
            sends half of the answer · ``html`` answers 200 with a log-in page, without acting ·
            ``expired`` answers as for a session or token that has ended, without acting.
        only: ``read`` or ``write`` calls; ``None`` for both.
        retry_after: Value of the ``Retry-After`` header to send with ``status``, in either of its forms.
    """

    kind: FaultKind
    only: Literal["read", "write"] | None = None
    status: int = 500
    seconds: float = 0.0
    retry_after: str | None = None


class Faults:
    """A queue of faults: each is used up by the first call that it fits. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: deque[Fault] = deque()

    def plan(self, *faults: Fault) -> None:
        """Let the next fitting calls go wrong, one fault each, in this order."""
        with self._lock:
            self._planned.extend(faults)

    def clear(self) -> None:
        """Heal: nothing goes wrong any more."""
        with self._lock:
            self._planned.clear()

    @property
    def left(self) -> int:
        """How many of the planned have hit nothing yet."""
        with self._lock:
            return len(self._planned)

    def take(self, *, writes: bool) -> Fault | None:
        """The fault for a call that just arrived, if there is one."""
        with self._lock:
            for index, fault in enumerate(self._planned):
                if fault.only is None or (fault.only == "write") == writes:
                    del self._planned[index]
                    return fault
        return None
