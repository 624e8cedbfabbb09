"""What is one push about, and what can become of it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from syncd.domain.contractor import Contractor
from syncd.domain.country import Zone
from syncd.domain.groups import Vocabulary
from syncd.errors import SyncError
from syncd.ports import Remote
from syncd.registry.lookups import Bound, Known
from syncd.registry.outbox import Claim
from syncd.registry.tombstones import Memory

__all__ = ["Delivered", "Job"]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One push with everything that it needs.

    Attributes:
        words: The registry's groups in this side's terms.
        belongs: Whether the side should get a record of the contractor if it has none.
        memory: Of an erased contractor: what it was.
    """

    claim: Claim
    known: Known
    bound: Bound | None
    words: Vocabulary
    belongs: Callable[[Contractor, Zone], bool]
    memory: Memory | None = None

    @property
    def again(self) -> bool:
        """Whether an earlier attempt may have sent something, whatever became of it."""
        return self.claim.attempts > 1 or self.claim.in_doubt


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """A push that is done.

    Attributes:
        remote: What the side now holds; ``None`` when nothing had to be sent. Of a new record only what was sent
            counts: what the side added by itself (a number, a default) is news to be heard by the next read.
        settled: Digest of what was wanted; ``None`` where nobody knows whether that is what the side holds.
        action: What was done there; ``None`` when nothing was.
        fields: Names of the fields that were written.
        verified: How it is known that a block works.
        doubt: What stands against it although it was written: the push goes on.
        departures: `Binding.departures` as it was.
    """

    settled: bytes | None
    remote: Remote | None = None
    action: str | None = None
    fields: tuple[str, ...] = ()
    verified: str | None = None
    doubt: SyncError | None = None
    departures: Mapping[str, str] = {}
