"""How do sides that are behind catch up? Claim a batch, deliver it in parallel, store what became of it.

Two short transactions a batch, none while the network is. Attempts are counted when the batch is claimed, so a push
that kills the process is known, and results are stored only under the fencing number of the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from syncd import fault_hooks
from syncd.domain.contractor import Contractor
from syncd.domain.country import Zone
from syncd.errors import FatalError, RateLimited, RecordError, SyncError, Unavailable
from syncd.ports import Endpoint
from syncd.registry import bindings, connections, decisions, issues, lines, lookups, outbox, tries
from syncd.registry.engine import reading, writing
from syncd.registry.lookups import Bound
from syncd.registry.outbox import Claim
from syncd.registry.tables import Binding
from syncd.sentence import Counted, Sentence
from syncd.sync.app import App, Connected
from syncd.sync.deliver import MovedThere, TwinsThere, deliver
from syncd.sync.delivered import Delivered, Job
from syncd.sync.graves import recall
from syncd.sync.later import NotTried, postponed, wait, worst
from syncd.sync.mistakes import NotWritten
from syncd.sync.overheard import overheard
from syncd.sync.pauses import OUTAGE, answers
from syncd.sync.request import request_run
from syncd.sync.taken import name_holders, taken_logins
from syncd.sync.tried import tried
from syncd.tape import Call, recording

__all__ = ["OUTAGE", "Pushed", "push_due"]

SHOWN: Final = timedelta(seconds=5)
"""Longest that calls of one batch are begun: what became of them is stored, and seen, at least so often."""

KILLS: Final = 6
"""Processes that may die over one push before it is set aside."""


class Pushed(msgspec.Struct, kw_only=True):
    """What a round of pushes brought about."""

    tried: int = 0
    done: int = 0
    failed: int = 0
    postponed: int = 0


class KillsProcess(RecordError):
    """Nobody who tried this push came back."""

    code = "push-kills"


Outcome = Delivered | SyncError


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What became of pushes, all of it by contractor.

    Attributes:
        bound: The bindings on which they were based.
        taped: The last call of what went wrong.
        trouble: The failure that concerns the whole side.
    """

    claims: Mapping[int, Claim]
    bound: Mapping[int, Bound]
    outcomes: Mapping[int, Outcome]
    taped: Mapping[int, Call]
    trouble: SyncError | None


def push_due(app: App, connection_id: int, *, limit: int | None = None, only: Collection[int] | None = None) -> Pushed:
    """Deliver what is due at one connection, batch after batch, until nothing is or the process is to stop.

    Args:
        limit: Pushes to try at most.
        only: Contractors to push; all, when left out.
    """
    app = app.up_to_date()
    connected = app.connection_by_id(connection_id)
    total = Pushed()
    with reading(app.engine) as connection:
        if connected.settings.paused or connections.blocked(connection, connection_id, app.now()):
            return total
        if connection_id not in outbox.due_connections(connection, app.now()):
            return total
    _set_aside_killers(app, connected)
    parallel = connected.settings.parallel_calls or connected.adapter.parallel_calls
    with closing(app.open(connected)) as endpoint, ThreadPoolExecutor(parallel) as threads:
        while not app.stopping() and (limit is None or total.tried < limit):
            size = app.settings.push_batch if limit is None else min(app.settings.push_batch, limit - total.tried)
            claims = outbox.claim(
                app.engine, connection_id, owner=app.owner, limit=size, now=app.now(), length=app.lease, only=only
            )
            if not claims:
                break
            if _store(app, connected, _deliver_batch(app, connected, endpoint, threads, claims), total):
                break
    return total


