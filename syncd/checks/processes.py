"""Is anybody at work?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from syncd.checks.check import Check, failed, fine
from syncd.registry.engine import reading
from syncd.registry.queries.status import workers
from syncd.sentence import Sentence

__all__ = ["check_processes"]

_ALIVE: Final = timedelta(seconds=60)
_ROLES: Final = {
    "worker": Sentence("Start `syncd worker`, or `syncd up`."),
    "beat": Sentence("Start `syncd beat`, or `syncd up`."),
}


def check_processes(engine: Engine, now: datetime) -> list[Check]:
    """Did a worker and a beat give a sign of life in the last minute?"""
    with reading(engine) as connection:
        seen = workers(connection)
    checks = []
    for role, cure in _ROLES.items():
        last = max((row.seen_at for row in seen if row.role == role), default=None)
        alive = sum(row.role == role and row.seen_at >= now - _ALIVE for row in seen)
        if last is None or not alive:
            ago = (
                Sentence("never seen")
                if last is None
                else Sentence("last seen %(seconds)s s ago", seconds=int((now - last).total_seconds()))
            )
            checks.append(failed(role, ago, cure))
        else:
            checks.append(
                fine(
                    role,
                    Sentence(
                        "%(alive)s at work, seen %(seconds)s s ago",
                        alive=alive,
                        seconds=max(0, int((now - last).total_seconds())),
                    ),
                )
            )
    return checks
