"""What stands around every page: how much waits, and what is wrong with syncd itself?"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from syncd.registry.engine import reading
from syncd.registry.queries.status import waiting
from syncd.sync.app import App

__all__ = ["Frame", "look_around"]

_SILENT: Final = timedelta(minutes=2)
"""Without a sign of life for so long a process counts as gone; it gives one every ten seconds."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What the navigation and the banners say.

    Attributes:
        attention: Open issues.
        plans: Runs that wait for a yes.
        running: Runs under way.
        idle: Roles of which no process lives: ``worker``, ``beat``.
        redis_is_away: Nobody can be woken: what is asked for is kept, and begins later.
        flower: Where Flower is, if the configuration says.
    """

    attention: int
    plans: int
    running: int
    idle: tuple[str, ...]
    redis_is_away: bool = False
    flower: str = ""


def look_around(app: App, *, redis_is_away: bool = False) -> Frame:
    """Three counts and a look at who lives, for every page."""
    now = app.now()
    with reading(app.engine) as connection:
        counts = waiting(connection, now=now, since=now - _SILENT)
    return Frame(
        attention=counts.issues,
        plans=counts.plans,
        running=counts.running,
        idle=tuple(role for role in ("worker", "beat") if role not in counts.at_work),
        redis_is_away=redis_is_away,
        flower=app.settings.console.flower_url.rstrip("/"),
    )
