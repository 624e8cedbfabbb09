"""What does beat ring for, and how often?

None of this is the schedule of synchronizing: that is slots in the database, one row each, so any number of beats may
tick, and none that ticks late or not at all loses anything.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from celery.schedules import crontab

__all__ = ["PRUNE", "SCHEDULE", "SWEEP", "TICK", "VAT", "WATCH"]

TICK: Final = timedelta(seconds=2)
SWEEP: Final = timedelta(seconds=5)
VAT: Final = timedelta(seconds=60)
WATCH: Final = timedelta(seconds=15)
PRUNE: Final = crontab(minute=17, hour=3)


def _ring(task: str, schedule: timedelta | crontab, expires: float) -> dict[str, Any]:
    # A tick that waited while nobody worked is of no use once the next one has come.
    return {"task": task, "schedule": schedule, "options": {"expires": expires}}


SCHEDULE: Final = {
    "tick": _ring("syncd.tick", TICK, TICK.total_seconds()),
    "sweep": _ring("syncd.sweep", SWEEP, SWEEP.total_seconds()),
    "vat": _ring("syncd.vat", VAT, VAT.total_seconds()),
    "watch": _ring("syncd.watch", WATCH, WATCH.total_seconds()),
    "prune": _ring("syncd.prune", PRUNE, 3600),
}
