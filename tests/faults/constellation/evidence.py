"""What does the checker look at? Journals of both sides, the registry, and what was done to whom: plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from syncd.domain.contractor import Contractor

__all__ = [
    "BOTH",
    "OWNED",
    "SIDES",
    "Entry",
    "Evidence",
    "Injected",
    "Limits",
    "Line",
    "Load",
    "Run",
    "Sample",
    "Stop",
    "Takeover",
    "Visit",
    "moment",
]

SIDES = ("erp", "shop")

OWNED: Mapping[str, tuple[str, ...]] = {"erp": ("name",), "shop": ("first_name",)}
"""By side: fields that only its operator edits. A value of such a field can come from nowhere else."""

BOTH = "contact_person"
"""The field that both operators edit."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of a side's journal.

    Attributes:
        at: Seconds since the epoch, by the machine's clock.
        what: ``call`` arrived, ``refused`` as planned, ``lied`` about its list, ``effect`` changed a record.
        by: Who did it: syncd, or the operator of that side.
        base: The version that a write was based on; ``None`` for a blind one.
        change: Number of the change; the version from then on.
        fields: Names of the fields that are another now.
        contractor: What the record is now.
    """

    at: float
    what: Literal["call", "refused", "lied", "effect"]
    by: Literal["syncd", "operator"] = "syncd"
    name: str = ""
    status: int = 0
    retry_after: float = 0.0
    base: str | None = None
    created: int = 0
    change: int = 0
    modified: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    fields: tuple[str, ...] = ()
    contractor: Contractor | None = None

    @property
    def key(self) -> str:
        """Whose record it is, the same at both sides."""
        return self.contractor.email if self.contractor else ""


class Injected(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, from when to when."""

    kind: str
    target: str
    begin: float
    end: float


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``runs``; moments as seconds since the epoch."""

    id: int
    side: str
    slot: float | None
    mode: str
    state: str
    asked_by: str
    finished_at: float | None
    missed_slots: int = 0


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a plan that was applied."""

    run_id: int
    contractor_id: int
    rule: str
    before: Contractor | None
    after: Contractor | None


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A process that was asked to end.

    Attributes:
        had_begun: Whether it had said anything before. One that was still being loaded has nothing to put away: the
            signal may end it.
    """

    role: str
    seconds: float
    exit_code: int
    had_begun: bool = True


class Takeover(msgspec.Struct, frozen=True, kw_only=True):
    """Work of a worker that was killed.

    Attributes:
        contractors: How many it had in its hands.
        seconds: Until the last of them moved again; ``None`` if that never was.
    """

    contractors: int
    seconds: float | None


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A look into the console.

    Attributes:
        status: Of the answer; 0 when there was none.
        seconds: Until it was there.
    """

    at: float
    status: int
    seconds: float


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What the machine held at one moment: Redis' keys and queue, and the largest process of each kind of number."""

    at: float
    redis_keys: int
    queue: int
    rss_mb: float
    descriptors: int
    threads: int


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """Moments of the test: changes begin, faults end, both sides agree (``None``: never), and the last look."""

    began: float
    healed: float
    agreed: float | None
    ended: float


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What is promised in figures.

    Attributes:
        every: Seconds between two slots.
        calls: So many calls to a side ...
        seconds: ... in so many seconds.
        under_way: Calls that may arrive late because a network or a process held them up.
        grace: Seconds that a call under way needs at most to arrive.
    """

    every: float = 2.0
    calls: int = 600
    seconds: float = 10.0
    under_way: int = 60
    grace: float = 2.0
    converge: float = 60.0
    stop: float = 30.0
    lease: float = 15.0
    takeover: float = 60.0
    redis_keys: int = 60
    queue: int = 600
    rss_mb: float = 420.0
    descriptors: int = 150
    threads: int = 60


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Everything.

    Attributes:
        held: By side, by key: what it holds in the end; a doubled contractor has two entries.
        names: By side, by number of the record: the contractor in the registry.
        deliveries: Run and contractor of each effect that the registry knows of.
        holds: The holds of whoever has any.
        waiting: Pushes and runs that are not over.
        leaks: Where something was found that must not be there.
    """

    journals: Mapping[str, Sequence[Entry]]
    held: Mapping[str, Mapping[str, Sequence[Contractor]]]
    names: Mapping[str, Mapping[int, int]]
    runs: Sequence[Run]
    lines: Sequence[Line]
    deliveries: Sequence[tuple[int, int]]
    holds: Sequence[str]
    waiting: Sequence[str]
    faults: Sequence[Injected]
    stops: Sequence[Stop]
    takeovers: Sequence[Takeover]
    samples: Sequence[Sample]
    visits: Sequence[Visit]
    leaks: Sequence[str]
    load: Load
    limits: Limits = Limits()


def moment(value: Any) -> float | None:
    """A column's moment as seconds since the epoch."""
    return value.timestamp() if isinstance(value, datetime) else None
