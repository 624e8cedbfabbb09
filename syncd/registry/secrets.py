"""Which secret options of connections are in the registry? Sealed; who opens them is `syncd.sync.connecting`."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from syncd.registry.bulk import reserve_ids
from syncd.registry.tables import ConnectionSecret, Counter

__all__ = ["Sealed", "all_sealed", "forget", "put", "replace_seals", "version"]

_COUNTER = "secrets"


class Sealed(NamedTuple):
    """One secret, who gave it, and when."""

    connection: str
    option: str
    sealed: bytes
    set_at: datetime
    set_by: str


def all_sealed(connection: Connection, name: str | None = None) -> list[Sealed]:
    """Secrets of all connections, or of one."""
    secret = ConnectionSecret
    statement = select(secret.connection, secret.option, secret.sealed, secret.set_at, secret.set_by)
    if name is not None:
        statement = statement.where(secret.connection == name)
    return [Sealed(*row) for row in connection.execute(statement.order_by(secret.connection, secret.option))]


def put(connection: Connection, secret: Sealed) -> None:
    """Keep a secret, in place of the one before."""
    forget(connection, secret.connection, secret.option)
    connection.execute(insert(ConnectionSecret).values(secret._asdict()))


def forget(connection: Connection, name: str, option: str | None = None) -> int:
    """Forget one secret of a connection, or all; answer how many those were."""
    reserve_ids(connection, _COUNTER, 1)
    which = ConnectionSecret.connection == name
    if option is not None:
        which &= ConnectionSecret.option == option
    return connection.execute(delete(ConnectionSecret).where(which)).rowcount


def replace_seals(connection: Connection, renewed: dict[tuple[str, str], bytes]) -> None:
    """The same secrets under another key."""
    for (name, option), sealed in renewed.items():
        which = (ConnectionSecret.connection == name) & (ConnectionSecret.option == option)
        connection.execute(update(ConnectionSecret).where(which).values(sealed=sealed))


def version(connection: Connection) -> int:
    """Another one after every change of any of them."""
    return connection.scalar(select(Counter.value).where(Counter.name == _COUNTER)) or 0
