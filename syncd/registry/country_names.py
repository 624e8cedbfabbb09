"""What do the admins say that a stated country means, and where somebody is whose statements contradict each other?"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, select

from syncd.domain.country import Names, fold
from syncd.registry.bulk import upsert_rows
from syncd.registry.tables import CountryDecision, CountryName

__all__ = [
    "MappedName",
    "list_names",
    "put_decision",
    "put_name",
    "read_decisions",
    "read_names",
    "remove_decisions",
    "remove_name",
]


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


def read_decisions(connection: Connection) -> dict[bytes, str]:
    """Country by the facts that somebody saw who decided on it."""
    rows = connection.execute(select(CountryDecision.facts, CountryDecision.country))
    return {row[0]: row[1] for row in rows}


def put_decision(
    connection: Connection, facts: bytes, contractor_id: int, country: str, *, by: str, at: datetime
) -> None:
    """Keep where a contractor is while it states just this."""
    row = (facts, contractor_id, country, by, at)
    upsert_rows(connection, CountryDecision, ("facts", "contractor_id", "country", "by", "at"), [row])


def remove_decisions(connection: Connection, contractor_id: int) -> int:
    """Forget what was decided of a contractor; how many decisions there were."""
    return connection.execute(delete(CountryDecision).where(CountryDecision.contractor_id == contractor_id)).rowcount
