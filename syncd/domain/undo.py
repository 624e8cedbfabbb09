"""What of a change can be taken back, now that time has passed?

Only what the change did, and only where it still stands: taking back must not undo what others did since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import msgspec

from syncd.domain import holds as h
from syncd.domain.contractor import Contractor
from syncd.domain.duplicates import restore

__all__ = ["Change", "TakenBack", "take_back"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of one contractor, as history has it."""

    before: Contractor
    after: Contractor
    holds_before: h.Holds
    holds_after: h.Holds


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """A contractor without the change.

    Attributes:
        contractor: Whether it is active follows from `holds`.
        back: What is as it was before: fields, and holds by reason.
        kept: What was changed since, and stays.
        firm: Fields that are not taken back, because they are evidence and no setting, or nobody could be told.
    """

    contractor: Contractor
    holds: h.Holds
    back: tuple[str, ...]
    kept: tuple[str, ...]
    firm: tuple[str, ...]


_EVIDENCE: Final = frozenset({"consents", "activity"})
"""What people said and bought: it was said and bought whatever becomes of the run that heard of it."""

_SAID_OR_NOT: Final = ("newsletter", "approved", "registered")
"""Where nobody said yes or no, sides that hold a yes cannot be told to hold neither."""


def take_back(now: Contractor, holds: h.Holds, change: Change, *, strange: Collection[str] = ()) -> TakenBack:
    """Take one change back. What is as it was before already is neither back nor kept.

    Args:
        strange: Connections that have no record of the contractor: none of them could lift what is placed for its
            record again.
    """
    firm = tuple(_firm(change))
    after = msgspec.structs.replace(change.after, **{name: getattr(change.before, name) for name in firm})
    fields = restore(now, change.before, after)
    since = (name for name in fields.changed_since if getattr(now, name) != getattr(change.before, name))
    holds, back, kept = _holds_back(holds, change.holds_before, change.holds_after, strange)
    return TakenBack(
        contractor=fields.contractor,
        holds=holds,
        back=(*fields.restored, *back),
        kept=(*since, *kept),
        firm=firm,
    )


def _firm(change: Change) -> Iterator[str]:
    """Evidence; a no to a newsletter, which an older yes never outweighs; and a first word, which no side can unsay."""
    for name in (*sorted(_EVIDENCE), *_SAID_OR_NOT):
        was, became = getattr(change.before, name), getattr(change.after, name)
        if became != was and (name in _EVIDENCE or was is None or (name == "newsletter" and became is False)):
            yield name


def _holds_back(
    now: h.Holds, before: h.Holds, after: h.Holds, strange: Collection[str]
) -> tuple[h.Holds, list[str], list[str]]:
    """Lift what was placed and place what was lifted, each hold by itself; those that follow from facts follow."""
    back, kept = [], []
    standing = {_key(hold): hold for hold in now}
    was, became = ({_key(hold): hold for hold in some if _free(hold)} for some in (before, after))
    for key, placed in became.items():
        if key in was or key not in standing:
            continue
        if standing[key].since != placed.since:
            kept.append(_named(placed))  # lifted and placed again
            continue
        now = tuple(hold for hold in now if _key(hold) != key)
        back.append(_named(placed))
    for key, lifted in was.items():
        if key in became or key in standing:
            continue
        if h.is_of_record(lifted, strange):
            kept.append(_named(lifted))  # the record is somebody else's by now
            continue
        now = h.place(now, lifted)
        back.append(_named(lifted))
    return now, back, kept


_FIXED: Final = frozenset({h.Reason.ERASED})


def _free(hold: h.Hold) -> bool:
    return hold.by != h.BY_RULE and hold.reason not in _FIXED


def _key(hold: h.Hold) -> tuple[h.Reason, str]:
    return hold.reason, hold.by


def _named(hold: h.Hold) -> str:
    return f"hold {hold.reason}"
