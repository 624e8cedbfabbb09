"""What does each tab of a customer show?"""

from __future__ import annotations

from typing import Any, Final

from syncd.console.customer.change import EDITABLE
from syncd.console.customer.look import Look
from syncd.domain.contractor import FIELDS, Contractor
from syncd.domain.employees import default_doubt
from syncd.domain.holds import Reason
from syncd.registry import connections, erasures
from syncd.registry.engine import reading
from syncd.registry.queries.changes import Change, changes
from syncd.registry.queries.customer_groups import joinable
from syncd.registry.queries.field_history import field_history
from syncd.registry.queries.issues import list_issues
from syncd.registry.queries.provenance import statements
from syncd.registry.queries.runs import find_run
from syncd.registry.queries.touches import last_told, rows_kept, touches
from syncd.sync.erase import preview
from syncd.sync.erasure_report import report_of
from syncd.sync.explain import explain
from syncd.sync.groups.names import list_groups
from syncd.sync.links import links_to
from syncd.sync.located import locate

__all__ = ["accounts", "addresses", "explained", "groups", "history", "overview", "privacy", "runs", "shops"]

_PAGE: Final = 50
_DIGITS: Final = 9
"""Digits of the farthest page."""
_BLANK: Final = Contractor(name="")


def overview(look: Look) -> dict[str, Any]:
    """Every field with what each side holds of it."""
    told = explain(look.app, look.id, ask_sides=False, by=look.request.state.visitor.by, customer=look.customer)
    sides = [side for side in look.customer.sides if side.external_id is not None]
    return {
        "fields": told.fields,
        "sides": sorted(sides, key=lambda side: (side.side != "erp", side.connection)),
        "holds": [(hold, _run_of_hold(look, hold.reason)) for hold in look.customer.holds],
        "issues": told.issues,
        "editable": EDITABLE,
    }


def _run_of_hold(look: Look, reason: Reason) -> int | None:
    """The run that placed a hold, as far as it is kept."""
    with reading(look.app.engine) as connection:
        events = field_history(connection, look.id, field="status").events
    placed = (
        event.run
        for event in events
        if any(one.startswith(f"{reason}:") for one in event.after)
        and not any(one.startswith(f"{reason}:") for one in event.before)
    )
    return next(placed, None)


def shops(look: Look) -> dict[str, Any]:
    """How the customer stands on every side, and what waits there."""
    with reading(look.app.engine) as connection:
        told = last_told(connection, look.id)
        paused = connections.paused_by(connection)
        issues = list_issues(connection, customer=look.id)
    there = {side.connection for side in look.customer.sides}
    return {
        "sides": look.customer.sides,
        "deliveries": told,
        "paused": paused,
        "issues": {name: [issue for issue in issues if issue.connection == name] for name in there},
        "elsewhere": [name for name in look.app.connections if name not in there],
        "links": links_to(look.app, [(side.connection, side.external_id) for side in look.customer.sides]),
    }


def history(look: Look) -> dict[str, Any]:
    """One line for each change of a field."""
    field = look.request.query_params.get("field", "")
    number = _page_of(look)
    with reading(look.app.engine) as connection:
        found = field_history(connection, look.id, field=field, skip=(number - 1) * _PAGE, limit=_PAGE)
    return {"history": found, "field": field, "number": number}


def _page_of(look: Look) -> int:
    """The page that the address asks for; the first where it says no number that a list may have."""
    page = look.request.query_params.get("page", "1")
    return max(int(page), 1) if page.isascii() and page.isdecimal() and len(page) <= _DIGITS else 1


def groups(look: Look) -> dict[str, Any]:
    """Whose groups these are, and what each is called at every shop."""
    with reading(look.app.engine) as connection:
        free = joinable(connection, look.id)
    mine = {group.name for group in look.groups}
    targets = {row.name: row.targets for row in list_groups(look.app) if row.name in mine}
    return {"targets": targets, "joinable": free}


def addresses(look: Look) -> dict[str, Any]:
    """All that the customer has; the document has them."""
    del look
    return {}


def accounts(look: Look) -> dict[str, Any]:
    """Who logs in for the customer."""
    return {"doubt": default_doubt(look.doc), "editable": EDITABLE}


def runs(look: Look) -> dict[str, Any]:
    """Runs that had something to say about the customer."""
    number = _page_of(look)
    with reading(look.app.engine) as connection:
        found = touches(connection, look.id, skip=(number - 1) * _PAGE, limit=_PAGE + 1)
    return {"touches": found[:_PAGE], "number": number, "more": len(found) > _PAGE}


def privacy(look: Look) -> dict[str, Any]:
    """What is kept where and for how long, and what an erasure would do or did."""
    app = look.app
    with reading(app.engine) as connection:
        case = erasures.of_contractors(connection, [look.id]).get(look.id)
        report = report_of(connection, app, case) if case is not None else None
        held = statements(connection, look.id)
        kept = rows_kept(connection, look.id)
    copies = {
        one.connection: [name for name in FIELDS if getattr(one.holds, name) != getattr(_BLANK, name)] for one in held
    }
    return {
        "report": report,
        "would": None if case is not None else preview(app, look.id),
        "own": [name for name in FIELDS if getattr(look.doc, name) != getattr(_BLANK, name)],
        "copies": copies,
        "kept": kept,
        "settings": app.settings,
    }


def explained(look: Look) -> dict[str, Any]:
    """Why the customer is as it is, where it is and by what, and what comes next."""
    story = explain(look.app, look.id, ask_sides=False, by=look.request.state.visitor.by, customer=look.customer)
    links = links_to(look.app, [(one.connection, one.external_id) for one in story.links])
    located = locate(look.app, look.id) if look.app.connections else None  # by whose rules would it be weighed?
    return {"story": story, "links": links, "located": located, "plans": list(_plans(look))}


def _plans(look: Look) -> list[tuple[Any, list[Change]]]:
    """Dry runs over this customer that the address names, with what they would change of it."""
    found = []
    for text in look.request.query_params.getlist("plan")[:20]:
        with reading(look.app.engine) as connection:
            run = find_run(connection, int(text)) if text.isdecimal() and len(text) < 18 else None
        if run is None or not run.dry_run or run.mode != "only":
            continue
        lines = [line for line in changes(look.app.engine, run.id) if line.code == look.customer.code]
        found.append((run, lines))
    return found
