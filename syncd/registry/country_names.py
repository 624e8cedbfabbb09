"""What do the admins say that a stated country means?"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, select

from syncd.domain.country import Names, fold
from syncd.registry.bulk import upsert_rows
from syncd.registry.tables import CountryName

__all__ = ["MappedName", "list_names", "put_name", "read_names", "remove_name"]


class MappedName(msgspec.Struct, frozen=True):
    """One name with what it means.

    Attributes:
        stated: As it was written when it was mapped; any spelling of it counts.
        country: ISO 3166-1 alpha-2.
    """

    stated: str
    country: str
    by: str
    at: datetime


def list_names(connection: Connection) -> list[MappedName]:
    """All names, by name."""
    columns = (CountryName.stated, CountryName.country, CountryName.by, CountryName.at)
    return [MappedName(*row) for row in connection.execute(select(*columns).order_by(CountryName.folded))]


def read_names(connection: Connection) -> Names:
    """All names, as the verdict takes them."""
    rows = connection.execute(select(CountryName.stated, CountryName.country))
    return Names((stated, country) for stated, country in rows)


def put_name(connection: Connection, stated: str, country: str, *, by: str, at: datetime) -> None:
    """Let a name mean a country, whatever it meant before."""
    row = (fold(stated), stated, country, by, at)
    upsert_rows(connection, CountryName, ("folded", "stated", "country", "by", "at"), [row])


def remove_name(connection: Connection, stated: str) -> bool:
    """Forget what a name means; whether it meant anything."""
    return connection.execute(delete(CountryName).where(CountryName.folded == fold(stated))).rowcount > 0
