"""Up to where has a list of dropped files been read? The cursor of a platform whose files are taken in."""

from __future__ import annotations

from typing import Final

import msgspec

from syncd.errors import Misconfigured

__all__ = ["END", "Position", "cursor_of", "position_of"]

END: Final = 1 << 53
"""A place behind every record of a file."""


class Position(msgspec.Struct, frozen=True, order=True):
    """A point in the order of reading: behind the record numbered `place` of the file numbered `seq`."""

    seq: int = 0
    place: int = END


def position_of(cursor: str | None) -> Position | None:
    """A cursor is the number of a file (``17``), and of a record while the file is not finished (``17.500``).

    Raises:
        Misconfigured: If it is another platform's.
    """
    if cursor is None:
        return None
    seq, _, place = cursor.partition(".")
    if not seq.isdecimal() or (place and not place.isdecimal()):
        raise Misconfigured("the cursor is not this platform's", code="bad-cursor", cure="Run a full read.")
    return Position(int(seq), int(place) if place else END)


def cursor_of(at: Position | None) -> str | None:
    """The cursor of a point; ``None`` before there is any file."""
    if at is None:
        return None
    return str(at.seq) if at.place == END else f"{at.seq}.{at.place}"
