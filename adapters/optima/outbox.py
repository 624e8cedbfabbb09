"""How do changes get to Optima's import? One file for each in outbox/, whole in the moment that it appears."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from syncd.domain.contractor import digest
from syncd.errors import Unavailable
from syncd.folder.claiming import reachable
from syncd.folder.placing import place

__all__ = ["Outbox"]


class Outbox:
    """The folder that Optima imports from.

    Args:
        limit: Files at which writing pauses.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit

    def put(self, data: bytes, operation: str, at: datetime) -> str:
        """Place one file; answer its name, which sorts by time.

        Raises:
            Unavailable: If Optima has not imported its files for too long.
        """
        with reachable():
            self._folder.parent.stat()  # a share that is not mounted must not be made up
            self._folder.mkdir(exist_ok=True)
            if len(os.listdir(self._folder)) >= self._limit:  # noqa: PTH208 - counted, not read
                raise Unavailable(
                    "Optima does not import its files from outbox/",
                    code="outbox-full",
                    cure="Start the import in Optima; writing goes on by itself when changes are seen there.",
                )
            name = f"{at.strftime('%Y%m%dT%H%M%S.%f')}-{operation}-{digest(data).hex()}.xml"
            place(self._folder, name, data)
        return name

    def has(self, names: Iterable[str]) -> bool:
        """Whether one of these files was not fetched yet."""
        with reachable():
            return any((self._folder / name).exists() for name in names)

    def clear(self, names: Iterable[str]) -> int:
        """Delete files whose changes Optima has, or that a newer one overwrites; answer how many were there."""
        gone = 0
        with reachable():
            for name in names:
                path = self._folder / name
                gone += path.exists()
                path.unlink(missing_ok=True)
        return gone
