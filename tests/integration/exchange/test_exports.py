"""Is an export the rows and columns that were asked for, whole, and readable by what it is made for?"""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from lxml import etree
from sqlalchemy import Connection, insert, update

from syncd.domain.columns import COLUMNS, choose_columns
from syncd.domain.contractor import Account, Consent, Contractor, Employee, dump
from syncd.registry import listings
from syncd.registry import tables as t
from syncd.registry.engine import writing
from syncd.registry.queries.customer_list import selection
from syncd.registry.queries.customer_rows import COLUMNS as LISTED
from syncd.registry.queries.entries import chosen_ids
from syncd.sync.export.tables import TABLES, Pages, customers
from syncd.sync.export.write import Format, export, pieces
from tests.fixtures.contractors import firm
from tests.integration.pipeline.conftest import OpenHouse
from tests.integration.pipeline.house import House

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = etree.XMLSchema(etree.parse(ROOT / "docs/reference/syncd-export-1.xsd"))


@pytest.fixture
def house(build: OpenHouse) -> House:
    house = build()
    house.erp.add(firm("A1", name="Łódź-Bud Sp. z o.o.", phones=("+48 600 100 200", "22 555 01 23"), notes="=1+1"))
    house.erp.add(firm("A2", name="Северсталь", groups=("Hurt", "VIP"), employees=(Employee(email="a@x.example"),)))
    house.erp.add(firm("A3", name='Müller; "Söhne"', accounts=(Account(iban="PL1"),), custom={"key;": "a\nb"}))
    house.run("erp")
    return house


def exported(house: House, format_: Format, *codes: str, pages: Pages | None = None, **more: Any) -> bytes:
    make = customers(choose_columns(codes), pages or chosen_ids(selection(at=house.app.now())))
    return b"".join(pieces(export(house.app, make, format_, by="anna", **more).file))


