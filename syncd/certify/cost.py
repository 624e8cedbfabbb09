"""What does it cost to hear of a few changes among many contractors? Counted on the simulator, not timed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final

import msgspec
from sqlalchemy import event
from sqlalchemy.engine import Engine

from syncd.certify import samples
from syncd.certify.promises.case import Reading
from syncd.certify.run import simulate_of
from syncd.certify.sandbox import Sandbox
from syncd.errors import Misconfigured
from syncd.plugins import load
from syncd.ports import Context, Endpoint, parse_options

__all__ = ["CHANGED", "CONTRACTORS", "Cost", "Counts", "measure"]

CONTRACTORS: Final = 10_000
CHANGED: Final = 10
_HOUR: Final = 3_600.0


class Counts(msgspec.Struct, frozen=True):
    """What one read took.

    Attributes:
        records: Records that it delivered.
        requests: Calls that the platform received; 0 for platforms that are not called.
        statements: Statements that its database received; 0 for platforms without one.
        rows: Rows that it handed out, where the simulator counts them.
    """

    records: int
    requests: int
    statements: int
    rows: int | None = None


class Cost(msgspec.Struct, frozen=True):
    """What a platform's reads take.

    Attributes:
        changed: Contractors changed between the two reads.
        told: Those of them that the incremental read delivered.
    """

    kind: str
    contractors: int
    changed: int
    told: int
    full: Counts
    incremental: Counts


def measure(kind: str, contractors: int = CONTRACTORS, changed: int = CHANGED) -> Cost:
    """Fill a simulated platform, read all, change a few, and read what changed.

    Raises:
        Misconfigured: If there is no such adapter, or it has no simulator, or more are to be changed than there are.
    """
    if changed > contractors:
        raise Misconfigured("more contractors are to be changed than there are")
    adapter = load(kind)
    with simulate_of(kind)() as sandbox:
        _pass_time(sandbox, -24 * _HOUR)
        pairs: Mapping[str, tuple[Any, Any]] = getattr(sandbox, "samples", {})
        people = (samples.contractor(index, pairs) for index in range(1, contractors + 1))
        ids = list(sandbox.add_many(people)) if hasattr(sandbox, "add_many") else [sandbox.add(one) for one in people]
        # Nobody fills a platform in the second in which it is read: moments of changes are far apart. Some go by a
        # clock that never goes back, others by one that the simulator does not have in its hands: so both ways.
        for number, hours in enumerate((24, 3, 3)):
            _pass_time(sandbox, hours * _HOUR)
            sandbox.edit(ids[number % len(ids)], name=f"Firma {number}")
        given = getattr(sandbox, "usual_options", sandbox.options)
        options = parse_options(adapter.options, given, connection=kind)
        with closing(adapter.open(options, Context(connection=kind, sleep=_hurry))) as endpoint:
            first, full = _counted(sandbox, endpoint, None, full=True)
            edited = ids[:: max(contractors // changed, 1)][:changed]
            for external_id in edited:
                sandbox.edit(external_id, name="Firma Nowa")
            # Where only new records can be asked for, what changed is in the next read of everything.
            by_created = endpoint.capabilities.incremental == "created"
            second, incremental = _counted(sandbox, endpoint, first.cursor, full=by_created)
    return Cost(kind, contractors, changed, len(set(edited) & set(second.ids)), full, incremental)


def _hurry(seconds: float) -> None:
    time.sleep(min(seconds, 0.01))


def _pass_time(sandbox: Sandbox, seconds: float) -> None:
    if hasattr(sandbox, "pass_time"):
        sandbox.pass_time(seconds)


def _counted(sandbox: Sandbox, endpoint: Endpoint, cursor: str | None, *, full: bool) -> tuple[Reading, Counts]:
    calls, rows = len(sandbox.journal), getattr(sandbox, "rows_read", None)
    with _statements() as statements:
        reading = Reading(list(endpoint.read(cursor, full=full)))
    after = getattr(sandbox, "rows_read", None)
    handed = None if rows is None or after is None else after - rows
    return reading, Counts(len(reading.ids), len(sandbox.journal) - calls, statements[0], handed)


@contextmanager
def _statements() -> Iterator[list[int]]:
    """Count what any database of this process is asked inside."""
    count = [0]

    def heard(*_: object) -> None:
        count[0] += 1

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        yield count
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
