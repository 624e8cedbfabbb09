"""How is a packed answer unpacked without trusting it?

httpx unpacks whatever came at once, however large it becomes, and as often as the answer says that it was packed: a few
kilobytes can fill the memory before anybody counts them (CVE-2026-84382 of the fork that goes on from httpx 0.28).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from syncd.sentence import Sentence

__all__ = ["CODING", "BrokenPacking", "inflate"]

CODING: Final = "gzip"
"""The one coding that is asked for and understood."""

_AT_ONCE: Final = 64 * 1024
"""Bytes that one piece becomes at most."""

_GZIP: Final = 16 + zlib.MAX_WBITS


class BrokenPacking(Exception):
    """An answer that is not packed as it says, or not to its end."""


def inflate(pieces: Iterable[bytes], codings: str | None) -> Iterator[bytes]:
    """Unpack the pieces of an answer, a little at a time.

    Args:
        codings: What the answer says of itself (RFC 9110, 8.4).

    Raises:
        BrokenPacking: For another coding or several, for bytes that are not what was said, and for an early end.
    """
    named = [coding.strip().lower() for coding in (codings or "").split(",")]
    packed = [coding for coding in named if coding not in {"", "identity"}]
    if not packed:
        yield from pieces
        return
    if packed not in ([CODING], [f"x-{CODING}"]):
        raise BrokenPacking(
            Sentence("the answer is packed as %(names)s, which nobody asked for", names=", ".join(packed)[:60])
        )
    yield from _gunzip(pieces)


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(_GZIP)
    begun = False
    try:
        for piece in pieces:
            left = piece
            while left or begun:
                if member.eof:
                    if not left:
                        break
                    member = zlib.decompressobj(_GZIP)  # gzip allows one after another (RFC 1952, 2.2)
                begun = True
                yield (out := member.decompress(left, _AT_ONCE))
                left = member.unused_data if member.eof else member.unconsumed_tail
                if not left and len(out) < _AT_ONCE:
                    break
    except zlib.error:
        raise BrokenPacking("the answer cannot be unpacked") from None
    if begun and not member.eof:
        raise BrokenPacking("the answer ended before it was unpacked")
