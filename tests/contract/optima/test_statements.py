"""What is asked of the database: how much, how often, and would SQL Server understand it?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.dialects import mssql
from sqlalchemy.sql import ClauseElement, Select

from adapters.optima.simulated.desk import store
from adapters.optima.simulator import OptimaSandbox
from syncd.domain.contractor import Contractor
from syncd.ports import Record
from tests.contract.optima.company import changed, connect, read

SQL_SERVER = mssql.dialect()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def asked() -> Iterator[list[ClauseElement]]:
    """Every SELECT that is executed inside, but for the descriptions of tables."""
    seen: list[ClauseElement] = []

    def note(_connection: Any, statement: Any, *_rest: Any) -> None:
        if isinstance(statement, Select):
            seen.append(statement)

    event.listen(Engine, "before_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_execute", note)


def populate(company: OptimaSandbox, count: int) -> list[str]:
    now = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)
    with company.database() as db:
        for number in range(count):
            contractor = Contractor(name=f"Firma {number}", number=f"K{number:05}", groups=("A", "B"))
            store(db, None, contractor, now)
    return [f"K{number:05}" for number in range(count)]


def test_every_statement_compiles_for_sql_server(company: OptimaSandbox) -> None:
    populate(company, 3)
    endpoint = connect(company, page=1, esklep_only=False)
    with asked() as statements:
        endpoint.check()
        cursor = read(endpoint, full=True).cursor
        read(endpoint, cursor)
        read(connect(company, esklep_only=True), full=True)
        endpoint.find(Contractor(name="x", number="ł", tax_id="5260250274", country="PL", email="a_b%c@x.example"))
        remote = endpoint.get("K00001")
        endpoint.update(remote, changed(remote, name="Nowa"))
        endpoint.create(Contractor(name="Firma"))
        read(endpoint, full=True)
    texts = {str(statement.compile(dialect=SQL_SERVER)) for statement in statements}
    assert len(texts) > 8
    assert all("[CDN]." in text or "CDN." in text for text in texts)
    assert any(text.startswith("SELECT TOP ") and "ORDER BY [CDN].[Kontrahenci].[Knt_KntId]" in text for text in texts)
    assert not any("OFFSET" in text or "NOLOCK" in text for text in texts)


def test_an_incremental_read_of_ten_changes_among_two_thousand_is_one_page(company: OptimaSandbox) -> None:
    codes = populate(company, 2000)
    company.add(Contractor(name="Firma", number="LATER"))  # all others are long past
    endpoint = connect(company, page=500)
    with asked() as statements:
        cursor = read(endpoint, full=True).cursor
    assert len(statements) == 5 * 5  # five pages, each with four lists
    for code in codes[::200]:
        company.edit(code, email=f"{code}@example.com".lower())
    with asked() as statements:
        got = read(endpoint, cursor)
    assert (sorted(got.ids), len(got.pages)) == ([*codes[::200], "LATER"], 1)
    assert len(statements) == 5


def test_a_read_without_lists_is_one_statement_for_a_page(company: OptimaSandbox) -> None:
    populate(company, 30)
    endpoint = connect(company, without=("extra_groups", "persons", "accounts"), attributes=False, page=100)
    with asked() as statements:
        assert len(read(endpoint, full=True).ids) == 30
    assert len(statements) == 1


def test_an_empty_page_asks_for_no_lists(company: OptimaSandbox) -> None:
    endpoint = connect(company)
    with company.database() as db:
        db.execute("DELETE FROM Kontrahenci")
    with asked() as statements:
        proof = read(endpoint, full=True).proof
    assert (len(statements), proof.complete) == (1, False)


def test_looking_for_somebody_is_one_statement_with_its_lists(company: OptimaSandbox) -> None:
    populate(company, 30)
    endpoint = connect(company, write="none")
    with asked() as statements:
        (found,) = endpoint.find(Contractor(name="x", number="K00007"))
    assert found.external_id == "K00007"
    assert len(statements) == 5


def test_what_only_travels_along_is_no_change(company: OptimaSandbox) -> None:
    (code,) = populate(company, 1)
    endpoint = connect(company)
    (before,) = read(endpoint, full=True).records
    company.set(code, Knt_MaxZwloka=5, Knt_Fax="22 1", Knt_TS_Mod="2026-11-21 10:00:00.007", Knt_OpiekunId=3)
    (after,) = read(endpoint, full=True).records
    assert before == after == Record(code, after.raw)
