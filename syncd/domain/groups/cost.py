"""Could a pattern take for ever? Some take time that doubles with every letter of the name.

Python's patterns try every way in which a text could fit. So the ways are counted before a pattern is accepted, and
what multiplies them without end is refused. It refuses some patterns that would do no harm, and says how to write them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from syncd.sentence import Sentence

__all__ = ["LONGEST_SEARCHED", "too_costly"]

LONGEST_SEARCHED: Final = 120
"""Letters of a name up to which patterns are tried; a longer name fits none."""

_MOST_WAYS: Final = LONGEST_SEARCHED**3

_TOKEN: Final = re.compile(
    r"""
    (?P<class>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<reference>\\[1-9]|\(\?P=)
    | (?P<escape>\\.)
    | (?P<open>\((?:\?(?:P<\w+>|[:=!>]|<[=!]|[aiLmsux-]+:?)?)?)
    | (?P<close>\))
    | (?P<repeat>(?:[*+]|\{\d*,?\d*\})[?+]?)
    | (?P<option>\?[?+]?)
    | (?P<choice>\|)
    | (?P<letter>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass
class _Group:
    """A pair of brackets: whether there is more than one way to fit it, and how many alternatives it has."""

    ambiguous: bool = False
    branches: int = 1


def too_costly(pattern: str) -> str | None:
    """Say why a pattern could take too long; ``None`` when it cannot. The pattern is one that compiles."""
    ways = 1
    open_groups = [_Group()]
    closed: _Group | None = None
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup
        group, closed = closed, None
        if kind == "reference":
            return Sentence("it refers back to what it found before")
        if kind == "open":
            open_groups.append(_Group())
        elif kind == "close" and len(open_groups) > 1:
            closed = open_groups.pop()
            ways *= closed.branches
            open_groups[-1].ambiguous |= closed.ambiguous or closed.branches > 1
        elif kind == "choice":
            open_groups[-1].branches += 1
        elif kind in {"repeat", "option"}:
            if kind == "repeat" and group is not None and (group.ambiguous or group.branches > 1):
                return Sentence("it repeats a group that repeats something, or has alternatives, itself")
            ways *= LONGEST_SEARCHED if kind == "repeat" else 2
            open_groups[-1].ambiguous = True
        if ways > _MOST_WAYS:
            return Sentence("it has too many repetitions and alternatives")
    return None
