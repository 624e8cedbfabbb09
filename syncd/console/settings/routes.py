"""Which pages and actions have settings?"""

from __future__ import annotations

from typing import Final

from syncd.access.roles import Role
from syncd.console.routing import Route
from syncd.console.settings import countries, fields, notifications, show

__all__ = ["ROUTES"]

ROUTES: Final = (
    Route("GET", "/settings", Role.VIEWER, show.first),
    # Before the section of that name, which the page of all sections does not know.
    Route("GET", "/settings/fields", Role.VIEWER, fields.show),
    Route("POST", "/settings/fields", Role.ADMIN, fields.change),
    Route("POST", "/settings/notifications/test", Role.ADMIN, notifications.test),
    Route("GET", "/settings/{section}", Role.VIEWER, show.show_settings),
    Route("POST", "/settings/countries/names", Role.ADMIN, countries.name),
    Route("POST", "/settings/countries/names/forget", Role.ADMIN, countries.forget),
    Route("POST", "/settings/countries/served/forget", Role.ADMIN, countries.forget_served),
)
