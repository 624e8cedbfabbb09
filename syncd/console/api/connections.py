"""What can a program ask about connections, and have done with them?"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from syncd.access.roles import Role
from syncd.console.api.endpoint import Call, Done, Endpoint, named
from syncd.registry.engine import reading
from syncd.registry.queries.issues import count_issues
from syncd.registry.queries.status import ConnectionRow, Status, status
from syncd.sync.ask_read import ask_read
from syncd.sync.connecting import pausing
from syncd.sync.connecting.looks import configured

__all__ = ["ENDPOINTS"]


class Connections(msgspec.Struct, frozen=True):
    """All connections."""

    items: list[ConnectionRow]


class Sync(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be read.

    Attributes:
        customers: Codes, numbers or ids at the side; with some, only these are read.
        dry_run: Only make a plan.
    """

    mode: Literal["incremental", "full"] = "incremental"
    customers: Annotated[tuple[str, ...], msgspec.Meta(max_length=1000)] = ()
    dry_run: bool = False


class RunMade(msgspec.Struct, frozen=True):
    """The run that was asked for."""

    run: int


class Pause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is left alone."""

    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


def _status(call: Call) -> Status:
    with reading(call.app.engine) as connection:
        return status(connection, now=call.now, issues=count_issues(connection))


def _list(call: Call) -> Connections:
    return Connections(configured(call.app))


def _show(call: Call) -> ConnectionRow:
    name = named(call).name
    return next(row for row in configured(call.app) if row.name == name)


def _sync(call: Call) -> RunMade:
    asked: Sync = call.body
    full = asked.mode == "full"
    return RunMade(ask_read(call.app, named(call), asked.customers, full=full, dry_run=asked.dry_run, by=call.by))


def _pause(call: Call) -> Done:
    pausing.pause(call.app, named(call), by=call.by, reason=call.body.reason)
    return Done(_show(call).state)


def _resume(call: Call) -> Done:
    pausing.resume(call.app, named(call), by=call.by)
    return Done(_show(call).state)


_ONE = "/connections/{name}"
ENDPOINTS = (
    Endpoint("GET", "/status", Role.VIEWER, "Tell how everything stands, as the dashboard does.", _status, Status),
    Endpoint("GET", "/connections", Role.VIEWER, "List connections and how they are.", _list, Connections),
    Endpoint("GET", _ONE, Role.VIEWER, "Show one connection.", _show, ConnectionRow),
    Endpoint(
        "POST",
        f"{_ONE}/sync",
        Role.OPERATOR,
        "Ask for a run; with `dry_run` for a plan.",
        _sync,
        RunMade,
        body=Sync,
        example={"mode": "incremental", "customers": ["K000231"]},
    ),
    Endpoint(
        "POST",
        f"{_ONE}/pause",
        Role.OPERATOR,
        "Neither pull nor push until it is resumed; what is due is kept.",
        _pause,
        Done,
        body=Pause,
        example={"reason": "inventory"},
    ),
    Endpoint("POST", f"{_ONE}/resume", Role.OPERATOR, "Work again, at once even after a failure.", _resume, Done),
)
