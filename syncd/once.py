"""How is something made once, where the shop takes two of one name and two processes may make it at the same time?

Look, make, look again: of two the older one counts, for everybody, and whoever made the other one takes it away again
where the shop lets it. A lost answer is no trouble, since looking again tells what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from syncd.errors import InvalidRecord, NotFound, OutcomeUnknown, SyncError, Unstorable
from syncd.sentence import Sentence

__all__ = ["found_group", "found_or_made"]

Id = TypeVar("Id")


def found_or_made(
    look: Callable[[], Sequence[Id]], make: Callable[[], Id], remove: Callable[[Id], object] | None = None
) -> Id:
    """Id of the one that counts, made if there was none.

    Args:
        look: Asks the shop for the ids of all that have the name, the oldest first.
        remove: Takes away one that was just made, and that nothing can hang on yet; it stays there, unused, if left
            out.

    Raises:
        SyncError: What `make` raised, if there is none afterwards.
    """
    found = look()
    if found:
        return found[0]
    made: Id | None = None
    trouble: SyncError | None = None
    try:
        made = make()
    except (OutcomeUnknown, InvalidRecord) as error:
        trouble = error  # somebody else may have been faster, or it arrived all the same
    found = look()
    if not found:
        raise trouble or OutcomeUnknown("what was just made is not in the shop's list")
    if made is not None and made != found[0] and remove is not None:
        _take_away(made, remove)
    return found[0]


def found_group(look: Callable[[], Sequence[Id]], name: str) -> Id:
    """Id of a group that syncd may not make.

    Args:
        look: Asks the shop anew: somebody may have made it since its groups were listed.

    Raises:
        Unstorable: When there is none.
    """
    for id_ in look():
        return id_
    raise Unstorable(
        Sentence("the shop has no customer group %(name)s", name=repr(name)),
        code="group-missing",
        field="groups",
        cure="Create the group in the shop, map it to another one, or set the option create_groups.",
    )


def _take_away(made: Id, remove: Callable[[Id], object]) -> None:
    try:
        remove(made)
    except NotFound:
        return  # gone already
