"""With what do people and programs come in, and how is it ended?"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from syncd.access import identity, second, sessions, tokens, users
from syncd.access.lifetime import Lifetime
from syncd.access.roles import Role
from syncd.access.sessions import SessionRow
from syncd.console.api.endpoint import Call, Done, Endpoint
from syncd.console.once import make_token

__all__ = ["ENDPOINTS"]


class Sessions(msgspec.Struct, frozen=True):
    """Browsers that are logged in, the latest used first."""

    items: list[SessionRow]


class EndSession(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``sign`` of a session, or ``all``."""

    session: str


class NewEmail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By which the identity provider's account is recognised the first time; empty: by none."""

    email: str


class TokenShown(msgspec.Struct, frozen=True, kw_only=True):
    """A token, without what it opens."""

    name: str
    user: str
    scopes: list[str]
    state: str
    made_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


class Tokens(msgspec.Struct, frozen=True):
    """Tokens by name."""

    items: list[TokenShown]


class NewToken(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to be.

    Attributes:
        name: Of the program that will use it.
        scopes: No more than its owner may do.
        days: After which it ends.
    """

    name: str
    scopes: list[Literal["read", "operate", "admin"]]
    days: Literal[30, 90, 365] = 90


class TokenMade(msgspec.Struct, frozen=True):
    """What the program sends as ``Authorization: Bearer``; it is not told again."""

    token: str


class TokenName(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token."""

    name: str


def _sessions(call: Call) -> Sessions:
    own = call.app.settings.console
    lifetime = Lifetime(idle_minutes=own.idle_minutes, hours=own.session_hours)
    return Sessions(sessions.list_sessions(call.app.engine, lifetime, call.now, user=_user(call)))


def _end_sessions(call: Call) -> Done:
    user = _user(call)
    if call.body.session == "all":
        sessions.end_every(call.app.engine, user, by=call.by, now=call.now)
    else:
        sessions.end_one(call.app.engine, user, call.body.session, by=call.by, now=call.now)
    return Done("ended")


def _remove_second_factor(call: Call) -> Done:
    asked = second.remove(call.app.engine, _user(call), by=call.by, now=call.now)
    return Done("removed" if asked else "none")


def _set_email(call: Call) -> Done:
    identity.expect(call.app.engine, call.path["user"], call.body.email, by=call.by, now=call.now)
    return Done("noted" if call.body.email.strip() else "none")


def _unlink(call: Call) -> Done:
    linked = identity.unlink(call.app.engine, call.path["user"], by=call.by, now=call.now)
    return Done("unlinked" if linked else "none")


def _tokens(call: Call) -> Tokens:
    found = tokens.list_tokens(call.app.engine, user=_user(call))
    named = [name for name in TokenShown.__struct_fields__ if name != "state"]
    return Tokens(
        [TokenShown(**{name: getattr(one, name) for name in named}, state=one.state(call.now)) for one in found]
    )


def _create_token(call: Call) -> TokenMade:
    asked: NewToken = call.body
    return TokenMade(make_token(call.app, _user(call), asked.name, asked.scopes, str(asked.days), by=call.by))


def _revoke_token(call: Call) -> Done:
    tokens.revoke(call.app.engine, call.body.name, by=call.by, now=call.now, user=_user(call))
    return Done("revoked")


def _user(call: Call) -> str:
    return users.find_user(call.app.engine, call.path["user"]).name


_ONE = "/users/{user}"
ENDPOINTS = (
    Endpoint("GET", f"{_ONE}/sessions", Role.ADMIN, "List where somebody is logged in.", _sessions, Sessions),
    Endpoint(
        "POST", f"{_ONE}/sessions/end", Role.ADMIN, "Log somebody out of one browser, or of all.", _end_sessions, Done,
        body=EndSession, example={"session": "all"},
    ),
    Endpoint(
        "POST", f"{_ONE}/second-factor/remove", Role.ADMIN, "Ask somebody for codes no more, whose device is lost.",
        _remove_second_factor, Done,
    ),
    Endpoint(
        "POST", f"{_ONE}/email", Role.ADMIN, "Note by which verified e-mail the identity provider lets somebody in.",
        _set_email, Done, body=NewEmail, example={"email": "anna@acme.example"},
    ),
    Endpoint(
        "POST", f"{_ONE}/unlink", Role.ADMIN, "Let the identity provider's word count for somebody no more.", _unlink,
        Done,
    ),
    Endpoint("GET", f"{_ONE}/tokens", Role.ADMIN, "List somebody's tokens.", _tokens, Tokens),
    Endpoint(
        "POST", f"{_ONE}/tokens", Role.ADMIN, "Make a token of somebody's, which ends by itself.", _create_token,
        TokenMade, body=NewToken, example={"name": "till", "scopes": ["operate"], "days": 90}, fleeting=True,
    ),
    Endpoint(
        "POST", f"{_ONE}/tokens/revoke", Role.ADMIN, "End a token of somebody's.", _revoke_token, Done, body=TokenName,
        example={"name": "till"},
    ),
)  # fmt: skip
