"""How does the console become an application?"""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from syncd.access.lifetime import Lifetime
from syncd.console.gate import Gate
from syncd.console.problems import show_error, show_http, show_invalid
from syncd.console.provider import provider_for
from syncd.console.routes import ROUTES
from syncd.console.unheard import listened_to
from syncd.errors import SyncError
from syncd.sync.app import App

__all__ = ["make_console"]


def make_console(app: App) -> FastAPI:
    """Make the application; nothing listens yet.

    Its own documentation is off: it would be a route that no table names.
    """
    console = FastAPI(
        title="syncd", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, routes=[*_routes()]
    )
    own = app.settings.console
    console.state.syncd = listened_to(app)
    console.state.closing = lambda: False
    console.state.streams = 0
    console.state.stream_threads = None
    console.state.looks = {}
    console.state.redis_is_away = False
    console.state.provider = provider_for(app)
    console.state.lifetime = Lifetime(idle_minutes=own.idle_minutes, hours=own.session_hours)
    console.add_exception_handler(SyncError, show_error)
    console.add_exception_handler(HTTPException, show_http)
    console.add_exception_handler(RequestValidationError, show_invalid)
    console.add_middleware(Gate)
    return console


@cache
def _routes() -> tuple[APIRoute, ...]:
    """What answers, made once for a process: to find out what each handler takes is most of what making it costs."""
    return tuple(
        APIRoute(route.path, route.answer, methods=[route.method], include_in_schema=False, response_model=None)
        for route in ROUTES
    )
