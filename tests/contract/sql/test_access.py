"""Does the adapter keep its hands off the ERP, and say what is wrong when it is refused?"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import create_engine, make_url, text

from syncd.domain.contractor import Contractor
from syncd.errors import (
    AuthFailed,
    InvalidRecord,
    Misconfigured,
    NotFound,
    SuspiciousRun,
    SyncError,
    Unavailable,
    Unstorable,
)
from tests.contract.sql.bases import TABLE, connected, fill, read, run

NEW = Contractor(name="Firma Nowa", number="N1", tax_id="5260250274")
STAGING = "CREATE TABLE syncd_in (in_key VARCHAR(80), in_op VARCHAR(10), in_body TEXT, in_at VARCHAR(40))"
STAGED: dict[str, Any] = {
    "staging": {"table": "syncd_in", "key": "in_key", "operation": "in_op", "body": "in_body", "at": "in_at"}
}


def _staged(url: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT in_key, in_op, in_body FROM syncd_in ORDER BY in_at")).all()
    engine.dispose()
    return [tuple(row) for row in rows]


def test_without_a_staging_table_nothing_is_written(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A")])
    with connected(database_url) as endpoint:
        assert endpoint.capabilities.writes == frozenset()
        with pytest.raises(Misconfigured, match="staging table"):
            endpoint.create(NEW)
        remote = endpoint.get("1")
        with pytest.raises(Misconfigured, match="staging table"):
            endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="B"))


def test_a_connection_that_only_reads_cannot_write_even_by_mistake(database_url: str) -> None:
    run(database_url, TABLE)
    with connected(database_url) as endpoint, pytest.raises(SyncError):  # noqa: SIM117
        with endpoint._source.connect(writes=True) as connection:
            connection.execute(text("DELETE FROM kontrahenci"))


def test_a_create_is_one_row_in_the_staging_table_however_often_it_is_tried(database_url: str) -> None:
    run(database_url, TABLE, STAGING)
    with connected(database_url, **STAGED) as endpoint:
        made = endpoint.create(NEW)
        assert endpoint.create(NEW) == made
        assert [remote.external_id for remote in endpoint.find(NEW)] == [made.external_id]
    ((key, operation, body),) = _staged(database_url)
    assert (key, operation) == (made.external_id, "create")
    assert json.loads(body)["name"] == "Firma Nowa"


def test_an_update_stages_only_what_changed(database_url: str) -> None:
    run(database_url, TABLE, STAGING)
    fill(database_url, [(1, "A")])
    with connected(database_url, **STAGED) as endpoint:
        remote = endpoint.get("1")
        endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="B"))
        assert endpoint.get("1").contractor == msgspec.structs.replace(remote.contractor, name="B")
    assert _staged(database_url) == [("1", "update", '{"name":"B"}')]


def test_an_import_that_takes_nothing_pauses_writing(database_url: str) -> None:
    run(database_url, TABLE, STAGING)
    with connected(database_url, staging={**STAGED["staging"], "limit": 1}) as endpoint:
        endpoint.create(NEW)
        with pytest.raises(Unavailable, match="does not take"):
            endpoint.create(Contractor(name="Druga"))


@pytest.mark.parametrize(
    "demand",
    [
        pytest.param("CREATE UNIQUE INDEX one_operation ON syncd_in (in_op)", id="unique"),
        pytest.param("trigger", id="trigger"),
    ],
)
def test_a_row_that_the_staging_table_refuses_is_an_issue_of_its_record(database_url: str, demand: str) -> None:
    run(database_url, TABLE, STAGING, "INSERT INTO syncd_in VALUES ('9', 'create', '{}', '2026-01-01')")
    run(database_url, *(_trigger(database_url) if demand == "trigger" else [demand]))
    with connected(database_url, **STAGED) as endpoint:
        with pytest.raises(Unstorable, match="the staging table refused a row") as caught:
            endpoint.create(NEW)
        assert caught.value.record
        assert caught.value.cure
    assert len(_staged(database_url)) == 1


def _trigger(url: str) -> list[str]:
    if url.startswith("sqlite"):
        refusal = "BEGIN SELECT RAISE(ABORT, 'not while the import runs'); END"
        return [f"CREATE TRIGGER refuse BEFORE INSERT ON syncd_in {refusal}"]
    body = "BEGIN RAISE EXCEPTION 'not while the import runs'; END"
    return [
        f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS '{body.replace(chr(39), chr(39) * 2)}'",
        "CREATE TRIGGER refuse BEFORE INSERT ON syncd_in FOR EACH ROW EXECUTE FUNCTION refuse()",
    ]


def test_a_row_of_which_the_staging_table_keeps_half_is_an_issue_of_its_record_and_does_not_stay(
    database_url: str,
) -> None:
    run(database_url, TABLE, STAGING, *_cutting(database_url))
    with connected(database_url, **STAGED) as endpoint:
        with pytest.raises(Unstorable, match="keeps something else") as caught:
            endpoint.create(NEW)
        assert caught.value.record
        assert caught.value.cure
    assert _staged(database_url) == []


def _cutting(url: str) -> list[str]:
    """What MySQL does by itself where it is not strict."""
    if url.startswith("sqlite"):
        cut = "BEGIN UPDATE syncd_in SET in_body = substr(in_body, 1, 20) WHERE in_key = NEW.in_key; END"
        return [f"CREATE TRIGGER cut AFTER INSERT ON syncd_in {cut}"]
    body = "BEGIN NEW.in_body := left(NEW.in_body, 20); RETURN NEW; END"
    return [
        f"CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS '{body}'",
        "CREATE TRIGGER cut BEFORE INSERT ON syncd_in FOR EACH ROW EXECUTE FUNCTION cut()",
    ]


@pytest.mark.parametrize("body", ['{"name":"Firma No', '["name"]', '{"name":7}', None])
def test_a_staged_row_that_cannot_be_read_is_told_with_record_column_and_cure(
    database_url: str, body: str | None
) -> None:
    run(database_url, TABLE, STAGING)
    fill(database_url, [(1, "A"), (2, "B")])
    run(database_url, "INSERT INTO syncd_in VALUES ('1', 'update', :body, '2026-01-01')", body=body)
    with connected(database_url, **STAGED) as endpoint:
        with pytest.raises(InvalidRecord, match="cannot be read") as caught:
            endpoint.get("1")
        assert (caught.value.record, caught.value.field) == ("1", "in_body")
        assert caught.value.cure
        assert endpoint.get("2").contractor.name == "B"


def test_what_waits_under_a_key_in_other_capitals_is_its_records_where_these_do_not_count(database_url: str) -> None:
    text = "TEXT COLLATE NOCASE" if database_url.startswith("sqlite") else "CHAR(6)"
    table = f"CREATE TABLE klienci (id {text} PRIMARY KEY, kod TEXT, nazwa TEXT, nip TEXT)"
    run(database_url, table, STAGING, "INSERT INTO klienci VALUES ('K1', 'N1', 'A', '5260250274')")
    body = '{"name":"Firma N1","number":"N1"}'
    run(database_url, "INSERT INTO syncd_in VALUES ('k1', 'update', :body, '2026-01-01')", body=body)
    same = database_url.startswith("sqlite")
    with connected(database_url, table="klienci", **STAGED) as endpoint:
        assert endpoint.get("K1").contractor.name == ("Firma N1" if same else "A")
        found = endpoint.find(Contractor(name="X", number="N1"))
        assert [remote.external_id for remote in found] == (["K1"] if same else ["K1", "k1"])


def test_what_waits_for_a_record_is_not_taken_for_another_ones_whose_key_differs_in_capitals(
    database_url: str,
) -> None:
    """The staging table may compare without capitals where the ERP's own does not."""
    if not database_url.startswith("sqlite"):
        pytest.skip("capitals count there")
    loose = STAGING.replace("in_key VARCHAR(80)", "in_key VARCHAR(80) COLLATE NOCASE")
    table = "CREATE TABLE klienci (id TEXT PRIMARY KEY, kod TEXT, nazwa TEXT, nip TEXT)"
    run(database_url, table, loose, "INSERT INTO klienci VALUES ('K1', 'N1', 'A', ''), ('k1', 'N2', 'B', '')")
    run(database_url, "INSERT INTO syncd_in VALUES ('k1', 'update', :body, '2026-01-01')", body='{"name":"C"}')
    with connected(database_url, table="klienci", **STAGED) as endpoint:
        assert (endpoint.get("K1").contractor.name, endpoint.get("k1").contractor.name) == ("A", "C")


