"""How does beat ring when nobody answers?"""

from __future__ import annotations

import logging
from typing import Any, Final

from celery.beat import ScheduleEntry, Scheduler

__all__ = ["BoundedScheduler"]

MOST_WAITING: Final = 500
"""Messages in the queue from which on beat keeps quiet. Redis does not throw expired ones away by itself, and without
a worker a day's ticks would be 50,000."""

_log = logging.getLogger(__name__)


class BoundedScheduler(Scheduler):
    """Celery's scheduler without a file, since what was due and has run is known from rows; its queue is bounded."""

    def apply_async(self, entry: ScheduleEntry, *given: Any, **options: Any) -> Any:
        """Ring, unless too many rings wait already."""
        if self._waiting() < MOST_WAITING:
            return super().apply_async(entry, *given, **options)
        _log.warning("%d rings wait and no worker answers: %s is left out", MOST_WAITING, entry.name)
        return None

    def _waiting(self) -> int:
        channel: Any = self.connection.default_channel
        # Not a passive question: kombu leaves the prefix of keys out of that one and finds no queue.
        return int(channel.queue_declare(queue=self.app.conf.task_default_queue).message_count)
