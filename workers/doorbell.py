"""How is a worker woken through Celery, and what if Redis does not take the message?"""

from __future__ import annotations

import logging
import time
from typing import Final

from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from workers.app import app

__all__ = ["EXPIRES", "CeleryDoorbell"]

EXPIRES: Final = 60.0
"""Seconds after which a wake-up is void: the sweep has rung again by then, and the queue stays short."""

_QUIET_SECONDS: Final = 5.0
"""After Redis did not take a ring it is spared further ones for so long, lest every one waits for a time-out."""

_log = logging.getLogger(__name__)


class CeleryDoorbell:
    """Rings by a Celery message; when nobody can hear it, the sweep finds the rows."""

    def __init__(self) -> None:
        self._again_at = 0.0

    def run(self, run_id: int) -> bool:
        """There is a run to execute."""
        return self._ring("syncd.run", run_id)

    def push(self, connection_id: int) -> bool:
        """There are pushes due at this connection."""
        return self._ring("syncd.push", connection_id)

    def _ring(self, task: str, number: int) -> bool:
        if time.monotonic() < self._again_at:
            return False
        try:
            app.send_task(task, (number,), retry=False, expires=EXPIRES)
        except (KombuError, RedisError, OSError) as error:
            self._again_at = time.monotonic() + _QUIET_SECONDS
            _log.warning(
                "Redis does not answer (%s): no worker was woken for %s %d. It is kept, and begins by itself when "
                "Redis is back; `syncd doctor` tells what is wrong with it.",
                type(error).__name__,
                task,
                number,
            )
            return False
        return True
