"""Did who knows the key sign these very bytes?"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Literal

__all__ = ["is_signed"]


def is_signed(
    body: bytes, signature: str, key: str, *, form: Literal["hex", "base64"] = "hex", digest: str = "sha256"
) -> bool:
    """Compare a keyed digest of the raw body with the one that came along, in a time that tells nothing.

    The bytes as they came, never what was parsed of them: two bodies may mean the same and differ.
    """
    try:
        told = bytes.fromhex(signature) if form == "hex" else base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error):
        return False
    return bool(key) and hmac.compare_digest(told, hmac.new(key.encode(), body, getattr(hashlib, digest)).digest())
