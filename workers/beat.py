"""How does beat ring when nobody answers, and end when it is asked to?"""

from __future__ import annotations

import logging
import signal
from types import FrameType
from typing import Any, Final

from celery.beat import ScheduleEntry, Scheduler

from workers.stop import ask_to_stop, stopping

__all__ = ["BoundedScheduler", "remember_to_stop"]

MOST_WAITING: Final = 500
"""Messages in the queue from which on beat keeps quiet. Redis does not throw expired ones away by itself, and without
a worker a day's ticks would be 50,000."""

_log = logging.getLogger(__name__)


class BoundedScheduler(Scheduler):
    """Celery's scheduler without a file, since what was due and has run is known from rows; its queue is bounded."""

    def apply_async(self, entry: ScheduleEntry, *given: Any, **options: Any) -> Any:
        """Ring, unless too many rings wait already, or beat was asked to end."""
        if stopping():
            raise SystemExit
        if self._waiting() < MOST_WAITING:
            return super().apply_async(entry, *given, **options)
        _log.warning("%d rings wait and no worker answers: %s is left out", MOST_WAITING, entry.name)
        return None

    def _waiting(self) -> int:
        channel: Any = self.connection.default_channel
        # Not a passive question: kombu leaves the prefix of keys out of that one and finds no queue.
        return int(channel.queue_declare(queue=self.app.conf.task_default_queue).message_count)


def remember_to_stop() -> None:
    """Let beat end at its next ring even if the way that Celery ends it comes to nothing.

    Celery raises SystemExit in the handler of the signal. Raised while the client of Redis tidies up after a lost
    connection it becomes another error, which beat logs and goes on.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if not callable(before):
            continue  # embedded in a worker, it ends with that

        def note(number: int, frame: FrameType | None, before: Any = before) -> None:
            ask_to_stop()
            before(number, frame)

        signal.signal(number, note)
