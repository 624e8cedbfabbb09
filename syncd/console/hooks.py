"""How does a platform's call come in? Its raw bytes are what is signed, so nothing parses them on the way."""

from __future__ import annotations

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syncd.sync.hooks import take

__all__ = ["MOST_BYTES", "receive"]

MOST_BYTES: Final = 1024 * 1024


async def receive(request: Request, connection: str, key: str) -> Response:
    """Take it in; a run reads what it names."""
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    await run_in_threadpool(take, request.app.state.syncd, connection, key, headers, body)
    return PlainTextResponse("ok")
