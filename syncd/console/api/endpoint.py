"""What is an endpoint of the API, and how does a request become a call of it?

An endpoint says of itself what it takes and what it answers, as types: requests are checked by them, and the
description of the API (`syncd.console.api.description`) is made of them, so that the two cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from syncd.access import answered
from syncd.access.roles import Role, Visitor
from syncd.bootstrap import renewed
from syncd.console.asking import MOST
from syncd.console.connections.finding import connection_of
from syncd.console.language import Reader
from syncd.console.problems import show_error
from syncd.console.routing import FORM_BYTES, Route
from syncd.console.unheard import WAITS, was_unheard
from syncd.errors import InvalidRecord, NotFound, SyncError
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected

__all__ = [
    "PREFIX",
    "Call",
    "Done",
    "Endpoint",
    "Few",
    "Moment",
    "Nothing",
    "Place",
    "Reason",
    "RunsMade",
    "named",
    "number_of",
    "respond",
    "routes_of",
]

PREFIX: Final = "/api/v1"


_encode: Final = msgspec.json.Encoder(enc_hook=str).encode

_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL in JSON: its backslash is none that another one escapes."""

_FIELD: Final = re.compile(r"(?:unknown|required) field `([^`]*)`")
"""Where msgspec names a field that is too many, or missing, and not the place of a value."""

_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 9000
"""What databases and zones can count with."""

_LATER: Final = frozenset({429, 500, 503})
"""Answers that may be others when the same request comes again: they are not kept for it."""

Few = Annotated[int, msgspec.Meta(ge=1, le=200)]
"""How many a page of a list has."""

Place = Annotated[int, msgspec.Meta(ge=1, le=MOST)]
"""The ``next`` of the page before: where a list goes on."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its offset from UTC."""

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\S")]
"""Why somebody does it; the audit log keeps it."""


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Takes no parameters."""


class Done(msgspec.Struct, frozen=True):
    """It was done, and this is how the thing stands now."""

    state: str


class RunsMade(msgspec.Struct, frozen=True):
    """Runs that carry it to the sides; none where nothing has to be read or told."""

    runs: list[int]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request, understood.

    Attributes:
        path: What stands in the address, by name.
        query: An instance of `Endpoint.query`.
        body: An instance of `Endpoint.body`.
        reader: In which language and zone files are written.
        renew: Takes up a configuration that the call changed, and answers what it is now.
    """

    app: App
    visitor: Visitor
    path: Mapping[str, str]
    query: Any
    body: Any
    reader: Reader
    renew: Callable[[], App]

    @property
    def by(self) -> str:
        """How runs and the audit log name whoever asked."""
        return self.visitor.by

    @property
    def now(self) -> datetime:
        """The moment of the app, which tests set."""
        return self.app.now()


class Endpoint(NamedTuple):
    """One thing that a program can ask for.

    Attributes:
        path: Without the prefix, such as ``/runs/{run_id}``.
        says: What it does, in one sentence.
        answer: Gives an instance of `returns`, or a `Response` where that is ``None``.
        body: ``bytes`` for a file as it is.
        example: A body that is right.
        files: Media types of a `Response`.
        fleeting: The answer opens a door or tells of persons: it is not kept for a request that comes again.
    """

    method: str
    path: str
    need: Role
    says: str
    answer: Callable[[Call], Any]
    returns: Any
    query: type[Any] = Nothing
    body: type[Any] = Nothing
    example: Any = None
    at_most: int = FORM_BYTES
    files: tuple[str, ...] = ()
    fleeting: bool = False

    @property
    def name(self) -> str:
        """Unique among all, such as ``post-runs-run_id-cancel``."""
        return "-".join([self.method.lower(), *(part.strip("{}") for part in self.path.split("/") if part)])


def named(call: Call) -> Connected:
    """The connection that an address names.

    Raises:
        NotFound: If there is none of that name.
    """
    return connection_of(call.app, call.path["name"])


def number_of(call: Call, name: str) -> int:
    """A number in the address.

    Raises:
        NotFound: If something else stands there.
    """
    text = call.path[name]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound(Sentence("%(name)s is to be a number", name=name), code="not-found", field=name)
    return int(text)


def routes_of(endpoints: tuple[Endpoint, ...]) -> tuple[Route, ...]:
    """Their lines in the table of routes."""
    return tuple(Route(one.method, PREFIX + one.path, one.need, _serve(one), one.at_most) for one in endpoints)


