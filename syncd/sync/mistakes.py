"""What if an adapter fails in a way that no error of ours stands for?

A mistake in a program, or an answer that nobody thought of, concerns the record at which it showed, like any other
error: the others go on.
"""

from __future__ import annotations

import traceback
from pathlib import Path

from syncd.errors import InvalidRecord, RetryableError
from syncd.sentence import Sentence

__all__ = ["ADAPTER_FAILED", "NotUnderstood", "NotWritten"]

ADAPTER_FAILED = "adapter-failed"
_CURE = "Send this message to the adapter's maintainers."


class NotUnderstood(InvalidRecord):
    """The adapter failed while it read one record."""

    code = ADAPTER_FAILED

    def __init__(self, error: Exception) -> None:
        cure = "Send this message to the adapter's maintainers. The record is read again when it changes."
        super().__init__(_described(error), cure=cure)


class NotWritten(RetryableError):
    """The adapter failed while it wrote one record; whether it was written is not known."""

    code = ADAPTER_FAILED

    def __init__(self, error: Exception) -> None:
        super().__init__(_described(error), cure=_CURE)


def _described(error: Exception) -> str:
    """Kind and place of an error. Its text is left out: nobody knows what data it repeats."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return Sentence("the adapter failed with %(name)s", name=type(error).__name__)
    return Sentence(
        "the adapter failed with %(name)s (%(file)s, line %(line)s)",
        name=type(error).__name__,
        file=Path(frames[-1].filename).name,
        line=str(frames[-1].lineno),
    )
