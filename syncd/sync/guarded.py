"""How does a run come to its plan, and may that be applied without a person?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.risk import Risk
from syncd.errors import SuspiciousRun
from syncd.registry import absences, bindings, connections, leases
from syncd.registry.engine import reading, writing
from syncd.registry.lines import drop_plan, has_lines
from syncd.registry.runs import NOT_LISTED, RunState, Work, counts_of, set_run, was_applied
from syncd.registry.tables import Cursor
from syncd.sentence import Sentence, joined
from syncd.sync.app import App, Connected
from syncd.sync.blocked import blocked_before
from syncd.sync.buyers import buyers_touched
from syncd.sync.guard import Facts, enough, objections
from syncd.sync.losses import Losses, losses_of
from syncd.sync.mode import REVERIFY
from syncd.sync.plan import Planner
from syncd.sync.reverify import look_again
from syncd.sync.waiting import came_to_its_end, same_waits

__all__ = ["plan_run"]


def plan_run(app: App, connected: Connected, work: Work, held: leases.Held) -> RunState:
    """Read, decide, guard; or, where the rules changed and no side is asked, decide and guard.

    Stores the state to which the run came by its plan, and returns it.
    """
    if work.mode == REVERIFY:
        return _plan_again(app, connected, work, held)
    try:
        planner, lists = _read(app, connected, work, held)
    except SuspiciousRun as error:
        if work.dry_run:
            raise
        return _hold_unread(app, connected, work, held, error)
    proof = planner.pull.proof
    if proof is not None and proof.listing is not None and proof.listing == lists.counted:
        planner.conclude_nothing()  # the same file read twice is one proof of absence
    losses = losses_of(app, connected, work, planner, lists.counted)
    objected = objections(_facts(app, connected, work, planner, losses), connected.settings.guard)
    if not objected and work.mode == "incremental" and losses.absent and proof and proof.listing and proof.complete:
        return plan_run(app, connected, _as_full(app, work, held), held)
    if not objected:
        planner.plan_absent()
    now = app.now()
    with writing(app.engine) as connection:
        leases.verify(connection, held)
        if not work.dry_run:
            _note(connection, connected, work, planner, lists, now, objected=bool(objected))
        return _store(
            connection,
            work,
            now,
            objected,
            probe=None,
            # What a dry run could not use became no issue: the next read has to come by it again.
            cursor_after=None if work.dry_run else planner.pull.cursor,
            counts=counts_of(planner.counts) | _lost(losses),
            received=planner.pull.received,
            proof=proof.how if proof is not None else None,
            # It opens no issue that would tell of it.
            **(planner.pull.failure if work.dry_run else {}),
        )


def _read(app: App, connected: Connected, work: Work, held: leases.Held) -> tuple[Planner, connections.Listings]:
    """Read the side and decide about what it said; and which lists of it were known before."""
    endpoint = app.open(connected)
    try:
        planner = Planner(app, connected, endpoint, work, held)
        with reading(app.engine) as connection:
            cursor = connection.scalar(select(Cursor.value).where(Cursor.connection_id == connected.id))
            lists = connections.listings(connection, connected.id)
        planner.read(cursor)
    finally:
        endpoint.close()
    return planner, lists


def _note(
    connection: Connection,
    connected: Connected,
    work: Work,
    planner: Planner,
    lists: connections.Listings,
    now: datetime,
    *,
    objected: bool,
) -> None:
    """Remember that a list came to its end, and who is absent from it if it is believed."""
    listing = planner.pull.proof.listing if planner.pull.proof is not None else None
    if listing is None or listing != lists.heard:
        came_to_its_end(connection, work, now, everybody=listing is not None)
    if listing is not None and listing != lists.heard:
        connections.hear_listing(connection, connected.id, listing)
    if objected:
        connections.answers(connection, connected.id)
        return
    absences.absent_again(connection, connected.id, [contractor_id for _, contractor_id, _ in planner.absent])
    if listing is not None and work.mode == "full":  # a read of changes counts nobody as absent
        connections.count_listing(connection, connected.id, listing)


def _as_full(app: App, work: Work, held: leases.Held) -> Work:
    """Begin the run anew as a full one: a new list of everybody lacks somebody, and only a full read counts that."""
    with writing(app.engine) as connection:
        leases.verify(connection, held)
        drop_plan(connection, work.id)
        set_run(connection, work.id, mode="full", received=0)
    return msgspec.structs.replace(work, mode="full")


def _hold_unread(app: App, connected: Connected, work: Work, held: leases.Held, error: SuspiciousRun) -> RunState:
    """Hold a run whose list is in doubt as a whole, with nothing to apply: what was read of it may be of anything.

    A plan that waits from before goes on waiting, since this one knows nothing better.
    """
    now = app.now()
    with writing(app.engine) as connection:
        leases.verify(connection, held)
        drop_plan(connection, work.id)
        connections.answers(connection, connected.id)
        if not same_waits(connection, work, now, error.said, unread=True):
            set_run(
                connection,
                work.id,
                state=RunState.HELD,
                planned_at=now,
                heartbeat_at=now,
                held_because=error.said,
                error_code=error.code,
            )
    return RunState.HELD


def _plan_again(app: App, connected: Connected, work: Work, held: leases.Held) -> RunState:
    """Look at everybody again; the limit on blocks holds for rules, too."""
    counts, risks = look_again(app, connected, work, held)
    with reading(app.engine) as connection:
        facts = Facts(
            bound=bindings.count(connection, connected.id),
            risks=risks,
            blocked_before=blocked_before(app, connection, connected) if risks[Risk.BLOCK] else 0,
            buyers=buyers_touched(connection, work.id, risks, connected.settings.guard),
        )
    objected = objections(facts, connected.settings.guard)
    now = app.now()
    with writing(app.engine) as connection:
        leases.verify(connection, held)
        return _store(connection, work, now, objected, counts=counts_of(counts))


def _store(connection: Connection, work: Work, now: datetime, objected: Sequence[Sentence], **values: Any) -> RunState:
    """Store that the plan is whole, and what becomes of the run by it."""
    state = _state_of_plan(connection, work, held=bool(objected))
    if state is RunState.HELD and same_waits(connection, work, now, joined(objected), **values):
        return state
    set_run(
        connection,
        work.id,
        state=state,
        planned_at=now,
        heartbeat_at=now,
        finished_at=now if state is RunState.NO_CHANGES else None,
        held_because=joined(objected) or None,
        **values,
    )
    return state


def _state_of_plan(connection: Connection, work: Work, *, held: bool) -> RunState:
    """What becomes of a run whose plan is whole. A dry run that would change nothing leaves nothing to approve."""
    if not work.dry_run:
        return RunState.HELD if held else RunState.APPLYING
    return RunState.PLANNED if has_lines(connection, work.id) else RunState.NO_CHANGES


def _lost(losses: Losses) -> dict[str, int]:
    """How many records the list lost, among a run's counts; left out where that is nothing, and was nothing before."""
    return {NOT_LISTED: losses.absent} if losses.absent or losses.accepted else {}


