"""What does reading Optima give, whichever way it is read?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from adapters.optima.card import Card
from syncd.domain.contractor import Contractor
from syncd.ports import Health, Proof, Rejected

__all__ = ["Batch", "Source"]


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Some cards in the order of the read; otherwise a `syncd.ports.Page`."""

    items: Sequence[Card | Rejected]
    cursor: str | None = None
    end: Proof | None = None


class Source(Protocol):
    """The database, or the exports."""

    def check(self) -> Health:
        """Look whether it can be read."""

    def batches(self, cursor: str | None, *, full: bool) -> Iterator[Batch]:
        """Read as `syncd.ports.Endpoint.read` does."""

    def card(self, external_id: str) -> Card | None:
        """One contractor now, as it may be with its fault; ``None`` if there is none.

        Raises:
            Scrubbed: If what is known of it was erased here.
        """

    def cards(self, codes: Sequence[str]) -> Sequence[Card]:
        """The contractors with these acronyms, as they may be with their faults."""

    def matching(self, contractor: Contractor) -> Sequence[Card]:
        """Contractors that may share a key with this one; the caller looks closer."""

    def close(self) -> None:
        """Give everything back."""
