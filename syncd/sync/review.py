"""What can a person do with a plan that waits, or with a run that goes on?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, insert

from syncd.errors import InvalidRecord, NotFound
from syncd.registry import leases, lines
from syncd.registry.engine import writing
from syncd.registry.queries.plans import count_lines
from syncd.registry.runs import ENDED, READS, RunState, Work, load_run, lock_run, set_run
from syncd.registry.tables import Audit
from syncd.sentence import Counted, Sentence
from syncd.sync.app import App
from syncd.sync.mode import lease_name
from syncd.sync.waiting import in_its_place, take_back_its_place

__all__ = ["approve", "cancel", "discard", "expires_at", "leave_out", "take_in"]

_NAMED: Final = 100
"""Lines that the audit log names one by one; of more it keeps how many."""


def expires_at(app: App, planned_at: datetime) -> datetime:
    """When a plan stops being one that may be applied."""
    return planned_at + timedelta(hours=app.settings.plan_hours)


def approve(
    app: App, run_id: int, *, by: str, reason: str = "", shown: int | None = None, but: Collection[int] = ()
) -> None:
    """Let a held run, or a dry run's plan, be applied, but for the lines that were left out or moved since.

    A plan whose place a newer one took while it was looked at is applied as it was shown; that newer one waits no more.

    Args:
        reason: Why, for the audit log.
        shown: How many changes whoever approves was told that there are, those in `but` among them.
        but: Lines that whoever approves leaves out; where nothing is applied, they stay in.

    Raises:
        NotFound: When there is no such run.
        InvalidRecord: When it does not wait for anybody, waited too long, has another number of changes by now, or is
            of a read that did not come to its end.
    """
    with writing(app.engine) as connection:
        work = _decidable(connection, run_id)
        _refuse_unread(work)
        _refuse_expired(app, work)
        if shown is not None:
            _refuse_changed(connection, work, shown)
        if but:
            _leave_out(app, connection, work, but, by)
        if work.state is RunState.CANCELLED:
            if not take_back_its_place(connection, run_id, app.now()):
                _waiting(connection, run_id)  # somebody decided about the newer one meanwhile
            set_run(connection, run_id, finished_at=None, error=None, error_code=None)
        set_run(connection, run_id, state=RunState.QUEUED, dry_run=False, approved_by=by, attempts=0)
        _write_down(app, connection, by, "approve-plan", work, _because(reason))
    app.doorbell.run(run_id)


def discard(app: App, run_id: int, *, by: str, reason: str = "") -> None:
    """Throw a waiting plan away. The cursor stays, so the next run sees the same records again."""
    with writing(app.engine) as connection:
        work = _waiting(connection, run_id)
        set_run(connection, run_id, state=RunState.CANCELLED, finished_at=app.now())
        _write_down(app, connection, by, "discard-plan", work, _because(reason))


def leave_out(app: App, run_id: int, seqs: Collection[int], *, by: str) -> None:
    """Take lines out of a waiting plan."""
    with writing(app.engine) as connection:
        _leave_out(app, connection, _decidable(connection, run_id), seqs, by)


def _leave_out(app: App, connection: Connection, work: Work, seqs: Collection[int], by: str) -> None:
    lines.leave_out(connection, work.id, seqs, lines.Outcome.LEFT_OUT)
    _write_down(app, connection, by, "leave-out-lines", work, _told(seqs))


def take_in(app: App, run_id: int, seqs: Collection[int], *, by: str) -> None:
    """Put lines back into a waiting plan that a person took out of it."""
    with writing(app.engine) as connection:
        work = _decidable(connection, run_id)
        lines.take_in(connection, run_id, seqs)
        _write_down(app, connection, by, "take-in-lines", work, _told(seqs))


def _told(seqs: Collection[int]) -> dict[str, object]:
    return {"lines": sorted(seqs)} if len(seqs) <= _NAMED else {"number": len(seqs)}


def cancel(app: App, run_id: int, *, by: str) -> None:
    """Stop a run that has not begun to apply its plan.

    Raises:
        InvalidRecord: When it is too late, or over.
    """
    with writing(app.engine) as connection:
        # The lease first, as whoever executes the run locks the two; where it is too late that is rolled back.
        work = _known(load_run(connection, run_id), run_id)
        leases.revoke(connection, lease_name(work.mode, work.connection_id), owner=f"/{run_id}")
        work = _load(connection, run_id)
        if work.state in ENDED or work.state is RunState.APPLYING or work.applied_seq:
            raise InvalidRecord(
                Sentence("run %(run)s is %(run_state)s", run=run_id, run_state=work.state),
                code="run-not-cancellable",
                cure="What a run has applied stays; nothing was cancelled.",
            )
        set_run(connection, run_id, state=RunState.CANCELLED, finished_at=app.now())
        _write_down(app, connection, by, "cancel-run", work)


def _load(connection: Connection, run_id: int) -> Work:
    """A run about which nobody else decides until the transaction ends."""
    return _known(lock_run(connection, run_id), run_id)


def _known(work: Work | None, run_id: int) -> Work:
    if work is None:
        raise NotFound(Sentence("there is no run %(run)s", run=run_id), cure="`syncd runs list` shows all.")
    return work


def _decidable(connection: Connection, run_id: int) -> Work:
    """A plan that waits, or one that was shown until a newer one took its place."""
    work = _load(connection, run_id)
    return work if in_its_place(connection, run_id) is not None else _waiting(connection, run_id)


def _waiting(connection: Connection, run_id: int) -> Work:
    work = _load(connection, run_id)
    newer = in_its_place(connection, run_id)
    if newer is not None:
        raise InvalidRecord(
            Sentence("the plan of run %(newer)s took the place of that of run %(run)s", newer=newer, run=run_id),
            code="plan-replaced",
            cure=Sentence("Discard the plan of run %(newer)s.", newer=newer),
        )
    if work.state not in {RunState.HELD, RunState.PLANNED}:
        known = {"run": str(run_id), "run_state": work.state}
        raise InvalidRecord(
            Sentence(
                "run %(run)s is %(run_state)s, its plan does not wait for anybody any more: %(approver)s approved it",
                **known,
                approver=work.approved_by,
            )
            if work.approved_by
            else Sentence("run %(run)s is %(run_state)s, its plan does not wait for anybody", **known),
            code="plan-not-waiting",
            cure="Only plans of runs that are held or planned can be applied or discarded.",
        )
    return work


def _because(reason: str) -> dict[str, object]:
    return {"reason": reason} if reason else {}


def _refuse_unread(work: Work) -> None:
    if work.mode in READS and work.proof is None:
        raise InvalidRecord(
            Sentence("run %(run)s has nothing to apply: its read did not come to its end", run=work.id),
            code="plan-unread",
            cure="Put right what is wrong at the side; the next read makes a new plan. Discard this one.",
        )


def _refuse_expired(app: App, work: Work) -> None:
    if work.planned_at is None or app.now() <= expires_at(app, work.planned_at):
        return
    raise InvalidRecord(
        Sentence(
            Counted(
                "the plan of run %(run)s was made more than %(count)s hour ago",
                "the plan of run %(run)s was made more than %(count)s hours ago",
            ),
            run=work.id,
            count=app.settings.plan_hours,
        ),
        code="plan-expired",
        cure="Discard it and make a new one: `syncd plan CONNECTION`.",
    )


def _refuse_changed(connection: Connection, work: Work, shown: int) -> None:
    number = count_lines(connection, work.id, outcome="planned")
    if number != shown:
        raise InvalidRecord(
            Sentence(
                Counted(
                    "the plan of run %(run)s has %(count)s change by now, and %(shown)s when it was shown",
                    "the plan of run %(run)s has %(count)s changes by now, and %(shown)s when it was shown",
                ),
                run=work.id,
                count=number,
                shown=shown,
            ),
            code="plan-changed",
            cure="Somebody left lines out, or put them back. Look at it again.",
        )


def _write_down(
    app: App, connection: Connection, by: str, action: str, work: Work, details: dict[str, object] | None = None
) -> None:
    connection.execute(
        insert(Audit).values(at=app.now(), actor=by, action=action, subject=f"run {work.id}", details=details or {})
    )