def read_csv(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_a_csv_has_the_mark_of_utf_8_and_the_columns_in_their_order(house: House) -> None:
    data = exported(house, Format.CSV, "name", "code", "phones", "groups")
    assert data.startswith(b"\xef\xbb\xbfname,code,phones,groups\r\n")
    assert read_csv(data)[1:] == [
        ["Łódź-Bud Sp. z o.o.", "K000001", "+48 600 100 200; 22 555 01 23", "Hurt"],
        ["Северсталь", "K000002", "", "Hurt; VIP"],
        ['Müller; "Söhne"', "K000003", "", "Hurt"],
    ]


def test_a_csv_with_semicolons_quotes_them(house: House) -> None:
    assert read_csv(exported(house, Format.CSV, "name", delimiter=";"), ";")[3] == ['Müller; "Söhne"']


def test_no_cell_of_a_csv_is_a_formula(house: House) -> None:
    assert read_csv(exported(house, Format.CSV, "notes"))[1] == ["'=1+1"]


def test_an_export_has_exactly_the_customers_asked_for_in_their_order(house: House) -> None:
    def two(_connection: Connection) -> Iterator[list[int]]:
        yield [3]
        yield [1]

    assert read_csv(exported(house, Format.CSV, "code", pages=two)) == [["code"], ["K000003"], ["K000001"]]


def test_more_than_a_page_of_customers_is_exported_each_once(house: House) -> None:
    page = {"status": "active", "zone": "domestic", "holds": "[]", "doc": '{"name":"x"}', "name": "x", "country": "PL"}
    now = house.app.now()
    with writing(house.app.engine) as connection:
        rows = [
            page | {"id": n, "reasons": "[]", "version": 1, "created_at": now, "updated_at": now}
            for n in range(10, 2500)
        ]
        connection.execute(insert(t.Contractor), rows)
        listings.refresh(connection, range(10, 2500))
    codes = [row[0] for row in read_csv(exported(house, Format.CSV, "code"))[1:]]
    assert codes == sorted(set(codes))
    assert len(codes) == 2493


def test_a_workbook_holds_texts_as_texts_and_numbers_as_numbers(house: House) -> None:
    data = exported(house, Format.XLSX, "code", "name", "notes", "tax_id")
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    head, first, second, _ = sheet.to_python()
    assert (sheet.name, head) == ("customers", ["code", "name", "notes", "tax_id"])
    assert first[:3] == ["K000001", "Łódź-Bud Sp. z o.o.", "=1+1"]
    assert (second[1], isinstance(second[3], str)) == ("Северсталь", True)


def test_xml_with_every_column_is_as_the_schema_says(house: House) -> None:
    with writing(house.app.engine) as connection:
        full = Contractor(
            name="Full", accounts=(Account(bank="B", iban="PL1"),),
            employees=(Employee(email="a@x.example", name="A", default_login=True),),
            consents=(Consent(kind="terms", given=True, at=house.app.now()),), registrations={"regon": "1"},
            newsletter=False, payment_days=7, notes="bell \x07", phones=("1", "2"),
        )  # fmt: skip
        connection.execute(update(t.Contractor).where(t.Contractor.id == 2).values(doc=dump(full).decode()))
    document = etree.fromstring(exported(house, Format.XML, "all"))
    SCHEMA.assertValid(document)
    name = {"x": "urn:syncd:export:1"}
    (second,) = document.xpath("x:customer[x:code='K000002']", namespaces=name)
    assert second.xpath("string(x:registrations/x:entry[@name='regon'])", namespaces=name) == "1"
    assert second.xpath("x:phones/x:phone/text()", namespaces=name) == ["1", "2"]
    assert second.xpath("x:notes[@replaced='true']/text()", namespaces=name) == ["bell \ufffd"]
    assert second.xpath("string(x:newsletter)", namespaces=name) == "false"


def test_the_schema_in_the_manual_is_the_one_that_is_shipped() -> None:
    shipped = ROOT / "syncd/sync/export/syncd-export-1.xsd"
    assert shipped.read_bytes() == (ROOT / "docs/reference/syncd-export-1.xsd").read_bytes()


def test_json_is_an_array_and_ndjson_a_line_for_each(house: House) -> None:
    listed = json.loads(exported(house, Format.JSON, "code", "groups", "external_ids"))
    lines = [json.loads(line) for line in exported(house, Format.NDJSON, "code", "groups", "external_ids").splitlines()]
    assert lines == listed
    assert (listed[1]["code"], listed[1]["groups"]) == ("K000002", ["Hurt", "VIP"])
    assert set(listed[1]["external_ids"]) == {"erp"}


@pytest.mark.parametrize("format_", Format)
def test_nobody_makes_an_empty_file_that_is_still_whole(build: OpenHouse, format_: Format) -> None:
    data = exported(build(), format_, "code", "name")
    assert data or format_ is Format.NDJSON
    if format_ is Format.JSON:
        assert json.loads(data) == []
    if format_ is Format.XML:
        SCHEMA.assertValid(etree.fromstring(data))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_groups_mapping_and_audit_log_are_exported_as_the_schema_says(house: House, name: str) -> None:
    exported(house, Format.CSV, "code")
    written = export(house.app, TABLES[name], Format.XML, by="anna")
    document = etree.fromstring(b"".join(pieces(written.file)))
    SCHEMA.assertValid(document)
    assert len(document) == written.rows
    assert (name == "mapping") or written.rows


@pytest.mark.usefixtures("usual_garbage")
@pytest.mark.parametrize("format_", Format)
def test_an_export_holds_a_page_of_rows_however_many_there_are(house: House, format_: Format) -> None:
    def peak(pages: int) -> int:
        """Most bytes at one moment, for so many pages of three hundred rows."""
        tracemalloc.start()
        make = customers(choose_columns([]), lambda _connection: iter([[1, 2, 3] * 100] * pages))
        export(house.app, make, format_, by="anna").file.close()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1)  # statements and encoders are made when they are first needed
    few, many = peak(3), peak(20)
    assert many < 2 * few  # what is garbage in cycles waits for its collection, a page or two


def test_the_audit_log_says_who_exported_how_many_and_no_value(house: House) -> None:
    exported(house, Format.CSV, "code", "email", columns=["code", "email"])
    row = house.one(t.Audit, action="export")
    assert (row["actor"], row["subject"]) == ("anna", "customers")
    assert row["details"] == {"format": "csv", "rows": 3, "columns": ["code", "email"]}


def test_what_changes_while_an_export_is_read_is_not_in_it(house: House) -> None:
    def slowly(connection: Connection) -> Iterator[list[int]]:
        yield [1]
        with writing(house.app.engine) as other:
            other.execute(update(t.Contractor).values(status="blocked"))
        yield [2, 3]

    rows = read_csv(exported(house, Format.CSV, "status", pages=slowly))
    assert rows == [["status"], ["active"], ["active"], ["active"]]


def test_every_column_is_in_the_schema() -> None:
    (customer,) = etree.parse(ROOT / "docs/reference/syncd-export-1.xsd").xpath(
        "//x:complexType[@name='customer']", namespaces={"x": "http://www.w3.org/2001/XMLSchema"}
    )
    named = customer.xpath("x:all/x:element/@name", namespaces={"x": "http://www.w3.org/2001/XMLSchema"})
    assert named == list(COLUMNS)


def test_every_column_of_the_list_can_be_exported() -> None:
    assert set(LISTED) - set(COLUMNS) == set()
