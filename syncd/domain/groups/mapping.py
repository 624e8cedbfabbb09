"""What is one group called at a shop? The first rule that fits its name decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from syncd.domain.groups.names import plain
from syncd.domain.groups.rule import PLACE, GroupRule, Match, fits

__all__ = ["GroupMap", "Mapped"]


class Mapped(NamedTuple):
    """What becomes of one group.

    Attributes:
        target: The shop's name; ``""`` where the group is left out.
        rank: Place of the rule that decided; behind all rules where none did.
        named: Whether a rule decided.
    """

    target: str
    priority: int
    rank: int
    named: bool


_Try = Callable[[str], str | None]


class GroupMap:
    """The rules of one shop, in their order; fallbacks are tried when all others did not fit.

    Remembers its answers: names of groups are few and are asked for with every contractor.

    Args:
        keep: Whether a group that no rule names keeps its name; else it is left out.
        kept: Groups that keep theirs in any case, because an admin made them for the shops.
    """

    def __init__(
        self, rules: Iterable[GroupRule] = (), *, keep: bool = True, kept: frozenset[str] = frozenset()
    ) -> None:
        self.rules: Sequence[GroupRule] = sorted(rules, key=lambda rule: rule.match is Match.FALLBACK)
        self._tries = [_try(rule) for rule in self.rules]
        self._keep = keep
        self._kept = kept
        self._answers: dict[str, Mapped] = {}

    def of(self, name: str) -> Mapped:
        """What becomes of the group `name`."""
        found = self._answers.get(name)
        if found is None:
            found = self._answers[name] = self._decide(name)
        return found

    def target(self, name: str) -> str:
        """What the group `name` is called at the shop; ``""`` where it is left out."""
        return self.of(name).target

    def _decide(self, name: str) -> Mapped:
        for rank, (rule, attempt) in enumerate(zip(self.rules, self._tries, strict=True)):
            target = attempt(name)
            if target is not None:
                return Mapped(plain(target), rule.priority, rank, named=True)
        kept = self._keep or name in self._kept
        return Mapped(plain(name) if kept else "", 0, len(self.rules), named=False)


def _try(rule: GroupRule) -> _Try:
    """The target where a rule fits; ``None`` where it does not."""
    target = rule.target
    if rule.match is Match.FALLBACK:
        return lambda _: target
    if rule.match is Match.EQUALS:
        wanted = plain(rule.pattern)
        return lambda name: target if plain(name) == wanted else None
    if rule.match is Match.CONTAINS:
        part = plain(rule.pattern).casefold()
        return lambda name: target if part in plain(name).casefold() else None
    return _try_regex(re.compile(rule.pattern), target)


def _try_regex(pattern: re.Pattern[str], target: str) -> _Try:
    def attempt(name: str) -> str | None:
        found = fits(pattern, name)
        return None if found is None else PLACE.sub(lambda place: found[int(place[1])] or "", target)

    return attempt
