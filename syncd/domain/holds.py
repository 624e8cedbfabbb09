"""May this account work, and if not, why not?

Status is derived from a set of holds, so that each party lifts only its own: when the ERP reactivates a contractor
its hold goes and an admin's block stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from syncd.sentence import Sentence

__all__ = [
    "BY_RULE",
    "Hold",
    "HoldPolicy",
    "Holds",
    "Reason",
    "Status",
    "accept",
    "by_rule",
    "dump_holds",
    "is_erased",
    "is_missing_at",
    "is_of_record",
    "is_sync_held",
    "keeps_out",
    "lift",
    "load_holds",
    "place",
    "reject",
    "sentence",
    "status_of",
    "without_record",
]


class Reason(StrEnum):
    """One reason why an account must not work, in the order in which the status names them.

    ``sync_held`` is none of these: the account goes on as it is, and nothing of it is taken over or told.
    """

    ERASED = "erased"
    ERP_INACTIVE = "erp_inactive"
    MISSING_IN_ERP = "missing_in_erp"
    ADMIN_BLOCK = "admin_block"
    REJECTED = "rejected"
    COUNTRY_UNRESOLVED = "country_unresolved"
    PENDING_ACCEPTANCE = "pending_acceptance"
    NOT_APPROVED_BUYER = "not_approved_buyer"
    SYNC_HELD = "sync_held"


class Status(StrEnum):
    """What a list shows beside the name."""

    ACTIVE = "active"
    PENDING = "pending"
    BLOCKED = "blocked"
    BLOCKED_BY_ERP = "blocked_by_erp"
    ANONYMISED = "anonymised"


class Hold(msgspec.Struct, frozen=True, gc=False):
    """One hold.

    Attributes:
        by: Who placed it: a connection's name, or an admin.
    """

    reason: Reason
    by: str
    since: datetime


Holds = tuple[Hold, ...]

_STATUS: Final = {
    Reason.ERASED: Status.ANONYMISED,
    Reason.ERP_INACTIVE: Status.BLOCKED_BY_ERP,
    Reason.MISSING_IN_ERP: Status.BLOCKED_BY_ERP,
    Reason.ADMIN_BLOCK: Status.BLOCKED,
    Reason.REJECTED: Status.BLOCKED,
    Reason.COUNTRY_UNRESOLVED: Status.PENDING,
    Reason.PENDING_ACCEPTANCE: Status.PENDING,
    Reason.NOT_APPROVED_BUYER: Status.PENDING,
}
_WORDS: Final = {
    Reason.ERASED: "its data were erased at the request of %(by)s",
    Reason.ERP_INACTIVE: "%(by)s switched it off",
    Reason.MISSING_IN_ERP: "two complete reads of %(by)s in a row did not contain it",
    Reason.ADMIN_BLOCK: "%(by)s blocked it",
    Reason.REJECTED: "%(by)s rejected its registration",
    Reason.COUNTRY_UNRESOLVED: Sentence("its country could not be established"),
    Reason.PENDING_ACCEPTANCE: "it registered at %(by)s and no admin has accepted it yet",
    Reason.NOT_APPROVED_BUYER: Sentence("the shop has not approved it as a buyer"),
    Reason.SYNC_HELD: "%(by)s holds its synchronization: nothing is taken over and nothing is told",
}
_RANK: Final = {reason: rank for rank, reason in enumerate(Reason)}


class HoldPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Which facts about a contractor are a reason to hold it, beside what parties say."""

    unresolved: bool = False
    unapproved: bool = False


BY_RULE: Final = "syncd"
"""Who placed a hold that follows from a fact: it goes when the fact does, and nobody else can lift it."""


