"""By which endpoint do programs do what people do in the console, and what is for people alone?

An endpoint of the same path needs no word. Nothing else may be missing here: a test holds both tables side by side.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = ["ALONE", "Alone", "endpoint_beside", "reason_of"]

_PART: Final = re.compile(r"{\w+[^}]*}")

_ELSEWHERE: Final[Mapping[str, str]] = {
    "/connections/new": "/connections",
    "/connections/new/{draft_id:int}": "/connections/try",
    "/connections/new/{draft_id:int}/create": "/connections",
    "/connections/{name}/plan": "/connections/{name}/sync",
    "/retry": "/attention/bulk",
    "/settings/fields": "/fields/{field}",
    "/customers/import": "/imports",
    "/customers/import/{import_id}/apply": "/imports/{import_id}/apply",
    "/customers/import/{import_id}/discard": "/imports/{import_id}/discard",
    "/groups": "/groups/create",
    "/plans/{run_id}/approve": "/plans/{run_id}/apply",
}
"""Where the API calls something otherwise."""


class Alone(NamedTuple):
    """What only people do.

    Attributes:
        what: In words, with `paths` in the console.
        why: A reason that holds for every program.
    """

    what: str
    why: str
    paths: tuple[str, ...]


ALONE: Final = (
    Alone(
        "Logging in and out, and setting a password by a link",
        "A program shows its token with each request.",
        ("/log-in", "/log-in/code", "/set-up/{key}", "/log-out"),
    ),
    Alone(
        "One's own password, one-time codes and log-ins",
        "Whoever finds a token must not be able to keep the account.",
        (
            "/profile/password",
            "/profile/sessions/end",
            "/profile/second-factor",
            "/profile/second-factor/codes",
            "/profile/second-factor/confirm",
            "/profile/second-factor/remove",
        ),
    ),
    Alone(
        "One's own tokens",
        "A token must not outlive or outgrow itself. Admins make and revoke tokens at `/users/{user}/tokens`.",
        ("/profile/tokens", "/profile/tokens/revoke"),
    ),
    Alone(
        "Language, time zone, theme, the columns of one's list",
        "They say how a person sees the console. A program names its columns, and its language by `Accept-Language`.",
        ("/language", "/profile/preferences", "/customers/columns"),
    ),
    Alone(
        "Throwing a half-made connection away",
        "`POST /connections/try` keeps nothing.",
        ("/connections/new/{draft_id:int}/discard",),
    ),
)
"""What the console does and the API does not."""


def endpoint_beside(path: str) -> str:
    """The path of the endpoint that does what an action of the console does, whatever its parts are called."""
    return _PART.sub("{}", _ELSEWHERE.get(path, path))


def reason_of(path: str) -> str | None:
    """Why an action of the console is for people alone; ``None`` where it is not."""
    return next((one.why for one in ALONE if path in one.paths), None)
