"""What is one push about, and what can become of it?"""

from __future__ import annotations

import msgspec

from syncd.errors import SyncError
from syncd.ports import Remote
from syncd.registry.lookups import Bound, Known
from syncd.registry.outbox import IN_DOUBT, Claim
from syncd.registry.tombstones import Memory

__all__ = ["Delivered", "Job"]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One push with everything that it needs.

    Attributes:
        known_groups: Groups that the registry answers for, in this side's terms.
        may_create: Whether the side may get a record of the contractor if it has none.
        memory: Of an erased contractor: what it was.
    """

    claim: Claim
    known: Known
    bound: Bound | None
    known_groups: frozenset[str]
    may_create: bool = True
    memory: Memory | None = None

    @property
    def again(self) -> bool:
        """Whether an earlier attempt may have sent something, whatever became of it."""
        return self.claim.attempts > 1 or self.claim.error_code in IN_DOUBT


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """A push that is done.

    Attributes:
        remote: What the side now holds; ``None`` when nothing had to be sent. Of a new record only what was sent
            counts: what the side added by itself (a number, a default) is news to be heard by the next read.
        settled: Digest of what was wanted.
        action: What was done there; ``None`` when nothing was.
        fields: Names of the fields that were written.
        verified: How it is known that a block works.
        doubt: What stands against it although it was written: the push goes on.
    """

    settled: bytes
    remote: Remote | None = None
    action: str | None = None
    fields: tuple[str, ...] = ()
    verified: str | None = None
    doubt: SyncError | None = None
