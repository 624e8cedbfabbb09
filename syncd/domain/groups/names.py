"""When are two names of groups the same, and when do they only look the same?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

__all__ = ["SEPARATOR", "normalise", "plain", "twins"]

SEPARATOR: Final = "; "
"""What stands between names in one text."""


@lru_cache(4096)  # a registry has some hundred names, and says them with every contractor
def plain(name: str) -> str:
    """A name without invisible differences."""
    return " ".join(name.split())


def normalise(names: Iterable[str]) -> tuple[str, ...]:
    """Sorted, without repetition, invisible differences removed."""
    return _normalise(tuple(names))


@lru_cache(4096)  # most contractors are in the same groups as many others
def _normalise(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({plain(name) for name in names} - {""}))


def twins(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Names that differ from each other by blanks or case only: two groups, and nobody can say which is meant."""
    alike: dict[str, set[str]] = defaultdict(set)
    for name in names:
        alike["".join(name.split()).casefold()].add(name)
    return sorted(tuple(sorted(names)) for names in alike.values() if len(names) > 1)
