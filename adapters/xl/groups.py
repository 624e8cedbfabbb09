"""What are XL's groups called, and which lie below which?

Definitions are the rows of type -32 in ``KntGrupy``; each names its parent, and 0 is the root ("Grupa główna"), which
is no group. The tree is small and comes with one query, so its paths are made here, where a circle does no harm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final, Literal

import msgspec

from syncd.errors import Ambiguous, Misconfigured
from syncd.sentence import Counted, Sentence

__all__ = ["SEPARATOR", "TOO_MANY", "Definition", "Groups"]

SEPARATOR: Final = " / "

TOO_MANY: Final = 500
"""Groups that one query can ask for; SQL Server takes 2,100 parameters."""

DEEPEST: Final = 100
"""Levels that a path can have: more than any catalogue, and the end of a circle."""


class Definition(msgspec.Struct, frozen=True):
    """One group.

    Attributes:
        parent: Number of the group above; 0 at the top.
        stamp: When it was changed last; ``None`` where XL does not say.
    """

    number: int
    parent: int
    code: str
    stamp: int | None = None


class Groups:
    """All groups as defined at one moment."""

    def __init__(self, definitions: Iterable[Definition], names: Literal["path", "code"]) -> None:
        self._by_number: Mapping[int, Definition] = {one.number: one for one in definitions if one.number}
        self._names = names

    def name(self, number: int) -> str:
        """What a group is called; ``""`` for the root, and where there is no definition (any more)."""
        return self._called.get(number, "")

    def number(self, name: str) -> int | None:
        """The group of that name; ``None`` if there is none.

        Raises:
            Ambiguous: If several are called so.
        """
        found = [number for number, called in self._called.items() if called.casefold() == name.casefold()]
        if len(found) > 1:
            raise Ambiguous(
                Sentence(
                    Counted("XL has %(count)s group of this name", "XL has %(count)s groups of this name"),
                    count=len(found),
                ),
                field="groups",
                cure='Set group_names = "path".',
            )
        return found[0] if found else None

    def named(self, name: str) -> int:
        """The group that a configuration means: by path or by code.

        Raises:
            Misconfigured: If there is none, or several have that code. Selecting by it would leave everybody out.
        """
        folded = name.casefold()
        found = [number for number in self._by_number if self._path(number).casefold() == folded]
        found = found or [one.number for one in self._by_number.values() if one.code.casefold() == folded]
        if len(found) != 1:
            raise Misconfigured(
                Sentence(
                    Counted("%(count)s group of the name %(name)s", "%(count)s groups of the name %(name)s"),
                    count=len(found),
                    name=repr(name),
                )
                if found
                else Sentence("no group of the name %(name)s", name=repr(name)),
                code="record-missing",
                field="only_groups",
                cure="Name the group as XL does, with its path where a code is used twice: Hurt / VIP.",
            )
        return found[0]

    def below(self, numbers: Collection[int]) -> frozenset[int]:
        """These groups, and all that lie under them."""
        reached = frozenset(numbers)
        return frozenset(n for n in self._by_number if not reached.isdisjoint(self._way(n))) | reached

    def changed(self, since: int) -> frozenset[int]:
        """Groups whose name can be another than at `since`: they, or one above them, were changed."""
        moved = [n for n, one in self._by_number.items() if one.stamp is None or one.stamp >= since]
        return self.below(moved) if moved else frozenset()

    @property
    def twins(self) -> Sequence[str]:
        """Names that several groups have."""
        return sorted(name for name, times in Counter(self._called.values()).items() if times > 1)

    @cached_property
    def _called(self) -> Mapping[int, str]:
        if self._names == "code":
            return {number: one.code for number, one in self._by_number.items()}
        return {number: self._path(number) for number in self._by_number}

    def _path(self, number: int) -> str:
        return SEPARATOR.join(self._by_number[step].code for step in reversed(self._way(number)))

    def _way(self, number: int) -> list[int]:
        """From a group up to the top. A parent that is not defined, or comes again, is where it ends."""
        way: list[int] = []
        while number in self._by_number and number not in way and len(way) < DEEPEST:
            way.append(number)
            number = self._by_number[number].parent
        return way
