"""How is what failed of one run tried again, and nothing else?"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from syncd.domain.code import id_of
from syncd.errors import NotFound
from syncd.registry.engine import reading, writing
from syncd.registry.queries.progress import tried_in_vain
from syncd.registry.queries.run_records import find
from syncd.registry.runs import load_run
from syncd.registry.tables import Audit, Issue, Push
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.request import request_run

__all__ = ["Retried", "retry_failed", "retry_push", "retry_record"]


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """What is tried again.

    Attributes:
        pushes: How many contractors a side is told of once more, now.
        records: How many records are read anew.
        run: The run that reads them.
    """

    pushes: int
    records: int
    run: int | None


def retry_failed(app: App, run_id: int, *, by: str) -> Retried:
    """Try again what failed of a run and still stands: pushes now, records that could not be used by a new read.

    Raises:
        NotFound: When there is no such run.
    """
    with writing(app.engine) as connection:
        work = load_run(connection, run_id)
        if work is None:
            raise NotFound(Sentence("there is no run %(run)s", run=run_id), cure="`syncd runs list` shows all.")
        pushed = _push_now(app, connection, Push.run_id == run_id)
        unread = select(Issue.external_id).where(
            Issue.run_id == run_id, Issue.state == "open", Issue.raw.is_not(None), Issue.external_id.is_not(None)
        )
        names = [name for name in dict.fromkeys(connection.scalars(unread.order_by(Issue.id))) if name is not None]
        details = {"pushes": len(pushed), "records": len(names)}
        _write_down(app, connection, by, "retry-run", f"run {run_id}", details)
    for connection_id in {connection_id for connection_id, _ in pushed}:
        app.doorbell.push(connection_id)
    read = None
    if names:
        of = app.connection_by_id(work.connection_id)
        read = request_run(app, of, mode="only", only=names, asked_by=by, join=True)
    return Retried(pushes=len(pushed), records=len(names), run=read)


def retry_push(app: App, run_id: int, contractor_id: int, *, by: str) -> int:
    """Tell the sides now that a run left behind on one contractor; answer how many are told."""
    with writing(app.engine) as connection:
        whose = (Push.run_id == run_id) & (Push.contractor_id == contractor_id)
        pushed = _push_now(app, connection, whose)
        if pushed:
            _write_down(app, connection, by, "retry-run", f"run {run_id}", {"pushes": len(pushed)})
    for connection_id in {connection_id for connection_id, _ in pushed}:
        app.doorbell.push(connection_id)
    return len(pushed)


def retry_record(app: App, run_id: int, seq: int, *, by: str) -> int:
    """Tell the sides now that a run left behind on one of its records; answer how many are told.

    Raises:
        NotFound: When the run has no such record.
    """
    with reading(app.engine) as connection:
        record = find(connection, run_id, seq)
    contractor_id = id_of(record.code) if record is not None and record.code is not None else None
    if contractor_id is None:
        raise NotFound(
            Sentence("run %(run)s has no record %(seq)s that could be tried again", run=run_id, seq=seq),
            cure="Look at the run's records.",
        )
    return retry_push(app, run_id, contractor_id, by=by)


def _push_now(app: App, connection: Connection, which: Any) -> list[tuple[int, int]]:
    """Make pushes due that were tried in vain and are in nobody's hands; answer connection and contractor of each."""
    now = app.now()
    free = Push.leased_until.is_(None) | (Push.leased_until < now)
    rows = connection.execute(
        update(Push)
        .where(which, tried_in_vain(), free)
        .values(due_at=now, attempts=0)
        .returning(Push.connection_id, Push.contractor_id)
    )
    return [(row[0], row[1]) for row in rows]


def _write_down(app: App, connection: Connection, by: str, action: str, subject: str, details: dict[str, int]) -> None:
    connection.execute(insert(Audit).values(at=app.now(), actor=by, action=action, subject=subject, details=details))