def _facts(app: App, connected: Connected, work: Work, planner: Planner, losses: Losses) -> Facts:
    proof = planner.pull.proof
    limits = connected.settings.guard
    risks = planner.risks.copy()
    risks[Risk.BLOCK] += losses.blocks
    with reading(app.engine) as connection:
        first = planner.lines > 0 and not was_applied(connection, connected.id)
        buyers = buyers_touched(connection, work.id, risks, limits)
        before = blocked_before(app, connection, connected) if risks[Risk.BLOCK] else 0
    counts = counts_of(planner.counts)
    facts = Facts(
        # A side that never states everything (files with changes only) cannot be incomplete.
        full=work.mode == "full" and app.network.stations[connected.id].capabilities.delete != "none",
        listed=losses.listed,
        met=counts["read"] - counts["created"] - counts["failed"] - counts["skipped"],
        bound=losses.bound or 0,
        absent=losses.absent,
        accepted=losses.accepted,
        complete=proof is not None and proof.complete,
        how=proof.how if proof is not None else "it did not end",
        creates=planner.counts["created"],
        released=planner.counts["released"],
        risks=risks,
        blocked_before=before,
        buyers=buyers,
        first=first,
    )
    if losses.bound is not None:
        return facts
    with reading(app.engine) as connection:
        # A hundred thousand are not counted where a few hundred are plainly enough. Whether there are any at all is
        # told by that, too.
        known = msgspec.structs.replace(facts, bound=1)
        bound = bindings.count(connection, connected.id, most=enough(known, limits))
    return msgspec.structs.replace(facts, bound=bound)
