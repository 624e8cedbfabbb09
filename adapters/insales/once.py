"""How is something made once, where the shop takes two of one name and two processes may make it at the same time?

Look, make, look again: of two the one with the lowest id counts, for everybody, and whoever made the other one takes it
away again. A lost answer is no trouble, since looking again tells what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from syncd.errors import InvalidRecord, NotFound, OutcomeUnknown, SyncError

__all__ = ["found_or_made"]


def found_or_made(look: Callable[[], Sequence[int]], make: Callable[[], int], remove: Callable[[int], object]) -> int:
    """Id of the one that counts, made if there was none.

    Args:
        look: Asks the shop for the ids of all that have the name.
        remove: Takes away one that was just made, and that nothing can hang on yet.

    Raises:
        SyncError: What `make` raised, if there is none afterwards.
    """
    found = look()
    if found:
        return min(found)
    made: int | None = None
    trouble: SyncError | None = None
    try:
        made = make()
    except (OutcomeUnknown, InvalidRecord) as error:
        trouble = error  # somebody else may have been faster, or it arrived all the same
    found = look()
    if not found:
        raise trouble or OutcomeUnknown("what was just made is not in the shop's list")
    first = min(found)
    if made is not None and made != first:
        _take_away(made, remove)
    return first


def _take_away(made: int, remove: Callable[[int], object]) -> None:
    try:
        remove(made)
    except NotFound:
        return  # gone already
