"""Which connections are there, and how are they?"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from syncd.console.connections.schedule import in_words
from syncd.console.rendering import page
from syncd.console.turns import in_turn
from syncd.sync.app import App
from syncd.sync.connecting.looks import look_at

__all__ = ["list_connections"]


@in_turn
def list_connections(request: Request) -> Response:
    """All of them."""
    app: App = request.app.state.syncd
    looks = look_at(app)
    reader = request.state.reader
    return page(
        request,
        "connections/list.html",
        looks=looks,
        wrong=sum(look.row.state in {"failing", "held"} for look in looks),
        schedules={look.row.name: (in_words(look.every, reader), in_words(look.full_every, reader)) for look in looks},
    )
