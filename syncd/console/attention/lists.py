"""What waits for a person? By cause with counts and ages, and the issues that the address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from syncd.access.users import list_users
from syncd.causes import cause_of
from syncd.console.asking import WrongAddress, address, known_filters, refuse, tidied, whole_number
from syncd.console.attention.labels import Choice, choices_of
from syncd.console.rendering import page
from syncd.console.turns import in_turn
from syncd.console.values import lines_of
from syncd.errors import InvalidRecord, SyncError
from syncd.registry.engine import reading
from syncd.registry.queries.issues import (
    Asked,
    IssueRow,
    assignees,
    count_listed,
    last_checked,
    list_causes,
    list_issues,
    names_of,
)
from syncd.sentence import Sentence
from syncd.sync.answers import answers_of, others
from syncd.sync.app import App

__all__ = ["AGES", "Row", "check_person", "people", "row_of", "show_list"]

AGES: Final[Mapping[str, timedelta]] = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
STATES: Final = ("open", "snoozed", "dropped", "resolved")
NOBODY: Final = "-"
"""How the address asks for what nobody sees to."""

_KNOWN: Final = ("kind", "connection", "age", "assignee", "state", "page", "same", "answer", "value")
_SIZE: Final = 25


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One issue as it is listed.

    Attributes:
        name: What the customer is called; ``""`` where it is no customer yet.
        erp: Of a conflict: lines of the ERP's value.
        shop: The same of the shop's.
    """

    issue: IssueRow
    name: str
    choices: list[Choice]
    erp: list[str]
    shop: list[str]


@in_turn
def show_list(request: Request) -> Response:
    """All that waits, or a part of it."""
    tidy = tidied(request)
    if tidy is not None:
        return tidy
    app: App = request.app.state.syncd
    try:
        params = known_filters(request, _KNOWN)
        number = max(1, whole_number(params, "page", 1))
        wanted = _wanted(app, params)
        same = _same(app, params)
    except WrongAddress as wrong:
        return refuse(request, wrong)
    say = request.state.reader.text.gettext
    with reading(app.engine) as connection:
        causes = list_causes(connection, now=app.now())
        total = count_listed(connection, **wanted)
        found = list_issues(connection, limit=_SIZE, offset=(number - 1) * _SIZE, **wanted)
        names = names_of(connection, [issue.customer for issue in found])
        checked = last_checked(connection)
        seen_to = assignees(connection)
    filters = {name: params.get(name, "") for name in ("kind", "connection", "age", "assignee", "state")}
    here = {name: value for name, value in filters.items() if value}
    kind = params.get("kind", "")
    return page(
        request,
        "attention/list.html",
        causes=causes,
        cause=next((one for one in causes if one.code == kind), None),
        manual=cause_of(kind),
        rows=[row_of(issue, names, say) for issue in found],
        total=total,
        waiting=sum(cause.number for cause in causes),
        filters=filters,
        filtered=bool(here),
        state=params.get("state", "open"),
        connections=[(name, name) for name in sorted(app.connections)],
        people=[(name, name) for name in sorted({*people(app), *seen_to})],
        checked=checked,
        same=same,
        here=address("/attention", here, page=number if number > 1 else ""),
        of_kind=lambda code: address("/attention", here, kind=code),
        previous=address("/attention", here, page=number - 1 if number > 2 else "") if number > 1 else "",
        next=address("/attention", here, page=number + 1) if number * _SIZE < total else "",
        first=(number - 1) * _SIZE + 1,
    )


def row_of(issue: IssueRow, names: Mapping[str, str], say: Any) -> Row:
    """One issue with what can be said to it."""
    details = issue.details
    both = issue.code in {"edit-conflict", "edit-forbidden"} and not details.get("entries")
    return Row(
        issue=issue,
        name=names.get(issue.customer or "", ""),
        choices=choices_of(answers_of(issue), say),
        erp=lines_of(details.get("erp"), say) if both else [],
        shop=lines_of(details.get("shop"), say) if both else [],
    )


def people(app: App) -> list[str]:
    """Who can see to something."""
    return [user.name for user in list_users(app.engine) if user.disabled_at is None]


def check_person(app: App, who: str) -> None:
    """Refuse a name of which nobody can see to something; nobody's is none.

    Raises:
        InvalidRecord: When there is no such user.
    """
    if who and who not in people(app):
        raise InvalidRecord(
            Sentence("there is no user %(who)s", who=who),
            code="no-such-user",
            field="who",
            cure="Choose one of the list.",
        )


def _wanted(app: App, params: Mapping[str, str]) -> Asked:
    age, state, name = params.get("age"), params.get("state", "open"), params.get("connection")
    if age is not None and age not in AGES:
        raise WrongAddress("age", Sentence("it can be %(names)s.", names=", ".join(AGES)))
    if state not in STATES:
        raise WrongAddress("state", Sentence("it can be %(names)s.", names=", ".join(STATES)))
    if name is not None and name not in app.connections:
        raise WrongAddress("connection", "there is no connection of this name.")
    assignee = params.get("assignee")
    return {
        "code": params.get("kind"),
        "of": app.connections[name].id if name else None,
        "older_than": app.now() - AGES[age] if age else None,
        "state": state,
        "assignee": "" if assignee == NOBODY else assignee,
        "now": app.now(),
    }


def _same(app: App, params: Mapping[str, str]) -> dict[str, Any] | None:
    """How many others could be told what was just answered."""
    issue_id, key = whole_number(params, "same", 0), params.get("answer", "")
    if not issue_id or not key:
        return None
    try:
        number = others(app, issue_id, key).total
    except SyncError:
        return None
    more = address(f"/attention/{issue_id}/others", answer=key, value=params.get("value", ""))
    return {"number": number, "href": more} if number else None
