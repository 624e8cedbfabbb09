"""How does a change reach a 1C that is not asked over HTTP? One file for each contractor that has something waiting.

A file is complete at the moment it appears, a later change replaces it, and when it is gone it was fetched.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from adapters.commerceml.options import Options
from adapters.commerceml.outbound import document
from adapters.commerceml.pending import Offer, Pending
from syncd.domain.contractor import digest
from syncd.folder.claiming import Folder, reachable
from syncd.folder.placing import place

__all__ = ["Outbox"]


class Outbox:
    """The folder that 1C imports from."""

    def __init__(self, folder: Folder, pending: Pending, options: Options, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._pending = pending
        self._options = options
        self._now = now

    def notice(self) -> None:
        """See which files were fetched, and write those that a crash left out."""
        if self._options.writes != "outbox":
            return
        for external_id, name in self._pending.placed().items():
            if name is None or not name.endswith(".xml"):  # or it was offered over HTTP, by another configuration
                self.put(self._pending.of(external_id))
            elif not (self._folder.made("outbox") / name).exists():
                self._pending.fetched(name, self._now())

    def put(self, offer: Offer) -> None:
        """Write all that waits for one contractor, in the place of an older file."""
        at = self._now()
        older = self._pending.placed().get(offer.external_id)
        data = document([offer], self._options, at)
        name = f"{at.strftime('%Y%m%dT%H%M%S.%f')}-{digest(offer.external_id.encode()).hex()[:12]}.xml"
        outbox = self._folder.made("outbox")
        with reachable():
            place(outbox, name, data)
        self._pending.note(offer.external_id, name)
        if older and older != name:
            with reachable():
                (outbox / older).unlink(missing_ok=True)
