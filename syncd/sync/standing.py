"""What can an admin do about whether an account works? Each is a change like any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from syncd.domain import acts
from syncd.domain import holds as h
from syncd.domain.acts import LeftOut
from syncd.sentence import Sentence
from syncd.sync.change import Change, Draft, Subject

__all__ = ["RULES", "STANDING", "accept", "acted", "block", "reject", "unblock"]

RULES: Final = {
    "block": Sentence("blocked by an admin"),
    "unblock": Sentence("an admin's block was lifted"),
    "activate": Sentence("activated by an admin"),
    "deactivate": Sentence("deactivated by an admin"),
    "accept": Sentence("registration accepted"),
    "reject": Sentence("registration rejected"),
    "hold": Sentence("synchronization held by an admin"),
    "release": Sentence("synchronization released by an admin"),
}
"""What history says that decided, by the name of the act."""


def acted(subject: Subject, act: acts.Act, rule: str, by: str, now: datetime) -> Draft | LeftOut:
    """What an act makes of a customer."""
    if h.is_erased(subject.holds):
        return LeftOut.ERASED
    holds = act(subject.holds, by, now)
    return holds if isinstance(holds, LeftOut) else Draft(contractor=subject.contractor, holds=holds, rule=rule)


def block(by: str, now: datetime) -> Change:
    """Let nobody of this customer log in until an admin says otherwise, whatever the ERP says."""
    return _change("block", acts.block_beneath, by, now)


def unblock(by: str, now: datetime) -> Change:
    """Lift what admins placed, here or in a shop. What the ERP placed stays."""
    return _change("unblock", acts.unblock, by, now)


def accept(by: str, now: datetime) -> Change:
    """Let a registration in."""
    return _change("accept", acts.accept, by, now)


def reject(by: str, now: datetime) -> Change:
    """Refuse a registration."""
    return _change("reject", acts.reject, by, now)


class Act(NamedTuple):
    """One thing that an admin can do.

    Attributes:
        make: From who does it and when.
    """

    make: Callable[[str, datetime], Change]


STANDING: Final = {"block": Act(block), "unblock": Act(unblock), "accept": Act(accept), "reject": Act(reject)}


def _change(name: str, act: acts.Act, by: str, now: datetime) -> Change:
    def make(subject: Subject) -> Draft | None:
        found = acted(subject, act, RULES[name], by, now)
        return None if isinstance(found, LeftOut) else found

    return make