def test_an_update_of_nobody_is_not_found(database_url: str) -> None:
    run(database_url, TABLE, STAGING)
    fill(database_url, [(1, "A")])
    with connected(database_url, **STAGED) as endpoint:
        remote = endpoint.get("1")
        run(database_url, "DELETE FROM kontrahenci")
        with pytest.raises(NotFound):
            endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="B"))
    assert _staged(database_url) == []


@pytest.mark.parametrize("stored", ["526-025-02-74", "PL 526 025 02 74", "pl5260250274", "5260250274"])
def test_a_tax_number_is_found_however_it_was_typed(database_url: str, stored: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A"), (2, "B")])
    run(database_url, "UPDATE kontrahenci SET nip = :nip WHERE id = 2", nip=stored)
    with connected(database_url) as endpoint:
        wanted = Contractor(name="X", tax_id="5260250274", tax_prefix="PL")
        assert [remote.external_id for remote in endpoint.find(wanted)] == ["2"]


def test_a_table_that_is_not_there_is_named(database_url: str) -> None:
    run(database_url, TABLE)
    with connected(database_url, table="gone") as endpoint, pytest.raises(Misconfigured, match="gone"):
        read(endpoint)


def test_a_column_that_is_not_there_is_named(database_url: str) -> None:
    run(database_url, TABLE)
    fields = {"name": "nazwisko"}
    with connected(database_url, fields=fields) as endpoint, pytest.raises(Misconfigured, match="no column 'nazwisko'"):
        read(endpoint)


def test_a_condition_that_the_database_does_not_understand_is_a_matter_for_a_person(database_url: str) -> None:
    run(database_url, TABLE)
    with connected(database_url, where="nowhere = 1") as endpoint, pytest.raises(Misconfigured, match="where"):
        read(endpoint)


def test_a_read_with_more_records_than_plausible_is_suspicious(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(n, "A") for n in range(1, 6)])
    with connected(database_url, row_cap=4, page=2) as endpoint, pytest.raises(SuspiciousRun, match="more than 4"):
        read(endpoint)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with connected(f"sqlite:///{tmp_path / 'gone.db'}") as endpoint, pytest.raises(Misconfigured, match="not there"):
        endpoint.check()
    assert list(tmp_path.iterdir()) == []


