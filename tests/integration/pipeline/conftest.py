"""A whole installation in one process: two memory sides, a registry on SQLite or PostgreSQL, no worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.memory.simulator import simulate
from syncd.bootstrap import open_app
from syncd.certify.sandbox import Sandbox
from syncd.domain.contractor import Contractor, load
from syncd.domain.side import Side
from syncd.registry import schema, tables
from syncd.registry.engine import open_engine, reading
from syncd.settings import ConnectionSettings, RouteSettings, Settings
from syncd.sync.app import App
from syncd.sync.execute import execute_run
from syncd.sync.push import push_due
from syncd.sync.request import Mode, request_run
from syncd.sync.sweep import sweep


class House:
    """One ERP and one shop, and the clock that both see."""

    def __init__(self, app: App, erp: Sandbox, shop: Sandbox, clock: list[datetime]) -> None:
        self.app = app
        self.erp = erp
        self.shop = shop
        self._clock = clock

    def pass_time(self, **length: float) -> None:
        self._clock[0] += timedelta(**length)

    def run(self, name: str, mode: Mode = "incremental", **more: Any) -> dict[str, Any]:
        """Make one run and answer its row."""
        self.pass_time(seconds=1)
        run_id = request_run(self.app, self.app.connection(name), mode=mode, asked_by="test", **more)
        assert run_id is not None
        execute_run(self.app, run_id)
        return self.row(run_id)

    def row(self, run_id: int) -> dict[str, Any]:
        with reading(self.app.engine) as connection:
            return dict(
                connection.execute(select(tables.Run.__table__).where(tables.Run.id == run_id)).mappings().one()
            )

    def push(self) -> None:
        for connected in self.app.connections.values():
            push_due(self.app, connected.id)

    def settle(self, rounds: int = 6) -> None:
        """Let everything happen that the daemon would do, until nothing is left to do."""
        for _ in range(rounds):
            self.run("erp")
            self.push()
            self.run("shop")
            self.push()
            self.finish()
            self.pass_time(minutes=10)

    def finish(self) -> None:
        """Execute runs that were asked for by the pipeline itself."""
        sweep(self.app)
        with reading(self.app.engine) as connection:
            waiting = connection.scalars(
                select(tables.Run.id).where(tables.Run.state.in_(["queued", "interrupted"])).order_by(tables.Run.id)
            ).all()
        for run_id in waiting:
            execute_run(self.app, run_id)

    def contractors(self) -> list[Contractor]:
        with reading(self.app.engine) as connection:
            return [
                load(doc) for doc in connection.scalars(select(tables.Contractor.doc).order_by(tables.Contractor.id))
            ]

    def statuses(self) -> list[str]:
        return [row["status"] for row in self.rows(tables.Contractor)]

    def rows(self, table: type[tables.Base]) -> list[dict[str, Any]]:
        with reading(self.app.engine) as connection:
            return [dict(row) for row in connection.execute(select(table.__table__)).mappings()]

    def issues(self) -> list[str]:
        return sorted(row["code"] for row in self.rows(tables.Issue) if row["state"] == "open")

    def lines(self, run_id: int) -> list[dict[str, Any]]:
        return [row for row in self.rows(tables.PlanLine) if row["run_id"] == run_id]

    def at_shop(self) -> dict[str, Contractor]:
        return {remote.contractor.number: remote.contractor for remote in self.shop.holds().values()}

    def at_erp(self) -> dict[str, Contractor]:
        return {remote.contractor.number: remote.contractor for remote in self.erp.holds().values()}


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    clock = [datetime(2026, 5, 4, 12, 0, tzinfo=UTC)]
    with ExitStack() as stack:
        erp = stack.enter_context(simulate())
        shop = stack.enter_context(simulate())
        settings = Settings(
            database=database_url,
            connections={
                "erp": ConnectionSettings(kind="memory", side=Side.ERP, options=dict(erp.options)),
                "shop": ConnectionSettings(kind="memory", side=Side.SHOP, options=dict(shop.options)),
            },
            routes=[RouteSettings(erp="erp", shop="shop")],
        )
        engine = open_engine(database_url)
        schema.upgrade(engine)
        engine.dispose()
        app = open_app(settings, now=lambda: clock[0])
        stack.callback(app.close)
        yield House(app, erp, shop, clock)
