"""What does an admin's act make of one customer's holds, or why does it leave the customer out?

Each act places and lifts the admins' own holds. What an ERP, a rule or an erasure placed stands whatever is done here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final

from syncd.domain import holds as h
from syncd.domain.holds import Hold, Holds, Reason

__all__ = ["ACTS", "Act", "LeftOut", "of_erp"]


class LeftOut(StrEnum):
    """Why an act changes nothing of a customer."""

    UNKNOWN = "unknown"
    ERASED = "erased"
    SO_ALREADY = "so_already"
    BLOCKED_BY_ERP = "blocked_by_erp"
    BY_RULE = "by_rule"
    NOT_WAITING = "not_waiting"
    SAID_NO = "said_no"
    SYNC_HELD = "sync_held"
    NOWHERE = "nowhere"


Act = Callable[[Holds, str, datetime], Holds | LeftOut]
"""Makes of holds what they become, given who acts and when."""

_OF_ERP: Final = frozenset({Reason.ERP_INACTIVE, Reason.MISSING_IN_ERP})
_OF_REGISTRATION: Final = frozenset({Reason.PENDING_ACCEPTANCE, Reason.REJECTED})
_OURS: Final = _OF_REGISTRATION | {Reason.ADMIN_BLOCK}


def of_erp(holds: Holds) -> bool:
    """Whether an ERP keeps the customer out, which the ERP alone can end."""
    return _has(holds, *_OF_ERP)


def block(holds: Holds, by: str, now: datetime) -> Holds | LeftOut:
    """Keep out whom no ERP keeps out already."""
    if of_erp(holds):
        return LeftOut.BLOCKED_BY_ERP
    return block_beneath(holds, by, now)


def block_beneath(holds: Holds, by: str, now: datetime) -> Holds | LeftOut:
    """Keep out, also beneath the block of an ERP, a shop or somebody else: it stays when they let the customer in."""
    blocked = _placed(holds, Reason.ADMIN_BLOCK, by, now)
    return LeftOut.SO_ALREADY if blocked == holds else blocked


def unblock(holds: Holds, _by: str, _now: datetime) -> Holds | LeftOut:
    """Lift the blocks that admins placed, here or in a shop."""
    return _lifted(holds, Reason.ADMIN_BLOCK)


def accept(holds: Holds, _by: str, _now: datetime) -> Holds | LeftOut:
    """Let a registration in that waits, or that was rejected."""
    return _lifted(holds, *_OF_REGISTRATION) if _has(holds, *_OF_REGISTRATION) else LeftOut.NOT_WAITING


def reject(holds: Holds, by: str, now: datetime) -> Holds | LeftOut:
    """Refuse a registration that waits."""
    if _has(holds, Reason.PENDING_ACCEPTANCE):
        return h.reject(holds, by, now)
    return LeftOut.SO_ALREADY if _has(holds, Reason.REJECTED) else LeftOut.NOT_WAITING


def activate(holds: Holds, _by: str, _now: datetime) -> Holds | LeftOut:
    """Lift all that admins may lift."""
    return _lifted(holds, *_OURS)


def deactivate(holds: Holds, by: str, now: datetime) -> Holds | LeftOut:
    """Refuse who waits, and block everybody else."""
    act = reject if _has(holds, *_OF_REGISTRATION) else block
    return act(holds, by, now)


def hold(holds: Holds, by: str, now: datetime) -> Holds | LeftOut:
    """Let nothing be taken over and nothing be told."""
    return LeftOut.SO_ALREADY if _has(holds, Reason.SYNC_HELD) else _placed(holds, Reason.SYNC_HELD, by, now)


def release(holds: Holds, _by: str, _now: datetime) -> Holds | LeftOut:
    """Let it go on, whoever held it."""
    kept = tuple(one for one in holds if one.reason is not Reason.SYNC_HELD)
    return LeftOut.SO_ALREADY if len(kept) == len(holds) else kept


ACTS: Final[dict[str, Act]] = {
    "block": block,
    "unblock": unblock,
    "activate": activate,
    "deactivate": deactivate,
    "accept": accept,
    "reject": reject,
    "hold": hold,
    "release": release,
}
"""By the names that commands, forms and the audit log give them. None is meant for who was erased."""


def _has(holds: Holds, *reasons: Reason) -> bool:
    return any(one.reason in reasons for one in holds)


def _placed(holds: Holds, reason: Reason, by: str, now: datetime) -> Holds:
    return h.place(holds, Hold(reason, by, now))


def _lifted(holds: Holds, *reasons: Reason) -> Holds | LeftOut:
    """Without these; where there are none, what keeps the customer out, if anything does."""
    kept = tuple(one for one in holds if one.reason not in reasons)
    if len(kept) < len(holds):
        return kept
    if of_erp(holds):
        return LeftOut.BLOCKED_BY_ERP
    return LeftOut.BY_RULE if any(one.by == h.BY_RULE for one in holds) else LeftOut.SO_ALREADY
