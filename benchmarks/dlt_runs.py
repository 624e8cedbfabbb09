"""How does dlt do a step? A resource over the same HTTP list, merged by code.

Lists inside a record go to tables of their own, as dlt does unasked. Which rows a full list did not have is asked
afterwards with one statement, because a merge cannot tell.
"""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text

from benchmarks.state import State
from benchmarks.stopwatch import Stopwatch
from benchmarks.world import PAGE

__all__ = ["ENVIRONMENT", "prepare", "states"]

DATASET = "erp"

ENVIRONMENT = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "PYTHONWARNINGS": "ignore",  # SQLAlchemy's, about how dlt writes its statements
}


def prepare(database: str) -> None:
    """There is nothing to prepare: dlt makes its tables by itself."""
    del database


def states(database: str) -> Iterator[State]:
    """What dlt's tables hold now, put together again."""
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            _attach(connection, Path(str(engine.url.database)))
        addresses = _lists(connection, "contractors__addresses", "kind, name, street, postal_code, city, country")
        groups = _lists(connection, "contractors__groups", "value")
        missing = set(connection.scalars(text(f"SELECT code FROM {DATASET}.missing")))
        columns = "code, name, tax_id, country, email, phone, active, _dlt_id"
        for row in connection.execute(text(f"SELECT {columns} FROM {DATASET}.contractors")):
            yield State(
                code=row.code,
                name=row.name,
                tax_id=row.tax_id,
                country=row.country,
                email=row.email,
                phone=row.phone,
                addresses=tuple(addresses.get(row[-1], ())),
                groups=tuple(group for (group,) in groups.get(row[-1], ())),
                active=bool(row.active),
                missing=row.code in missing,
            )
    engine.dispose()


def _attach(connection: Connection, file: Path) -> None:
    """On SQLite dlt keeps a data set in a file of its own, beside the one that it is told."""
    beside = file.with_name(f"{file.stem}__{DATASET}{file.suffix}")
    connection.execute(text(f"ATTACH DATABASE '{beside}' AS {DATASET}"))


def _lists(connection: Connection, table: str, columns: str) -> dict[str, list[tuple[Any, ...]]]:
    """Members of records' lists in their order, by record."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    order = "_dlt_parent_id, _dlt_list_idx"
    for parent, *values in connection.execute(
        text(f"SELECT _dlt_parent_id, {columns} FROM {DATASET}.{table} ORDER BY {order}")
    ):
        found.setdefault(parent, []).append(tuple(value or "" for value in values))
    return found


def _flat(item: dict[str, Any]) -> dict[str, Any]:
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
    }


def _read(session: Any, source: str, state: MutableMapping[str, Any], *, full: bool) -> Iterator[list[dict[str, Any]]]:
    """Pages of the list, or of what changed since the cursor that `state` keeps."""
    asked = {"limit": str(PAGE)} | ({} if full else {"since": state["cursor"]})
    page: str | None = None
    while True:
        answer = session.get(f"{source}/contractors", params=asked | ({"page": page} if page else {}))
        listing = json.loads(answer.content)
        state["cursor"] = listing["cursor"] or state.get("cursor")
        yield [_flat(item) for item in listing["items"]]
        page = listing["next"]
        if page is None:
            return


def main() -> None:
    """Do one step in this process and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step")
    parser.add_argument("--database", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--folder", required=True)
    arguments = parser.parse_args()
    full = arguments.step != "w3"
    # By name: the process that takes turns with the systems imports this module, and has no use for dlt.
    dlt: Any = importlib.import_module("dlt")
    session: Any = importlib.import_module("requests").Session()
    session.get(f"{arguments.source}/health")

    def contractors() -> Iterator[list[dict[str, Any]]]:
        yield from _read(session, arguments.source, dlt.current.resource_state(), full=full)

    sqlite = arguments.database.startswith("sqlite")
    to = dlt.destinations.sqlalchemy if sqlite else dlt.destinations.postgres
    pipeline = dlt.pipeline(
        "benchmark", destination=to(arguments.database), dataset_name=DATASET, pipelines_dir=arguments.folder
    )
    resource = dlt.resource(contractors, name="contractors", write_disposition="merge", primary_key="code")
    watch = Stopwatch()
    pipeline.run(resource()).raise_on_failed_jobs()
    if full:
        _note_missing(pipeline)
    watch.stop()
    watch.report()


def _note_missing(pipeline: Any) -> None:
    """A merged row carries the number of the load that wrote it last: whoever has an older one was not in the list."""
    with pipeline.sql_client() as client:
        name = client.make_qualified_table_name
        client.execute_sql(f"CREATE TABLE IF NOT EXISTS {name('missing')} (code TEXT)")
        client.execute_sql(f"DELETE FROM {name('missing')}")
        client.execute_sql(
            f"INSERT INTO {name('missing')} SELECT code FROM {name('contractors')} "
            f"WHERE _dlt_load_id < (SELECT max(_dlt_load_id) FROM {name('contractors')})"
        )


if __name__ == "__main__":
    main()
