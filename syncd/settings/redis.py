"""Could a stranger use this Redis?"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlsplit

from syncd.egress import is_loopback

__all__ = ["open_to_strangers"]

_SOCKETS: Final = frozenset({"unix", "redis+socket"})


def open_to_strangers(url: str) -> bool:
    """Whether it is on the network without a password: who can write there can make workers do anything."""
    parts = urlsplit(url)
    if parts.scheme in _SOCKETS or is_loopback(parts.hostname or "localhost"):
        return False
    given = parse_qs(parts.query)
    return not (parts.password or given.get("password") or given.get("ssl_certfile"))
