"""Which groups does a contractor have, said in another side's terms?

Groups are many-to-many. The registry speaks of groups as ERPs do; each shop has its own names for them, by rules that
admins order and change. Names compare as stated, but for blanks at the ends and runs of blanks inside, which no admin
can see.
"""

from __future__ import annotations

from syncd.domain.groups.effect import Effect, GroupEffect, GroupSet, effect_of
from syncd.domain.groups.mapping import GroupMap, Mapped
from syncd.domain.groups.names import SEPARATOR, normalise, plain, twins
from syncd.domain.groups.rule import GroupRule, Match, Unmapped, checked
from syncd.domain.groups.terms import ErpTerms, ShopTerms, Vocabulary

__all__ = [
    "SEPARATOR",
    "Effect",
    "ErpTerms",
    "GroupEffect",
    "GroupMap",
    "GroupRule",
    "GroupSet",
    "Mapped",
    "Match",
    "ShopTerms",
    "Unmapped",
    "Vocabulary",
    "checked",
    "effect_of",
    "normalise",
    "plain",
    "twins",
]
