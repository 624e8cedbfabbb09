"""What becomes of a form that arrives after its log-in ended? It comes back with all that was typed, to be sent again.

Nothing of it is stored, here or in the browser: it stands on the page, while the log-in is done in another tab, by
whichever way there is. Only a page of ours can have sent it: the gate has looked at that before. Secrets do not come
back; forms name the fields that hold one. Neither do files, which no page can choose for somebody: it is said which
they were, here, at the log-in, and on the page to which that leads.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from syncd.console.origin import asked_for, page_before, safe_path
from syncd.console.rendering import page

__all__ = ["UNKEPT", "files_of", "give_back", "show_back"]

UNKEPT: Final = "unkept"
"""Field in which a form names one that holds a secret."""

_FIELDS: Final = 5000
_FILES: Final = 5
_LONGEST: Final = 255
"""Characters of a file's name."""
_FILE: Final = "unsent"
"""What an address calls a file that has to be chosen again."""


class _Field(msgspec.Struct, frozen=True):
    """What a form says under one name."""

    name: str
    values: list[str]


async def give_back(request: Request, body: bytes, *, whole: bool) -> Response | None:
    """The page with what was typed; ``None`` where the form cannot be read, or has nothing.

    Args:
        whole: Whether `body` is all of it; else it is what the form begins with, which is enough to name its file.
    """
    try:
        async with _form(request, body, whole=whole).form(max_fields=_FIELDS, max_files=_FILES) as form:
            items = form.multi_items()
    except HTTPException:
        return None
    if not items or not (whole or isinstance(items[-1][1], UploadFile)):
        return None
    secret = {value for name, value in items if name == UNKEPT}
    texts = [(name, value) for name, value in items if isinstance(value, str) and name not in secret]
    typed = [one for one in texts if one[0] != UNKEPT]
    files = [value.filename or "" for _, value in items if isinstance(value, UploadFile)]
    response = page(
        request,
        "door/kept.html",
        status=401,
        action=asked_for(request.url),
        texts=texts,
        typed=[_Field(name, [value for _, value in group]) for name, group in groupby(typed, itemgetter(0))],
        with_secret=any(name in secret and value for name, value in items),
        files=files,
        anew=_page_to_choose_on(request, files),
    )
    response.headers["www-authenticate"] = "Bearer"
    return response


def files_of(path: str) -> list[str]:
    """Names of files that were in a form whose log-in had ended, as the address says that leads back to it."""
    return [name[:_LONGEST] for name in parse_qs(urlsplit(path).query).get(_FILE, [])[:_FILES]]


def _page_to_choose_on(request: Request, files: list[str]) -> str:
    """The page of the form, with what has to be chosen there again."""
    before = page_before(request.headers, "") or request.url.path
    named = urlencode([(_FILE, name[:_LONGEST]) for name in files])
    return safe_path(f"{before}{'&' if '?' in before else '?'}{named}")


def _form(request: Request, body: bytes, *, whole: bool) -> Request:
    """A request with a form of its own; one that breaks off ends there."""
    boundary = parse_options_header(request.headers.get("content-type", ""))[1].get(b"boundary", b"")
    end = b"" if whole else b"\r\n--" + boundary + b"--\r\n"
    parts: list[Message] = [{"type": "http.request", "body": body + end, "more_body": False}]

    async def receive() -> Message:
        return parts.pop()

    return Request(request.scope, receive)


def show_back(request: Request) -> Response:
    """What whoever has logged in for such a form does next."""
    return page(request, "door/back.html")
