"""What can an admin do about whether an account works? Each is a change like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from syncd.domain import holds as h
from syncd.sync.change import Change, Draft, Subject

__all__ = ["STANDING", "accept", "block", "reject", "unblock"]


def block(by: str, now: datetime) -> Change:
    """Let nobody of this customer log in until an admin says otherwise, whatever the ERP says."""
    return _changed("blocked by an admin", lambda holds: h.place(holds, h.Hold(h.Reason.ADMIN_BLOCK, by, now)))


def unblock(_by: str, _now: datetime) -> Change:
    """Lift what admins placed, here or in a shop. What the ERP placed stays."""
    return _changed(
        "an admin's block was lifted",
        lambda holds: tuple(hold for hold in holds if hold.reason is not h.Reason.ADMIN_BLOCK),
    )


def accept(_by: str, _now: datetime) -> Change:
    """Let a registration in."""
    return _changed("registration accepted", h.accept)


def reject(by: str, now: datetime) -> Change:
    """Refuse a registration."""
    return _changed("registration rejected", lambda holds: h.reject(holds, by, now))


class Act(NamedTuple):
    """One thing that an admin can do.

    Attributes:
        make: From who does it and when.
        text: What it does, for help and buttons.
    """

    make: Callable[[str, datetime], Change]
    text: str


STANDING: Final = {
    "block": Act(block, "Let nobody of these customers log in, whatever the ERP says."),
    "unblock": Act(unblock, "Lift admins' blocks; what the ERP blocked stays blocked."),
    "accept": Act(accept, "Let registrations in that wait, or that were rejected."),
    "reject": Act(reject, "Refuse registrations."),
}


def _changed(rule: str, holds_of: Callable[[h.Holds], h.Holds]) -> Change:
    def make(subject: Subject) -> Draft | None:
        if any(hold.reason is h.Reason.ERASED for hold in subject.holds):
            return None
        holds = holds_of(subject.holds)
        return None if holds == subject.holds else Draft(contractor=subject.contractor, holds=holds, rule=rule)

    return make
