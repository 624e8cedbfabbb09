"""Which colour has each group, as a style sheet? Pages may not carry styles of their own."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response

from syncd.domain.groups.palette import PALETTE
from syncd.registry import tables as t
from syncd.registry.engine import reading
from syncd.registry.moment import once
from syncd.sync.app import App

__all__ = ["send_tags", "tags_address"]

_COLOR: Final = re.compile(r"#[0-9a-f]{6}(?:[0-9a-f]{2})?", re.IGNORECASE)
_COLORS: Final = select(t.Group.id, t.Group.color).order_by(t.Group.id)
_FOR_EVER: Final = "private, max-age=31536000, immutable"


def tags_address(connection: Connection) -> str:
    """Where the style sheet is: another address when a colour is another."""
    digest = once(connection, "colours of groups", lambda: _digest(_style(connection)))
    return f"/static-dyn/tags.css?v={digest}"


def send_tags(request: Request) -> Response:
    """The style sheet."""
    app: App = request.app.state.syncd
    with reading(app.engine) as connection:
        style = _style(connection)
    digest = _digest(style)
    headers = {"etag": f'"{digest}"', "cache-control": _FOR_EVER}
    if request.query_params.get("v") != digest:
        headers["cache-control"] = "no-cache"
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(style, media_type="text/css", headers=headers)


def _style(connection: Connection) -> str:
    return "".join(f".tag-{id_}{{--tag:{_color(id_, color)}}}\n" for id_, color in connection.execute(_COLORS))


def _color(group_id: int, color: str | None) -> str:
    """What is no colour must not get into a style sheet."""
    return color.lower() if color and _COLOR.fullmatch(color) else PALETTE[group_id % len(PALETTE)][1]


def _digest(style: str) -> str:
    return hashlib.sha256(style.encode()).hexdigest()[:16]
