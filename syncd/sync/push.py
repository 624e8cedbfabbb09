"""How do sides that are behind catch up? Claim a batch, deliver it in parallel, store what became of it.

Two short transactions a batch, none while the network is. Attempts are counted when the batch is claimed, so a push
that kills the process is known, and results are stored only under the fencing number of the claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import select

from syncd import fault_hooks
from syncd.domain.groups import translate
from syncd.errors import FatalError, RateLimited, RecordError, SyncError, Unavailable
from syncd.ports import Endpoint
from syncd.registry import bindings, connections, issues, lines, lookups, outbox
from syncd.registry.engine import reading, writing
from syncd.registry.outbox import Claim, Postponed
from syncd.registry.tables import Binding
from syncd.sync.app import App, Connected
from syncd.sync.confirm import Unconfirmed
from syncd.sync.deliver import Delivered, Job, MovedThere, deliver
from syncd.sync.request import request_run

__all__ = ["Pushed", "push_due"]

OUTAGE: Final = 5
"""Calls of one batch that find the side unavailable before the rest of the batch is spared the try."""

_FATAL_WAIT: Final = timedelta(minutes=15)


class Pushed(msgspec.Struct, kw_only=True):
    """What a round of pushes brought about."""

    tried: int = 0
    done: int = 0
    failed: int = 0
    postponed: int = 0


class NotTried(Unavailable):
    """The batch ended before this push's turn."""

    code = "not-tried"


Outcome = Delivered | SyncError


def push_due(app: App, connection_id: int, *, limit: int | None = None) -> Pushed:
    """Deliver what is due at one connection, batch after batch, until nothing is or the process is to stop.

    Args:
        limit: Pushes to try at most.
    """
    connected = app.connection_by_id(connection_id)
    total = Pushed()
    with reading(app.engine) as connection:
        if connected.settings.paused or connections.blocked(connection, connection_id, app.now()):
            return total
        if connection_id not in outbox.due_connections(connection, app.now()):
            return total
    parallel = connected.settings.parallel_calls or connected.adapter.parallel_calls
    with closing(app.open(connected)) as endpoint, ThreadPoolExecutor(parallel) as threads:
        while not app.stopping() and (limit is None or total.tried < limit):
            size = app.settings.push_batch if limit is None else min(app.settings.push_batch, limit - total.tried)
            claims = outbox.claim(
                app.engine, connection_id, owner=app.owner, limit=size, now=app.now(), length=app.lease
            )
            if not claims:
                break
            outcomes = _deliver_batch(app, connected, endpoint, threads, claims)
            if _store(app, connected, endpoint, claims, outcomes, total):
                break
    return total


def _deliver_batch(
    app: App, connected: Connected, endpoint: Endpoint, threads: ThreadPoolExecutor, claims: Sequence[Claim]
) -> list[Outcome]:
    """Deliver each, until half of the lease is over: what has not been sent by then goes back untried."""
    station = app.network.stations[connected.id]
    ids = [claim.contractor_id for claim in claims]
    with reading(app.engine) as connection:
        known = lookups.known(connection, ids)
        bound = lookups.bound(connection, connected.id, ids)
        names = lookups.group_names(connection)
    known_groups = frozenset(translate(names, station.to_side))
    until = app.now() + app.lease / 2
    stop: list[SyncError] = []
    unavailable: list[None] = []

    def attempt(claim: Claim) -> Outcome:
        if stop or app.now() > until or app.stopping():
            return stop[0] if stop else NotTried("the batch took too long")
        job = Job(
            claim=claim,
            known=known[claim.contractor_id],
            bound=bound.get(claim.contractor_id),
            known_groups=known_groups,
        )
        fault_hooks.hit("before_send")
        try:
            return deliver(job, station, endpoint, lambda found: _others(app, connected.id, claim, found))
        except SyncError as error:
            if isinstance(error, Unavailable):
                unavailable.append(None)
            if isinstance(error, FatalError | RateLimited) or len(unavailable) >= OUTAGE:
                stop.append(error)
            return error

    return list(threads.map(attempt, claims))


def _others(app: App, connection_id: int, claim: Claim, external_ids: Sequence[str]) -> set[str]:
    """Those of these records that belong to other contractors."""
    with reading(app.engine) as connection:
        return set(
            connection.scalars(
                select(Binding.external_id).where(
                    Binding.connection_id == connection_id,
                    Binding.external_id.in_(external_ids),
                    Binding.contractor_id != claim.contractor_id,
                )
            )
        )


