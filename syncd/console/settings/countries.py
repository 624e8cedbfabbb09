"""How does an admin say what a stated country means, and take back what was said?"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.console.asking import Text
from syncd.console.flash import flash
from syncd.errors import Misconfigured, NotFound
from syncd.sync.app import App
from syncd.sync.country_names import map_country, unmap_country, unserve_country

__all__ = ["forget", "forget_served", "name"]

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


def forget_served(request: Request, shop: Text = "", country: Text = "") -> Response:
    """Only the shop's configuration says again whether it serves the country."""
    app: App = request.app.state.syncd
    try:
        code = unserve_country(app, shop, country, by=request.state.visitor.by)
    except Misconfigured as error:
        raise NotFound(error.message, cure=error.cure) from None
    told = request.state.text.gettext("%(shop)s serves %(country)s only if its configuration says so.")
    return flash(RedirectResponse(_BACK, 303), request, told % {"shop": shop, "country": code})
