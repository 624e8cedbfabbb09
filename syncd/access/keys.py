"""How are long random texts made that open a door, and what is kept of them?"""

from __future__ import annotations

import hashlib
import secrets

__all__ = ["digest", "new_key"]


def new_key() -> str:
    """256 random bits, fit for a URL and a cookie."""
    return secrets.token_urlsafe(32)


def digest(key: str) -> bytes:
    """What is stored. A plain hash will do: nobody guesses 256 random bits."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
