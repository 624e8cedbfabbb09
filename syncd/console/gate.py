"""Who gets through, and with which headers does the answer leave? In front of every route, without exception.

The order matters: a request for another host, then one that no table names, then one that another site made a browser
send, then one without the role is refused, each before anything of it is read.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncd.access import sessions, tokens
from syncd.access.roles import SCOPES, Role, Visitor
from syncd.console.catalogs import mark as _
from syncd.console.cookie import cookie_name
from syncd.console.headers import HEADERS, STRICT_TRANSPORT
from syncd.console.kept import give_back
from syncd.console.language import reader_of
from syncd.console.origin import asked_for, is_own_host, is_own_page
from syncd.console.problems import is_program, problem
from syncd.console.routes import BY_PATH
from syncd.console.routing import FORM_BYTES, Need, Open
from syncd.console.unheard import COOKIE, attend
from syncd.sentence import Sentence

__all__ = ["Gate"]

_BODY_SECONDS: Final = 10.0
_SLOWEST: Final = 64 * 1024
"""Bytes a second: a large body may take as long as at this rate."""
_ROUTE: Final = "syncd.route"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_log = logging.getLogger(__name__)


class Gate:
    """ASGI middleware around all routes."""

    def __init__(self, app: ASGIApp) -> None:
        self._inner = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        request = Request(scope, receive)
        rings = attend()
        started = False

        async def send_dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                _dress(request, headers)
                if False in rings:
                    _tell_unheard(request, message["status"], headers)
            await send(message)

        try:
            refusal, taken = await _judge(request)
            await (refusal or self._inner)(scope, taken, send_dressed)
        except Exception as error:  # noqa: BLE001 - the text of an error may hold what a customer or admin wrote
            _log.error("%s while answering %s", type(error).__name__, scope.get(_ROUTE, "a request"))
            if started:
                raise _Broken from None
            await _sorry(request, error)(scope, receive, send_dressed)


class _Broken(Exception):
    """The answer had begun; the connection is cut."""


async def _judge(request: Request) -> tuple[Response | None, Receive]:
    """A refusal, or what the body is to be read from."""
    settings = request.app.state.syncd.settings.console
    if not is_own_host(request.headers.get("host"), settings.public_url):
        return problem(request, 400, _("Wrong address"), _("The console is not known by this name.")), request.receive
    path = _path(request)
    if path is None:
        return None, request.receive  # not found, or not by this method: nothing of ours runs
    request.scope[_ROUTE] = path
    route = BY_PATH.get((request.method, path))
    if route is None:
        return problem(request, 403, _("Not allowed"), _("Nobody may ask for this.")), request.receive
    need = route.need
    visitor = None
    if isinstance(need, Role) or need is Open.KNOWN:
        visitor = await run_in_threadpool(_meet, request)
    crosses = need is not Open.PLATFORM and (visitor is None or visitor.by_cookie)
    if visitor is None and isinstance(need, Role) and is_program(request):
        crosses = False  # a program that forgot its token is told so; nothing is done for it
    if request.method not in _SAFE and crosses and not is_own_page(request.headers, request.url.scheme, settings):
        return problem(
            request, 403, _("Not allowed"), _("This came from another site. Open the page here.")
        ), request.receive
    request.state.reader = reader_of(request)
    request.state.text = request.state.reader.text
    refusal = _refuse_role(request, need, visitor)
    if visitor is None and refusal is not None and request.method == "POST" and not is_program(request):
        body, whole = await _hear_out(request, route.at_most)
        return await give_back(request, body, whole=whole) or refusal, request.receive
    if refusal is not None or request.method in _SAFE:
        return refusal, request.receive
    return await _read(request, route.at_most)


def _path(request: Request) -> str | None:
    """The route as it stands in the table."""
    for route in request.app.router.routes:
        if route.matches(request.scope)[0] is Match.FULL:
            return str(getattr(route, "path", ""))
    return None


def _meet(request: Request) -> Visitor | None:
    """Learn who asks, and how they like to be answered."""
    app = request.app.state.syncd
    request.state.visitor = None
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind:
        if kind.lower() == "bearer":
            request.state.visitor = tokens.find(app.engine, token.strip(), app.now())
    elif key := request.cookies.get(cookie_name(app.settings.console)):
        found = sessions.find(app.engine, key, request.app.state.lifetime, app.now())
        if found is not None:
            request.state.visitor, request.state.preferences = found
    visitor: Visitor | None = request.state.visitor
    return visitor


def _refuse_role(request: Request, need: Need, visitor: Visitor | None) -> Response | None:
    if not isinstance(need, Role) or (visitor is not None and visitor.role >= need):
        return None
    if visitor is not None and not visitor.by_cookie:
        scopes = {role: scope for scope, role in SCOPES.items()}
        told = Sentence(
            "This needs the scope %(needs)s; this token counts as %(counts)s.",
            needs=scopes[need],
            counts=scopes[visitor.role],
        )
        return problem(request, 403, _("Not allowed"), told)
    if visitor is not None:
        told = Sentence("This needs the role %(needs)s; yours is %(yours)s.", needs=need.word, yours=visitor.role.word)
        return problem(request, 403, _("Not allowed"), told)
    if request.method == "GET" and not is_program(request):
        return RedirectResponse(f"/log-in?{urlencode({'next': asked_for(request.url)})}", 303)
    told = Sentence("This token is not valid: it ended, it was revoked, or there never was one.")
    if "authorization" not in request.headers:
        told = Sentence("Log in, then try again.")
    refusal = problem(request, 401, _("Not logged in"), told)
    refusal.headers["www-authenticate"] = "Bearer"
    return refusal


async def _read(request: Request, at_most: int) -> tuple[Response | None, Receive]:
    """Take the body in, bounded in size and time, and hand it on as one piece."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS + at_most / _SLOWEST):
            async for chunk in request.stream():
                body += chunk
                if len(body) > at_most:
                    return problem(
                        request, 413, _("Too large"), _("This is larger than any form here.")
                    ), request.receive
    except TimeoutError:
        return problem(request, 408, _("Too slow"), _("It did not arrive in time.")), request.receive

    whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def replay() -> Message:
        return whole.pop() if whole else await request.receive()

    return None, replay


