"""What does a browser hold between leaving for the provider and coming back? A sealed text; the server keeps nothing.

So nobody fills a table by asking for the log-in again and again, and who comes back without what they left with, or
with another one's, is not let in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

import msgspec

from syncd.errors import Misconfigured
from syncd.secrets import Vault

__all__ = ["LONGEST", "VALID", "Step", "begin", "keep", "kept"]

VALID: Final = timedelta(minutes=10)
LONGEST: Final = 3900
"""Characters that a browser keeps beside the cookie's name and what is said of it."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One log-in on its way.

    Attributes:
        state: Comes back in the address: the answer belongs to this browser.
        nonce: Comes back in the ID token: it was made for this log-in.
        verifier: Goes to the provider with the code alone: a code that somebody saw on its way is worth nothing.
        next: Where to go afterwards.
        invited: Key of the set-up link that is to be used; ``""`` for a log-in.
    """

    state: str
    nonce: str
    verifier: str
    next: str
    invited: str
    until: datetime

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier (RFC 7636, S256)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    def is_answered_by(self, state: str) -> bool:
        """Whether an answer belongs to it."""
        return hmac.compare_digest(self.state.encode(), state.encode("utf-8", "surrogatepass"))


def begin(next_: str, invited: str, now: datetime) -> Step:
    """Begin a log-in."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Step(state=state, nonce=nonce, verifier=verifier, next=next_, invited=invited, until=now + VALID)


def keep(step: Step, vault: Vault) -> str:
    """What the browser is to hold."""
    return vault.seal(msgspec.json.encode(step).decode()).decode()


def kept(text: str, vault: Vault, now: datetime) -> Step | None:
    """What a browser held; ``None`` for what is not ours, or too old."""
    if len(text) > LONGEST:
        return None
    try:
        step = msgspec.json.decode(vault.open(text.encode("utf-8", "surrogatepass")), type=Step)
    except (Misconfigured, msgspec.MsgspecError):
        return None
    return step if now < step.until else None
