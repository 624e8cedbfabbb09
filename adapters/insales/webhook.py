"""Which client does a webhook of InSales ask to look at?

InSales posts the whole client when one is made or changed (topics ``client/create`` and ``client/update``). Deliveries
may be lost, doubled or late, nothing signs them, and what exactly they hold is not documented. So a hook is a hint: of
all that it says only the id is taken, and the client is then read from the shop like any other. What proves that it is
InSales who calls is the address: it ends in a secret that only the shop was told.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from syncd.errors import InvalidRecord
from syncd.ports import Hook, Secret

__all__ = ["HOOK", "TOPICS", "clients_of", "named_clients"]

TOPICS: Final = ("client/create", "client/update")
"""What to subscribe to; the word is singular there, unlike in the API's addresses."""

BODY_BYTES: Final = 1024 * 1024
MOST: Final = 1000
SHORTEST_SECRET: Final = 16


def clients_of(body: bytes, *, token: str, secret: Secret) -> tuple[str, ...]:
    """External ids of clients to look at, in their order and without repetition.

    Args:
        body: What was posted, of which nothing but the ids is believed.
        token: What the address that was called ends in.
        secret: What it has to end in.

    Raises:
        InvalidRecord: With code ``hook-not-ours`` for a wrong address, ``hook-unreadable`` for a body of another form.
    """
    expected = secret.reveal()
    if len(expected) < SHORTEST_SECRET or not hmac.compare_digest(token.encode(), expected.encode()):
        raise InvalidRecord(
            "a webhook came to an address that was not given to the shop",
            code="hook-not-ours",
            cure="Nothing was done. Correct the webhook's address in the shop if it is one of yours.",
        )
    return named_clients(body)


def named_clients(body: bytes) -> tuple[str, ...]:
    """The same for a call whose address was compared before.

    Raises:
        InvalidRecord: With code ``hook-unreadable`` for a body of another form.
    """
    try:
        told = msgspec.json.decode(body) if len(body) <= BODY_BYTES else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        told = None
    ids = tuple(dict.fromkeys(_ids(told)))
    if not ids or len(ids) > MOST:
        raise InvalidRecord(
            "a webhook names no client, or cannot be read",
            code="hook-unreadable",
            cure="Set its format to JSON and its topic to client/create or client/update; reads miss nothing.",
        )
    return ids


HOOK: Final = Hook(records=named_clients, topics=TOPICS)


def _ids(told: Any) -> Iterator[str]:
    """A client by itself, inside of an object named after it, or several in a list."""
    for one in told if isinstance(told, list) else [told]:
        inner = one.get("client", one) if isinstance(one, dict) else None
        id_ = inner.get("id") if isinstance(inner, dict) else None
        if isinstance(id_, int) and not isinstance(id_, bool) and id_ > 0:
            yield str(id_)