def _deliver_batch(
    app: App,
    connected: Connected,
    endpoint: Endpoint,
    threads: ThreadPoolExecutor,
    claims: Sequence[Claim],
) -> Batch:
    """Deliver each, for a few seconds: what has not been sent by then goes back untried, for the next batch."""
    station = app.network.stations[connected.id]
    ids = [claim.contractor_id for claim in claims]
    with reading(app.engine) as connection:
        known = lookups.known(connection, ids)
        bound = lookups.bound(connection, connected.id, ids)
        words = station.terms.vocabulary(lookups.group_names(connection))
        holders = lookups.holders(connection, ids)
        memories = recall(app, connection, known.values())

    def belongs(id_: int, contractor: Contractor, zone: Zone) -> bool:
        return app.network.takes(station, contractor, zone, holders.get(id_, ()))

    jobs = {
        claim.contractor_id: Job(
            claim=claim,
            known=known[claim.contractor_id],
            bound=bound.get(claim.contractor_id),
            words=words,
            belongs=partial(belongs, claim.contractor_id),
            memory=memories.get(claim.contractor_id),
        )
        for claim in claims
        if claim.contractor_id in known
    }
    with reading(app.engine) as connection:
        taken = taken_logins(connection, station, jobs.values())
    taped: dict[int, Call] = {}

    def call(claim: Claim) -> Delivered:
        if claim.contractor_id in taken:
            raise taken[claim.contractor_id]
        job = jobs[claim.contractor_id]
        fault_hooks.hit("before_send")
        with recording() as tape:
            try:
                delivered = deliver(job, station, endpoint, lambda found: _others(app, connected.id, claim, found))
            except Exception:
                if tape.last is not None:
                    taped[claim.contractor_id] = tape.last
                raise
        if delivered.doubt is not None and tape.last is not None:
            taped[claim.contractor_id] = tape.last
        return delivered

    outcomes = _not_of_others(_attempt_each(app, threads, claims, call))
    failures = [failure for outcome in outcomes if (failure := _failure(outcome)) is not None]
    return Batch(
        claims={claim.contractor_id: claim for claim in claims},
        bound=bound,
        outcomes=dict(zip(ids, outcomes, strict=True)),
        taped=taped,
        trouble=worst(failures, len(claims), partial(answers, endpoint)),
    )


