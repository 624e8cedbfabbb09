"""Whom would other field rules concern? The last records of each side, decided once more by the same code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from syncd.registry.engine import reading
from syncd.registry.queries.runs import RunRow, list_runs
from syncd.registry.runs import READS
from syncd.sync.app import App
from syncd.sync.fields import RuleChange, portable
from syncd.sync.rehearse.mapping import under
from syncd.sync.rehearse.replay import AsOf, open_replay

__all__ = ["MOST", "Tried", "try_on_last_reads"]

MOST: Final = 5_000
"""Records of a run; whoever waits for a page does not wait for more to be decided."""

_LOOKED_AT: Final = 50
_NAMED: Final = 5


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One run whose records were decided under both rules.

    Attributes:
        differ: Records that would do something else.
        customers: Codes of some of them.
    """

    run: int
    connection: str
    records: int
    differ: int
    customers: tuple[str, ...]


def try_on_last_reads(app: App, changes: Sequence[RuleChange]) -> list[Tried]:
    """Try rules on the last run of each connection of which records are kept; against customers as they are now.

    Runs of more than `MOST` records are passed over.
    """
    base = app.up_to_date()
    other = under(base, portable(changes), "field rules")
    shops = {one.shop for one in changes}
    tried = []
    for run in _last_reads(base, None if None in shops else {name for name in shops if name}):
        replay = open_replay(base, run.id, other=other, as_of=AsOf.NOW)
        named = [found.code for found in replay.differing()][:_NAMED]
        if replay.totals.records:
            tried.append(
                Tried(
                    run=run.id,
                    connection=run.connection,
                    records=replay.totals.records,
                    differ=replay.totals.differ,
                    customers=tuple(named),
                )
            )
    return tried


def _last_reads(app: App, shops: set[str] | None) -> Iterator[RunRow]:
    """The last run with records of each connection that the rules have to do with."""
    near = None
    if shops is not None:
        near = shops | {route.erp for route in app.settings.routes if route.shop in shops}
    for name, connected in app.connections.items():
        if near is not None and name not in near:
            continue
        with reading(app.engine) as connection:
            runs = list_runs(connection, of=connected.id, limit=_LOOKED_AT)
        yield from [run for run in runs if run.mode in READS and run.planned_at and 0 < run.received <= MOST][:1]
