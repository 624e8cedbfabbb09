"""What if what was asked for cannot be done? Then it was asked for wrongly, and the caller is told so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from syncd.cli.exit_codes import WrongUsage
from syncd.errors import RecordError

__all__ = ["as_asked"]


@contextmanager
def as_asked() -> Iterator[None]:
    """Tell of an error about what the caller named as of wrong usage."""
    try:
        yield
    except RecordError as error:
        raise WrongUsage(error.message, cure=error.cure) from None
