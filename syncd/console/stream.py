"""How does an open page hear that something moved? By server-sent events; what is told is read from the rows.

A stream looks at the database in one of a few threads that streams have for themselves, and waits outside them: fifty
open pages take no thread from those who ask for something. It ends when nothing moves any more, when the console stops,
and after some minutes: the browser comes again, and is judged again at the gate.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Final, NamedTuple, TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

__all__ = ["Seen", "shared", "stream"]

T = TypeVar("T")

_AT_ONCE: Final = 60
"""Streams of one process. Whoever comes later sees the page as it was when it was opened, and can load it again."""

_THREADS: Final = 4

_LIFE_SECONDS: Final = 300.0
_COMMENT_SECONDS: Final = 15.0
"""A sign of life for whatever stands between, which ends what says nothing."""

_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}


class Seen(NamedTuple):
    """What one look found.

    Attributes:
        version: Another one whenever what is shown is another.
        html: The piece of the page; ``None`` when the version is the one that the browser has.
        over: Whether nothing moves any more.
    """

    version: str
    html: str | None
    over: bool


def stream(request: Request, look: Callable[[str], Seen], *, every: float) -> Response:
    """Answer with a stream of pieces of a page.

    Args:
        look: Given the version that the browser has, says what is to be shown now.
        every: Seconds between looks.
    """
    if request.app.state.streams >= _AT_ONCE:
        return Response("Too many pages are open.\n", 503, {"retry-after": "30"}, "text/plain")
    return StreamingResponse(_events(request, look, every), media_type="text/event-stream", headers=_HEADERS)


_looks: Final = threading.Lock()
_REMEMBERED: Final = 100


def shared(request: Request, key: str, seconds: float, look: Callable[[], T]) -> T:
    """One look for all who watch the same at the same time: what it costs does not grow with them.

    Args:
        seconds: How old it may be.
    """
    with _looks:
        kept: dict[str, tuple[float, T]] = request.app.state.looks
        at, seen = kept.get(key, (-seconds, None))
        if seen is None or time.monotonic() - at >= seconds:
            if len(kept) >= _REMEMBERED:
                kept.clear()
            seen = look()
            kept[key] = time.monotonic(), seen
        return seen


async def _events(request: Request, look: Callable[[str], Seen], every: float) -> AsyncIterator[str]:
    state = request.app.state
    state.streams += 1
    if state.stream_threads is None:
        state.stream_threads = CapacityLimiter(_THREADS)
    try:
        version = request.headers.get("last-event-id") or request.query_params.get("seen", "")
        began = said = time.monotonic()
        yield "retry: 3000\n\n"
        while not state.closing() and time.monotonic() - began < _LIFE_SECONDS:
            seen = await to_thread.run_sync(look, version, limiter=state.stream_threads)
            if seen.html is not None:
                version, said = seen.version, time.monotonic()
                yield _event(seen)
            elif time.monotonic() - said >= _COMMENT_SECONDS:
                said = time.monotonic()
                yield ": still here\n\n"
            if seen.over:
                yield "event: close\ndata: over\n\n"
                return
            await asyncio.sleep(every)
    except SQLAlchemyError:
        return  # the browser comes again
    finally:
        state.streams -= 1


def _event(seen: Seen) -> str:
    lines = "\n".join(f"data: {line}" for line in (seen.html or "").splitlines())
    return f"id: {seen.version}\nevent: part\n{lines}\n\n"
