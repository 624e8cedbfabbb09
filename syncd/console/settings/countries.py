"""How does an admin say what a stated country means?"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.asking import Text
from syncd.console.flash import flash
from syncd.sync.country_names import map_country, unmap_country

__all__ = ["forget", "name"]

_BACK = "/settings/countries"


def name(request: Request, stated: Text = "", country: Text = "") -> Response:
    """From now on it means that, whoever states it."""
    code = map_country(request.app.state.syncd, stated, country, by=request.state.visitor.by)
    told = request.state.text.gettext("“%(stated)s” means %(country)s from now on.")
    return flash(RedirectResponse(_BACK, 303), request, told % {"stated": stated, "country": code})


def forget(request: Request, stated: Text = "") -> Response:
    """It means again what syncd itself knows of it."""
    unmap_country(request.app.state.syncd, stated, by=request.state.visitor.by)
    told = request.state.text.gettext("“%(stated)s” has no meaning of its own any more.") % {"stated": stated}
    return flash(RedirectResponse(_BACK, 303), request, told)