def _store(
    app: App,
    connected: Connected,
    endpoint: Endpoint,
    claims: Sequence[Claim],
    outcomes: Sequence[Outcome],
    total: Pushed,
) -> bool:
    """Keep what became of a batch, in one transaction; say whether the connection is to be left alone for now."""
    del endpoint
    now = app.now()
    fault_hooks.hit("before_commit")
    by_id = {claim.contractor_id: claim for claim in claims}
    with writing(app.engine) as connection:
        wanted_now = outbox.mine(connection, connected.id, by_id)
        done = {
            claim.contractor_id: (claim, outcome)
            for claim, outcome in zip(claims, outcomes, strict=True)
            if isinstance(outcome, Delivered) and claim.contractor_id in wanted_now
        }
        sightings = [_sighting(connected.id, id_, outcome) for id_, (_, outcome) in done.items() if outcome.remote]
        bindings.replace(connection, sightings)
        outbox.delivered(
            connection,
            [
                (connected.id, id_, claim.run_id, now, o.action, ",".join(o.fields), o.verified)
                for id_, (claim, o) in done.items()
                if o.remote is not None
            ],
        )
        outbox.settle(connection, connected.id, {id_: claim for id_, (claim, _) in done.items()}, wanted_now)
        later, reports = _later(app, connected, claims, outcomes, wanted_now, now)
        outbox.postpone(connection, connected.id, later)
        issues.open_issues(connection, reports, run_id=None, now=now)
        if issues.any_open(connection, connected.id):
            issues.close_delivered(connection, connected.id, list(done), now=now)
        worst = _worst(outcomes)
        if worst is not None:
            wait = app.now() + _wait(app, worst, attempts=1)
            connections.failing(connection, connected.id, f"{worst}", now=now, next_try_at=wait)
        elif done:
            connections.healthy(connection, connected.id, now)
    total.tried += len(claims)
    total.done += len(done)
    total.postponed += sum(row.due_at is not None for row in later)
    total.failed += sum(row.due_at is None for row in later)
    heard = [o.external_id for o in outcomes if isinstance(o, MovedThere)]
    if heard:
        request_run(app, connected, mode="only", only=heard, asked_by="push")
    return worst is not None


def _sighting(connection_id: int, contractor_id: int, outcome: Delivered) -> bindings.Sighting:
    remote = outcome.remote
    assert remote is not None  # noqa: S101 - the caller looked
    return bindings.Sighting(
        connection_id=connection_id,
        external_id=remote.external_id,
        contractor_id=contractor_id,
        version=remote.version,
        raw_hash=None,
        agreed=lines.snapshot(remote.contractor),
        settled_hash=outcome.settled,
    )


def _later(
    app: App,
    connected: Connected,
    claims: Sequence[Claim],
    outcomes: Sequence[Outcome],
    wanted_now: Mapping[int, int],
    now: datetime,
) -> tuple[list[Postponed], list[issues.Report]]:
    """When is what could not be delivered due again, and what should a person know of it?"""
    later, reports = [], []
    for claim, outcome in zip(claims, outcomes, strict=True):
        if isinstance(outcome, Delivered) or claim.contractor_id not in wanted_now:
            continue
        tried = not isinstance(outcome, NotTried)
        attempts = claim.attempts if tried else claim.attempts - 1
        if isinstance(outcome, RecordError):
            due_at = None
        else:
            due_at = now + (_wait(app, outcome, attempts=attempts) if tried else timedelta(0))
        later.append(Postponed(claim.contractor_id, due_at, outcome.code, attempts))
        if due_at is None or isinstance(outcome, Unconfirmed) or attempts >= app.settings.push_tries:
            reports.append(
                issues.from_error(
                    outcome,
                    connection_id=connected.id,
                    external_id=None,
                    contractor_id=claim.contractor_id,
                    details={"record": outcome.record or ""},
                )
            )
    return later, reports


def _wait(app: App, error: SyncError, *, attempts: int) -> timedelta:
    """Back-off with full jitter; a pause that the peer asked for, or a person's work, is waited for in full."""
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    if isinstance(error, FatalError):
        return _FATAL_WAIT
    settings = app.settings
    longest = min(settings.retry_cap_seconds, settings.retry_base_seconds * 2 ** min(max(attempts - 1, 0), 30))
    return timedelta(seconds=app.random.uniform(0, longest))


def _worst(outcomes: Sequence[Outcome]) -> SyncError | None:
    """The error that concerns the connection and not one record of it."""
    fatal = [o for o in outcomes if isinstance(o, FatalError | RateLimited)]
    down = [o for o in outcomes if isinstance(o, Unavailable) and not isinstance(o, NotTried)]
    if fatal:
        return fatal[0]
    return down[0] if len(down) >= OUTAGE or (down and len(down) == len(outcomes)) else None
