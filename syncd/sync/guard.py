"""Is this plan plausible, or did the read go wrong? A plan over a limit waits for a person, and nothing has changed.

Counts are of contractors. The limits rest on what was bound before the run, so that a first read is not compared
with nothing.
"""

from __future__ import annotations

from typing import Final

import msgspec

from syncd.settings import GuardSettings

__all__ = ["Facts", "blocks_only", "enough", "objections"]


_UNCOUNTABLE: Final = 10**9
"""More records than any connection has."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the guard looks at.

    Attributes:
        full: The read claims to be of everything.
        read: Records that the read contained.
        bound: Records that were bound before it; not more than `enough` need be counted.
        absent: Bound records that it did not contain.
        blocks: Contractors that the plan blocks.
        released: Records that state somebody else than before.
        complete: Whether the end of the list was proven, and `how`.
    """

    full: bool
    read: int
    bound: int
    absent: int
    blocks: int
    complete: bool
    how: str
    released: int = 0


def blocks_only(blocks: int, bound: int) -> Facts:
    """What there is to look at in a plan that rests on no read."""
    return Facts(full=False, read=0, bound=bound, absent=0, blocks=blocks, complete=True, how="")


def enough(blocks: int, limits: GuardSettings) -> int | None:
    """How many bound records are so many that `blocks` cannot be too many; ``None`` where no number is."""
    if blocks < limits.blocks_at_least:
        return 0
    if blocks * 100 >= _UNCOUNTABLE * limits.blocks_percent:
        return None
    return int(blocks * 100 / limits.blocks_percent) + 1


def objections(facts: Facts, limits: GuardSettings) -> list[str]:
    """Sentences that say why a person should look first; empty for a plan that may go on."""
    found = []
    if facts.full and facts.bound and facts.read == 0:
        found.append(f"the list is empty, and {facts.bound} records were there before")
    elif facts.full and not facts.complete:
        found.append(f"the list is not proven complete: {facts.how}")
    elif facts.absent and _over(facts.absent, facts.bound, limits.shrink_percent, limits.blocks_at_least):
        found.append(
            f"{facts.absent} of {facts.bound} records are not in the list any more; "
            f"more than {limits.shrink_percent:g} % is not plausible"
        )
    if _over(facts.blocks, facts.bound, limits.blocks_percent, limits.blocks_at_least):
        found.append(
            f"{facts.blocks} of {facts.bound} contractors would be blocked; the limit is "
            f"{limits.blocks_percent:g} % and at least {limits.blocks_at_least}"
        )
    if _over(facts.released, facts.bound, limits.blocks_percent, limits.blocks_at_least):
        found.append(
            f"{facts.released} of {facts.bound} records are somebody else than before: "
            "is this the same system, and was it restored from a backup?"
        )
    return found


def _over(count: int, of: int, percent: float, at_least: int) -> bool:
    return count >= at_least and count * 100 > of * percent
