"""What does a reader of a file give? Rows, and at the end what proves that they were all.

One reader for each format, all alike: iterating gives rows, a broken *row* is a row with an error, a broken *file*
raises `SuspiciousRun`; afterwards the reader knows how the end was proven. Memory is one row and one chunk.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import msgspec

from syncd.domain.encoding import Encoding
from syncd.domain.fieldmap import Values
from syncd.errors import InvalidRecord, SuspiciousRun
from syncd.sentence import Counted, Sentence, sentence_of

__all__ = ["Ending", "Reader", "Row", "broken"]


class Row(msgspec.Struct, frozen=True):
    """One record of a file, or a piece that is none.

    Attributes:
        line: Where it stands, from 1.
        raw: The same bytes for the same record, wherever it stands.
        values: Its texts by column; valid until the next row is asked for.
        error: Why it cannot be used; names the record where its key can be read.
    """

    line: int
    raw: bytes
    values: Values
    error: InvalidRecord | None = None


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """What a file's end proves.

    Attributes:
        proven: Whether the file is certainly whole.
        how: By what, or what is missing, in words for an admin.
        declared: How many records the file says it has.
    """

    proven: bool
    how: str
    declared: int | None = None


class Reader(Protocol):
    """Reads one open file, once."""

    encoding: Encoding

    def __iter__(self) -> Iterator[Row]:
        """Rows in the order of the file.

        Raises:
            SuspiciousRun: If the file is broken or cut; nothing may be concluded from what came before.
        """

    def ending(self) -> Ending:
        """What the end proves; to be asked after the last row.

        Raises:
            SuspiciousRun: If a declared count is missing or another than that of the rows.
        """


def broken(message: str, count: int, offset: int, *, code: str = "file-broken", cure: str = "") -> SuspiciousRun:
    """The error for a file that cannot be trusted as a whole."""
    return SuspiciousRun(
        Sentence(
            Counted(
                "%(message)s; %(count)s record was whole until there (%(read)s)",
                "%(message)s; %(count)s records were whole until there (%(read)s)",
            ),
            message=sentence_of(message),
            count=count,
            read=Sentence(Counted("%(count)s byte read", "%(count)s bytes read"), count=offset),
        ),
        code=code,
        cure=cure or "The file was cut or its writer has a fault: export it again.",
    )
