"""How does dlt do a step? A resource over the same HTTP list, merged by code.

Lists inside a record go to tables of their own, as dlt does unasked. Which rows a full list did not have is asked
afterwards with one statement, because a merge cannot tell.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text

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
    """dlt makes its tables by itself."""
    del database


def _tables(engine: Engine) -> str:
    """Prefix of dlt's tables: a schema, or on SQLite an attached file."""
    del engine
    return f"{DATASET}."


def _engine(database: str) -> Engine:
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    return engine


def states(database: str) -> Iterator[State]:
    """What dlt's tables hold now, put together again."""
    engine = _engine(database)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            file = Path(str(engine.url.database))
            attached = file.with_name(f"{file.stem}__{DATASET}{file.suffix}")
            connection.execute(text(f"ATTACH DATABASE '{attached}' AS {DATASET}"))
        addresses: dict[str, list[tuple[str, str, str, str, str, str]]] = {}
        for row in connection.execute(
            text(f"SELECT * FROM {DATASET}.contractors__addresses ORDER BY _dlt_parent_id, _dlt_list_idx")
        ):
            addresses.setdefault(row._dlt_parent_id, []).append(  # noqa: SLF001 - dlt's name of a column
                (row.kind, row.name or "", row.street, row.postal_code, row.city, row.country)
            )
        groups: dict[str, list[str]] = {}
        for parent, value in connection.execute(
            text(f"SELECT _dlt_parent_id, value FROM {DATASET}.contractors__groups ORDER BY _dlt_parent_id, _dlt_list_idx")
        ):
            groups.setdefault(parent, []).append(value)
        missing = {row[0] for row in connection.execute(text(f"SELECT code FROM {DATASET}.missing"))}
        for row in connection.execute(text(f"SELECT * FROM {DATASET}.contractors")):
            yield State(
                code=row.code,
                name=row.name,
                tax_id=row.tax_id,
                country=row.country,
                email=row.email,
                phone=row.phone,
                addresses=tuple(addresses.get(row._dlt_id, ())),  # noqa: SLF001 - dlt's name of a column
                groups=tuple(groups.get(row._dlt_id, ())),  # noqa: SLF001 - dlt's name of a column
                active=bool(row.active),
                missing=row.code in missing,
            )
    engine.dispose()


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


def main() -> None:
    """Do one step in this process and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step")
    parser.add_argument("--database", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--folder", required=True)
    arguments = parser.parse_args()
    full = arguments.step != "w3"
    os.environ["DLT_DATA_DIR"] = arguments.folder

    import dlt
    import requests

    session = requests.Session()
    session.get(f"{arguments.source}/health")

    @dlt.resource(name="contractors", write_disposition="merge", primary_key="code")
    def contractors() -> Iterator[list[dict[str, Any]]]:
        state = dlt.current.resource_state()
        asked = {"limit": str(PAGE)} | ({} if full else {"since": state["cursor"]})
        page = None
        while True:
            answer = session.get(f"{arguments.source}/contractors", params=asked | ({"page": page} if page else {}))
            listing = json.loads(answer.content)
            if listing["cursor"]:
                state["cursor"] = listing["cursor"]
            yield [_flat(item) for item in listing["items"]]
            page = listing["next"]
            if page is None:
                return

    if arguments.database.startswith("sqlite"):
        destination = dlt.destinations.sqlalchemy(arguments.database)
    else:
        destination = dlt.destinations.postgres(arguments.database)
    pipeline = dlt.pipeline("benchmark", destination=destination, dataset_name=DATASET, pipelines_dir=arguments.folder)
    options: dict[str, Any] = {}
    if os.environ.get("BENCH_DLT_FORMAT"):
        options["loader_file_format"] = os.environ["BENCH_DLT_FORMAT"]
    watch = Stopwatch()
    pipeline.run(contractors(), **options).raise_on_failed_jobs()
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
