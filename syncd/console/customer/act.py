"""What can be done to one customer with one press? The same operations as on many, and what concerns one side of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from syncd.access.roles import Role
from syncd.console.asking import Text
from syncd.console.connections.finding import connection_of
from syncd.console.customer.find import back_to, known_id
from syncd.console.customer.told import kind_of, of_one, taken_back
from syncd.sync.app import App
from syncd.sync.bulk import KINDS, Operation, carry_out, open_operation
from syncd.sync.explain import look_ahead
from syncd.sync.push_now import push_now

__all__ = ["PLAIN", "join_group", "leave_group", "make_act", "preview_sync", "retry"]

PLAIN: Final = tuple(name for name, kind in KINDS.items() if not kind.takes)
"""Operations that need nothing but the customer."""


def make_act(name: str) -> Callable[..., Response]:
    """The action for one operation. A block is placed beneath the ERP's as well: it is this customer that is meant."""

    def act(request: Request, code: str, tab: Text = "") -> Response:
        app: App = request.app.state.syncd
        id_ = known_id(app, code)
        by = request.state.visitor.by
        return _done(request, id_, open_operation(app, name, beneath=True, by=by), tab)

    return act


def join_group(request: Request, code: str, group: Text = "") -> Response:
    """Put the customer into a group of the admins'."""
    return _regroup(request, code, "group-add", group)


def leave_group(request: Request, code: str, group: Text = "") -> Response:
    """Take the customer out of a group of the admins'."""
    return _regroup(request, code, "group-remove", group)


def _regroup(request: Request, code: str, name: str, group: str) -> Response:
    app: App = request.app.state.syncd
    id_ = known_id(app, code)
    return _done(request, id_, open_operation(app, name, group, by=request.state.visitor.by), "groups")


def _done(request: Request, id_: int, operation: Operation, tab: str) -> Response:
    visitor = request.state.visitor
    done = carry_out(request.app.state.syncd, operation, [id_], by=visitor.by, approved=visitor.role >= Role.ADMIN)
    told = of_one(request, done)
    return back_to(request, id_, told, kind=kind_of(done), runs=done.runs, reversible=taken_back(done), tab=tab)


def retry(request: Request, code: str, connection: Text = "") -> Response:
    """Tell one side now what waits to be told there."""
    app: App = request.app.state.syncd
    id_ = known_id(app, code)
    connected = connection_of(app, connection)
    push_now(app, id_, connected, by=request.state.visitor.by)
    _ = request.state.text.gettext
    return back_to(request, id_, _("%(name)s is told now.") % {"name": connected.name}, tab="shops")


def preview_sync(request: Request, code: str) -> Response:
    """Find out what a sync would do now: by dry runs over this customer's records, which change nothing."""
    app: App = request.app.state.syncd
    id_ = known_id(app, code)
    plans = look_ahead(app, id_, by=request.state.visitor.by)
    _ = request.state.text.gettext
    said = _("Every side was asked, and nothing was changed.") if plans else _("No side has this customer.")
    return back_to(request, id_, said, kind="success" if plans else "warning", tab="explain", plan=plans)
