"""What does a reader of files give? Rows, and at the end what proves that they were all.

One reader for each format, all alike: iterating gives rows, a broken *row* is a row with an error, a broken *file*
raises `SuspiciousRun`; afterwards the reader knows how the end was proven. Memory is one row and one chunk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol

import msgspec

from syncd.domain.encoding import CHUNK, Decoder, Encoding
from syncd.domain.fieldmap import Values
from syncd.errors import InvalidRecord, SuspiciousRun

__all__ = ["Ending", "Reader", "Row", "broken", "canonical", "check_count", "lines_of", "nothing", "number_in"]

canonical = msgspec.json.Encoder(order="deterministic").encode


class Row(msgspec.Struct, frozen=True):
    """One record of a file, or a piece that is none.

    Attributes:
        line: Where it stands, from 1.
        raw: The same bytes for the same record, wherever it stands.
        values: Its texts by column; valid until the next row is asked for.
        error: Why it cannot be used.
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


def nothing(_column: str) -> Sequence[str]:
    """Values of a row that has none."""
    return ()


def broken(message: str, count: int, offset: int, *, code: str = "file-broken", cure: str = "") -> SuspiciousRun:
    """The error for a file that cannot be trusted as a whole."""
    return SuspiciousRun(
        f"{message}; {count} records were whole until there ({offset} bytes read)",
        code=code,
        cure=cure or "The file was cut or its writer has a fault: export it again.",
    )


def lines_of(stream: BinaryIO, decoder: Decoder) -> Iterator[str]:
    """Lines with their ends, split at line feeds only: a form feed in a note ends no line."""
    rest = ""
    while chunk := stream.read(CHUNK):
        *whole, rest = (rest + decoder.decode(chunk)).split("\n")
        for line in whole:
            yield f"{line}\n"
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest


def number_in(text: str) -> int | None:
    """A declared count as a number; ``None`` if it is none."""
    return int(text) if text.strip().isdigit() else None


def check_count(declared: int | None, count: int, offset: int) -> None:
    """Compare a count that a file must declare with the rows that it has.

    Raises:
        SuspiciousRun: If they differ.
    """
    if declared == count:
        return
    said = "does not declare how many records it has" if declared is None else f"declares {declared} records"
    raise broken(f"the file {said}, and has {count}", count, offset, code="count-differs")
