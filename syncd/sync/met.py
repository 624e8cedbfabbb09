"""What did this read say of a record before? Remembered for millions of them in a few bytes each."""

from __future__ import annotations

import hashlib
from typing import Final

__all__ = ["Met"]

_PARTS: Final = 4096
"""So many that to look through one takes less than to find which one it is, up to a million records."""

_KEY: Final = 12
"""Bytes that stand for an external id: of a billion records no two have the same."""

_DIGEST: Final = 16
_ENTRY: Final = _KEY + _DIGEST


class Met:
    """Digests of records by external id, as in a dict, which takes five times the memory."""

    def __init__(self) -> None:
        self._parts: dict[int, bytearray] = {}

    def get(self, external_id: str) -> bytes | None:
        """Digest of the record; ``None`` where it was not met."""
        key = _key(external_id)
        part = self._parts.get(_part(key), b"")
        at = _find(part, key)
        return None if at < 0 else bytes(part[at + _KEY : at + _ENTRY])

    def meet(self, external_id: str, digest: bytes) -> bytes | None:
        """The same, but one that was not met is remembered, by the digest of its bytes now."""
        key = _key(external_id)
        part = self._parts.setdefault(_part(key), bytearray())
        at = _find(part, key)
        if at >= 0:
            return bytes(part[at + _KEY : at + _ENTRY])
        part += key + digest
        return None


def _key(external_id: str) -> bytes:
    # Ids may come with halves of letters that UTF-8 has no bytes for.
    return hashlib.blake2b(external_id.encode(errors="surrogatepass"), digest_size=_KEY).digest()


def _part(key: bytes) -> int:
    return int.from_bytes(key[:2], "big") % _PARTS


def _find(part: bytes | bytearray, key: bytes) -> int:
    """Where the entry of a key begins; -1 where there is none."""
    at = part.find(key)
    while at >= 0 and at % _ENTRY:
        at = part.find(key, at + 1)
    return at
