"""What did people do? Listed and exported; nothing here changes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from syncd.access.roles import Role
from syncd.console.audit.asked import Asked, asked
from syncd.console.audit.said import say_value
from syncd.console.catalogs import mark as _
from syncd.console.language import Reader
from syncd.console.problems import problem
from syncd.console.rendering import page
from syncd.console.turns import in_turn
from syncd.domain.via import Via, name_of
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.queries.audit import (
    COLUMNS,
    AuditFilter,
    AuditRow,
    audited_actions,
    cells,
    list_audit,
    stream_audit,
)
from syncd.sentence import Sentence, sentence_of
from syncd.spreadsheet import rows_to_csv
from syncd.sync.app import App

__all__ = ["Act", "acts", "audit_file", "export_acts", "list_acts", "without_address"]

_PLACES: Final = {
    "run": re.compile(r"[0-9]+"),
    "issue": re.compile(r"[0-9]+"),
    "customer": re.compile(r"K[0-9]{6,}"),
    "user": re.compile(r"[a-z0-9][a-z0-9._@-]*"),
}
_PATHS: Final = {"run": "/runs/", "issue": "/attention/", "customer": "/customers/", "user": "/users/"}
_ADDRESS: Final = "address"


class Change(NamedTuple):
    """One value that an act changed, or that is known of it."""

    name: str
    before: str
    after: str


class Act(NamedTuple):
    """One act as it is shown.

    Attributes:
        href: Where its object is; ``""`` where there is no page of it.
    """

    row: AuditRow
    who: str
    href: str
    changes: list[Change]
    known: list[tuple[str, str]]


@in_turn
def list_acts(request: Request) -> Response:
    """A page of them, newest first."""
    app: App = request.app.state.syncd
    query = request.query_params
    if any(not value for value in query.values()):  # a form sends its empty fields, too
        kept = urlencode([(name, value) for name, value in query.multi_items() if value])
        return RedirectResponse(f"/audit?{kept}" if kept else "/audit", 303)
    try:
        wanted = asked(query, request.state.reader.zone)
    except InvalidRecord as error:
        return _refused(request, error)
    size = request.state.reader.preferences.page_size
    with reading(app.engine) as connection:
        rows = list_audit(connection, wanted.which, before=wanted.before, limit=size + 1)
        actions = audited_actions(connection)
    shown = rows[:size]
    return page(
        request,
        "audit/list.html",
        acts=acts(shown, request.state.reader, by_admin=_is_admin(request)),
        typed=wanted.typed,
        filtered=any(value for name, value in wanted.typed.items() if name != "before"),
        actions=actions,
        ways=list(Via),
        newest=_address(wanted, None) if wanted.before else "",
        older=_address(wanted, shown[-1].id) if len(rows) > size else "",
        export=_address(wanted, None, "/audit.csv"),
    )


def export_acts(request: Request) -> Response:
    """All that the filters leave, as a table for a spreadsheet, sent while it is read."""
    app: App = request.app.state.syncd
    try:
        wanted = asked({k: v for k, v in request.query_params.items() if k != "before"}, request.state.reader.zone)
    except InvalidRecord as error:
        return _refused(request, error)
    return audit_file(app, wanted.which, sees_addresses=_is_admin(request))


def audit_file(app: App, which: AuditFilter, *, sees_addresses: bool) -> Response:
    """Acts as CSV, sent while they are read.

    Args:
        sees_addresses: From which network addresses colleagues logged in is for admins.
    """

    def lines() -> Iterator[str]:
        rows = stream_audit(app.engine, which)
        yield from rows_to_csv(COLUMNS, (cells(row if sees_addresses else without_address(row)) for row in rows))

    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


def acts(rows: list[AuditRow], reader: Reader, *, by_admin: bool) -> list[Act]:
    """Acts as they are shown.

    Args:
        by_admin: From which network addresses colleagues logged in is for admins, and so are pages of users.
    """
    return [_act(row if by_admin else without_address(row), reader, by_admin=by_admin) for row in rows]


def _act(row: AuditRow, reader: Reader, *, by_admin: bool) -> Act:
    def say(name: str, value: Any) -> str:
        return say_value(row.action, name, value, row.details, reader)

    names = dict.fromkeys([*row.before, *row.after])
    changes = [Change(name, say(name, row.before.get(name)), say(name, row.after.get(name))) for name in names]
    known = [(name, say(name, value)) for name, value in row.details.items() if value not in (None, "", [], {})]
    return Act(row, name_of(row.actor), _href(row.subject, by_admin=by_admin), changes, known)


def _href(subject: str, *, by_admin: bool) -> str:
    kind, _, name = subject.partition(" ")
    place = _PLACES.get(kind) if by_admin or kind != "user" else None
    return f"{_PATHS[kind]}{quote(name)}" if place is not None and place.fullmatch(name) else ""


def _is_admin(request: Request) -> bool:
    role: Role = request.state.visitor.role
    return role >= Role.ADMIN


def without_address(row: AuditRow) -> AuditRow:
    """An act without from where somebody logged in."""
    if _ADDRESS not in row.details:
        return row
    return msgspec.structs.replace(row, details={k: v for k, v in row.details.items() if k != _ADDRESS})


def _address(wanted: Asked, before: int | None, path: str = "/audit") -> str:
    kept = {name: value for name, value in wanted.typed.items() if value and name != "before"}
    if before is not None:
        kept["before"] = str(before)
    return f"{path}?{urlencode(kept)}" if kept else path


def _refused(request: Request, error: InvalidRecord) -> Response:
    return problem(
        request,
        400,
        _("Wrong address"),
        Sentence("%(name)s: %(what)s", name=error.field or "", what=sentence_of(error.message)),
        cure=error.cure,
        code=error.code,
        field=error.field or "",
    )
