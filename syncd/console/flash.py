"""How is somebody told, on the page that comes after, what was done?

In a cookie that the next page takes back: the address stays one that can be shared.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

__all__ = ["Told", "flash", "forget_told", "told"]

_COOKIE: Final = "syncd-told"
_MOST: Final = 1500
"""Characters: a cookie holds 4096 bytes, and Cyrillic in base64 takes 2.7 for each."""
_RUNS: Final = 5
"""Runs that are linked; of more the text has the numbers."""


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What was just done.

    Attributes:
        runs: Runs that did it or are to do it. Only their numbers are kept: the frame makes the links.
        reversible: Whether an undo takes them back.
    """

    kind: str
    text: str
    runs: tuple[Annotated[int, msgspec.Meta(ge=1)], ...] = ()
    reversible: bool = False


def flash(
    response: Response,
    request: Request,
    text: str,
    *,
    kind: str = "success",
    runs: Sequence[int] = (),
    reversible: bool = False,
) -> Response:
    """Say `text` at the top of the next page.

    Args:
        kind: ``success``, ``warning`` or ``danger``.
        runs: Runs that did it or are to do it.
        reversible: Whether an undo takes them back.
    """
    said = Told(kind, text[:_MOST], tuple(runs[:_RUNS]), reversible)
    packed = base64.urlsafe_b64encode(msgspec.json.encode(said, enc_hook=str)).decode()
    secure = request.app.state.syncd.settings.console.behind_tls_proxy
    response.set_cookie(_COOKIE, packed, max_age=60, path="/", secure=secure, httponly=True, samesite="lax")
    return response


def told(request: Request) -> Told | None:
    """What was just done; ``None`` where nothing was."""
    packed = request.cookies.get(_COOKIE)
    if not packed:
        return None
    try:
        said = msgspec.json.decode(base64.urlsafe_b64decode(packed), type=Told)
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        return None
    return said if said.kind in {"success", "warning", "danger"} else msgspec.structs.replace(said, kind="success")


def forget_told(response: Response) -> None:
    """It was said."""
    response.delete_cookie(_COOKIE, path="/")
