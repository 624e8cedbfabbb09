"""How is each connection, what is it joined with, and when is its turn next?"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from syncd.domain.side import Side
from syncd.errors import Misconfigured
from syncd.ports import Capabilities
from syncd.registry import connections
from syncd.registry.engine import reading
from syncd.registry.queries.connections import Ended, last_ended
from syncd.registry.queries.freshness import Freshness
from syncd.registry.queries.status import ConnectionRow
from syncd.registry.queries.status import connections as all_connections
from syncd.sync import freshness
from syncd.sync.app import App, Connected
from syncd.sync.schedule import slot_after

__all__ = ["Look", "Way", "abilities", "configured", "degradations", "look_at", "next_slots", "paused_by"]


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One route, seen from one of its ends.

    Attributes:
        number: Its place among all routes.
        direction: ``both``; ``shop``: only the shop is told; ``erp``: only the ERP is; ``none``: nothing is written.
    """

    number: int
    erp: str
    shop: str
    direction: Literal["both", "shop", "erp", "none"]


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One connection.

    Attributes:
        title: What its platform is called.
        ways: Its routes.
        next_at: When it is read next, or tried again; ``None`` while it is paused.
        ended: Its last run that came to an end.
        fresh: How old changes are when they arrive there; ``None`` where no route ends.
    """

    row: ConnectionRow
    title: str
    ways: tuple[Way, ...]
    every: str
    full_every: str
    next_at: datetime | None
    ended: Ended | None
    fresh: Freshness | None


def configured(app: App) -> list[ConnectionRow]:
    """How the configured connections are, a pause in the configuration included."""
    with reading(app.engine) as connection:
        rows = [row for row in all_connections(connection) if row.name in app.connections]
    paused = {name for name, one in app.connections.items() if one.settings.paused}
    return [
        msgspec.structs.replace(row, state="paused", paused_by=row.paused_by or "the configuration")
        if row.name in paused
        else row
        for row in rows
    ]


def paused_by(app: App, name: str) -> str | None:
    """Who paused a connection: a person, or the configuration; ``None`` when it works."""
    if name not in app.connections:
        return None
    with reading(app.engine) as connection:
        by = connections.paused_by(connection).get(name)
    return by or ("the configuration" if app.connections[name].settings.paused else None)


def look_at(app: App) -> list[Look]:
    """All connections, ERPs first."""
    with reading(app.engine) as connection:
        ended = last_ended(connection)
    fresh = {one.connection: one for one in freshness.look(app)}
    looks = []
    for row in configured(app):
        connected = app.connection(row.name)
        looks.append(
            Look(
                row=row,
                title=connected.adapter.title,
                ways=_ways(app, connected),
                every=connected.settings.every,
                full_every=connected.settings.full_every,
                next_at=_next(app, connected, row),
                ended=ended.get(connected.id),
                fresh=fresh.get(row.name),
            )
        )
    return looks


def abilities(app: App, connected: Connected) -> Capabilities:
    """What a connection can do; while its options are wrong, what its platform can."""
    try:
        return app.network.stations[connected.id].capabilities
    except Misconfigured:
        return connected.adapter.capabilities


def degradations(app: App, connected: Connected) -> tuple[str, ...]:
    """What a connection cannot do; while its options are wrong, what its platform cannot."""
    try:
        return app.network.stations[connected.id].degradations
    except Misconfigured:
        return connected.adapter.capabilities.degradations


def next_slots(every: str, now: datetime, number: int) -> list[datetime]:
    """The next moments of a schedule."""
    slots = []
    for _ in range(number):
        now = slot_after(every, now)
        slots.append(now)
    return slots


def _ways(app: App, connected: Connected) -> tuple[Way, ...]:
    return tuple(
        Way(number=number, erp=route.erp, shop=route.shop, direction=_direction(app, route.erp, route.shop))
        for number, route in enumerate(app.settings.routes)
        if connected.name in {route.erp, route.shop}
    )


def _direction(app: App, erp: str, shop: str) -> Literal["both", "shop", "erp", "none"]:
    told = {side for side, name in ((Side.ERP, erp), (Side.SHOP, shop)) if abilities(app, app.connection(name)).writes}
    if len(told) == 2:
        return "both"
    return "shop" if Side.SHOP in told else "erp" if told else "none"


def _next(app: App, connected: Connected, row: ConnectionRow) -> datetime | None:
    if row.state == "paused":
        return None
    now = app.now()
    slot = slot_after(connected.settings.every, now)
    return max(slot, row.next_try_at) if row.next_try_at else slot
