"""How many pages are made at the same time?

Python lets one thread of a process compute at a time. Twenty that take it from each other make twenty pages as late as
the last of them, and each waits for a connection to the database that others have just pushed out of their caches. So
pages that people look at all day are made a few at a time. Who comes later waits in a line that nobody overtakes, and
holds no thread: an export or a question to a side, which may take long, stands in no line, holds none up, and finds a
thread however long the line is.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Final

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.requests import Request
from starlette.responses import Response

from syncd.registry.engine import one_moment

__all__ = ["in_turn"]

_AT_ONCE: Final = 3
"""One computes, one waits for the database, and one is there for whoever comes to it first. More make nobody faster."""

_line: Final[RunVar[CapacityLimiter]] = RunVar("line")
"""Of each event loop: a process has one, but for tests."""


def in_turn(answer: Callable[..., Response]) -> Callable[..., Coroutine[Any, Any, Response]]:
    """Let a page be made, in a thread, when it is its turn; all that it shows is of one moment."""

    @wraps(answer)
    async def wait(request: Request, *args: Any, **kwargs: Any) -> Response:
        def make() -> Response:
            with one_moment(request.app.state.syncd.engine):
                return answer(request, *args, **kwargs)

        return await to_thread.run_sync(make, limiter=_limiter())

    return wait


def _limiter() -> CapacityLimiter:
    limiter = _line.get(None)
    if limiter is None:
        limiter = CapacityLimiter(_AT_ONCE)
        _line.set(limiter)
    return limiter