async def _hear_out(request: Request, at_most: int) -> tuple[bytes, bool]:
    """What a body begins with, as much as a form may have, and whether that is all of it.

    The rest is not kept, but waited for: a browser that is still sending does not listen to an answer.
    """
    body, size = bytearray(), 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_BODY_SECONDS + at_most / _SLOWEST):
            async for chunk in request.stream():
                size += len(chunk)
                body += chunk[: FORM_BYTES - len(body)]
                if size > at_most:
                    break
            else:
                return bytes(body), size == len(body)
    return bytes(body), False


def _sorry(request: Request, error: Exception) -> Response:
    if isinstance(error, SQLAlchemyError):
        return problem(request, 503, _("Not now"), _("The database does not answer. `syncd doctor` tells more."))
    return problem(request, 500, _("Something went wrong"), _("It is in the console's log. Nothing else was changed."))


def _tell_unheard(request: Request, status: int, headers: MutableHeaders) -> None:
    """Let the page to which an action leads say that nothing begins, and every page that Redis is away."""
    request.app.state.redis_is_away = True
    if status == HTTPStatus.SEE_OTHER:
        told = Response()
        secure = request.app.state.syncd.settings.console.behind_tls_proxy
        told.set_cookie(COOKIE, "1", max_age=60, path="/", secure=secure, httponly=True, samesite="lax")
        headers.append("set-cookie", told.headers["set-cookie"])


def _dress(request: Request, headers: MutableHeaders) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if request.app.state.syncd.settings.console.behind_tls_proxy:
        headers["strict-transport-security"] = STRICT_TRANSPORT
