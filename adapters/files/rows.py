"""What do the readers of all formats share?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec

from syncd.domain.encoding import CHUNK, Decoder
from syncd.folder.rows import broken
from syncd.sentence import Counted, Sentence

__all__ = ["canonical", "check_count", "lines_of", "nothing", "number_in"]

canonical = msgspec.json.Encoder(order="deterministic").encode


def nothing(_column: str) -> Sequence[str]:
    """Values of a row that has none."""
    return ()


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
    return int(text) if text.strip().isdecimal() else None


def check_count(declared: int | None, count: int, offset: int) -> None:
    """Compare a count that a file must declare with the rows that it has.

    Raises:
        SuspiciousRun: If they differ.
    """
    if declared == count:
        return
    said = Sentence("the file does not declare how many records it has, and has %(count)s", count=count)
    if declared is not None:
        said = Sentence(
            Counted(
                "the file declares %(count)s record, and has %(seen)s",
                "the file declares %(count)s records, and has %(seen)s",
            ),
            count=declared,
            seen=count,
        )
    raise broken(said, count, offset, code="count-differs")
