"""Does a change arrive in time, and is somebody to be told that it does not?

The alarm is on age and on nothing else: how old the oldest change is that has not arrived, or how long the side that
changes come from was not read. A hundred failures of which each is healed by the next try are no alarm; one change that
nobody delivers, without any failure, is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from syncd.domain.news import News
from syncd.registry import connections, notices
from syncd.registry.engine import reading
from syncd.registry.queries.freshness import Age, Freshness, age, freshness
from syncd.sentence import Sentence
from syncd.settings import parse_duration
from syncd.sync.app import App, Connected
from syncd.sync.news import channels

__all__ = ["look", "watch"]


def look(app: App) -> list[Freshness]:
    """How fresh every connection is that a route ends at."""
    now = app.now()
    with reading(app.engine) as connection:
        return [
            freshness(connection, one.name, one.id, _age(app, connection, one, now), target=_target(one), now=now)
            for one in _routed(app)
        ]


def watch(app: App) -> list[str]:
    """Raise alarms and take them back; answer the names of the connections of which there is something new."""
    now = app.now()
    news = []
    for one in _routed(app):
        target = _target(one)
        with reading(app.engine) as connection:
            at = _age(app, connection, one, now)
            paused = one.settings.paused or connections.paused(connection, one.id)
        if target is None:
            continue
        late = not paused and at.seconds > target.total_seconds()
        tell = notices.goes if late else notices.returns
        event = News.LATE if late else News.BACK
        if tell(
            app.engine,
            f"freshness:{one.id}",
            event,
            connection_id=one.id,
            channels=channels(app, event),
            details=_details(one, at, target),
            now=now,
        ):
            news.append(one.name)
    return news


def _routed(app: App) -> Iterator[Connected]:
    """Connections at the end of a route; whether anything is written there only the platform's options would tell."""
    return (one for one in app.connections.values() if app.network.stations[one.id].routes)


def _target(connected: Connected) -> timedelta | None:
    return parse_duration(connected.settings.fresh_within) if connected.settings.fresh_within else None


def _age(app: App, connection: Connection, connected: Connected, now: datetime) -> Age:
    names = {name for route in app.network.stations[connected.id].routes for name in (route.erp, route.shop)}
    sources = [app.connection(name) for name in sorted(names - {connected.name})]
    heard = [
        (one.name, one.id) for one in sources if not one.settings.paused and not connections.paused(connection, one.id)
    ]
    return age(connection, connected.id, heard, now)


def _details(connected: Connected, at: Age, target: timedelta) -> dict[str, Any]:
    unread = (at.unread_seconds or 0.0) > (at.oldest_seconds or 0.0)
    told = {
        "connection": connected.name,
        "target_seconds": round(target.total_seconds()),
        "age_seconds": round(at.seconds),
    }
    if unread:
        return told | {"because": str(Sentence("%(name)s was not read since", name=at.unread)), "unread": at.unread}
    return told | {"because": str(Sentence("a change has not arrived since"))}