def _serve(endpoint: Endpoint) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def handle(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(_once, endpoint, request, body)

    return handle


def _once(endpoint: Endpoint, request: Request, body: bytes) -> Response:
    """Answer; the same again where the same request comes a second time under one key."""
    if any("\0" in part for part in request.path_params.values()):
        raise NotFound("there is nothing here", code="not-found")
    key = request.headers.get("idempotency-key")
    if key is None or endpoint.method == "GET" or endpoint.fleeting:
        return _answer(endpoint, request, body)
    app, visitor = request.app.state.syncd, request.state.visitor
    digest = answered.digest_of(endpoint.method, f"{request.url.path}?{request.url.query}", body)
    kept = answered.begin(app.engine, visitor.user_id, key, digest, now=app.now())
    if kept is not None:
        return Response(kept.body, kept.status, media_type=kept.media_type)
    try:
        response = _answer(endpoint, request, body)
    except SyncError as error:
        response = show_error(request, error)
    except BaseException:
        answered.forget(app.engine, visitor.user_id, key)
        raise
    if response.status_code in _LATER:
        answered.forget(app.engine, visitor.user_id, key)
    else:
        answered.end(app.engine, visitor.user_id, key, response.status_code, bytes(response.body))
    return response


def _answer(endpoint: Endpoint, request: Request, body: bytes) -> Response:
    call = Call(
        app=request.app.state.syncd,
        visitor=request.state.visitor,
        path=request.path_params,
        query=_query(request, endpoint.query),
        body=_body(body, endpoint.body),
        reader=request.state.reader,
        renew=lambda: _renew(request),
    )
    answer = endpoint.answer(call)
    if isinstance(answer, Response):
        return answer
    return respond(_waiting(answer) if was_unheard() else answer)


def _waiting(answer: Any) -> Any:
    """What was answered, and why nothing of it begins now."""
    told = msgspec.to_builtins(answer, enc_hook=str)
    return told | {"waits": WAITS} if isinstance(told, dict) else told


def _renew(request: Request) -> App:
    app: App = renewed(request.app.state.syncd)
    request.app.state.syncd = app
    return app


def respond(answer: Any, status: int = 200) -> Response:
    """As JSON."""
    return Response(_encode(answer), status, media_type="application/json")


def _query(request: Request, shape: type[Any]) -> Any:
    """Parameters of the address; those that are lists may be repeated."""
    given: dict[str, Any] = {}
    lists = {field.name for field in msgspec.structs.fields(shape) if "tuple" in str(field.type)}
    for name, value in request.query_params.multi_items():
        if "\0" in value:
            raise _with_nul("the address", name)
        if name in lists:
            given.setdefault(name, []).append(value)
        else:
            given[name] = value
    asked = _checked(lambda: msgspec.convert(given, shape, strict=False), "the address")
    for field in msgspec.structs.fields(shape):
        value = getattr(asked, field.name)
        if isinstance(value, datetime) and not _FIRST_YEAR <= value.year <= _LAST_YEAR:
            raise _unusable("the address", f"a year is between {_FIRST_YEAR} and {_LAST_YEAR}", field.name)
    return asked


def _body(body: bytes, shape: type[Any]) -> Any:
    if shape is Nothing:
        return Nothing()
    if shape is bytes:
        return body
    if _NUL.search(body):
        raise _with_nul("the body")
    return _checked(lambda: msgspec.json.decode(body or b"{}", type=shape), "the body")


def _with_nul(where: str, field: str | None = None) -> InvalidRecord:
    """A NUL is nobody's text, and no database keeps it."""
    return InvalidRecord(
        Sentence("%(where)s has a NUL character", where=where),
        code="value-unusable",
        field=field,
        cure="Send text without.",
    )


def _checked(make: Callable[[], Any], where: str) -> Any:
    try:
        return make()
    except UnicodeDecodeError:
        what, field = "it is not UTF-8", None
    except msgspec.MsgspecError as error:
        what, _, place = str(error).partition(" - at `$.")
        named = _FIELD.search(what)
        field = ".".join(filter(None, [place.rstrip("`"), named[1] if named else ""])) or None
    raise _unusable(where, what, field)


def _unusable(where: str, what: str, field: str | None) -> InvalidRecord:
    return InvalidRecord(
        Sentence("%(where)s cannot be used: %(what)s", where=where, what=what),
        code="value-unusable",
        field=field,
        cure="/api/v1/openapi.json says what each endpoint takes.",
    )
