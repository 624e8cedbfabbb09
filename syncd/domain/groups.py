"""Which groups does a contractor have, said in another side's terms?

Groups are many-to-many. Names compare as stated, but for blanks at the ends and runs of blanks inside, which no
admin can see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["local", "managed", "normalise", "translate"]


def normalise(names: Iterable[str]) -> tuple[str, ...]:
    """Sorted, without repetition, invisible differences removed."""
    return tuple(sorted({" ".join(name.split()) for name in names} - {""}))


def translate(names: Iterable[str], rules: Mapping[str, str]) -> tuple[str, ...]:
    """Say `names` in the other side's terms; a name without a rule keeps itself, a rule to ``""`` leaves it out."""
    return normalise(rules.get(name, name) for name in names)


def managed(names: Iterable[str], known: frozenset[str]) -> tuple[str, ...]:
    """Those of a shop's groups that come from an ERP, so that syncd answers for membership in them."""
    return tuple(name for name in names if name in known)


def local(names: Iterable[str], known: frozenset[str]) -> tuple[str, ...]:
    """Those of a shop's groups that only the shop has: syncd neither adds to them nor removes from them."""
    return tuple(name for name in names if name not in known)
