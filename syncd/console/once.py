"""How is somebody shown what is shown once: a link, a token, what a device makes codes from?

In the answer itself: an address, a cookie or a log would keep it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from syncd.access import tokens
from syncd.console.rendering import page
from syncd.errors import InvalidRecord
from syncd.sentence import Sentence
from syncd.sync.app import App

__all__ = ["LIFETIMES", "make_token", "new_token", "shown_once"]

LIFETIMES: Final = (30, 90, 365)
"""Days after which a token ends."""


def shown_once(request: Request, title: str, about: str, secret: str, *, back: str) -> Response:
    """A page with nothing but that, and the way back."""
    return page(request, "once.html", title=title, about=about, secret=secret, back=back)


def new_token(request: Request, user: str, name: str, scopes: Sequence[str], days: str, *, back: str) -> Response:
    """Make a token for somebody and show it."""
    app: App = request.app.state.syncd
    _ = request.state.text.gettext
    text = make_token(app, user, name, scopes, days, by=request.state.visitor.by)
    about = _("Programs send it as “Authorization: Bearer …”. Copy it now: it cannot be shown again.")
    return shown_once(request, _("Token %(name)s") % {"name": name.strip()}, about, text, back=back)


def make_token(app: App, user: str, name: str, scopes: Sequence[str], days: str, *, by: str) -> str:
    """A token of somebody's, which is not kept; it ends by itself.

    Raises:
        InvalidRecord: If it would not end, its name is taken, or it could do more than its owner.
    """
    if days not in {str(one) for one in LIFETIMES}:
        raise InvalidRecord(
            "a token needs an end",
            code="token-end",
            field="days",
            cure=Sentence("One of: %(names)s days.", names=", ".join(map(str, LIFETIMES))),
        )
    now = app.now()
    return tokens.create(
        app.engine,
        name,
        user=user,
        scopes=list(dict.fromkeys(scopes)),
        expires_at=now + timedelta(days=int(days)),
        by=by,
        now=now,
    )