def test_a_relative_file_starts_at_the_configuration(tmp_path: Path) -> None:
    run(f"sqlite:///{tmp_path / 'erp.db'}", TABLE)
    fill(f"sqlite:///{tmp_path / 'erp.db'}", [(1, "A")])
    with connected("sqlite:///erp.db", folder=tmp_path) as endpoint:
        assert read(endpoint).ids == ["1"]


def test_a_locked_database_is_tried_later(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'erp.db'}"
    run(url, TABLE)
    with connected(url, statement_seconds=1) as endpoint:
        read(endpoint)
        with closing(sqlite3.connect(tmp_path / "erp.db", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(Unavailable):
                read(endpoint)
        other.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("no url", "cannot be read"),
        ("nosuchdb://u:hidden@127.0.0.1/x", "not installed"),
        ("oracle+oracledb://u:hidden@127.0.0.1/x", "not installed"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused_without_being_shown(url: str, message: str) -> None:
    with pytest.raises(Misconfigured, match=message) as caught, connected(url):
        pass
    assert "hidden" not in str(caught.value)


def test_a_server_that_is_not_there_is_tried_later() -> None:
    url = "postgresql+psycopg://reader:hidden@127.0.0.1:1/erp?connect_timeout=2"
    with connected(url) as endpoint, pytest.raises(Unavailable) as caught:
        read(endpoint)
    assert "hidden" not in str(caught.value)


@pytest.mark.postgres
def test_a_refused_account_stops_the_connection(postgres_url: str) -> None:
    run(postgres_url, "CREATE TABLE hidden_from_reader (id INTEGER PRIMARY KEY, kod TEXT, nazwa TEXT, nip TEXT)")
    run(
        postgres_url,
        "DO $$ BEGIN CREATE ROLE erp_reader LOGIN PASSWORD 'secret1'; EXCEPTION WHEN duplicate_object THEN END $$",
    )
    url = _as(postgres_url, "erp_reader", "secret1")
    with connected(url, table="hidden_from_reader") as endpoint, pytest.raises(AuthFailed):
        read(endpoint)


@pytest.mark.postgres
def test_a_statement_that_takes_too_long_is_ended(postgres_url: str) -> None:
    run(postgres_url, TABLE.replace("kontrahenci", "powolni"), "INSERT INTO powolni (id, nazwa) VALUES (1, 'A')")
    options: dict[str, Any] = {"table": "powolni", "where": "pg_sleep(20) IS NOT NULL", "statement_seconds": 1}
    with connected(postgres_url, **options) as endpoint, pytest.raises(Unavailable):
        read(endpoint)


def _as(url: str, user: str, password: str) -> str:
    return make_url(url).set(username=user, password=password).render_as_string(hide_password=False)
