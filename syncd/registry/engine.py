"""How is the registry's database opened, and what is a unit of work?"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVarTuple
from weakref import WeakValueDictionary

import msgspec
import tenacity
from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Engine,
    Row,
    Select,
    any_,
    bindparam,
    create_engine,
    event,
    func,
    select,
    type_coerce,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from syncd.errors import Misconfigured
from syncd.registry.moment import MOMENT, Moment

__all__ = [
    "WRITES",
    "among",
    "asking",
    "is_sqlite",
    "of_these",
    "one_moment",
    "open_engine",
    "read_url",
    "reading",
    "rehearsing",
    "writing",
]

SQLITE_BUSY_MS: Final = 20_000
"""How long SQLite waits for another process' write: longer than the longest write of ours."""

Among = Callable[[Any], ColumnElement[bool]]
_Columns = TypeVarTuple("_Columns")

_LAST_PORT: Final = 65_535
_LOCK_SECONDS: Final = 10
WRITES: Final = "syncd_writes"
"""Option of a connection whose transactions write: on SQLite they take the lock at their start."""

_opened: Final[WeakValueDictionary[tuple[int, str], Engine]] = WeakValueDictionary()


def open_engine(url: str) -> Engine:
    """Make an engine for PostgreSQL or SQLite; the same one for whoever opens the same registry while it is in use.

    An engine compiles each statement once, which takes longer than to execute it. A process that was forked gets its
    own: connections cannot be shared.

    Raises:
        Misconfigured: For an unusable URL or another database.
    """
    key = (os.getpid(), url)
    engine = _opened.get(key)
    return engine if engine is not None else _opened.setdefault(key, _make_engine(url))


def _make_engine(url: str) -> Engine:
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed)
    raise Misconfigured(
        f"the registry cannot live in {parsed.get_backend_name()}",
        cure="Use PostgreSQL, or SQLite on one machine.",
        field="database",
    )


def read_url(url: str) -> URL:
    """Take the address of a database apart.

    Raises:
        Misconfigured: If it is none, or its port is no number up to 65535.
    """
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        found = None
    if found is None or not (found.port is None or 0 < found.port <= _LAST_PORT):
        raise Misconfigured(
            "the database URL cannot be read",
            cure="Write it like postgresql://user@host/name or sqlite:///syncd.db.",
            field="database",
        )
    return found


