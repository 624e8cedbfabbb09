"""What if an adapter fails in a way that no error of ours stands for?

A mistake in a program, or an answer that nobody thought of, concerns the record at which it showed, like any other
error: the others go on.
"""

from __future__ import annotations

import traceback
from pathlib import Path

from syncd.errors import InvalidRecord, RetryableError

__all__ = ["ADAPTER_FAILED", "NotUnderstood", "NotWritten"]

ADAPTER_FAILED = "adapter-failed"
_CURE = "Send this message to the adapter's maintainers."


class NotUnderstood(InvalidRecord):
    """The adapter failed while it read one record."""

    code = ADAPTER_FAILED

    def __init__(self, error: Exception) -> None:
        super().__init__(_described(error), cure=f"{_CURE} The record is read again when it changes.")


class NotWritten(RetryableError):
    """The adapter failed while it wrote one record; whether it was written is not known."""

    code = ADAPTER_FAILED

    def __init__(self, error: Exception) -> None:
        super().__init__(_described(error), cure=_CURE)


def _described(error: Exception) -> str:
    """Kind and place of an error. Its text is left out: nobody knows what data it repeats."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"the adapter failed with {type(error).__name__}{place}"
