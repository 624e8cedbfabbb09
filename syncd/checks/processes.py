"""Is anybody at work?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from syncd.checks.check import Check, failed, fine
from syncd.registry.engine import reading
from syncd.registry.queries.status import workers

__all__ = ["check_processes"]

_ALIVE: Final = timedelta(seconds=60)
_ROLES: Final = {"worker": "Start `syncd worker`, or `syncd up`.", "beat": "Start `syncd beat`, or `syncd up`."}


def check_processes(engine: Engine, now: datetime) -> list[Check]:
    """Did a worker and a beat give a sign of life in the last minute?"""
    with reading(engine) as connection:
        seen = workers(connection)
    checks = []
    for role, cure in _ROLES.items():
        last = max((row.seen_at for row in seen if row.role == role), default=None)
        alive = sum(row.role == role and row.seen_at >= now - _ALIVE for row in seen)
        if last is None or not alive:
            ago = "never seen" if last is None else f"last seen {int((now - last).total_seconds())} s ago"
            checks.append(failed(role, ago, cure))
        else:
            checks.append(fine(role, f"{alive} at work, seen {max(0, int((now - last).total_seconds()))} s ago"))
    return checks
