"""What happened to one record of a run, field by field and try by try?"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from syncd.access.roles import Role
from syncd.console.rendering import page
from syncd.console.runs.find import Number, see
from syncd.domain.code import id_of
from syncd.errors import NotFound
from syncd.registry.engine import reading
from syncd.registry.queries.changes import Change, changes
from syncd.registry.queries.history import history
from syncd.registry.queries.issues import list_issues
from syncd.registry.queries.run_records import find
from syncd.registry.tries import Tried, tries_of
from syncd.sentence import Sentence
from syncd.sync.app import App

__all__ = ["show_record"]


def show_record(request: Request, run_id: Number, seq: Number) -> Response:
    """One record of a run."""
    app: App = request.app.state.syncd
    with reading(app.engine) as connection:
        look = see(app, connection, run_id)
        record = find(connection, run_id, seq)
        if record is None:
            raise NotFound(
                Sentence("run %(run)s has no record %(seq)s", run=run_id, seq=seq), cure="Look at the run's records."
            )
        contractor_id = id_of(record.code) if record.code is not None else None
        tried = tries_of(connection, contractor_id) if contractor_id is not None else []
        delivered = (
            [event for event in history(connection, contractor_id) if event.kind == "delivery" and event.run == run_id]
            if contractor_id is not None
            else []
        )
        issues = list_issues(connection, customer=contractor_id) if contractor_id is not None else []
    change = next(changes(app.engine, run_id, after=seq - 1))
    if not record.pushes:  # else what is left of it stands for changes of other runs as well
        tried = [one for one in tried if one.run_id == run_id]
    return page(
        request,
        "runs/record.html",
        look=look,
        record=record,
        change=change,
        owners=_owners(app, look.run.connection, change),
        tried=[(app.name_of(one.connection_id), one) for one in tried],
        exchanges=_exchanges(app, tried) if request.state.visitor.role >= Role.OPERATOR else [],
        delivered=delivered,
        issues=issues,
    )


def _exchanges(app: App, tried: list[Tried]) -> list[tuple[str, Tried]]:
    """What was sent and answered: personal data, so nothing for whoever may only look."""
    return [(app.name_of(one.connection_id), one) for one in tried if one.exchange is not None]


def _owners(app: App, connection: str, change: Change) -> Mapping[str, str]:
    """Whose value stands, by field; under the rules as they are now."""
    if connection not in app.connections:
        return {}
    rules = app.up_to_date().network.stations[app.connection(connection).id].rules
    return {name: rules[name].owner.value for name in change.fields if name in rules}
