"""How would a plain script do a step? SQLAlchemy, one table, one upsert a page.

What many shops run from cron: no plan, no guard, no history, no merge; every record of the list is written again.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import httpx
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from benchmarks.state import State
from benchmarks.stopwatch import Stopwatch
from benchmarks.world import PAGE

__all__ = ["prepare", "states"]

_METADATA = MetaData()
_CONTRACTORS = Table(
    "contractors",
    _METADATA,
    Column("code", String, primary_key=True),
    Column("name", String(250), nullable=False),
    Column("tax_id", String, index=True),
    Column("country", String),
    Column("email", String, index=True),
    Column("phone", String),
    Column("addresses", JSON),
    Column("groups", JSON),
    Column("active", Boolean),
    Column("seen_in", Integer),
    Column("missing", Boolean),
)
_RUNS = Table("script_runs", _METADATA, Column("id", Integer, primary_key=True), Column("cursor", String))


def prepare(database: str) -> None:
    """Make the tables."""
    engine = _engine(database)
    _METADATA.create_all(engine)
    engine.dispose()


def states(database: str) -> Iterator[State]:
    """What the table holds now."""
    engine = _engine(database)
    with engine.connect() as connection:
        rows = connection.execution_options(yield_per=5000).execute(select(_CONTRACTORS))
        for row in rows:
            yield State(
                code=row.code,
                name=row.name,
                tax_id=row.tax_id,
                country=row.country,
                email=row.email,
                phone=row.phone,
                addresses=tuple(
                    (a["kind"], a.get("name", ""), a["street"], a["postal_code"], a["city"], a["country"])
                    for a in row.addresses
                ),
                groups=tuple(row.groups),
                active=row.active,
                missing=row.missing,
            )
    engine.dispose()


def _engine(database: str) -> Engine:
    return create_engine(database.replace("postgresql://", "postgresql+psycopg://"))


def _pages(client: httpx.Client, since: str | None) -> Iterator[dict[str, Any]]:
    asked = {"limit": str(PAGE)} | ({"since": since} if since else {})
    page: str | None = None
    while True:
        listing = client.get("/contractors", params=asked | ({"page": page} if page else {})).json()
        yield listing
        page = listing["next"]
        if page is None:
            return


def _row(item: dict[str, Any], run_id: int) -> dict[str, Any]:
    contractor = item["contractor"]
    return {
        "code": item["id"],
        "name": contractor["name"],
        "tax_id": contractor.get("tax_id", ""),
        "country": contractor["country"],
        "email": contractor["email"],
        "phone": contractor["phones"][0],
        "addresses": contractor["addresses"],
        "groups": contractor["groups"],
        "active": contractor.get("active", True),
        "seen_in": run_id,
        "missing": False,
    }


def _upsert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_CONTRACTORS)
    changes = {name: statement.excluded[name] for name in rows[0] if name != "code"}
    connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=changes), rows)


def synchronize(engine: Engine, client: httpx.Client, *, full: bool) -> None:
    """Read the list, or what changed since the last time, and write all of it."""
    with engine.begin() as connection:
        last = connection.execute(select(_RUNS).order_by(_RUNS.c.id.desc()).limit(1)).one_or_none()
    run_id = last.id + 1 if last else 1
    cursor = last.cursor if last else None
    for listing in _pages(client, None if full else cursor):
        cursor = listing["cursor"] or cursor
        if listing["items"]:
            with engine.begin() as connection:
                _upsert(connection, [_row(item, run_id) for item in listing["items"]])
    with engine.begin() as connection:
        if full:
            connection.execute(update(_CONTRACTORS).where(_CONTRACTORS.c.seen_in != run_id).values(missing=True))
        connection.execute(insert(_RUNS).values(id=run_id, cursor=cursor))


def main() -> None:
    """Do one step in this process and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step")
    parser.add_argument("--database", required=True)
    parser.add_argument("--source", required=True)
    arguments = parser.parse_args()
    engine = _engine(arguments.database)
    with engine.connect(), httpx.Client(base_url=arguments.source) as client:
        client.get("/health")
        watch = Stopwatch()
        synchronize(engine, client, full=arguments.step != "w3")
        watch.stop()
    engine.dispose()
    watch.report()


if __name__ == "__main__":
    main()
