"""In which language, time zone and colours does a person see the console?"""

from __future__ import annotations

from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec
from babel.numbers import format_decimal
from fastapi import Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syncd.access import preferences
from syncd.access.preferences import Preferences
from syncd.console.catalogs import Catalog, best_of, catalog, locale_of
from syncd.console.origin import safe_path
from syncd.languages import LANGUAGES
from syncd.registry.engine import writing

__all__ = ["COOKIE", "Reader", "choose", "reader_of"]

COOKIE: Final = "syncd-language"
_YEAR: Final = 365 * 24 * 3600


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever looks at a page.

    Attributes:
        zone: In which times are shown.
    """

    language: str
    zone: ZoneInfo
    preferences: Preferences

    @property
    def text(self) -> Catalog:
        """The words of their language."""
        return catalog(self.language)

    def number(self, value: int) -> str:
        """As their language writes it."""
        return str(format_decimal(value, locale=locale_of(self.language)))


def reader_of(request: Request) -> Reader:
    """Their own choice, then what this browser chose before the log-in, then what the browser asks for."""
    own: Preferences = getattr(request.state, "preferences", None) or Preferences()
    stated = request.headers.get("accept-language", "")
    wanted = [own.language, request.cookies.get(COOKIE, ""), *_by_weight(stated)]
    return Reader(language=best_of(tag for tag in wanted if tag), zone=ZoneInfo(own.zone or "UTC"), preferences=own)


def _by_weight(stated: str) -> list[str]:
    weighed = []
    for part in stated.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for _, tag in sorted(weighed, key=lambda one: one[0])]


def choose(
    request: Request,
    language: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - what it is called in the address
) -> Response:
    """Speak another language from now on: to this browser, and to the person wherever they log in."""
    response = RedirectResponse(safe_path(next), 303)
    if language not in LANGUAGES:
        return response
    visitor = request.state.visitor
    if visitor is not None and visitor.by_cookie:
        own = msgspec.structs.replace(request.state.preferences, language=language)
        app = request.app.state.syncd
        with writing(app.engine) as connection:
            preferences.store(connection, visitor.user_id, own)
    secure = request.app.state.syncd.settings.console.behind_tls_proxy
    response.set_cookie(COOKIE, language, max_age=_YEAR, path="/", secure=secure, httponly=True, samesite="lax")
    return response
