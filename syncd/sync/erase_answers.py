"""What can a person say to a record that came back although its customer was erased?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, update

from syncd.domain.answers import Answer
from syncd.domain.erasure import Mark
from syncd.errors import InvalidRecord
from syncd.registry import bindings, erasures, lookups, outbox, tombstones
from syncd.registry.engine import writing
from syncd.registry.erasures import Case, State
from syncd.registry.queries.issues import IssueRow
from syncd.registry.tables import Issue
from syncd.sync.app import App, Connected
from syncd.sync.grave_key import open_key
from syncd.sync.request import request_run

__all__ = ["erase_there_again", "not_the_same"]


def not_the_same(app: App, issue: IssueRow, _answer: Answer, _value: str, by: str) -> Sequence[int]:
    """Take the record: it is somebody else's, or of somebody who came back by their own will."""
    connected, external_id = _record(app, issue)
    with writing(app.engine) as connection:
        record = _key(app, connection).record(connected.name, external_id)
        tombstones.exempt(connection, record, by=by, now=app.now())
        _settle(connection, app, issue, by)
    request_run(app, connected, mode="only", only=[external_id], asked_by=by)
    return ()


def erase_there_again(app: App, issue: IssueRow, answer: Answer, _value: str, by: str) -> Sequence[int]:
    """Overwrite that record as well: the erasure is open again until it is proven clean.

    Raises:
        InvalidRecord: When another record of the customer at that side is still to be overwritten.
    """
    connected, external_id = _record(app, issue)
    now = app.now()
    with writing(app.engine) as connection:
        case = erasures.load_case(connection, int(answer.values["erasure"]))
        if case is None or connected.id in lookups.of_contractor(connection, case.contractor_id):
            raise InvalidRecord(
                "another record of this customer there is still to be overwritten",
                code="erasure-under-way",
                cure="Settle that one first: `syncd erase list` shows what it waits for.",
            )
        key = _key(app, connection)
        record = (Mark.RECORD, key.record(connected.name, external_id))
        tombstones.add(connection, key, case.id, [record], now)
        bindings.add(connection, [_sighting(connection, case, connected, external_id)])
        outbox.add(connection, [(connected.id, case.contractor_id)], run_id=0, now=now)
        copies = {name: done for name, done in case.report.get("copies", {}).items() if name != connected.name}
        erasures.set_case(connection, case.id, state=State.RUNNING, report={**case.report, "copies": copies})
        _settle(connection, app, issue, by)
    app.doorbell.push(connected.id)
    return ()


def _sighting(connection: Connection, case: Case, connected: Connected, external_id: str) -> bindings.Sighting:
    return bindings.Sighting(
        connection_id=connected.id,
        external_id=external_id,
        contractor_id=case.contractor_id,
        version=None,
        raw_hash=None,
        agreed=lookups.known(connection, [case.contractor_id])[case.contractor_id].doc,
        settled_hash=None,
    )


def _record(app: App, issue: IssueRow) -> tuple[Connected, str]:
    assert issue.connection is not None, "the issue is about a connection's record"  # noqa: S101
    assert issue.external_id is not None, "the issue is about a connection's record"  # noqa: S101
    return app.connection(issue.connection), issue.external_id


def _key(app: App, connection: Connection) -> tombstones.Key:
    key = open_key(app.settings, connection)
    assert key is not None, "only somebody who was erased can come back"  # noqa: S101 - for the type checker
    return key


def _settle(connection: Connection, app: App, issue: IssueRow, by: str) -> None:
    values: dict[str, Any] = {"state": "resolved", "closed_by": by, "last_at": app.now()}
    connection.execute(update(Issue).where(Issue.id == issue.id).values(**values))
