"""Houses over a registry on SQLite, where it is a copy, and on PostgreSQL, where it is emptied."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from syncd.registry import schema
from syncd.registry.engine import open_engine
from syncd.registry.tables import Base
from tests.fixtures.contractors import firm
from tests.fixtures.registries import fresh
from tests.fixtures.servers import POSTGRESQL, SQLITE
from tests.real.postgres import Postgres

from .house import House, open_house

OpenHouse = Callable[..., House]


def migrated(url: str) -> str:
    engine = open_engine(url)
    schema.upgrade(engine)
    engine.dispose()
    return url


@lru_cache(maxsize=1)
def bare() -> bytes:
    """The file of a registry with tables and without rows, made once, for tests of many examples."""
    with tempfile.TemporaryDirectory(prefix="syncd-") as folder:
        file = Path(folder) / "registry.db"
        migrated(f"sqlite:///{file}")
        return file.read_bytes()


@pytest.fixture(scope="session")
def postgresql_registry(shared_postgres: Postgres) -> Iterator[Engine]:
    """A database with the registry's tables, to be emptied."""
    engine = open_engine(migrated(shared_postgres.create_database("registry")))
    yield engine
    engine.dispose()


@contextmanager
def small_house() -> Iterator[House]:
    """A house with one contractor that both sides have, for tests of many examples."""
    with open_house(f"sqlite:///{fresh(bare(), 'small house')}") as house:
        house.erp.add(firm("A1"))
        house.settle()
        yield house


def emptied(engine: Engine) -> str:
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(Base.metadata.tables)} RESTART IDENTITY"))
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def registry_url(request: pytest.FixtureRequest) -> str:
    """A registry with tables and without rows, once on each database."""
    if request.param == SQLITE:
        return f"sqlite:///{fresh(bare(), 'test')}"
    return emptied(request.getfixturevalue("postgresql_registry"))


@pytest.fixture
def build(registry_url: str) -> Iterator[OpenHouse]:
    """Makes houses over one registry: see `open_house` for what can be asked for."""
    with ExitStack() as stack:

        def make(**wishes: Any) -> House:
            return stack.enter_context(open_house(registry_url, **wishes))

        yield make


@pytest.fixture
def house(build: OpenHouse) -> House:
    """One ERP, one shop and the route between them."""
    return build()


@pytest.fixture
def one_by_one(build: OpenHouse) -> House:
    """A house whose shop takes one call at a time."""
    return build(connections={"shop": {"parallel_calls": 1}})
