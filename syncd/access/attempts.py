"""How is guessing of passwords slowed down, over all processes and restarts?

An attempt counts before its password is looked at, so that a hundred at once are a hundred. An account is shut for
minutes only: who does not know the password must not be able to shut somebody out for good.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from syncd.errors import RateLimited
from syncd.registry.engine import is_sqlite
from syncd.registry.tables import LoginAttempt

__all__ = ["KEPT", "Key", "count", "forgive", "forgive_one", "key_of", "keys_of"]

KEPT: Final = timedelta(minutes=15)
"""So long after the last failure everything is forgotten."""

_FREE_ACCOUNT: Final = 5
_FREE_ADDRESS: Final = 20
_LONGEST: Final = timedelta(minutes=5)
_ROWS: Final = 10_000
"""Rows at most, whoever types what."""

Key = tuple[bytes, int]
"""A digest, and how many failures are free."""


def keys_of(name: str, address: str) -> tuple[Key, Key]:
    """What an attempt counts for: the account, which need not exist, and the network that it comes from."""
    return (_digest(f"account:{name}"), _FREE_ACCOUNT), key_of(address)


def key_of(address: str) -> Key:
    """What an attempt counts for of which nobody knows whose account it is about: the network that it comes from."""
    return _digest(f"address:{_network(address)}"), _FREE_ADDRESS


def count(connection: Connection, keys: Collection[Key], now: datetime) -> None:
    """Count an attempt as failed until it is forgiven.

    Raises:
        RateLimited: If it is too early for another one; the password must not be looked at.
    """
    connection.execute(delete(LoginAttempt).where(LoginAttempt.last_at < now - KEPT))
    for key, free in sorted(keys):
        _count(connection, key, free, now)
    _stay_small(connection)


def forgive(connection: Connection, keys: tuple[Key, Key]) -> None:
    """Take back an attempt that was right: the account starts anew, the address only loses this one.

    Else somebody with an account of their own could guess at others' for ever.
    """
    (account, _), address = keys
    connection.execute(delete(LoginAttempt).where(LoginAttempt.key == account))
    forgive_one(connection, address)


def forgive_one(connection: Connection, key: Key) -> None:
    """Take back one attempt of a network."""
    address, _ = key
    connection.execute(
        update(LoginAttempt)
        .where(LoginAttempt.key == address)
        .values(failures=LoginAttempt.failures - 1, blocked_until=None)
    )


def _count(connection: Connection, key: bytes, free: int, now: datetime) -> None:
    insert = sqlite.insert if is_sqlite(connection) else postgresql.insert
    connection.execute(insert(LoginAttempt).values(key=key, failures=0, last_at=now).on_conflict_do_nothing())
    row = connection.execute(
        select(LoginAttempt.failures, LoginAttempt.blocked_until).where(LoginAttempt.key == key).with_for_update()
    ).one()
    if row.blocked_until is not None and row.blocked_until > now:
        raise RateLimited(
            "too many attempts to log in; try again later", retry_after=(row.blocked_until - now).total_seconds()
        )
    failures = row.failures + 1
    pause = min(timedelta(seconds=2 ** min(failures - free, 10)), _LONGEST) if failures >= free else None
    connection.execute(
        update(LoginAttempt)
        .where(LoginAttempt.key == key)
        .values(failures=failures, last_at=now, blocked_until=now + pause if pause else None)
    )


def _stay_small(connection: Connection) -> None:
    rows: int = connection.execute(select(func.count()).select_from(LoginAttempt)).scalar_one()
    if rows > _ROWS:
        oldest = select(LoginAttempt.key).order_by(LoginAttempt.last_at).limit(rows - _ROWS)
        connection.execute(delete(LoginAttempt).where(LoginAttempt.key.in_(oldest)))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _network(address: str) -> str:
    """Whoever has one IPv6 address has all 2^64 beside it."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if ip.version == 6 else address
