"""Why does a side not hold what the registry says, and does somebody have to do something about it?"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

__all__ = ["EXCUSED", "MEANINGS", "READ", "TELL", "Cause", "Difference"]


class Cause(StrEnum):
    """Why one record differs."""

    EDITED = "edited_there"
    PENDING = "push_pending"
    ISSUE = "issue_open"
    HELD = "sync_held"
    LEFT = "left_there"
    DEGRADED = "degraded_field"
    MISSING = "missing_there"
    GONE = "gone_there"
    NOT_CREATED = "not_created"
    NOT_PUSHED = "not_pushed"
    UNKNOWN = "unknown_here"
    UNREADABLE = "unreadable"
    NOT_LOOKED_AT = "not_looked_at"


MEANINGS: Final = {
    Cause.EDITED: "changed there",
    Cause.PENDING: "is behind; a push is due",
    Cause.ISSUE: "has an open issue",
    Cause.HELD: "its synchronization is held",
    Cause.LEFT: "an edit there was left as it is",
    Cause.DEGRADED: "the side keeps another form than it was given",
    Cause.MISSING: "is not there",
    Cause.GONE: "is gone from there, and its customer is blocked for it",
    Cause.NOT_CREATED: "was not created there",
    Cause.NOT_PUSHED: "is behind the registry, and no push is due",
    Cause.UNKNOWN: "is not known to the registry",
    Cause.UNREADABLE: "cannot be understood, and no issue says so",
    Cause.NOT_LOOKED_AT: "differs; too many to look at each",
}
"""What is said of a record; what follows from a colon are fields or the cause of its issue."""

EXCUSED: Final = frozenset({Cause.ISSUE, Cause.HELD, Cause.LEFT, Cause.GONE})
"""Known, and dealt with, wanted so or waiting for a person: no disagreement that anybody has to find."""

READ: Final = frozenset({Cause.EDITED, Cause.UNKNOWN, Cause.UNREADABLE, Cause.NOT_LOOKED_AT})
"""The side has something to say: reading it settles the difference."""

TELL: Final = frozenset({Cause.MISSING, Cause.NOT_CREATED, Cause.NOT_PUSHED})
"""The side has to be told: a push settles the difference."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One record that does not hold what it should.

    Attributes:
        code: The customer's; ``None`` for a record that belongs to nobody.
        external_id: The record's name there; ``None`` where there is none.
        fields: Fields that differ, as far as that is the cause.
        issue: Cause of the open issue.
    """

    cause: Cause
    code: str | None = None
    external_id: str | None = None
    fields: tuple[str, ...] = ()
    issue: str | None = None

    @property
    def sentence(self) -> str:
        """For people; no values."""
        rest = ", ".join(self.fields) or self.issue or ""
        what = f"{MEANINGS[self.cause]}: {rest}" if rest else MEANINGS[self.cause]
        return f"{self.external_id or f'customer {self.code}'} {what}"
