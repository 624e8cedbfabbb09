"""Which faults come when? Drawn from a seed, so that a run that failed can be made again."""

from __future__ import annotations

from random import Random
from typing import Final

import msgspec

__all__ = ["ALONE", "CLIENTS", "KINDS", "SERVERS", "Event", "draw"]

CLIENTS: Final = ("worker-1", "worker-2", "beat", "console")
SERVERS: Final = ("postgres", "redis", "erp", "shop")
_SIDES: Final = ("erp", "shop")
_WORKERS: Final = ("worker-1", "worker-2")
_LINKS: Final = tuple(
    f"{client}>{server}" for client in CLIENTS for server in SERVERS if client in _WORKERS or server not in _SIDES
)

KINDS: Final[dict[str, tuple[tuple[str, ...], float, float]]] = {
    # kind: whom it can hit, and for how many seconds from .. to
    "kill": (_WORKERS, 0, 0),
    "kill-child": (_WORKERS, 0, 0),
    "kill-beat": (("beat",), 0, 0),
    "kill-console": (("console",), 0, 0),
    "stop": ((*_WORKERS, "console"), 0, 0),
    "stop-then-kill": (_WORKERS, 2, 2),
    "freeze": (_WORKERS, 18, 20),
    "second-beat": (("beat",), 8, 12),
    "redis-flush": (("redis",), 0, 0),
    "redis-restart": (("redis",), 0, 0),
    "redis-away": (("redis",), 20, 20),
    "redis-freeze": (("redis",), 5, 8),
    "postgres-restart": (("postgres",), 0, 0),
    "postgres-crash": (("postgres",), 0, 0),
    "backends-killed": (("postgres",), 0, 0),
    "side-kill": (_SIDES, 1, 3),
    "side-freeze": (_SIDES, 4, 8),
    "side-away": (_SIDES, 10, 12),
    "clock-jump": (_SIDES, 6, 10),
    "busy": (_SIDES, 3, 6),
    "unavailable": (_SIDES, 0, 0),
    "timeout-after-commit": (_SIDES, 0, 0),
    "answer-cut": (_SIDES, 0, 0),
    "html": (_SIDES, 0, 0),
    "dropped": (_SIDES, 0, 0),
    "list-empty": (("erp",), 12, 14),
    "list-truncated": (("erp",), 12, 14),
    "list-short": (("erp",), 12, 14),
    "bad-record": (_SIDES, 8, 12),
    "latency": (_LINKS, 4, 8),
    "reset": (_LINKS, 0, 0),
    "cut": (_LINKS, 0, 0),
    "blackhole": (_LINKS, 6, 12),
    "bandwidth": (_LINKS, 4, 8),
}
"""Every kind of fault."""

ALONE: Final = frozenset({"side-away"})
"""While these last nothing else goes wrong: they show that what is not hit goes on."""


class Event(msgspec.Struct, frozen=True):
    """One fault to come.

    Attributes:
        at: Seconds after the load began.
        seconds: How long it lasts; 0 for what is over at once.
        amount: Its strength, from 0 to 1; what that means is the kind's affair.
    """

    at: float
    kind: str
    target: str
    seconds: float
    amount: float


def draw(seed: int, seconds: float) -> list[Event]:
    """As many faults as fit, of every kind one before of any two."""
    random = Random(seed)
    events: list[Event] = []
    deck: list[str] = []
    clock, alone_until = 2.0, 0.0
    gap = max(1.5, (seconds - 4) / (len(KINDS) + 4))
    busy_until = 0.0
    while True:
        deck = deck or random.sample(sorted(KINDS), len(KINDS))
        kind = deck.pop()
        targets, least, most = KINDS[kind]
        event = Event(
            at=round(max(clock, alone_until, busy_until if kind in ALONE else 0.0), 2),
            kind=kind,
            target=random.choice(targets),
            seconds=round(random.uniform(least, most), 2),
            amount=round(random.random(), 3),
        )
        if event.at + event.seconds > seconds:
            if event.seconds == 0 or not any(KINDS[kind][2] == 0 for kind in deck):
                return events
            continue
        events.append(event)
        end = event.at + event.seconds
        busy_until = max(busy_until, end + 4)
        if kind in ALONE:
            alone_until = end + 1
        clock = event.at + random.uniform(0.6, 1.4) * gap
