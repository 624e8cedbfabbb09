"""How many pages are made at the same time?

Python lets one thread of a process compute at a time. Twenty that take it from each other make twenty pages as late as
the last of them, and each waits for a connection to the database that others have just pushed out of their caches. So
pages that people look at all day are made a few at a time, and who comes later waits in a line. What may take long or
waits for somebody else (an export, a question to a side) stands in no line and holds none up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec

from starlette.responses import Response

__all__ = ["in_turn"]

_P = ParamSpec("_P")

_AT_ONCE: Final = 3
"""One computes, one waits for the database, and one is there for whoever comes to it first. More make nobody faster."""

_turns: Final = threading.BoundedSemaphore(_AT_ONCE)


def in_turn(answer: Callable[_P, Response]) -> Callable[_P, Response]:
    """Let a page be made when it is its turn."""

    @wraps(answer)
    def wait(*args: _P.args, **kwargs: _P.kwargs) -> Response:
        with _turns:
            return answer(*args, **kwargs)

    return wait
