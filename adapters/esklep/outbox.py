"""How does a change get to the panel's import? As a file of whole customers, complete at the moment it appears.

One file for each write, so that nothing waits for anything; files of one round are joined when it ends, because a
person presses *import* once for each. Who takes a file away has imported it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from adapters.esklep.document import document_of
from adapters.esklep.mapping import external_id_of
from adapters.esklep.words import Words
from syncd import xml
from syncd.domain.contractor import digest
from syncd.errors import Unavailable
from syncd.folder.claiming import reachable
from syncd.folder.placing import place

__all__ = ["Outbox"]

_MOMENT: Final = r"\d{8}T\d{6}\.\d{6}"
_ONE: Final = re.compile(rf"import-{_MOMENT}-one-[0-9a-f]+\.xml")
_ANY: Final = re.compile(rf"{_ONE.pattern}|import-{_MOMENT}-\d+-{_MOMENT}\.xml")
"""What has another name is none of ours: somebody may lay an import of another kind beside them."""


class Outbox:
    """The folder that the panel imports from.

    Args:
        limit: Files at which writing pauses.
    """

    def __init__(self, folder: Path, words: Words, limit: int) -> None:
        self._folder = folder
        self._words = words
        self._limit = limit

    def demand_room(self) -> None:
        """Look whether anybody imports.

        Raises:
            Unavailable: If files have not been taken away for too long.
        """
        if self.count() >= self._limit:
            raise Unavailable(
                "nobody imports the files in outbox/",
                code="outbox-full",
                cure="Import them in the shop's panel and delete them; writing goes on by itself.",
            )

    def count(self) -> int:
        """Files that wait."""
        with reachable():
            return len(self._named(_ANY))

    def write(self, external_id: str, record: xml.Element, at: datetime) -> None:
        """Put one customer where the import finds it."""
        name = f"import-{_stamp(at)}-one-{digest(external_id.encode()).hex()}.xml"
        with reachable():
            self._folder.mkdir(exist_ok=True)
            place(self._folder, name, document_of([record], self._words))

    def join(self, at: datetime) -> None:
        """Make one file of all that hold one customer, the last word on each."""
        with reachable():
            files = self._named(_ONE)
            if len(files) < 2:
                return
            newest = {path.name.rpartition("-")[2]: path for path in files}
            records = [record for path in sorted(newest.values()) for record in self._records(path)]
            # The newest one's moment: a file that is written meanwhile comes after it.
            stamp = files[-1].name.split("-")[1]
            place(
                self._folder, f"import-{stamp}-{len(records):05d}-{_stamp(at)}.xml", document_of(records, self._words)
            )
            for path in files:
                path.unlink(missing_ok=True)

    def withdraw(self, external_ids: Collection[str]) -> int:
        """Take out what waits of these customers but the last word on each; answer how many records that were."""
        gone = 0
        met: set[str] = set()
        with reachable():
            for path in reversed(self._named(_ANY)):
                records = list(self._records(path))
                kept = []
                for record in reversed(records):
                    key = self._key(record)
                    if key not in external_ids or key not in met:
                        kept.append(record)
                    met.add(key)
                gone += len(records) - len(kept)
                if not kept:
                    path.unlink(missing_ok=True)
                elif len(kept) < len(records):
                    place(self._folder, path.name, document_of(kept[::-1], self._words))
        return gone

    def _named(self, pattern: re.Pattern[str]) -> list[Path]:
        return sorted(path for path in self._folder.glob("*") if pattern.fullmatch(path.name))

    def _records(self, path: Path) -> Iterator[xml.Element]:
        """Customers in a file; none when it has just been taken away."""
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return
        yield from xml.children(xml.parse(data), self._words.names["record"])

    def _key(self, record: xml.Element) -> str:
        return external_id_of(lambda meaning: xml.texts(record, self._words.names[meaning]))


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%S.%f")