def _not_of_others(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Give back untried whoever seemed to be there by a record that this batch made for somebody else.

    Nobody could know whose it is before the batch is stored; the next batch does.
    """
    made = {o.remote.external_id for o in outcomes if isinstance(o, Delivered) and o.action == "create" and o.remote}
    return [NotTried("its record was another's") if made.intersection(_met(o)) else o for o in outcomes]


def _met(outcome: Outcome) -> Sequence[str]:
    """Records of the side that could be the contractor."""
    if isinstance(outcome, TwinsThere):
        return outcome.external_ids
    return (outcome.external_id,) if isinstance(outcome, MovedThere) else ()


def _attempt_each(
    app: App, threads: ThreadPoolExecutor, claims: Sequence[Claim], call: Callable[[Claim], Delivered]
) -> list[Outcome]:
    until = app.now() + min(app.lease / 2, SHOWN)
    stop: list[SyncError] = []
    unavailable: list[SyncError] = []

    def attempt(claim: Claim) -> Outcome:
        if stop or app.now() > until or app.stopping():
            return NotTried("the batch ended before its turn")
        outcome: Outcome
        try:
            outcome = call(claim)
        except SyncError as error:
            outcome = error
        except Exception as error:  # noqa: BLE001 - a mistake in an adapter is one record's trouble, not the batch's
            outcome = NotWritten(error)
        failure = _failure(outcome)
        if isinstance(failure, Unavailable):
            unavailable.append(failure)
        if isinstance(failure, FatalError | RateLimited) or len(unavailable) >= OUTAGE:
            stop.extend([failure] if failure is not None else [])
        return outcome

    return list(threads.map(attempt, claims))


def _failure(outcome: Outcome) -> SyncError | None:
    """What stands against a push being done; a write can have happened and still be in doubt."""
    return outcome.doubt if isinstance(outcome, Delivered) else outcome


def _others(app: App, connection_id: int, claim: Claim, external_ids: Sequence[str]) -> set[str]:
    """Those of these records that belong to other contractors, or that a person said are not this one."""
    with reading(app.engine) as connection:
        said = decisions.decisions(connection, connection_id, external_ids)
        apart = {id_ for id_, word in said.items() if word.new or claim.contractor_id in word.others}
        return apart | set(
            connection.scalars(
                select(Binding.external_id).where(
                    Binding.connection_id == connection_id,
                    Binding.external_id.in_(external_ids),
                    Binding.contractor_id != claim.contractor_id,
                )
            )
        )


def _store(app: App, connected: Connected, batch: Batch, total: Pushed) -> bool:
    """Keep what became of a batch, in one transaction; say whether the connection is to be left alone for now."""
    now = app.now()
    fault_hooks.hit("before_commit")
    claims = batch.claims
    with writing(app.engine) as connection:
        lookups.lock(connection, claims)
        wanted_now = outbox.mine(connection, connected.id, claims)
        delivered = {id_: o for id_, o in batch.outcomes.items() if isinstance(o, Delivered) and id_ in wanted_now}
        outcomes = {**batch.outcomes, **overheard(connection, connected.id, batch.bound, delivered)}
        written = {id_: o for id_, o in outcomes.items() if isinstance(o, Delivered) and id_ in wanted_now}
        failures = {id_: failure for id_, o in outcomes.items() if (failure := _failure(o)) is not None}
        _remember(connection, connected, claims, written, now)
        done = {id_: claims[id_] for id_ in written if id_ not in failures}
        outbox.settle(connection, connected.id, done, wanted_now, now=now)
        ours = [claim for id_, claim in claims.items() if id_ in wanted_now]
        later, reports = postponed(app, connected.id, ours, failures, now, side=batch.trouble)
        outbox.postpone(connection, connected.id, later)
        tries.add(connection, tried(app, connected, ours, failures, later, taped=batch.taped, now=now))
        if reports:
            known = {one.id: one.doc for one in lookups.known(connection, list(failures)).values()}
            reports = name_holders(app, connection, connected.id, reports, known)
        issues.open_issues(connection, reports, run_id=None, now=now)
        if issues.any_open(connection, connected.id):
            issues.close_delivered(connection, connected.id, list(done), now=now)
        if batch.trouble is not None:
            next_try_at = app.now() + wait(app, batch.trouble, attempts=1)
            connections.failing(connection, connected.id, batch.trouble.said, now=now, next_try_at=next_try_at)
        elif done:
            connections.healthy(connection, connected.id, now)
    total.tried += len(claims)
    total.done += len(done)
    total.postponed += sum(row.due_at is not None for row in later)
    total.failed += sum(row.due_at is None for row in later)
    heard = dict.fromkeys(failure.external_id for failure in failures.values() if isinstance(failure, MovedThere))
    if heard:
        # Joined, because a side that is slow to answer gives one such record after another.
        request_run(app, connected, mode="only", only=list(heard), asked_by="push", join=True)
    return batch.trouble is not None


def _remember(
    connection: Connection,
    connected: Connected,
    claims: Mapping[int, Claim],
    written: Mapping[int, Delivered],
    now: datetime,
) -> None:
    """Keep what the side now holds and what was done there; what is in doubt is not settled."""
    sightings = [
        bindings.Sighting(
            connection_id=connected.id,
            external_id=o.remote.external_id,
            contractor_id=id_,
            version=o.remote.version,
            raw_hash=None,
            agreed=lines.snapshot(o.remote.contractor),
            settled_hash=o.settled if o.doubt is None else None,
            departures=bindings.dump_departures(o.departures),
        )
        for id_, o in written.items()
        if o.remote is not None
    ]
    bindings.replace(connection, sightings)
    nothing_sent = {id_: o.settled for id_, o in written.items() if o.remote is None and o.settled is not None}
    bindings.settle(connection, connected.id, nothing_sent)
    outbox.delivered(
        connection,
        [
            (
                *(connected.id, id_, claims[id_].run_id, now, o.action, ",".join(o.fields), o.verified),
                max((now - claims[id_].known_since).total_seconds(), 0.0),
            )
            for id_, o in written.items()
            if o.action is not None
        ],
    )


def _set_aside_killers(app: App, connected: Connected) -> None:
    """Let a person look at pushes over which one process after the other died."""
    now = app.now()
    error = KillsProcess(
        Sentence(
            Counted(
                "%(count)s process died or froze while it pushed this contractor",
                "%(count)s processes died or froze while they pushed this contractor",
            ),
            count=KILLS,
        ),
        cure="Look into the log of the workers; retry tries it once more.",
    )
    with writing(app.engine) as connection:
        killers = outbox.set_aside(connection, connected.id, now=now, deaths=KILLS, error_code=error.code)
        reports = [
            issues.from_error(error, connection_id=connected.id, external_id=None, contractor_id=id_) for id_ in killers
        ]
        issues.open_issues(connection, reports, run_id=None, now=now)
