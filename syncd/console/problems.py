"""What does somebody see when something is not possible?"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from syncd.console.catalogs import mark as _
from syncd.console.origin import page_before
from syncd.console.rendering import page
from syncd.domain.filter import InvalidFilter
from syncd.errors import InvalidRecord, NotFound, RateLimited, RetryableError, SyncError
from syncd.sentence import Sentence

__all__ = ["is_program", "problem", "show_error", "show_http", "show_invalid"]

_STATUS: Final[tuple[tuple[type[SyncError], int], ...]] = (
    (InvalidFilter, 400),
    (NotFound, 404),
    (InvalidRecord, 422),
    (RateLimited, 429),
    (RetryableError, 503),
)
_OVER: Final = frozenset({
    "plan-not-waiting", "issue-answered", "plan-expired", "plan-changed", "plan-unread", "plan-replaced",
    "run-not-cancellable", "idempotency-under-way", "file-changed",
})  # fmt: skip
"""Somebody was faster, or it is too late: not the asker's mistake."""

_TITLES: Final = {404: _("Not found"), 405: _("Not possible in this way")}


def problem(
    request: Request, status: int, title: str, text: str, *, cure: str = "", code: str = "", field: str = ""
) -> Response:
    """A page; for a program, the JSON of RFC 9457.

    Args:
        code: Stable name of the cause, as in docs/reference/errors.md.
        field: What of the request was not right.
    """
    if is_program(request):
        code = code or HTTPStatus(status).phrase.lower().replace(" ", "-")
        told = {"type": f"urn:syncd:problem:{code}", "title": title, "status": status, "detail": text, "code": code}
        more = {"cure": cure, "field": field}
        told |= {name: value for name, value in more.items() if value}
        return JSONResponse(told, status, media_type="application/problem+json")
    back = page_before(request.headers, request.url.path)
    values = {"title": title, "text": text, "cure": cure, "back": back, "logs_in": status == HTTPStatus.UNAUTHORIZED}
    return page(request, "problem.html", status=status, **values)


def is_program(request: Request) -> bool:
    """Whether it is no person who reads the answer: there is nobody to be led to a page."""
    asks = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or "authorization" in request.headers or "application/json" in asks


def show_error(request: Request, error: Exception) -> Response:
    """An error that was raised on purpose, in its own words. None of them is this program's fault: none is a 500."""
    assert isinstance(error, SyncError)  # noqa: S101 - it is registered for these
    known = next((status for kind, status in _STATUS if isinstance(error, kind)), 422)
    status = 409 if error.code in _OVER else known
    told = error.message
    if isinstance(error, InvalidFilter) and error.position and is_program(request):
        place = Sentence("character %(number)s of the filter", number=error.position)
        told = Sentence("%(what)s (%(place)s)", what=told, place=place)  # a page shows it beside the filter
    response = problem(request, status, "Not possible", told, cure=error.cure, code=error.code, field=error.field or "")
    if isinstance(error, RateLimited) and error.retry_after:
        response.headers["retry-after"] = str(int(error.retry_after) + 1)
    return response


def show_http(request: Request, error: Exception) -> Response:
    """No such page, or not by this method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - the same
    title = _TITLES.get(error.status_code, _("Not possible"))
    if error.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
        unread = error.status_code == HTTPStatus.BAD_REQUEST
        text = _("Something is missing in the form, or too much.") if unread else _("There is nothing here.")
        return problem(request, error.status_code, title, text)
    allowed = ", ".join(_methods(request))
    told = Sentence("There is nothing here.")
    if is_program(request):
        told = Sentence("%(method)s is not possible here; %(allowed)s is.", method=request.method, allowed=allowed)
    response = problem(request, error.status_code, title, told)
    response.headers["allow"] = allowed
    return response


def _methods(request: Request) -> list[str]:
    """What can be asked of the address of a request: several routes share it."""
    matching = (route for route in request.app.router.routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in matching for method in getattr(route, "methods", ())})


def show_invalid(request: Request, error: Exception) -> Response:
    """A form that lacks something, or an address in which something is no number.

    What was typed is not repeated: it may be a password.
    """
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the same
    if any(one["loc"][0] == "path" for one in error.errors()):
        return problem(request, 404, _TITLES[404], _("There is nothing here."))
    return problem(request, 422, _("Not possible"), _("Something is missing in the form, or too much."))
