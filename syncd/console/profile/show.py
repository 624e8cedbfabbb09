"""How does somebody like to see the console, and who is in with their name?"""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response

from syncd.access import recovery, users
from syncd.access.passwords import SHORTEST
from syncd.access.preferences import PAGE_SIZES
from syncd.console.rendering import page
from syncd.console.users.show import access_of
from syncd.registry.engine import reading
from syncd.sync.app import App

__all__ = ["profile", "show_profile"]

_REGIONS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


def profile(request: Request) -> Response:
    """Everything that is one's own."""
    return show_profile(request)


def show_profile(request: Request, *, status: int = 200, wrong: dict[str, str] | None = None, **more: Any) -> Response:
    """The page; with what is wrong in a form, by the form's field."""
    app: App = request.app.state.syncd
    visitor = request.state.visitor
    with reading(app.engine) as connection:
        unused = recovery.left(connection, visitor.user_id)
    return page(
        request,
        "profile/profile.html",
        status=status,
        user=users.find_user(app.engine, visitor.name),
        zones=_zones(),
        sizes=PAGE_SIZES,
        shortest=SHORTEST,
        wrong=wrong or {},
        here="/profile",
        unused=unused,
        **{"secret": "", "uri": "", "picture": "", **more},
        **access_of(request, visitor.name, visitor.role),
    )


@cache
def _zones() -> list[str]:
    """Places, without the names that only machines use."""
    return ["UTC", *sorted(zone for zone in available_timezones() if zone.startswith(_REGIONS))]
