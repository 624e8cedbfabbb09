"""What does a cause of trouble mean, and what helps? The words of docs/how-to/handle-issues.md, as data.

``causes.json`` is written by docs/generate.py from the table on that page; a test keeps the two in step.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

__all__ = ["Cause", "cause_of", "causes"]


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One cause.

    Attributes:
        where: What it stops, in words; ``""`` for what is only the answer to a command.
    """

    code: str
    where: str
    means: str
    helps: str

    @property
    def page(self) -> str:
        """Where the manual speaks of it."""
        return f"docs/reference/errors.md#{self.code}"


@cache
def causes() -> dict[str, Cause]:
    """All causes by code."""
    text = Path(__file__).with_name("causes.json").read_bytes()
    return {one.code: one for one in msgspec.json.decode(text, type=list[Cause])}


def cause_of(code: str) -> Cause | None:
    """What is known of a code; ``None`` for one that is not explained."""
    return causes().get(code)