def _open_postgresql(url: URL) -> Engine:
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_use_lifo=True,
            pool_size=4,
            max_overflow=6,
            hide_parameters=True,
            connect_args={
                "connect_timeout": 10,
                # A frozen process must not hold a row for ever. Compiling a statement for a page of lines takes ten
                # times as long as executing it. And on a disk without arms, or in memory, thousands of rows are sooner
                # found one by one by an index than by reading everybody's. A list of everybody is sorted in memory.
                "options": f"-c lock_timeout={_LOCK_SECONDS}s -c idle_in_transaction_session_timeout=60s "
                "-c timezone=UTC -c synchronous_commit=on -c jit=off -c random_page_cost=1.1 -c work_mem=16MB",
            },
        )
    except NoSuchModuleError:
        raise Misconfigured("the PostgreSQL driver is missing", cure="Install psycopg.") from None


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(
        url, pool_use_lifo=True, hide_parameters=True, connect_args={"timeout": SQLITE_BUSY_MS / 1000}
    )

    @event.listens_for(engine, "do_connect")
    def keep_private(*_: object) -> None:
        # It holds everybody; its log and index get the rights that it has. What cannot be made here, SQLite tells of.
        if url.database and url.database != ":memory:" and not url.database.startswith("file:"):
            with contextlib.suppress(OSError):
                Path(url.database).touch(mode=0o600, exist_ok=False)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _entry: ConnectionPoolEntry) -> None:
        # The driver would begin transactions by itself, and too late to be a write's.
        connection.isolation_level = None
        _write_ahead(connection)
        for pragma in (
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"busy_timeout={SQLITE_BUSY_MS}",
            "temp_store=MEMORY",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A write takes the lock at its start: one that upgrades half way can only fail. Said to the driver itself:
        # there is nothing to compile, and as a statement it takes as long as a question of a row.
        said = "BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES, False) else "BEGIN"
        try:
            connection.connection.cursor().execute(said)
        except sqlite3.Error as error:
            raise DBAPIError.instance(said, (), error, sqlite3.Error, dialect=connection.dialect) from error

    return engine


def _busy(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY


@tenacity.retry(
    retry=tenacity.retry_if_exception(_busy),
    wait=tenacity.wait_random(0.01, 0.1),
    stop=tenacity.stop_after_delay(SQLITE_BUSY_MS / 1000),
    reraise=True,
)
def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn write-ahead logging on, which is a property of the file.

    Of two processes that meet at a new file, one is told at once that it is busy: to wait by itself, as SQLite does for
    every other lock, could block both for ever.
    """
    connection.execute("PRAGMA journal_mode=WAL")


def is_sqlite(connection: Connection) -> bool:
    """Which of the two databases is this?"""
    return connection.dialect.name == "sqlite"


def among(connection: Connection, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """The condition that `column` has one of `values`, as one parameter however many there are.

    A list of a thousand parameters costs more to write and to read than the question costs to answer.
    """
    sqlite = is_sqlite(connection)
    return _among(sqlite, column, bindparam(None, _listed(sqlite, values)))


def of_these(
    make: Callable[[Among], Select[*_Columns] | CompoundSelect[*_Columns]],
) -> Callable[..., Sequence[Row[*_Columns]]]:
    """A question about some of many, put together once: to put it together takes longer than to answer it for a page.

    Its rows come all at once: PostgreSQL's driver takes longer to hand over one than the database to find it.

    Args:
        make: Makes it of the condition that a column has one of the values, which come with each call; what else it
            asks for by a `bindparam` comes with the call by that name.
    """
    made: dict[bool, Select[*_Columns] | CompoundSelect[*_Columns]] = {}

    def ask(connection: Connection, values: Collection[Any], **more: Any) -> Sequence[Row[*_Columns]]:
        sqlite = is_sqlite(connection)
        if sqlite not in made:
            made[sqlite] = make(lambda column: _among(sqlite, column, bindparam("these")))
        return connection.execute(made[sqlite], {"these": _listed(sqlite, values), **more}).all()

    return ask


def _among(sqlite: bool, column: Any, values: BindParameter[Any]) -> ColumnElement[bool]:  # noqa: FBT001 - which database
    if sqlite:
        return column.in_(select(func.json_each(values).table_valued("value").c.value))  # type: ignore[no-any-return]
    return column == any_(type_coerce(values, ARRAY(column.type)))  # type: ignore[no-any-return]


def _listed(sqlite: bool, values: Collection[Any]) -> Any:  # noqa: FBT001 - the same
    return msgspec.json.encode(list(values)).decode() if sqlite else list(values)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: committed at the end, rolled back on any error.

    Short by rule, and never open while the network is: on SQLite it stops every other writer.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


@contextmanager
def rehearsing(engine: Engine) -> Iterator[Connection]:
    """A transaction like `writing`, of which nothing stays: what would follow is found out by doing it."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, all of it as of one moment.

    SQLite does so by itself. PostgreSQL would let a change come between two questions, and a contractor of before would
    be sent under the version of after.
    """
    moment = MOMENT.get()
    if moment is not None and moment.connection.engine is engine:
        yield moment.connection
        return
    with engine.connect() as connection:
        if not is_sqlite(connection):
            connection = connection.execution_options(isolation_level="REPEATABLE READ")  # noqa: PLW2901 - the same one
        yield connection


@contextmanager
def one_moment(engine: Engine) -> Iterator[None]:
    """Whatever is read inside, by whomever, is of the same moment and comes by one connection.

    For what only reads: what was written inside is not seen.
    """
    with reading(engine) as connection:
        before = MOMENT.set(Moment(connection))
        try:
            yield
        finally:
            MOMENT.reset(before)


@contextmanager
def asking(engine: Engine) -> Iterator[Connection]:
    """For a single question, which is of one moment by itself: PostgreSQL need not hear where that begins and ends."""
    with engine.connect() as connection:
        if not is_sqlite(connection):
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")  # noqa: PLW2901 - the same one
        yield connection
