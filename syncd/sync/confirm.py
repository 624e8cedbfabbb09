"""Did it really happen? After a block, the side is asked again, and its word is compared with what was wanted.

A shop that answers "done" and lets people log in is the most expensive kind of success.
"""

from __future__ import annotations

from syncd.domain.contractor import Contractor
from syncd.errors import RetryableError
from syncd.ports import Endpoint, Remote

__all__ = ["BLOCK_CODE", "Unconfirmed", "confirm_block"]

BLOCK_CODE = "block-not-effective"


class Unconfirmed(RetryableError):
    """The side says that the contractor is still active, or lets some of its people in."""

    code = BLOCK_CODE


def confirm_block(endpoint: Endpoint, written: Remote, wanted: Contractor) -> str:
    """Read a contractor back that was just switched off.

    Returns:
        ``verified``, or ``flag_only`` where the platform keeps the mark but does not stop the log-in by itself.

    Raises:
        Unconfirmed: When it is not off.
        SyncError: When it could not be read.
    """
    seen = endpoint.get(written.external_id)
    working = [e for e in seen.contractor.employees if e.active]
    if seen.contractor.active:
        raise Unconfirmed("the side says that the contractor is still active", record=written.external_id)
    open_doors = len(seen.blocked_logins) or (len(working) if wanted.employees else 0)
    if open_doors:
        raise Unconfirmed(
            f"the contractor is off, and {open_doors} of its {max(len(seen.contractor.employees), open_doors)} "
            "log-ins still work",
            record=written.external_id,
            cure="Switch them off at that side; the issue closes itself when they are.",
        )
    return "verified" if endpoint.capabilities.block == "native" else "flag_only"
