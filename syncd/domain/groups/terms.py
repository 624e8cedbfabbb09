"""What should a side hold of a contractor's groups, and what do its groups say in the registry's terms?

Many groups of an ERP may be one at a shop, and some are left out there, so a shop's word alone does not tell which
groups a contractor has. It is heard together with what the registry knows: a group that the contractor has is
confirmed where the shop holds what it maps to, and where the shop could not hold it at all. What is not confirmed was
taken away there, and what nothing that the contractor has explains was added there. So a shop that holds what is wanted
says exactly what is known, by any rules.

An ERP is heard the same way: of groups that an admin made it knows nothing, so it confirms them, and what it calls by
the name of one is not that one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

import msgspec

from syncd.domain.groups.mapping import GroupMap
from syncd.domain.groups.names import SEPARATOR, normalise, plain

__all__ = ["ErpTerms", "ShopTerms", "Terms", "Vocabulary"]

Names = tuple[str, ...]


class Vocabulary(msgspec.Struct, frozen=True):
    """The registry's groups as one side calls them.

    Attributes:
        known: Names of all groups of the registry.
        managed: The side's names that syncd answers for: it adds to these groups and removes from them.
        means: Which of the registry's groups a name of the side stands for by itself.
    """

    known: frozenset[str] = frozenset()
    managed: frozenset[str] = frozenset()
    means: Mapping[str, str] = {}


class Terms(Protocol):
    """How one side speaks of groups."""

    def vocabulary(self, known: Collection[str]) -> Vocabulary:
        """The registry's groups as this side calls them."""

    def wanted(self, groups: Names) -> Names:
        """What the side should hold of these groups."""

    def heard(self, told: Names, listed: str | None, has: Names, words: Vocabulary) -> Names:
        """What the side says in the registry's terms.

        Args:
            told: Names of the side's groups.
            listed: Where one group is all that the side has: the text with the names of all, if it keeps one.
            has: Groups that the registry knows of the contractor.
        """


class ErpTerms(msgspec.Struct, frozen=True):
    """An ERP calls groups as the registry does.

    Attributes:
        admins: Groups that admins made.
    """

    admins: frozenset[str] = frozenset()

    def vocabulary(self, known: Collection[str]) -> Vocabulary:
        return Vocabulary(known=frozenset(known))

    def wanted(self, groups: Names) -> Names:
        return tuple(name for name in groups if name not in self.admins) if self.admins else groups

    def heard(self, told: Names, listed: str | None, has: Names, words: Vocabulary) -> Names:
        del listed, words
        names = normalise(told)
        if not self.admins:
            return names
        own = (name for name in names if name not in self.admins)
        return normalise((*own, *(name for name in has if name in self.admins)))


class ShopTerms(msgspec.Struct, frozen=True):
    """A shop calls groups by rules.

    Attributes:
        many: Whether a customer can be in more than one group there.
        answered: The shop's names that syncd has answered for. Where no rule leads to one any more, its members leave.
    """

    map: GroupMap
    many: bool = True
    answered: frozenset[str] = frozenset()

    def vocabulary(self, known: Collection[str]) -> Vocabulary:
        """The registry's groups as this shop calls them.

        Where several groups are called the same, the name by itself stands for the one whose rule comes first.
        """
        means: dict[str, str] = {}
        for name in sorted(known, key=lambda name: (self.map.of(name).rank, name)):
            means.setdefault(self.map.target(name), name)
        means.pop("", None)
        return Vocabulary(known=frozenset(known), managed=self.answered | means.keys(), means=means)

    def wanted(self, groups: Names) -> Names:
        if not self.many:
            top = self._top(groups)
            return (top,) if top else ()
        return normalise(map(self.map.target, groups))

    def listed(self, groups: Names) -> str:
        """All groups but those that are left out, in one text: for a shop that has room for one group only."""
        return SEPARATOR.join(name for name in groups if self.map.target(name))

    def heard(self, told: Names, listed: str | None, has: Names, words: Vocabulary) -> Names:
        names = normalise(told)
        if self.many:
            return self._heard_of_many(frozenset(names), has, words)
        return self._heard_of_one(names[0] if names else "", listed, has, words)

    def beside(self, wanted: Names, there: Names, words: Vocabulary) -> Names:
        """What is wanted and what only the shop has: syncd neither adds to such groups nor removes from them."""
        own = tuple(name for name in normalise(there) if name not in words.managed)
        if self.many:
            return normalise((*wanted, *own))
        return wanted or own[:1]

    def _top(self, groups: Iterable[str]) -> str:
        """The one group of a shop that has no room for more: highest priority, then first rule, then name."""
        found = [self.map.of(name) for name in groups]
        ranked = [(-one.priority, one.rank, one.target) for one in found if one.target]
        return min(ranked)[2] if ranked else ""

    def _heard_of_many(self, names: frozenset[str], has: Names, words: Vocabulary) -> Names:
        targets = {name: self.map.target(name) for name in has}
        confirmed = (name for name, target in targets.items() if not target or target in names)
        added = (words.means[name] for name in names.difference(targets.values()) if name in words.means)
        return normalise((*confirmed, *added))

    def _heard_of_one(self, name: str, listed: str | None, has: Names, words: Vocabulary) -> Names:
        targets = {group: self.map.target(group) for group in has}
        stated = self._listed(listed, has)
        confirmed = {group for group, target in targets.items() if not target or group in stated}
        confirmed |= {group for group in stated if group in words.known}
        top = self._top(has)
        if name != top:
            # What it should show and does not was taken away, whatever the list beside it says.
            confirmed -= {group for group, target in targets.items() if target and target == top}
            if name in words.means and not any(self.map.target(group) == name for group in confirmed):
                confirmed.add(words.means[name])
        return normalise(confirmed)

    def _listed(self, listed: str | None, has: Names) -> frozenset[str]:
        """Groups that the list names. Without one the shop cannot say more than its one group, and denies nothing."""
        if listed is None or listed == self.listed(has):
            return frozenset(has)
        return frozenset(plain(name) for name in listed.split(SEPARATOR.strip()))
