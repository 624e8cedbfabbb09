"""How far is a run: which stage is it in, how fast does it go, and when will that stage be over?

Only what is known is said: without an expected number there is no percentage, and without time there is no rate.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

__all__ = ["Facts", "Progress", "Stage", "StageName", "StageState", "progress_of"]


class StageName(StrEnum):
    """What a run does, in this order."""

    READ = "read"
    DECIDE = "decide"
    APPLY = "apply"
    PUSH = "push"


class StageState(StrEnum):
    """How one stage stands."""

    WAITS = "waits"
    NOW = "now"
    DONE = "done"
    STOPPED = "stopped"
    """It was not finished and is not going on."""
    STUCK = "stuck"
    """What is left of it waits for a person."""
    NONE = "none"
    """This run has no such stage."""


class Stage(msgspec.Struct, frozen=True):
    """One stage with its own counter.

    Attributes:
        of: How many there will be; ``None`` where nobody knows.
    """

    name: StageName
    state: StageState
    done: int
    of: int | None

    @property
    def percent(self) -> int | None:
        """Whole percent; 100 only when nothing is left."""
        if not self.of:
            return None
        return min(100 * self.done // self.of, 100)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a run's row says.

    Attributes:
        began_at: When the present attempt began.
        seen_at: Of when the numbers are.
        expected: How many records the read will probably bring.
        decided: Records of which it is known what becomes of them.
        lines: Lines of the plan.
        pushes: Pushes that followed from it.
        left: How many of them are left, and `stuck` how many of these wait for a person.
        reads: Whether a side is read at all; a person's change is planned when it is asked for.
    """

    state: str
    dry_run: bool
    began_at: datetime | None
    planned_at: datetime | None
    seen_at: datetime | None
    expected: int | None
    received: int
    decided: int
    lines: int
    applied: int
    pushes: int
    left: int
    stuck: int = 0
    reads: bool = True


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is.

    Attributes:
        rate: Records in a second, in the stage that goes on.
        seconds_left: Until that stage is over.
        percent: Of that stage.
    """

    stages: tuple[Stage, ...]
    rate: float | None
    seconds_left: float | None
    percent: int | None

    @property
    def now(self) -> Stage | None:
        """The stage that goes on."""
        return next((stage for stage in self.stages if stage.state is StageState.NOW), None)


_READING = "running"
_APPLYING = "applying"
_NOT_BEGUN = "queued"
_WELL = ("succeeded", "partial")


def progress_of(facts: Facts) -> Progress:
    """Say how far a run is."""
    stages = (_read(facts), _decide(facts), _apply(facts), _push(facts))
    rate = _rate(facts)
    now = next((stage for stage in stages if stage.state is StageState.NOW), None)
    left = None
    if now is not None and rate and now.of is not None and facts.state in {_READING, _APPLYING}:
        left = max(now.of - now.done, 0) / rate
    return Progress(stages=stages, rate=rate, seconds_left=left, percent=now.percent if now is not None else None)


def _read(facts: Facts) -> Stage:
    if not facts.reads:
        return Stage(StageName.READ, StageState.NONE, 0, None)
    if facts.planned_at is not None or facts.state in _WELL:
        return Stage(StageName.READ, StageState.DONE, facts.received, facts.received)
    of = None if facts.expected is None else max(facts.expected, facts.received)
    return Stage(StageName.READ, _unfinished(facts, _READING), facts.received, of)


def _decide(facts: Facts) -> Stage:
    if facts.planned_at is not None or facts.state in _WELL:
        return Stage(StageName.DECIDE, StageState.DONE, facts.decided, facts.decided)
    return Stage(StageName.DECIDE, _unfinished(facts, _READING), facts.decided, max(facts.received, facts.decided))


def _apply(facts: Facts) -> Stage:
    applied = min(facts.applied, facts.lines)
    if facts.state in _WELL:
        return Stage(StageName.APPLY, StageState.DONE, applied, facts.lines)
    if facts.dry_run and facts.state not in {_NOT_BEGUN, _APPLYING}:
        return Stage(StageName.APPLY, StageState.NONE, 0, None)
    of = facts.lines if facts.planned_at is not None else None
    return Stage(StageName.APPLY, _unfinished(facts, _APPLYING), applied, of)


def _push(facts: Facts) -> Stage:
    total = max(facts.pushes, facts.left)
    if facts.dry_run:
        return Stage(StageName.PUSH, StageState.NONE, 0, None)
    state = StageState.WAITS
    if facts.state in _WELL:
        state = StageState.DONE if not facts.left else StageState.NOW if facts.stuck < facts.left else StageState.STUCK
    elif facts.state in {"failed", "cancelled"}:
        state = StageState.NONE
    return Stage(StageName.PUSH, state, total - facts.left, total if facts.state in _WELL else None)


def _unfinished(facts: Facts, during: str) -> StageState:
    if facts.state == during:
        return StageState.NOW
    return StageState.STOPPED if facts.state in {"failed", "cancelled", "interrupted"} else StageState.WAITS


def _rate(facts: Facts) -> float | None:
    if facts.began_at is None or facts.seen_at is None:
        return None
    if facts.state == _READING:
        begun, done = facts.began_at, facts.received
    elif facts.state == _APPLYING:
        begun, done = max(facts.began_at, facts.planned_at or facts.began_at), facts.applied
    else:
        return None
    seconds = (facts.seen_at - begun).total_seconds()
    return done / seconds if seconds > 0 and done else None
