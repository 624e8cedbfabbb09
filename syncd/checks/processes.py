"""Is anybody at work, and does the schedule reach them?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from syncd.checks.check import Check, failed, fine
from syncd.registry.engine import reading
from syncd.registry.queries.status import WorkerRow, workers
from syncd.sentence import Sentence

__all__ = ["check_processes"]

_ALIVE: Final = timedelta(seconds=60)
_ROLES: Final = {
    "worker": Sentence("Start `syncd worker`, or `syncd up`."),
    "beat": Sentence("Start `syncd beat`, or `syncd up`."),
}


def check_processes(engine: Engine, now: datetime) -> list[Check]:
    """Did a worker and a beat give a sign of life in the last minute, and was the schedule looked at?"""
    with reading(engine) as connection:
        seen = workers(connection)
    return [*_at_work(seen, now), *_schedule(seen, now)]


def _at_work(seen: Sequence[WorkerRow], now: datetime) -> Iterator[Check]:
    for role, cure in _ROLES.items():
        alive = _alive(seen, role, now)
        last = _last(seen, role, now)
        if alive:
            yield fine(role, Sentence("%(alive)s at work, seen %(seconds)s s ago", alive=len(alive), seconds=last))
        elif last is None:
            yield failed(role, Sentence("never seen"), cure)
        else:
            yield failed(role, Sentence("last seen %(seconds)s s ago", seconds=last), cure)


def _schedule(seen: Sequence[WorkerRow], now: datetime) -> Iterator[Check]:
    """Does what beat asks for reach a worker? Both can be alive, and have lost the Redis between them.

    Where one of them is missing, that is said of it.
    """
    at_work = [_alive(seen, role, now) for role in _ROLES]
    if not all(at_work):
        return
    last = _last(seen, "tick", now)
    if _alive(seen, "tick", now):
        yield fine("schedule", Sentence("looked at %(seconds)s s ago", seconds=last))
    elif not all(any(row.started_at < now - _ALIVE for row in rows) for rows in at_work):
        yield fine("schedule", Sentence("worker and beat have only just begun"))
    else:
        told = (
            Sentence("never looked at") if last is None else Sentence("last looked at %(seconds)s s ago", seconds=last)
        )
        cure = Sentence("Let beat and workers use the same Redis, and see in their logs whether it lets them in.")
        yield failed("schedule", told, cure)


def _alive(seen: Sequence[WorkerRow], role: str, now: datetime) -> list[WorkerRow]:
    return [row for row in seen if row.role == role and row.seen_at >= now - _ALIVE]


def _last(seen: Sequence[WorkerRow], role: str, now: datetime) -> int | None:
    """Seconds since the last sign of life of this role; ``None`` if there never was one."""
    last = max((row.seen_at for row in seen if row.role == role), default=None)
    return None if last is None else max(0, int((now - last).total_seconds()))
