"""What becomes of a form that arrives after its log-in ended? It comes back with all that was typed, to be sent again.

Nothing of it is stored, here or in the browser: it stands on the page, while the log-in is done in another tab, by
whichever way there is. Only a page of ours can have sent it: the gate has looked at that before. Secrets do not come
back; forms name the fields that hold one.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Final

import msgspec
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from syncd.console.rendering import page

__all__ = ["UNKEPT", "give_back", "show_back"]

UNKEPT: Final = "unkept"
"""Field in which a form names one that holds a secret."""

_FIELDS: Final = 5000
_FILES: Final = 5


class _Field(msgspec.Struct, frozen=True):
    """What a form says under one name."""

    name: str
    values: list[str]


async def give_back(request: Request) -> Response | None:
    """The page with what was typed; ``None`` where the form cannot be read, or has nothing."""
    try:
        async with request.form(max_fields=_FIELDS, max_files=_FILES) as form:
            items = form.multi_items()
    except HTTPException:
        return None
    secret = {value for name, value in items if name == UNKEPT}
    texts = [(name, value) for name, value in items if isinstance(value, str) and name not in secret]
    typed = [one for one in texts if one[0] != UNKEPT]
    if not items:
        return None
    response = page(
        request,
        "door/kept.html",
        status=401,
        action=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        texts=texts,
        typed=[_Field(name, [value for _, value in group]) for name, group in groupby(typed, itemgetter(0))],
        with_secret=any(name in secret and value for name, value in items),
        with_file=any(isinstance(value, UploadFile) for _, value in items),
    )
    response.headers["www-authenticate"] = "Bearer"
    return response


def show_back(request: Request) -> Response:
    """What whoever has logged in for such a form does next."""
    return page(request, "door/back.html")
