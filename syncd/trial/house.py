"""What is a whole installation in one process? Simulated sides, a registry, a clock that one turns, and no worker."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Generic, TypeVar, cast

import msgspec
from sqlalchemy import Select, bindparam, func, select

from syncd.bootstrap import open_app
from syncd.certify.run import simulate_of
from syncd.certify.sandbox import Call, Sandbox
from syncd.certify.turnstile import Turnstile
from syncd.domain.contractor import Contractor, load
from syncd.domain.groups import GroupRule, Match
from syncd.domain.side import Side
from syncd.ports import Adapter, Endpoint
from syncd.registry import outbox, tables
from syncd.registry.engine import reading
from syncd.settings import ConnectionSettings, GuardSettings, RouteSettings, Settings
from syncd.sync.app import App
from syncd.sync.execute import execute_run
from syncd.sync.groups.rules import import_rules
from syncd.sync.mode import Mode
from syncd.sync.push import Pushed, push_due
from syncd.sync.request import request_run
from syncd.sync.sweep import sweep

__all__ = ["BEGINNING", "House", "Row", "contractor_of", "holds_of", "open_house"]

Row = dict[str, Any]

Side_ = TypeVar("Side_", bound=Sandbox)

BEGINNING: Final = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
"""When the clock starts unless another moment is named."""

ROUTE = RouteSettings(erp="erp", shop="shop")


class _Clock:
    """One that moves when it is told to, or one that goes as well."""

    def __init__(self, still: datetime | None) -> None:
        self.ahead = timedelta()
        self._still = still

    @property
    def goes(self) -> bool:
        return self._still is None

    def now(self) -> datetime:
        return (self._still or datetime.now(UTC)) + self.ahead

    def seconds(self) -> float:
        return self.now().timestamp()


class House(Generic[Side_]):
    """ERPs and shops, and the clock that all see.

    Attributes:
        news: How a side is read to hear what happened there: ``full`` where it cannot tell what changed.
        read_at: What each side was when it was last read to the end, so that it is not read again as long as it is.
    """

    def __init__(self, app: App, sides: Mapping[str, Side_], clock: _Clock) -> None:
        self.app = app
        self.sides = sides
        self.news: dict[str, Mode] = {}
        self._clock = clock
        self.read_at: dict[str, object] = {}

    @property
    def erp(self) -> Side_:
        return self.sides["erp"]

    @property
    def shop(self) -> Side_:
        return self.sides["shop"]

    @property
    def now(self) -> datetime:
        return self._clock.now()

    def pass_time(self, **length: float) -> None:
        """Put the clock ahead; and those of the sides with it, if it is one that goes as theirs do."""
        passed = timedelta(**length)
        self._clock.ahead += passed
        for side in self.sides.values() if self._clock.goes else ():
            if hasattr(side, "pass_time"):
                side.pass_time(passed.total_seconds())

    def change(self, **parts: Any) -> None:
        """Replace parts of the app, as a process that starts with other surroundings has them."""
        self.app = dataclasses.replace(self.app, **parts)

    def through(self, name: str, wrap: Callable[[Endpoint], object]) -> None:
        """Let every endpoint that is opened to a side from now on be wrapped."""
        connected = self.app.connection(name)
        inner = connected.adapter.open
        adapter = msgspec.structs.replace(
            connected.adapter, open=lambda options, context: cast("Endpoint", wrap(inner(options, context)))
        )
        self.adapt(name, adapter)

    def adapt(self, name: str, adapter: Adapter) -> None:
        """Let a side be reached by another adapter from now on."""
        changed = dataclasses.replace(self.app.connection(name), adapter=adapter)
        self.change(connections={**self.app.connections, name: changed})

    def remap(self, groups: Mapping[str, str]) -> None:
        """Let groups be called otherwise in the shops from now on."""
        rules = [GroupRule(match=Match.EQUALS, pattern=ours, target=theirs) for ours, theirs in groups.items()]
        for route in self.app.settings.routes:
            import_rules(self.app, route.erp, route.shop, rules, by="test", replace=True)

    def id(self, name: str) -> int:
        return self.app.connection(name).id

    # What the daemon does

    def ask(self, name: str, mode: Mode = "incremental", **more: Any) -> int:
        """Ask for a run."""
        self.pass_time(seconds=1)
        run_id = request_run(self.app, self.app.connection(name), mode=mode, asked_by="test", **more)
        if run_id is None:
            raise LookupError(f"{name} takes no run now")
        return run_id

    def run(self, name: str, mode: Mode = "incremental", **more: Any) -> Row:
        """Make one run and answer its row."""
        return self.execute(self.ask(name, mode, **more))

    def execute(self, run_id: int) -> Row:
        execute_run(self.app, run_id)
        return self.row(run_id)

    def push(self, name: str | None = None) -> Pushed:
        """Deliver what is due at one connection or at all."""
        total = Pushed()
        with reading(self.app.engine) as connection:
            due = outbox.due_connections(connection, self.now)
        for connected in self.app.connections.values():
            if name in {None, connected.name} and connected.id in due:
                pushed = push_due(self.app, connected.id)
                for field in Pushed.__struct_fields__:
                    setattr(total, field, getattr(total, field) + getattr(pushed, field))
        return total

    def finish(self) -> int:
        """Execute runs that the pipeline itself asked for, or that were left lying; answer how many."""
        sweep(self.app)
        with reading(self.app.engine) as connection:
            waiting = connection.scalars(
                select(tables.Run.id).where(tables.Run.state.in_(["queued", "interrupted"])).order_by(tables.Run.id)
            ).all()
        for run_id in waiting:
            execute_run(self.app, run_id)
        return len(waiting)

    def settle(self, rounds: int = 8) -> int:
        """Let everything happen that the daemon would do, until nothing is left to do; answer how many rounds it took.

        A side at which nothing happened since it was read is not read again. A push that waits for a person does not
        count as left.
        """
        for done in range(rounds):
            lines = self.count(tables.PlanLine)
            for name, side in self.sides.items():
                state = _state(side)
                if self.read_at.get(name) != state and self.run(name, self.news.get(name, "incremental"))["state"] in {
                    "succeeded",
                    "partial",
                }:
                    self.read_at[name] = state
                self.push()
            waiting = self.finish()
            self.pass_time(minutes=61)
            heard = all(self.read_at.get(name) == _state(side) for name, side in self.sides.items())
            if heard and not waiting and lines == self.count(tables.PlanLine) and not self._due():
                return done
        return rounds

    def is_at_rest(self) -> bool:
        """Whether reading everything on every side plans nothing, and nothing is to be written."""
        planned = [self.lines(self.run(name, "full")["id"]) for name in self.sides]
        return not any(planned) and not self._due()

    def _due(self) -> int:
        with reading(self.app.engine) as connection:
            return connection.scalar(select(func.count()).where(tables.Push.due_at.is_not(None))) or 0

    # What the registry says

    def row(self, run_id: int) -> Row:
        with reading(self.app.engine) as connection:
            return dict(connection.execute(_RUN, {"run_id": run_id}).mappings().one())

    def rows(self, table: type[tables.Base]) -> list[Row]:
        with reading(self.app.engine) as connection:
            return [dict(row) for row in connection.execute(_all(table)).mappings()]

    def one(self, table: type[tables.Base], **values: Any) -> Row:
        """The only row with these values."""
        (row,) = [row for row in self.rows(table) if values.items() <= row.items()]
        return row

    def count(self, table: type[tables.Base]) -> int:
        with reading(self.app.engine) as connection:
            return connection.scalar(_how_many(table)) or 0

    def contractors(self) -> list[Contractor]:
        return [contractor_of(row) for row in self.rows(tables.Contractor)]

    def statuses(self) -> list[str]:
        return [row["status"] for row in self.rows(tables.Contractor)]

    def holds(self) -> list[set[tuple[str, str]]]:
        """For each contractor: reason and party of each of its holds."""
        return [holds_of(row) for row in self.rows(tables.Contractor)]

    def issues(self) -> list[str]:
        return sorted(row["code"] for row in self.rows(tables.Issue) if row["state"] == "open")

    def lines(self, run_id: int) -> list[Row]:
        return [row for row in self.rows(tables.PlanLine) if row["run_id"] == run_id]

    # What the sides say

    def held_by(self, name: str) -> dict[str, Contractor]:
        """What a side holds, by customer number."""
        return {remote.contractor.number: remote.contractor for remote in self.sides[name].holds().values()}

    def at_shop(self) -> dict[str, Contractor]:
        return self.held_by("shop")

    def at_erp(self) -> dict[str, Contractor]:
        return self.held_by("erp")

    def calls(self, name: str = "shop", call: str | None = None) -> list[Call]:
        """Calls that a side received, of one name or all."""
        return [one for one in self.sides[name].journal if call in {None, one.name}]

    def writes(self, name: str = "shop") -> int:
        """How many calls to a side were meant to change something."""
        return sum(one.writes for one in self.sides[name].journal)


def contractor_of(row: Row) -> Contractor:
    """The contractor that a row of the registry is about."""
    return load(row["doc"])


def holds_of(row: Row) -> set[tuple[str, str]]:
    """Reason and party of each of its holds."""
    return {(hold["reason"], hold["by"]) for hold in msgspec.json.decode(row["holds"])}


# Asked again and again, so put together once: that takes longer than to answer it.
_RUN: Final = select(tables.Run.__table__).where(tables.Run.id == bindparam("run_id"))


@cache
def _all(table: type[tables.Base]) -> Select[Any]:
    return select(table.__table__).order_by(*table.__table__.primary_key)


@cache
def _how_many(table: type[tables.Base]) -> Select[int]:
    return select(func.count()).select_from(table)


def _state(side: Sandbox) -> object:
    """What is another one after each change of a side."""
    revision: object = getattr(side, "revision", None)
    return dict(side.holds()) if revision is None else revision


@contextmanager
def open_house(
    database_url: str,
    *,
    sides: Mapping[str, Side] = {"erp": Side.ERP, "shop": Side.SHOP},
    kinds: Mapping[str, str] = {},
    routes: list[RouteSettings] = [ROUTE],  # noqa: B006 - settings are frozen
    connections: Mapping[str, Mapping[str, Any]] = {},
    options: Mapping[str, Mapping[str, Any]] = {},
    beginning: datetime | None = BEGINNING,
    folder: Path | None = None,
    **settings: Any,
) -> Iterator[House[Any]]:
    """Open a house over a registry that has its tables.

    Args:
        beginning: What the clock says until time is told to pass; ``None`` for one that goes.
        kinds: Platforms of single connections, by name; all others are ``memory``.
        connections: Further settings of single connections, by name.
        options: Further options of single connections, by name.
        folder: Where files are kept, as of erasures; ``None`` for one that goes with the house.
        settings: Further settings of the whole.
    """
    clock = _Clock(beginning)
    with ExitStack() as stack:
        kept = folder or Path(stack.enter_context(TemporaryDirectory(prefix="syncd-")))
        of = {name: kinds.get(name, "memory") for name in sides}
        sandboxes = {name: stack.enter_context(simulate_of(of[name])()) for name in sides}
        configured = {
            name: ConnectionSettings(
                kind=of[name],
                side=side,
                options={**sandboxes[name].options, **options.get(name, {})},
                **{"guard": GuardSettings(first_run="apply"), **connections.get(name, {})},
            )
            for name, side in sides.items()
        }
        app = open_app(
            Settings(database=database_url, connections=configured, routes=routes, folder=kept, **settings),
            now=clock.now,
        )
        stack.callback(app.close)
        # Pauses are kept by the clock that all see; and chance is the same in every house, so that what went wrong
        # once goes wrong again.
        turnstiles = {name: Turnstile(clock.seconds) for name in sides}
        app = dataclasses.replace(
            app,
            random=random.Random(5),  # noqa: S311 - no secret
            throttle=lambda connected: turnstiles[connected.name],
        )
        yield House(app, sandboxes, clock)
