"""Do those who are told of what goes wrong hear it?"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.alerts import try_alerts
from syncd.console.asking import app_of
from syncd.console.flash import flash
from syncd.console.saying import refusal
from syncd.errors import SyncError

__all__ = ["test"]


def test(request: Request) -> Response:
    """Send an alert that means nothing by every channel, now."""
    back = RedirectResponse("/settings/notifications", 303)
    try:
        ways = try_alerts(app_of(request))
    except SyncError as error:
        return flash(back, request, refusal(error, request.state.reader.language), kind="danger")
    told = request.state.text.gettext("A test alert was taken by: %(channels)s.") % {"channels": ", ".join(ways)}
    return flash(back, request, told)
