"""What can a program ask about connections, and have done with them?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from syncd.access.roles import Role
from syncd.checks.check import Check
from syncd.checks.trying import read_checks, try_connection
from syncd.console.api.endpoint import Call, Done, Endpoint, named
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.queries.connections import last_test
from syncd.registry.queries.issues import count_issues
from syncd.registry.queries.status import ConnectionRow, Status, status
from syncd.sync.ask_read import ask_read
from syncd.sync.connecting import adding, credentials, pausing
from syncd.sync.connecting.credentials import Credential
from syncd.sync.connecting.looks import configured
from syncd.sync.connecting.samples import Sample, read_samples

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


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """What a test found.

    Attributes:
        passed: Whether nothing failed; ``null`` where nobody tested it yet.
    """

    passed: bool | None
    at: datetime | None = None
    by: str | None = None
    checks: list[Check] = []


class Samples(msgspec.Struct, frozen=True):
    """The first records of a side, as they are there and as they are understood."""

    items: list[Sample]


class Secrets(msgspec.Struct, frozen=True):
    """Where each secret option comes from; never its value."""

    items: list[Credential]


class NewSecret(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A secret option and its value, which is kept encrypted."""

    option: str
    value: str


class SecretName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A secret option."""

    option: str


class Confirm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The connection's name once more."""

    confirm: str


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


def _test(call: Call) -> Tested:
    try_connection(call.app, named(call), by=call.by)
    return _tested(call)


def _tested(call: Call) -> Tested:
    with reading(call.app.engine) as connection:
        last = last_test(connection, named(call).id)
    if last is None:
        return Tested(passed=None)
    checks = read_checks(last.checks)
    return Tested(passed=all(check.state != "fail" for check in checks), at=last.at, by=last.by, checks=checks)


def _samples(call: Call) -> Samples:
    return Samples(read_samples(call.app, named(call)))


def _secrets(call: Call) -> Secrets:
    return Secrets(credentials.credentials(call.app, named(call)))


def _set_secret(call: Call) -> Secrets:
    credentials.set_secret(call.app, named(call), call.body.option, call.body.value, by=call.by)
    return _after_secret(call)


def _forget_secret(call: Call) -> Secrets:
    credentials.forget_secret(call.app, named(call), call.body.option, by=call.by)
    return _after_secret(call)


def _after_secret(call: Call) -> Secrets:
    app = call.renew()
    return Secrets(credentials.credentials(app, app.connection(named(call).name)))


def _remove(call: Call) -> Done:
    name = named(call).name
    if call.body.confirm != name:
        raise InvalidRecord(
            "nothing was removed: the name was not repeated",
            code="value-unusable",
            field="confirm",
            cure="Repeat the connection's name.",
        )
    adding.remove(call.app, name, by=call.by)
    call.renew()
    return Done("removed")


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
    Endpoint("POST", f"{_ONE}/test", Role.OPERATOR, "Log in and read a little; change nothing.", _test, Tested),
    Endpoint("GET", f"{_ONE}/test", Role.VIEWER, "Tell what the last test found.", _tested, Tested),
    Endpoint(
        "GET", f"{_ONE}/samples", Role.OPERATOR, "Read the first 20 records and say how they are understood.", _samples,
        Samples,
    ),
    Endpoint("GET", f"{_ONE}/secrets", Role.VIEWER, "Tell where each secret option comes from.", _secrets, Secrets),
    Endpoint(
        "POST", f"{_ONE}/secret", Role.ADMIN, "Keep a secret option in the registry, in place of the one before.",
        _set_secret, Secrets, body=NewSecret, example={"option": "token", "value": "..."}, fleeting=True,
    ),
    Endpoint(
        "POST", f"{_ONE}/secret/forget", Role.ADMIN, "Take a secret option out of the registry.", _forget_secret,
        Secrets, body=SecretName, example={"option": "token"},
    ),
    Endpoint(
        "POST", f"{_ONE}/remove", Role.ADMIN, "Take a connection away that has a file of its own; customers stay.",
        _remove, Done, body=Confirm, example={"confirm": "optima"},
    ),
)  # fmt: skip
