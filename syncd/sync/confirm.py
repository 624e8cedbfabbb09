"""Did it really happen? After a block, the side is asked again, and its word is compared with what was wanted.

A shop that answers "done" and lets people log in is the most expensive kind of success.
"""

from __future__ import annotations

from syncd.errors import RetryableError
from syncd.ports import Endpoint
from syncd.sentence import Counted, Sentence

__all__ = ["BLOCK_CODE", "Unconfirmed", "confirm_block"]

BLOCK_CODE = "block-not-effective"


class Unconfirmed(RetryableError):
    """The side says that the contractor is still active, or lets some of its people in."""

    code = BLOCK_CODE


def confirm_block(endpoint: Endpoint, external_id: str) -> str:
    """Read a contractor back that was just switched off.

    Where the platform does not stop the log-ins of a contractor that is off by itself, employees that are not off
    can still come in.

    Returns:
        ``verified``, or ``flag_only`` where the platform keeps the mark but does not stop the log-in by itself.

    Raises:
        Unconfirmed: When it is not off.
        SyncError: When it could not be read.
    """
    seen = endpoint.get(external_id)
    if seen.contractor.active:
        raise Unconfirmed("the side says that the contractor is still active", record=external_id)
    native = endpoint.capabilities.block == "native"
    people = len(seen.contractor.employees)
    open_doors = len(seen.blocked_logins)
    if not native and not open_doors:
        open_doors = sum(employee.active for employee in seen.contractor.employees)
    if open_doors:
        raise Unconfirmed(
            Sentence(
                Counted(
                    "the contractor is off, and %(count)s of its %(all)s log-ins still works",
                    "the contractor is off, and %(count)s of its %(all)s log-ins still work",
                ),
                count=open_doors,
                all=max(people, open_doors),
            ),
            record=external_id,
            cure="Switch them off at that side; the issue closes itself when they are.",
        )
    return "verified" if native else "flag_only"
