"""What does somebody see when something is not possible?"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from syncd.console.rendering import page
from syncd.errors import InvalidRecord, NotFound, RateLimited, RetryableError, SyncError

__all__ = ["problem", "show_error", "show_http", "show_invalid"]

_STATUS: Final[tuple[tuple[type[SyncError], int], ...]] = (
    (NotFound, 404),
    (InvalidRecord, 422),
    (RateLimited, 429),
    (RetryableError, 503),
)
_OVER: Final = frozenset({"plan-not-waiting", "plan-expired"})
"""Somebody was faster, or it is too late: not the asker's mistake."""


def problem(request: Request, status: int, title: str, text: str, *, cure: str = "", code: str = "") -> Response:
    """A page, or JSON for a program."""
    if "application/json" in request.headers.get("accept", "") or "authorization" in request.headers:
        told = {"code": code or HTTPStatus(status).phrase.lower().replace(" ", "-"), "message": text, "cure": cure}
        return JSONResponse({"version": 1, "error": told}, status)
    return page(request, "problem.html", status=status, title=title, text=text, cure=cure)


def show_error(request: Request, error: Exception) -> Response:
    """An error that was raised on purpose, in its own words."""
    assert isinstance(error, SyncError)  # noqa: S101 - it is registered for these
    known = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    status = 409 if error.code in _OVER else known
    response = problem(request, status, "Not possible", error.message, cure=error.cure, code=error.code)
    if isinstance(error, RateLimited) and error.retry_after:
        response.headers["retry-after"] = str(int(error.retry_after) + 1)
    return response


def show_http(request: Request, error: Exception) -> Response:
    """No such page, or not by this method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - the same
    return problem(request, error.status_code, HTTPStatus(error.status_code).phrase, "There is nothing here.")


def show_invalid(request: Request, error: Exception) -> Response:
    """A form that lacks something. What was typed is not repeated: it may be a password."""
    del error
    return problem(request, 422, "Not possible", "Something is missing in the form, or too much.")
