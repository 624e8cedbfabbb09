"""How is somebody told, on the page that comes after, what was done?

In a cookie that the next page takes back: the address stays one that can be shared.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

__all__ = ["flash", "forget_told", "told"]

_COOKIE: Final = "syncd-told"
_MOST: Final = 1500
"""Characters: a cookie holds 4096 bytes, and Cyrillic in base64 takes 2.7 for each."""


def flash(response: Response, request: Request, text: str, *, kind: str = "success") -> Response:
    """Say `text` at the top of the next page.

    Args:
        kind: ``success``, ``warning`` or ``danger``.
    """
    packed = base64.urlsafe_b64encode(msgspec.json.encode([kind, text[:_MOST]])).decode()
    secure = request.app.state.syncd.settings.console.behind_tls_proxy
    response.set_cookie(_COOKIE, packed, max_age=60, path="/", secure=secure, httponly=True, samesite="lax")
    return response


def told(request: Request) -> tuple[str, str] | None:
    """Kind and text of what was just done."""
    packed = request.cookies.get(_COOKIE)
    if not packed:
        return None
    try:
        kind, text = msgspec.json.decode(base64.urlsafe_b64decode(packed), type=tuple[str, str])
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        return None
    return (kind if kind in {"success", "warning", "danger"} else "success"), text


def forget_told(response: Response) -> None:
    """It was said."""
    response.delete_cookie(_COOKIE, path="/")