def by_rule(holds: Holds, policy: HoldPolicy, *, unresolved: bool, unapproved: bool, now: datetime) -> Holds:
    """Place and lift the holds that follow from facts.

    Args:
        unresolved: The country's evidence contradicts itself or is missing.
        unapproved: The shop has not approved the customer as a buyer.
    """
    for reason, stands in (
        (Reason.COUNTRY_UNRESOLVED, policy.unresolved and unresolved),
        (Reason.NOT_APPROVED_BUYER, policy.unapproved and unapproved),
    ):
        if stands:
            holds = place(holds, Hold(reason, BY_RULE, now))
        elif holds:
            holds = lift(holds, {reason}, BY_RULE)
    return holds


def accept(holds: Holds) -> Holds:
    """Let a registration in, whoever had it wait or had refused it."""
    gone = {Reason.PENDING_ACCEPTANCE, Reason.REJECTED}
    return tuple(hold for hold in holds if hold.reason not in gone)


def reject(holds: Holds, by: str, now: datetime) -> Holds:
    """Refuse a registration."""
    return place(accept(holds), Hold(Reason.REJECTED, by, now))


def is_erased(holds: Holds) -> bool:
    """Whether there is nobody any more: no side's word, no rule and no admin changes such a contractor."""
    return any(hold.reason is Reason.ERASED for hold in holds)


def is_sync_held(holds: Holds) -> bool:
    """Whether an admin holds the synchronization of the contractor. What is erased is erased all the same."""
    return any(hold.reason is Reason.SYNC_HELD for hold in holds) and not is_erased(holds)


def is_missing_at(holds: Holds, erp: str) -> bool:
    """Whether the contractor is blocked because its record is gone from that ERP."""
    return any(hold.reason is Reason.MISSING_IN_ERP and hold.by == erp for hold in holds)


def keeps_out(holds: Holds) -> bool:
    """Whether any of these keeps the account from working."""
    return bool(holds) and any(hold.reason is not Reason.SYNC_HELD for hold in holds)


def status_of(holds: Holds) -> Status:
    """The gravest hold names the status; without any that keeps the account out it is active."""
    if not keeps_out(holds):
        return Status.ACTIVE
    return _STATUS[min((hold.reason for hold in holds), key=_RANK.__getitem__)]


def sentence(hold: Hold) -> str:
    """What a hold means, in words, and since when."""
    words = _WORDS[hold.reason]
    what = Sentence(words, by=hold.by) if "%" in words else Sentence(words)
    return Sentence("%(what)s, since %(since)s UTC", what=what, since=f"{hold.since:%Y-%m-%d %H:%M}")


def place(holds: Holds, hold: Hold) -> Holds:
    """Add a hold; one that stands already keeps its date."""
    if any(h.reason == hold.reason and h.by == hold.by for h in holds):
        return holds
    return tuple(sorted((*holds, hold), key=lambda h: (_RANK[h.reason], h.by)))


def lift(holds: Holds, reasons: Iterable[Reason], by: str) -> Holds:
    """Remove the holds of `reasons` that `by` placed, and no others. What is erased stays erased."""
    if not holds:
        return holds
    gone = frozenset(reasons) - {Reason.ERASED}
    kept = tuple(hold for hold in holds if not (hold.by == by and hold.reason in gone))
    return holds if len(kept) == len(holds) else kept


_OF_RECORD: Final = frozenset({Reason.ERP_INACTIVE, Reason.MISSING_IN_ERP, Reason.ADMIN_BLOCK})


def is_of_record(hold: Hold, sides: Collection[str]) -> bool:
    """Whether a hold follows from what one of these connections says of its record: it goes where the record goes."""
    return hold.by in sides and hold.reason in _OF_RECORD


def without_record(holds: Holds, side: str) -> Holds:
    """The holds of a contractor who has no record there any more: nobody else could lift what was said of it."""
    return tuple(hold for hold in holds if not is_of_record(hold, (side,)))


_decode = msgspec.json.Decoder(Holds).decode


def dump_holds(holds: Holds) -> str:
    """Encode for storing."""
    return msgspec.json.encode(holds).decode() if holds else "[]"


def load_holds(data: str) -> Holds:
    """Decode what `dump_holds` wrote."""
    return () if data == "[]" else _decode(data)
