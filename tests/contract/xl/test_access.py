"""Is the same read from a database that is strict about types, and is it said when one cannot be used?"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, String, create_engine, text
from sqlalchemy.schema import CreateSchema, DropSchema

from adapters.xl import XlEndpoint
from adapters.xl.simulated.seed import fill
from adapters.xl.simulator import XlSandbox
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, InvalidRecord, Misconfigured, SyncError, Unavailable
from tests.contract.xl.bases import FIRM, Got, age, company, opened, read, run


def copied(sandbox: XlSandbox, engine: Engine) -> None:
    """The company's tables and rows in a schema CDN of another database."""
    source = create_engine(f"sqlite:///{sandbox.program.path}")
    tables = MetaData()
    tables.reflect(source)
    with source.connect() as old, engine.begin() as new:
        new.execute(DropSchema("CDN", cascade=True, if_exists=True))
        new.execute(CreateSchema("CDN"))
        for table in tables.sorted_tables:
            if table.name == "sqlite_sequence":
                continue
            for column in table.columns:
                if isinstance(column.type, String):
                    column.type = String(column.type.length)
            table.schema = "CDN"
            table.indexes.clear()
            table.create(new)
            table.schema = None
            rows = [dict(row) for row in old.execute(table.select()).mappings()]
            table.schema = "CDN"
            new.execute(table.insert(), rows)
    source.dispose()


def understood(endpoint: XlEndpoint, got: Got) -> list[Any]:
    """What each record says, or why it says nothing."""
    found: list[Any] = []
    for record in got.records:
        try:
            found.append(endpoint.parse(record))
        except InvalidRecord as error:
            found.append(str(error))
    return found


@pytest.fixture
def strict_url(postgres_url: str) -> Iterator[str]:
    yield postgres_url
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(DropSchema("CDN", cascade=True, if_exists=True))
    engine.dispose()


@pytest.mark.postgres
def test_a_database_that_is_strict_about_types_gives_the_same(strict_url: str) -> None:
    with company() as (sandbox, endpoint):
        fill(sandbox.operator, 60, 1)
        cursor = age(sandbox)
        run(sandbox, "UPDATE KntOsoby SET KnS_CzasModyfikacji = ? WHERE KnS_KntNumer < 9", sandbox.program.stamp)
        engine = create_engine(strict_url)
        copied(sandbox, engine)
        engine.dispose()
        with opened(sandbox, url=strict_url, attach={}) as strict:
            for given in (None, cursor):
                one, two = read(endpoint, given), read(strict, given)
                assert one.ids == two.ids
                assert understood(endpoint, one) == understood(strict, two)
                assert one.cursor == two.cursor
            wanted = Contractor(name="X", number="k00001", tax_id="5260250274", email="INFO4@bau4.example")
            assert strict.find(wanted) == endpoint.find(wanted)
            assert len(strict.find(wanted)) == 2
            assert strict.check().detail.startswith("postgresql: 10")


@pytest.mark.postgres
def test_an_account_without_rights_stops_the_connection(strict_url: str) -> None:
    with company() as (sandbox, _):
        sandbox.add(FIRM)
        engine = create_engine(strict_url)
        copied(sandbox, engine)
        with engine.begin() as connection:
            connection.execute(
                text(
                    "DO $$ BEGIN CREATE ROLE xl_reader LOGIN PASSWORD 'secret1';"
                    " EXCEPTION WHEN duplicate_object THEN END $$"
                )
            )
            connection.execute(text('GRANT USAGE ON SCHEMA "CDN" TO xl_reader'))
        engine.dispose()
        url = create_engine(strict_url).url.set(username="xl_reader", password="secret1")
        with opened(sandbox, url=url.render_as_string(hide_password=False), attach={}) as endpoint:
            with pytest.raises(AuthFailed) as caught:
                read(endpoint)
            assert "secret1" not in str(caught.value)


def test_a_locked_database_is_tried_later() -> None:
    with company(statement_seconds=1) as (sandbox, endpoint):
        sandbox.add(FIRM)
        read(endpoint)
        other = sqlite3.connect(sandbox.program.path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable):
            read(endpoint)
        other.execute("ROLLBACK")
        other.close()
        assert read(endpoint).ids == ["1"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "oracle+oracledb://u:hidden@127.0.0.1/ERPXL"}, "not installed"),
        ({"url": "no url"}, "cannot be read"),
        ({"attach": {"CDN": "gone.db"}}, "not there"),
        ({"schema": "XYZ"}, "table-missing|no table|refused|reached|not there"),
    ],
)
def test_a_database_that_is_not_there_is_said_and_no_password_shown(options: dict[str, Any], message: str) -> None:
    with company() as (sandbox, _):
        with pytest.raises(SyncError, match=message) as caught, opened(sandbox, **options) as endpoint:
            read(endpoint)
        assert "hidden" not in f"{caught.value} {caught.value.cure}"


def test_a_column_that_every_base_has_is_missed_by_name() -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        run(sandbox, "ALTER TABLE KntAdresy DROP COLUMN KnA_Kraj")
        with pytest.raises(Misconfigured, match="KnA_Kraj"):
            read(endpoint)
