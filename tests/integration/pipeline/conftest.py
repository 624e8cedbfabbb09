"""Houses over a registry on SQLite and on PostgreSQL, made as copies of one that has its tables."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from syncd.registry import schema
from syncd.registry.engine import open_engine
from tests.fixtures.servers import POSTGRESQL, SQLITE
from tests.real.postgres import Postgres

from .house import House, open_house

OpenHouse = Callable[..., House]

_numbers = itertools.count(1)


def migrated(url: str) -> str:
    engine = open_engine(url)
    schema.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the registry's tables, to be copied."""
    file = tmp_path_factory.mktemp("template") / "registry.db"
    migrated(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_template(shared_postgres: Postgres) -> Postgres:
    """A server with a database ``template_registry`` that has the tables."""
    migrated(shared_postgres.create_database("template_registry"))
    return shared_postgres


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def registry_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A registry of its own, with tables and without rows, once on each database."""
    if request.param == SQLITE:
        template: Path = request.getfixturevalue("sqlite_template")
        return f"sqlite:///{shutil.copy(template, tmp_path / 'registry.db')}"
    server: Postgres = request.getfixturevalue("postgresql_template")
    name = f"house_{next(_numbers)}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template_registry").format(sql.Identifier(name)))
    return server.url(name)


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
