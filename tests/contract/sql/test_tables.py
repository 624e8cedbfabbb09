"""Are odd tables read faithfully: padded, keyless, doubled, in pieces, and of every type?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import mssql

from adapters.sql.simulator import simulate
from syncd.certify.samples import contractor
from syncd.domain.contractor import Address, AddressKind
from syncd.errors import InvalidRecord, NotFound
from tests.contract.sql.bases import OPTIONS, TABLE, connected, fill, read, run


def test_a_record_deleted_between_pages_hides_no_other(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(n, "A") for n in range(1, 8)])
    with connected(database_url, page=3) as endpoint:
        pages = endpoint.read(None, full=True)
        first = next(pages)
        run(database_url, "DELETE FROM kontrahenci WHERE id < 3")
        rest = [record.external_id for page in pages for record in page.records]
    assert [record.external_id for record in first.records] == ["1", "2", "3"]
    assert rest == ["4", "5", "6", "7"]


def test_a_record_that_changes_between_pages_comes_once(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(n, "A") for n in range(1, 6)])
    with connected(database_url, page=2, watermark={"column": "zmiana"}) as endpoint:
        pages = endpoint.read(None, full=False)
        seen = [record.external_id for record in next(pages).records]
        run(database_url, "UPDATE kontrahenci SET zmiana = :at WHERE id = 1", at=datetime(2026, 5, 5))  # noqa: DTZ001
        seen += [record.external_id for page in pages for record in page.records]
    assert seen == ["1", "2", "3", "4", "5"]


def test_padded_columns_lose_their_blanks(database_url: str) -> None:
    run(database_url, "CREATE TABLE kontrahenci (id CHAR(8) PRIMARY KEY, kod CHAR(10), nazwa CHAR(50), nip CHAR(20))")
    run(database_url, "INSERT INTO kontrahenci VALUES ('a       ', 'K1        ', 'Firma', '5260250274')")
    with connected(database_url) as endpoint:
        (record,) = read(endpoint).records
        assert record.external_id == "a"
        assert endpoint.parse(record).contractor.number == "K1"
        assert endpoint.get("a") == endpoint.parse(record)


def test_keys_of_bytes_are_hexadecimal(database_url: str) -> None:
    blob = "BYTEA" if database_url.startswith("postgresql") else "BLOB"
    run(database_url, f"CREATE TABLE kontrahenci (id {blob} PRIMARY KEY, kod CHAR(10), nazwa TEXT, nip TEXT)")
    for key in (b"\x00\x01", b"\xff\x10"):
        run(database_url, "INSERT INTO kontrahenci VALUES (:id, 'K1', 'Firma', NULL)", id=key)
    with connected(database_url, page=1) as endpoint:
        assert read(endpoint).ids == ["0001", "ff10"]
        assert endpoint.get("ff10").external_id == "ff10"
        with pytest.raises(NotFound):
            endpoint.get("no hex")


@pytest.mark.postgres
def test_keys_that_are_uuids_are_text(postgres_url: str) -> None:
    key = "8f14e45f-ceea-467f-9c3b-1f1e2d3c4b5a"
    run(postgres_url, "CREATE TABLE guids (id UUID PRIMARY KEY, kod TEXT, nazwa TEXT, nip TEXT)")
    run(postgres_url, f"INSERT INTO guids VALUES ('{key}', 'K', 'A', NULL)")
    with connected(postgres_url, table="guids") as endpoint:
        assert read(endpoint).ids == [key]
        assert endpoint.get(key).contractor.name == "A"
        with pytest.raises(NotFound):
            endpoint.get("no uuid")


def test_a_key_of_another_type_is_not_found(database_url: str) -> None:
    run(database_url, TABLE)
    with connected(database_url) as endpoint, pytest.raises(NotFound, match="record A/1"):
        endpoint.get("A/1")


def test_a_view_without_a_primary_key_is_read_by_the_configured_one(database_url: str) -> None:
    run(database_url, TABLE, "CREATE VIEW odbiorcy AS SELECT * FROM kontrahenci WHERE archiwalny IS NULL")
    fill(database_url, [(1, "A"), (2, "B")])
    with connected(database_url, table="odbiorcy") as endpoint:
        assert read(endpoint).ids == ["1", "2"]


def test_a_view_that_doubles_records_gives_each_once(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A"), (2, "B")])
    doubled = "SELECT * FROM kontrahenci UNION ALL SELECT * FROM kontrahenci"
    run(database_url, f"CREATE VIEW odbiorcy AS {doubled}")
    with connected(database_url, table="odbiorcy") as endpoint:
        assert read(endpoint).ids == ["1", "2"]


def test_two_different_records_with_one_key_are_both_shown(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A")])
    other = "SELECT id, kod, 'Inny' AS nazwa, nip FROM kontrahenci"
    run(database_url, f"CREATE VIEW odbiorcy AS SELECT id, kod, nazwa, nip FROM kontrahenci UNION ALL {other}")
    with connected(database_url, table="odbiorcy") as endpoint:
        assert read(endpoint).ids == ["1", "1"]


def test_records_without_a_key_make_a_full_read_incomplete(database_url: str) -> None:
    run(database_url, "CREATE TABLE kontrahenci (id INTEGER, kod TEXT, nazwa TEXT, nip TEXT)")
    run(database_url, "INSERT INTO kontrahenci VALUES (1, 'K1', 'A', NULL), (NULL, 'K2', 'B', NULL)")
    with connected(database_url) as endpoint:
        got = read(endpoint, full=True)
    assert got.ids == ["1"]
    assert not got.proof.complete
    assert "1 record has no key" in got.proof.how


def test_an_empty_table_blocks_nobody(database_url: str) -> None:
    run(database_url, TABLE)
    with connected(database_url) as endpoint:
        assert not read(endpoint, full=True).proof.complete


def test_a_condition_may_hold_colons_and_percent_signs(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "a:b"), (2, "c"), (3, "a:x")])
    with connected(database_url, where="nazwa LIKE 'a:%' OR nazwa = ':nazwa'") as endpoint:
        assert read(endpoint).ids == ["1", "3"]
        with pytest.raises(NotFound):
            endpoint.get("2")


def test_a_switched_off_contractor_is_delivered(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A"), (2, "B")])
    run(database_url, "UPDATE kontrahenci SET archiwalny = 1 WHERE id = 2")
    with connected(database_url, active={"column": "archiwalny", "inactive": ["1"]}) as endpoint:
        told = [endpoint.parse(record).contractor.active for record in read(endpoint).records]
    assert told == [True, False]


def test_groups_in_one_column_are_split(database_url: str) -> None:
    run(database_url, TABLE)
    fill(database_url, [(1, "A")])
    run(database_url, "UPDATE kontrahenci SET grupy = 'VIP, Hurt'")
    with connected(database_url, fields={"name": "nazwa", "groups": "grupy"}, separator=",") as endpoint:
        assert endpoint.get("1").contractor.groups == ("Hurt", "VIP")


def test_groups_and_addresses_take_one_query_for_a_page() -> None:
    with simulate() as sandbox:
        for number in range(1, 10):
            sandbox.add(contractor(number))
        options = {**sandbox.options, "page": 100}
        with connected(options.pop("url"), **options) as endpoint:
            read(endpoint)
            statements: list[str] = []
            event.listen(
                endpoint._source._engine, "before_cursor_execute", lambda *called: statements.append(str(called[2]))
            )
            read(endpoint)
    assert sum("KntGrupy" in statement for statement in statements) == 1
    assert sum("KntAdresy" in statement for statement in statements) == 1


def test_group_names_may_hold_the_separator(database_url: str) -> None:
    run(database_url, TABLE, "CREATE TABLE czlonkowie (kontrahent INTEGER, grupa VARCHAR(50))")
    fill(database_url, [(1, "A")])
    run(database_url, "INSERT INTO czlonkowie VALUES (1, 'A; B'), (1, NULL)")
    groups = {"table": "czlonkowie", "contractor": "kontrahent", "group": "grupa"}
    with connected(database_url, groups=groups) as endpoint:
        assert endpoint.get("1").contractor.groups == ("A; B",)


def test_addresses_come_from_their_table_in_the_order_of_their_keys(database_url: str) -> None:
    run(database_url, TABLE, "CREATE TABLE adresy (id INTEGER, kontrahent INTEGER, ulica TEXT, miasto TEXT)")
    fill(database_url, [(1, "A")])
    run(
        database_url, "INSERT INTO adresy VALUES (9, 1, 'Krótka 2', 'Łódź'), (5, 1, 'Długa 1', 'Hel'), (6, 2, 'x', 'y')"
    )
    addresses = {
        "table": "adresy",
        "contractor": "kontrahent",
        "key": "id",
        "fields": {"street": "ulica", "city": "miasto", "country": "=PL"},
    }
    with connected(database_url, addresses=addresses) as endpoint:
        assert endpoint.get("1").contractor.addresses == (
            Address(key="5", street="Długa 1", city="Hel", country="PL"),
            Address(key="9", kind=AddressKind.OTHER, street="Krótka 2", city="Łódź", country="PL"),
        )


def test_children_belong_to_whom_the_database_says(database_url: str) -> None:
    """One that compares without capitals, or pads its keys, lets a child name its contractor in another spelling."""
    text = "TEXT COLLATE NOCASE" if database_url.startswith("sqlite") else "CHAR(6)"
    child = "Ab1" if database_url.startswith("sqlite") else "AB1"
    run(
        database_url,
        f"CREATE TABLE klienci (kod {text} PRIMARY KEY, nazwa TEXT)",
        "CREATE TABLE czlonkowie (kontrahent VARCHAR(20), grupa TEXT)",
        "CREATE TABLE adresy (id INTEGER, kontrahent VARCHAR(20), miasto TEXT)",
        "INSERT INTO klienci VALUES ('AB1', 'A')",
        f"INSERT INTO czlonkowie VALUES ('{child}', 'VIP')",
        f"INSERT INTO adresy VALUES (1, '{child}', 'Hel')",
    )
    children: dict[str, Any] = {
        "groups": {"table": "czlonkowie", "contractor": "kontrahent", "group": "grupa"},
        "addresses": {"table": "adresy", "contractor": "kontrahent", "key": "id", "fields": {"city": "miasto"}},
    }
    with connected(database_url, table="klienci", key="kod", fields={"name": "nazwa"}, **children) as endpoint:
        (record,) = read(endpoint).records
        for found in (endpoint.parse(record), endpoint.get("AB1")):
            assert found.contractor.groups == ("VIP",)
            assert [address.city for address in found.contractor.addresses] == ["Hel"]


def test_a_view_that_doubles_records_doubles_no_address(database_url: str) -> None:
    run(database_url, TABLE, "CREATE TABLE adresy (id INTEGER, kontrahent INTEGER, miasto TEXT)")
    fill(database_url, [(1, "A")])
    run(database_url, "INSERT INTO adresy VALUES (1, 1, 'Hel')")
    run(database_url, "CREATE VIEW odbiorcy AS SELECT * FROM kontrahenci UNION ALL SELECT * FROM kontrahenci")
    addresses = {"table": "adresy", "contractor": "kontrahent", "key": "id", "fields": {"city": "miasto"}}
    with connected(database_url, table="odbiorcy", addresses=addresses) as endpoint:
        assert [address.city for address in endpoint.get("1").contractor.addresses] == ["Hel"]


def test_numbers_keep_their_digits(database_url: str) -> None:
    real = "DOUBLE PRECISION"
    run(
        database_url,
        f"CREATE TABLE kontrahenci (id INTEGER PRIMARY KEY, kod TEXT, nazwa TEXT, nip {real}, l NUMERIC(9,2))",
    )
    run(database_url, "INSERT INTO kontrahenci VALUES (1, '00017', 'A', 5260250274, 1234.50)")
    fields = {**OPTIONS["fields"], "credit_limit": "l"}
    with connected(database_url, fields=fields) as endpoint:
        told = endpoint.get("1").contractor
    assert (told.number, told.tax_id, f"{told.credit_limit:.2f}") == ("00017", "5260250274", "1234.50")


def test_bytes_that_are_no_text_fail_one_record_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'erp.db'}"
    run(url, TABLE)
    fill(url, [(1, "A"), (2, "B"), (3, "C")])
    with closing(sqlite3.connect(tmp_path / "erp.db")) as db, db:
        db.execute("UPDATE kontrahenci SET nazwa = CAST(? AS TEXT) WHERE id = 2", (b"\xb3\xf3d\xbf",))
    db.close()
    with connected(url) as endpoint:
        got = read(endpoint)
        assert got.ids == ["1", "3"]
        (rejected,) = got.rejected
        assert (rejected.external_id, rejected.error.field) == ("2", "nazwa")
        with pytest.raises(InvalidRecord, match="UTF-8"):
            endpoint.get("2")


def test_a_zero_character_fails_one_record_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'erp.db'}"
    run(url, TABLE)
    fill(url, [(1, "A\0B"), (2, "B")])
    with connected(url) as endpoint:
        got = read(endpoint)
    assert got.ids == ["2"]
    assert [rejected.external_id for rejected in got.rejected] == ["1"]


def test_sql_server_is_asked_with_top_and_brackets_and_without_offset() -> None:
    with simulate() as sandbox:
        options = dict(sandbox.options)
        with connected(options.pop("url"), **options) as endpoint:
            queries = endpoint._queries
            changed = queries._changed("2026-01-01")
            statement = queries._rows().where(changed, queries._key > "x").order_by(queries._key).limit(10)
    compiled = str(statement.compile(dialect=mssql.dialect()))  # type: ignore[no-untyped-call]
    assert "SELECT TOP" in compiled
    assert "FROM [CDN].[Kontrahenci]" in compiled
    assert "OFFSET" not in compiled


@pytest.mark.postgres
@pytest.mark.parametrize("moment", ["infinity", "-infinity", "0044-03-15 BC", "294276-12-31"])
def test_a_moment_that_python_has_none_for_does_not_stop_the_read(postgres_url: str, moment: str) -> None:
    run(postgres_url, "DROP TABLE IF EXISTS terminy", TABLE.replace("kontrahenci", "terminy"))
    run(postgres_url, "ALTER TABLE terminy ADD COLUMN umowa_do TIMESTAMPTZ, ADD COLUMN od DATE")
    run(
        postgres_url, "INSERT INTO terminy (id, kod, nazwa, zmiana) VALUES (1, 'K1', 'A', now()), (2, 'K2', 'B', now())"
    )
    run(postgres_url, f"UPDATE terminy SET umowa_do = '{moment}', zmiana = '{moment}', od = 'infinity' WHERE id = 1")
    fields = {"name": "nazwa", "custom.until": "umowa_do", "custom.since": "od"}
    with connected(postgres_url, table="terminy", fields=fields, watermark={"column": "zmiana"}) as endpoint:
        got = read(endpoint)
        assert got.ids == ["1", "2"]
        assert got.proof.complete
        odd, even = (endpoint.parse(record).contractor for record in got.records)
        assert (odd.custom["since"], even.custom) == ("infinity", {})
        assert "2" in read(endpoint, got.cursor).ids


@pytest.mark.postgres
def test_arrays_are_several_phones_and_groups_and_documents_are_json(postgres_url: str) -> None:
    run(postgres_url, "DROP TABLE IF EXISTS listy")
    run(postgres_url, "CREATE TABLE listy (id INT PRIMARY KEY, nazwa TEXT, tel TEXT[], grupy VARCHAR[], extra JSONB)")
    run(
        postgres_url,
        "INSERT INTO listy VALUES (1, 'A', ARRAY['601', NULL, '602'], ARRAY['Hurt', 'VIP'], CAST(:extra AS JSONB)),"
        " (2, 'B', NULL, ARRAY[]::VARCHAR[], NULL)",
        extra='{"b": [1, null], "a": "ł"}',
    )
    fields = {"name": "nazwa", "phones": "tel", "groups": "grupy", "custom.extra": "extra"}
    with connected(postgres_url, table="listy", fields=fields) as endpoint:
        full, bare = (endpoint.parse(record).contractor for record in read(endpoint).records)
    assert (full.phones, full.groups, full.custom) == (
        ("601", "602"),
        ("Hurt", "VIP"),
        {"extra": '{"a":"ł","b":[1,null]}'},
    )
    assert (bare.phones, bare.groups, bare.custom) == ((), (), {})
