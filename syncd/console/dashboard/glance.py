"""How does everything stand, for somebody who looks for ten seconds?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from syncd.registry.connections import blocked
from syncd.registry.engine import reading
from syncd.registry.moment import once
from syncd.registry.queries.glance import Day, ErrorGroup, Last, Spark, Today, day, last_runs, today, top_errors
from syncd.registry.queries.issues import count_issues
from syncd.registry.queries.progress import Look, look_at
from syncd.registry.queries.runs import RunRow, list_runs
from syncd.registry.queries.status import ConnectionRow, connections
from syncd.sync.app import App
from syncd.sync.review import expires_at
from syncd.sync.schedule import slot_after

__all__ = ["Glance", "Stand", "glance", "version_of"]

_WAITING: Final = ("held", "planned")
"""What a limit holds comes before what somebody only wanted to look at."""
_PLANS: Final = 3
_WORST_FIRST: Final = ("failing", "held", "never", "partial", "paused", "ok")
_NOTHING: Final = Spark((0,) * 24, (0,) * 24)
_MOMENT_SECONDS: Final = 30
"""How old words like "4 minutes ago" may become on an open page."""


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """How one connection stands.

    Attributes:
        last: Its last run that is over.
        running: What is under way; it never changes how the connection stands.
        next_at: When the schedule reads it next; ``None`` while it is paused or left alone.
    """

    row: ConnectionRow
    last: Last | None
    running: Look | None
    next_at: datetime | None
    spark: Spark


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the first page.

    Attributes:
        stands: The worst first; of equal ones that whose last success is the longest ago.
        plans: What waits for a decision, and until when it can be made; the first of them.
        more_plans: Whether others wait as well.
    """

    stands: list[Stand]
    issues: int
    day: Day
    today: Today
    errors: list[ErrorGroup]
    plans: list[tuple[RunRow, datetime | None]]
    more_plans: bool = False

    @property
    def due(self) -> int:
        """Pushes that are on their way or tried again."""
        return sum(stand.row.due for stand in self.stands)

    @property
    def stuck(self) -> int:
        """Pushes that wait for a person."""
        return sum(stand.row.stuck for stand in self.stands)

    @property
    def behind_since(self) -> datetime | None:
        """Since when the oldest push waits."""
        return min((stand.row.behind_since for stand in self.stands if stand.row.behind_since), default=None)


def glance(app: App, *, since: datetime) -> Glance:
    """Look at everything.

    Args:
        since: When today began for whoever looks.
    """
    now = app.now()
    with reading(app.engine) as connection:
        known = once(connection, "stands", lambda: connections(connection, counted=False))
        rows = [row for row in known if row.name in app.connections]
        last, of_day = once(connection, "last runs", lambda: last_runs(connection)), day(connection, now=now)
        alone = {row.name for row in rows if blocked(connection, app.connections[row.name].id, now)}
        looks = {row.name: look_at(connection, row.running, now=now) for row in rows if row.running is not None}
        waiting = once(connection, "plans", lambda: _waiting(connection))
        stands = [
            Stand(
                row=_paused(app, row),
                last=last.get(row.name),
                running=looks.get(row.name),
                next_at=_next(app, row, now) if row.name not in alone else row.next_try_at,
                spark=of_day.sparks.get(row.name, _NOTHING),
            )
            for row in rows
        ]
        return Glance(
            stands=sorted(stands, key=_how_bad),
            issues=sum(count_issues(connection, now=now).values()),
            day=of_day,
            today=once(connection, ("today", since), lambda: today(connection, since=since)),
            errors=top_errors(connection, now=now),
            plans=[(run, expires_at(app, run.planned_at) if run.planned_at else None) for run in waiting[:_PLANS]],
            more_plans=len(waiting) > _PLANS,
        )


def _waiting(connection: Connection) -> list[RunRow]:
    return [run for state in _WAITING for run in list_runs(connection, states=(state,), limit=_PLANS + 1)]


def version_of(seen: Glance, now: datetime) -> str:
    """Another one whenever the page would show something else."""
    moving: Mapping[str, Any] = {
        stand.row.name: (look.run.received, look.run.applied_seq, look.run.counts)
        for stand in seen.stands
        if (look := stand.running) is not None
    }
    still = [msgspec.structs.replace(stand, running=None) for stand in seen.stands]
    shown = (still, moving, seen.issues, seen.day, seen.today, seen.errors, seen.plans, seen.more_plans)
    stamp = int(now.timestamp()) // _MOMENT_SECONDS
    return hashlib.blake2b(msgspec.json.encode((shown, stamp), enc_hook=str), digest_size=8).hexdigest()


def _paused(app: App, row: ConnectionRow) -> ConnectionRow:
    """A pause in the configuration counts as well."""
    return msgspec.structs.replace(row, state="paused") if app.connections[row.name].settings.paused else row


def _next(app: App, row: ConnectionRow, now: datetime) -> datetime | None:
    settings = app.connections[row.name].settings
    return None if row.paused_by is not None or settings.paused else slot_after(settings.every, now)


def _how_bad(stand: Stand) -> tuple[int, float]:
    state, success = stand.row.state, stand.row.last_success_at
    return _WORST_FIRST.index(state) if state in _WORST_FIRST else 0, success.timestamp() if success else 0.0
