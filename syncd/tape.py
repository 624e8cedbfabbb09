"""What was said last to a platform, and what did it answer? Kept in memory while somebody listens, and nowhere else.

`syncd.http` notes what goes by. Who records decides what is stored, if anything is: see `syncd.domain.exchange`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

__all__ = ["MOST", "Call", "Tape", "listening", "recording"]

MOST = 64 * 1024
"""Bytes of a body that are held on to."""


@dataclass(slots=True, repr=False)
class Call:
    """One call. Without a ``repr``: it holds secrets and what customers are.

    Attributes:
        status: ``None`` while no answer has come.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    writes: bool
    status: int | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""


@dataclass(slots=True, repr=False)
class Tape:
    """The last call, or the last one that was meant to change something: a look that follows it explains nothing."""

    last: Call | None = None

    def note(self, call: Call) -> None:
        """Keep this call, unless a more telling one is kept."""
        if call.writes or self.last is None or not self.last.writes:
            self.last = call


_tape: ContextVar[Tape | None] = ContextVar("tape", default=None)


@contextmanager
def recording() -> Iterator[Tape]:
    """Note the calls that this thread makes inside."""
    tape = Tape()
    token = _tape.set(tape)
    try:
        yield tape
    finally:
        _tape.reset(token)


def listening() -> Tape | None:
    """Whether, and where, calls are to be noted."""
    return _tape.get()
