"""What can a program ask about who did what, and about who may log in?"""

from __future__ import annotations

from typing import Literal

import msgspec
from starlette.responses import Response

from syncd.access import setup, users
from syncd.access.roles import Role
from syncd.access.users import UserRow
from syncd.console.api.endpoint import Call, Done, Endpoint, Few, Moment, Place
from syncd.console.audit.show import audit_file, without_address
from syncd.console.origin import address_of
from syncd.domain.via import Via
from syncd.registry.engine import reading
from syncd.registry.queries.audit import AuditFilter, AuditRow, list_audit

__all__ = ["ENDPOINTS"]


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which acts, newest first.

    Attributes:
        actor: Part of who.
        via: From where.
        action: Exactly what.
        subject: Part of what it was done to.
        after: The ``next`` of the page before.
    """

    actor: str = ""
    via: Via | None = None
    action: str = ""
    subject: str = ""
    since: Moment | None = None
    until: Moment | None = None
    after: Place | None = None
    limit: Few = 50


class Acts(msgspec.Struct, frozen=True):
    """A page of the audit log."""

    items: list[AuditRow]
    next: int | None


class AuditExportQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which acts; as of the list."""

    actor: str = ""
    via: Via | None = None
    action: str = ""
    subject: str = ""
    since: Moment | None = None
    until: Moment | None = None


class Users(msgspec.Struct, frozen=True):
    """Everybody who may log in, or might."""

    items: list[UserRow]


class Invite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is let in, as what."""

    name: str
    role: Literal["viewer", "operator", "admin"]


class Invited(msgspec.Struct, frozen=True):
    """The address where they choose a password: it works once, for a day, and is not told again."""

    url: str


class NewRole(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody may do from now on."""

    role: Literal["viewer", "operator", "admin"]


def _audit(call: Call) -> Acts:
    asked: AuditQuery = call.query
    with reading(call.app.engine) as connection:
        found = list_audit(connection, _which(asked), before=asked.after, limit=asked.limit)
    shown = found if _sees_addresses(call) else [without_address(row) for row in found]
    return Acts(shown, found[-1].id if len(found) == asked.limit else None)


def _export(call: Call) -> Response:
    return audit_file(call.app, _which(call.query), sees_addresses=_sees_addresses(call))


def _which(asked: AuditQuery | AuditExportQuery) -> AuditFilter:
    return AuditFilter(**{name: getattr(asked, name) for name in AuditFilter.__struct_fields__})


def _sees_addresses(call: Call) -> bool:
    return call.visitor.role >= Role.ADMIN


def _list(call: Call) -> Users:
    return Users(users.list_users(call.app.engine))


def _invite(call: Call) -> Invited:
    key = setup.invite(call.app.engine, call.body.name, Role[call.body.role.upper()], by=call.by, now=call.now)
    return Invited(f"{address_of(call.app.settings.console)}/set-up/{key}")


def _link(call: Call) -> Invited:
    user = users.find_user(call.app.engine, call.path["user"]).name
    key = setup.renew(call.app.engine, user, by=call.by, now=call.now)
    return Invited(f"{address_of(call.app.settings.console)}/set-up/{key}")


def _show(call: Call) -> UserRow:
    return users.find_user(call.app.engine, call.path["user"])


def _set_role(call: Call) -> Done:
    role = Role[call.body.role.upper()]
    users.set_role(call.app.engine, call.path["user"], role, by=call.by, now=call.now)
    return Done(role.word)


def _disable(call: Call) -> Done:
    users.disable(call.app.engine, call.path["user"], by=call.by, now=call.now)
    return Done("disabled")


def _enable(call: Call) -> Done:
    users.enable(call.app.engine, call.path["user"], by=call.by, now=call.now)
    return Done("active")


ENDPOINTS = (
    Endpoint("GET", "/audit", Role.VIEWER, "List who did what.", _audit, Acts, AuditQuery),
    Endpoint(
        "GET", "/audit/export", Role.VIEWER, "Write who did what to a file.", _export, None, AuditExportQuery,
        files=("text/csv; charset=utf-8",),
    ),
    Endpoint("GET", "/users", Role.ADMIN, "List who may log in.", _list, Users),
    Endpoint("GET", "/users/{user}", Role.ADMIN, "Show one of them.", _show, UserRow),
    Endpoint(
        "POST", "/users", Role.ADMIN, "Let somebody in by a link of their own.", _invite, Invited, body=Invite,
        example={"name": "anna", "role": "operator"}, fleeting=True,
    ),
    Endpoint(
        "POST", "/users/{user}/role", Role.ADMIN, "Let somebody do more or less.", _set_role, Done, body=NewRole,
        example={"role": "viewer"},
    ),
    Endpoint(
        "POST", "/users/{user}/link", Role.ADMIN, "Make a link by which somebody sets another password.", _link,
        Invited, fleeting=True,
    ),
    Endpoint("POST", "/users/{user}/disable", Role.ADMIN, "Shut somebody out.", _disable, Done),
    Endpoint("POST", "/users/{user}/enable", Role.ADMIN, "Let somebody in again.", _enable, Done),
)  # fmt: skip
