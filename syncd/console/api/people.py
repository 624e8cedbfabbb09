"""What can a program ask about who did what, and about who may log in?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from syncd.access import setup, users
from syncd.access.roles import Role
from syncd.access.users import UserRow
from syncd.console.api.endpoint import Call, Done, Endpoint, Few
from syncd.console.origin import address_of
from syncd.registry.engine import reading
from syncd.registry.queries.audit import AuditFilter, AuditRow, list_audit

__all__ = ["ENDPOINTS"]


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which acts, newest first.

    Attributes:
        actor: Part of who.
        action: Exactly what.
        subject: Part of what it was done to.
        after: The ``next`` of the page before.
    """

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: Annotated[int, msgspec.Meta(ge=1)] | None = None
    limit: Few = 50


class Acts(msgspec.Struct, frozen=True):
    """A page of the audit log."""

    items: list[AuditRow]
    next: int | None


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
    which = AuditFilter(
        actor=asked.actor, action=asked.action, subject=asked.subject, since=asked.since, until=asked.until
    )
    with reading(call.app.engine) as connection:
        found = list_audit(connection, which, before=asked.after, limit=asked.limit)
    return Acts(found, found[-1].id if len(found) == asked.limit else None)


def _list(call: Call) -> Users:
    return Users(users.list_users(call.app.engine))


def _invite(call: Call) -> Invited:
    key = setup.invite(call.app.engine, call.body.name, Role[call.body.role.upper()], by=call.by, now=call.now)
    return Invited(f"{address_of(call.app.settings.console)}/set-up/{key}")


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
    Endpoint("GET", "/audit", Role.ADMIN, "List who did what.", _audit, Acts, AuditQuery),
    Endpoint("GET", "/users", Role.ADMIN, "List who may log in.", _list, Users),
    Endpoint(
        "POST", "/users", Role.ADMIN, "Let somebody in by a link of their own.", _invite, Invited, body=Invite,
        example={"name": "anna", "role": "operator"}, secret=True,
    ),
    Endpoint(
        "POST", "/users/{user}/role", Role.ADMIN, "Let somebody do more or less.", _set_role, Done, body=NewRole,
        example={"role": "viewer"},
    ),
    Endpoint("POST", "/users/{user}/disable", Role.ADMIN, "Shut somebody out.", _disable, Done),
    Endpoint("POST", "/users/{user}/enable", Role.ADMIN, "Let somebody in again.", _enable, Done),
)  # fmt: skip
