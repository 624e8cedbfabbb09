"""How does syncd do a step? With its whole pipeline: plan, merge, zone, groups, history, bindings, outbox.

The ERP is the benchmark's list over the bridge protocol, or the same as an XML file; the shop is a bridge that is
never called, so that each contractor gets its row in the outbox.
"""

from __future__ import annotations

import argparse
import cProfile
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from benchmarks.state import State
from benchmarks.stopwatch import Stopwatch
from syncd.bootstrap import open_app
from syncd.domain.contractor import load
from syncd.domain.side import Side
from syncd.registry import schema
from syncd.registry.absences import READS, beside
from syncd.registry.engine import open_engine, reading
from syncd.registry.tables import Absence, Binding, Contractor, Push, Run
from syncd.settings import ConnectionSettings, GuardSettings, RouteSettings, Settings
from syncd.starting import look_no_more
from syncd.sync.app import App
from syncd.sync.execute import execute_run
from syncd.sync.mode import Mode
from syncd.sync.request import request_run

__all__ = ["FULL", "prepare", "settings_for", "states"]

FULL: Final = frozenset({"w1", "w4", "w2", "w5", "w5b"})

_FILES: Final[dict[str, Any]] = {
    "key": "Kod",
    "record": "Kontrahent",
    "declared_count": "@liczba",
    "mode": "snapshot",
    "settle_seconds": 0.0,
    "active": {"column": "Aktywny", "inactive": ["0"]},
    "fields": {
        "name": "Nazwa",
        "number": "Kod",
        "tax_id": "Nip",
        "tax_prefix": "Prefiks",
        "country": "Kraj",
        "email": "Email",
        "phones": "Telefon",
        "groups": "Grupa",
        **{
            f"addresses.{number}.{part}": f"Adres/{number}/{part}"
            for number in (0, 1)
            for part in ("kind", "name", "street", "postal_code", "city", "country")
        },
    },
}


def settings_for(database: str, source: str, *, shop: str = "", **more: Any) -> Settings:
    """An ERP and a shop, and a route between them.

    Args:
        source: Address of the ERP's list, or the folder into which it drops XML files.
        shop: Address of the shop; one where nobody answers if left out.
    """
    bridge = {"url": source, "token": "benchmark"}
    guard = GuardSettings(first_run="apply")
    erp = (
        ConnectionSettings(kind="bridge", side=Side.ERP, options=bridge, guard=guard)
        if source.startswith("http")
        else ConnectionSettings(kind="files", side=Side.ERP, options=_FILES | {"folder": source}, guard=guard)
    )
    return Settings(
        database=database,
        connections={
            "erp": erp,
            "shop": ConnectionSettings(
                kind="bridge", side=Side.SHOP, options=bridge | {"url": shop or "http://127.0.0.1:9"}, guard=guard
            ),
        },
        routes=[RouteSettings(erp="erp", shop="shop", create_inactive=True)],
        **more,
    )


def prepare(database: str) -> None:
    """Make the tables."""
    engine = open_engine(database)
    schema.upgrade(engine)
    engine.dispose()


def pull(app: App, mode: Mode, name: str = "erp") -> dict[str, Any]:
    """Make one run, from the request to its end."""
    run_id = request_run(app, app.connection(name), mode=mode, asked_by="benchmark")
    assert run_id is not None
    execute_run(app, run_id)
    with reading(app.engine) as connection:
        row = connection.execute(
            select(Run.state, Run.counts, Run.error, Run.held_because).where(Run.id == run_id)
        ).one()
    if row.state != "succeeded":
        raise RuntimeError(f"the run ended as {row.state}: {row.error or row.held_because}")
    return dict(row.counts)


def states(database: str) -> Iterator[State]:
    """What the registry holds now."""
    engine = open_engine(database)
    with reading(engine) as connection:
        rows = connection.execution_options(yield_per=5000).execute(
            select(Binding.external_id, READS, Contractor.doc)
            .join(Contractor, Contractor.id == Binding.contractor_id)
            .outerjoin(Absence, beside)
            .where(Binding.connection_id == 1)
        )
        for code, missing, text in rows:
            doc = load(text)
            yield State(
                code=code,
                name=doc.name,
                tax_id=doc.tax_id,
                country=doc.country,
                email=doc.email,
                phone=doc.phones[0],
                addresses=tuple(
                    (str(a.kind), a.name, a.street, a.postal_code, a.city, a.country) for a in doc.addresses
                ),
                groups=doc.groups,
                active=doc.active,
                missing=missing > 0,
            )
    engine.dispose()


def faults(database: str, count: int) -> list[str]:
    """What must hold besides the records themselves: everybody is in the outbox, bound and counted once."""
    engine = open_engine(database)
    with reading(engine) as connection:
        found = {
            table.__tablename__: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (Contractor, Binding, Push)
        }
    engine.dispose()
    return [f"{number} rows in {name}, not {count}" for name, number in found.items() if number != count]


def _app(arguments: argparse.Namespace) -> App:
    settings = settings_for(arguments.database, arguments.source, folder=Path.cwd())
    return open_app(settings)


def main() -> None:
    """Do one step in this process and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step")
    parser.add_argument("--database", required=True)
    parser.add_argument("--source", required=True)
    arguments = parser.parse_args()
    app = _app(arguments)
    app.open(app.connection("erp")).close()
    look_no_more()  # as a worker does
    mode: Mode = "full" if arguments.step in FULL else "incremental"
    with _profile(os.environ.get("BENCH_PROFILE"), arguments.step):
        watch = Stopwatch()
        counts = pull(app, mode)
        watch.stop()
    app.close()
    watch.report(counts=counts)


@contextmanager
def _profile(folder: str | None, step: str) -> Iterator[None]:
    """Write cProfile's figures of the block into `folder`, for `python -m pstats`; they slow everything down."""
    if not folder:
        yield
        return
    profile = cProfile.Profile()
    with profile:
        yield
    profile.dump_stats(Path(folder) / f"{step}.prof")


if __name__ == "__main__":
    main()
