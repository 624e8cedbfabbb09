"""Which countries do shops serve besides those of their configuration, because an admin said so?"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, select

from syncd.registry.bulk import upsert_rows
from syncd.registry.tables import Connection as Connected
from syncd.registry.tables import ServedCountry

__all__ = ["Served", "all_served", "list_served", "put_served", "remove_served"]


class Served(msgspec.Struct, frozen=True):
    """One country at one shop.

    Attributes:
        country: ISO 3166-1 alpha-2.
    """

    shop: str
    country: str
    by: str
    at: datetime


def list_served(connection: Connection) -> list[Served]:
    """All of them, by shop."""
    rows = connection.execute(
        select(Connected.name, ServedCountry.country, ServedCountry.by, ServedCountry.at)
        .join(Connected, Connected.id == ServedCountry.connection_id)
        .order_by(Connected.name, ServedCountry.country)
    )
    return [Served(*row) for row in rows]


def all_served(connection: Connection) -> dict[int, frozenset[str]]:
    """Countries by the id of the shop."""
    found: dict[int, set[str]] = defaultdict(set)
    for connection_id, country in connection.execute(select(ServedCountry.connection_id, ServedCountry.country)):
        found[connection_id].add(country)
    return {connection_id: frozenset(countries) for connection_id, countries in found.items()}


def put_served(connection: Connection, connection_id: int, country: str, *, by: str, at: datetime) -> None:
    """Let a shop serve a country."""
    row = (connection_id, country, by, at)
    upsert_rows(connection, ServedCountry, ("connection_id", "country", "by", "at"), [row])


def remove_served(connection: Connection, connection_id: int, country: str) -> bool:
    """Let only the configuration say it again; whether anybody had said it."""
    said = (ServedCountry.connection_id == connection_id) & (ServedCountry.country == country)
    return connection.execute(delete(ServedCountry).where(said)).rowcount > 0
