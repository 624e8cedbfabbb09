"""How does a receiver know that a message comes from here? By the signature of Standard Webhooks 1.0.

The key signs the message's id, the moment of the try and the body; libraries in every language check it. Under several
keys there are several signatures, so that a key can be replaced at leisure.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from syncd.errors import Misconfigured
from syncd.sentence import Sentence

__all__ = ["PREFIX", "headers_of", "keys_of"]

PREFIX: Final = "whsec_"
SHORTEST: Final = 24
LONGEST: Final = 64
"""Bytes of a key, as the specification has them."""


def keys_of(secret: str) -> list[bytes]:
    """The keys in a secret: several with blanks or commas between, the newest first.

    Raises:
        Misconfigured: If there is none, or one is no key; it is not repeated.
    """
    keys = [_key(word.removeprefix(PREFIX)) for word in secret.replace(",", " ").split()]
    if not keys or not all(SHORTEST <= len(key) <= LONGEST for key in keys):
        raise Misconfigured(
            Sentence(
                "this is no key of a webhook: %(prefix)s and base64 of %(shortest)s to %(longest)s bytes",
                prefix=PREFIX,
                shortest=SHORTEST,
                longest=LONGEST,
            ),
            cure="`syncd webhooks key` makes one.",
        )
    return keys


def _key(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""


def headers_of(keys: Iterable[bytes], message: str, at: int, body: bytes) -> dict[str, str]:
    """What proves where a message comes from and when.

    Args:
        message: Its id.
        at: Seconds since 1970.
    """
    signed = f"{message}.{at}.".encode() + body
    proofs = (base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{proof}" for proof in proofs),
    }
