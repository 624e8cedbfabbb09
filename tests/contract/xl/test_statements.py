"""What does the database get to hear: how many statements, and would SQL Server understand them?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from sqlalchemy import event, select
from sqlalchemy.dialects import mssql

from adapters.xl import XlEndpoint
from adapters.xl.simulator import XlSandbox
from syncd.domain.contractor import Contractor
from syncd.errors import SyncError
from tests.contract.xl.bases import FIRM, age, company, read, run


@contextmanager
def statements(endpoint: XlEndpoint) -> Iterator[list[str]]:
    """Statements that were executed, as SQL Server would get them."""
    heard: list[str] = []
    dialect = mssql.dialect()  # type: ignore[no-untyped-call]

    def hear(_connection: object, clause: object, *_: object) -> None:
        compiled = clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        heard.append(str(compiled))

    event.listen(endpoint._source._engine, "before_execute", hear)
    yield heard
    event.remove(endpoint._source._engine, "before_execute", hear)


def populate(sandbox: XlSandbox, count: int) -> None:
    """Many plain cards, faster than an operator types."""
    with sandbox.program.database() as db:
        group = sandbox.program.group(db, ["Detal"])
        for number in range(1, count + 1):
            card = sandbox.program.new_card(db, {"Akronim": f"K{number}", "Nazwa1": f"Firma {number}", "ESklep": 1})
            sandbox.program.save_address(db, card, None, {"Ulica": "Długa", "Miasto": "Kraków"}, main=True)
            sandbox.program.join(db, card, group)


@pytest.mark.parametrize("pages", [1, 3])
def test_a_page_takes_five_queries_however_many_contractors_are_on_it(pages: int) -> None:
    with company(page=100) as (sandbox, endpoint):
        populate(sandbox, 100 * pages - 1)
        read(endpoint, full=True)
        with statements(endpoint) as heard:
            assert len(read(endpoint, full=True).ids) == 100 * pages - 1
        # Before the pages: the groups, and how far the stamps are (the clock goes past SQLAlchemy's clauses).
        assert len(heard) == 2 + 5 * pages


def test_an_incremental_read_of_ten_changes_among_two_thousand_costs_seven_queries() -> None:
    with company(page=500) as (sandbox, endpoint):
        populate(sandbox, 2000)
        cursor = age(sandbox)
        run(sandbox, "UPDATE KntKarty SET Knt_LastModL = ? WHERE Knt_GIDNumer % 200 = 0", sandbox.program.stamp)
        read(endpoint, cursor)
        with statements(endpoint) as heard:
            got = read(endpoint, cursor)
        assert (len(got.ids), len(heard)) == (10, 7)


def test_an_incremental_read_of_nothing_costs_three_queries() -> None:
    with company() as (sandbox, endpoint):
        populate(sandbox, 20)
        cursor = age(sandbox)
        with statements(endpoint) as heard:
            assert read(endpoint, cursor).ids == []
        assert len(heard) == 3


def test_sql_server_gets_top_and_brackets_and_neither_offset_nor_a_write() -> None:
    with company(only_groups=["Detal"], only_esklep=True, page=2) as (sandbox, endpoint):
        populate(sandbox, 5)
        cursor = age(sandbox)
        made = endpoint.create(msgspec.structs.replace(FIRM, number="N1"))
        with statements(endpoint) as heard:
            endpoint.check()
            read(endpoint, full=True)
            with sandbox.program.database() as db:
                sandbox.program.rename_group(db, 1, "Detal")
            read(endpoint, cursor)
            endpoint.get("1")
            endpoint.find(Contractor(name="X", number="K1", tax_id="5260250274", email="a@firma.example"))
            endpoint.create(msgspec.structs.replace(FIRM, number="N2", tax_id="", email=""))
            endpoint.update(made, msgspec.structs.replace(made.contractor, name="Nowa"))
    assert len(heard) > 30
    assert all(statement.startswith("SELECT") for statement in heard)
    assert not [
        statement for statement in heard if re.search(r"\b(OFFSET|INSERT|UPDATE|DELETE|MERGE|LIMIT)\b", statement)
    ]
    assert all(re.search(r"\[CDN\]\.\[(KntKarty|KntAdresy|KntOsoby|KntGrupy|KntGrupyDom)\]", one) for one in heard)
    pages = [one for one in heard if "ORDER BY" in one and "Knt_Nazwa1" in one and "[Knt_GIDNumer] > " in one]
    assert pages
    assert all("SELECT TOP" in page for page in pages)


def test_no_query_has_more_parameters_than_sql_server_takes() -> None:
    with company(page=1000) as (sandbox, endpoint):
        populate(sandbox, 999)
        most = 0

        def count(_c: object, _cursor: object, _statement: str, parameters: tuple[object, ...], *_: object) -> None:
            nonlocal most
            most = max(most, len(parameters))

        event.listen(endpoint._source._engine, "before_cursor_execute", count)
        read(endpoint, full=True)
        assert 999 <= most < 2100


def test_the_connection_cannot_write_even_by_mistake() -> None:
    with company() as (sandbox, endpoint):
        sandbox.add(FIRM)
        table = endpoint._source.table("KntKarty")
        with pytest.raises(SyncError), endpoint._source.connect(writes=True) as connection:
            connection.execute(table.delete())
        with endpoint._source.connect() as connection:
            assert len(connection.execute(select(table.c.Knt_GIDNumer)).all()) == 1
