"""Are letters, digits, quotes and ends of the four formats read as they were meant?"""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from syncd.domain.contractor import Address, Contractor
from syncd.errors import Misconfigured
from tests.contract.files.drops import HEAD, connect, read


def _one(folder: Path, name: str, data: bytes, **options: Any) -> Contractor:
    (folder / name).write_bytes(data)
    endpoint = connect(folder, **options)
    (record,) = read(endpoint).records
    return endpoint.parse(record).contractor


ROW = HEAD + "1;Zażółć;0012345678;+48 600 100 200\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_or_utf8_needs_no_configuration(tmp_path: Path, encoding: str) -> None:
    assert _one(tmp_path, "a.csv", ROW.encode(encoding)).name == "Zażółć"


def test_a_configured_page_is_used_for_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    assert _one(tmp_path, "a.csv", ROW.encode("cp1250"), encoding="cp1250").name == "Zażółć"


def test_utf8_is_read_as_such_in_spite_of_a_configured_page(tmp_path: Path) -> None:
    assert _one(tmp_path, "a.csv", ROW.encode(), encoding="cp1250").name == "Zażółć"


def test_an_xml_declaration_wins_over_the_configured_page(tmp_path: Path) -> None:
    data = '<?xml version="1.0" encoding="iso-8859-2"?><l><k><Id>1</Id><Nazwa>Zażółć</Nazwa></k></l>'
    assert _one(tmp_path, "a.xml", data.encode("iso-8859-2"), encoding="cp1251").name == "Zażółć"


def test_the_proof_says_what_the_file_was_read_as(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(ROW.encode("cp1250"))
    proof = read(connect(tmp_path, mode="snapshot", encoding="cp1250")).proof
    assert "read as cp1250 (configured)" in proof.how


def test_leading_zeros_and_the_plus_of_a_phone_stay(tmp_path: Path) -> None:
    contractor = _one(tmp_path, "a.csv", ROW.encode())
    assert (contractor.tax_id, contractor.phones) == ("0012345678", ("+48 600 100 200",))


def test_a_quoted_text_may_hold_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    data = HEAD + '1;"A; ""B""\nC";;\n'
    assert _one(tmp_path, "a.csv", data.encode()).name == 'A; "B"\nC'


def test_a_form_feed_ends_no_line(tmp_path: Path) -> None:
    assert _one(tmp_path, "a.csv", (HEAD + "1;A\x0cB\u2028C;;\n").encode()).name == "A\x0cB\u2028C"


def test_a_spreadsheets_delimiter_hint_is_no_header(tmp_path: Path) -> None:
    assert _one(tmp_path, "a.csv", ("sep=;\r\n" + ROW).encode()).name == "Zażółć"


def test_tabs_and_no_quotes_are_read_as_configured(tmp_path: Path) -> None:
    data = HEAD.replace(";", "\t") + '1\tA "B\t\t\n'
    assert _one(tmp_path, "a.tsv", data.encode(), delimiter="\t", quote="").name == 'A "B'


def test_without_a_header_columns_are_numbers(tmp_path: Path) -> None:
    options = {"header": False, "key": "1", "fields": {"name": "2", "tax_id": "3"}}
    assert _one(tmp_path, "a.csv", b"7;A;1234567890\n", **options).tax_id == "1234567890"


def test_without_a_header_a_named_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="header"):
        connect(tmp_path, header=False)


PATHS = {
    "key": "@id",
    "fields": {
        "name": "Nazwa",
        "groups": "Grupy/Grupa/Nazwa",
        "addresses.0.city": "Adres/0/Miasto",
        "addresses.1.city": "Adres/1/Miasto",
    },
}


def test_paths_reach_attributes_and_one_of_several_elements_in_xml(tmp_path: Path) -> None:
    data = (
        '<l xmlns="urn:x"><k id="7"><Nazwa>A</Nazwa><Adres><Miasto>Łódź</Miasto></Adres><Adres><Miasto>Hel</Miasto>'
        "</Adres><Grupy><Grupa><Nazwa>VIP</Nazwa></Grupa><Grupa><Nazwa>Hurt</Nazwa></Grupa></Grupy></k></l>"
    )
    contractor = _one(tmp_path, "a.xml", data.encode(), **PATHS)
    assert contractor.groups == ("Hurt", "VIP")
    assert [address.city for address in contractor.addresses] == ["Łódź", "Hel"]


def test_paths_reach_into_objects_and_arrays_in_json(tmp_path: Path) -> None:
    record = {
        "@id": 7,
        "Nazwa": "A",
        "Adres": [{"Miasto": "Łódź"}, {"Miasto": "Hel"}],
        "Grupy": {"Grupa": [{"Nazwa": "VIP"}, {"Nazwa": "Hurt"}]},
    }
    contractor = _one(tmp_path, "a.json", json.dumps([record]).encode(), **PATHS)
    assert contractor.groups == ("Hurt", "VIP")
    assert [address.city for address in contractor.addresses] == ["Łódź", "Hel"]


def test_an_array_may_stand_under_a_name_with_others_beside_it(tmp_path: Path) -> None:
    data = b'{"at": {"x": [1]}, "k": [{"Id": "1", "Nazwa": "A"}], "pages": 1}'
    assert _one(tmp_path, "a.json", data).name == "A"


def test_order_and_blanks_do_not_change_the_bytes_of_a_json_record(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'[{"Id": "1", "Nazwa": "A"}]')
    first = read(connect(tmp_path)).records
    (tmp_path / "b.json").write_bytes(b'[ { "Nazwa":"A",\n "Id":"1" } ]\n')
    assert read(connect(tmp_path)).records == first


def test_a_new_column_that_is_not_mapped_changes_no_csv_record(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ROW, encoding="utf-8")
    cursor = read(connect(tmp_path)).cursor
    (tmp_path / "b.csv").write_text(ROW.replace("\n", ";x\n"), encoding="utf-8")
    assert read(connect(tmp_path), cursor).ids == []


def test_switched_off_contractors_are_told_by_a_column(tmp_path: Path) -> None:
    active = {"column": "Tel", "inactive": ["1", "T"]}
    options = {"active": active, "fields": {"name": "Nazwa"}}
    assert _one(tmp_path, "a.csv", (HEAD + "1;A;;T\n").encode(), **options) == Contractor(name="A", active=False)


def test_an_address_is_read_from_columns(tmp_path: Path) -> None:
    options = {"fields": {"name": "Nazwa", "address.city": "Tel", "address.country": "=pl"}}
    contractor = _one(tmp_path, "a.csv", (HEAD + "1;A;;Łódź\n").encode(), **options)
    assert contractor.addresses == (Address(city="Łódź", country="PL"),)


PROOFS = {
    "xml": (b"<l><k><Id>1</Id></k></l>", True, "closing root element"),
    "csv": (b"Id;Nazwa;NIP;Tel\n1;A;;\n", True, "ends with a line break"),
    "csv without its last line break": (b"Id;Nazwa;NIP;Tel\n1;A;;", False, "may have been cut"),
    "json": (b'[{"Id": "1"}]', True, "closing bracket"),
    "ndjson": (b'{"Id": "1"}\n', True, "ends with a line break"),
    "ndjson without its last line break": (b'{"Id": "1"}', False, "may have been cut"),
    "csv without records": (b"Id;Nazwa;NIP;Tel\n", False, "holds no records"),
    "xml without records": (b"<l/>", False, "holds no records"),
    "json without records": (b"[]", False, "holds no records"),
    "ndjson without records": (b"", False, "holds no records"),
}


@pytest.mark.parametrize(("what", "data", "complete", "how"), [(k, *v) for k, v in PROOFS.items()], ids=PROOFS.keys())
def test_a_snapshot_says_how_its_end_was_proven(
    tmp_path: Path, what: str, data: bytes, complete: bool, how: str
) -> None:
    (tmp_path / f"a.{what.split(maxsplit=1)[0]}").write_bytes(data)
    proof = read(connect(tmp_path, mode="snapshot"), full=True).proof
    assert proof.complete is complete
    assert how in proof.how


@pytest.mark.parametrize("data", [HEAD.encode(), (HEAD + "1;A;;").encode()], ids=["empty", "perhaps cut"])
def test_a_snapshot_that_is_not_proven_takes_nobody_away(tmp_path: Path, data: bytes) -> None:
    endpoint = connect(tmp_path, mode="snapshot")
    (tmp_path / "a.csv").write_text(HEAD + "1;A;;\n2;B;;\n", encoding="utf-8")
    cursor = read(endpoint).cursor
    (tmp_path / "b.csv").write_bytes(data)
    got = read(endpoint, cursor, full=True)
    assert sorted(got.ids) == ["1", "2"]
    assert not got.proof.complete


def test_who_is_not_in_a_proven_snapshot_is_not_read_any_more(tmp_path: Path) -> None:
    endpoint = connect(tmp_path, mode="snapshot")
    (tmp_path / "a.csv").write_text(HEAD + "1;A;;\n2;B;;\n", encoding="utf-8")
    cursor = read(endpoint).cursor
    (tmp_path / "b.csv").write_text(HEAD + "2;B;;\n", encoding="utf-8")
    got = read(endpoint, cursor, full=True)
    assert got.ids == ["2"]
    assert got.proof.complete


@pytest.mark.usefixtures("usual_garbage")
@pytest.mark.parametrize("kind", ["csv", "json", "ndjson", "xml"])
def test_memory_is_a_page_and_not_the_list(tmp_path: Path, kind: str) -> None:
    many, name = 4_000, "Firma " * 200
    rows = {
        "csv": HEAD + "".join(f"{n};{name};;\n" for n in range(many)),
        "json": json.dumps([{"Id": str(n), "Nazwa": name} for n in range(many)]),
        "ndjson": "".join(f'{{"Id": "{n}", "Nazwa": "{name}"}}\n' for n in range(many)),
        "xml": "<l>" + "".join(f"<k><Id>{n}</Id><Nazwa>{name}</Nazwa></k>" for n in range(many)) + "</l>",
    }
    path = tmp_path / f"a.{kind}"
    path.write_text(rows[kind], encoding="utf-8")
    endpoint = connect(tmp_path, page=100)
    tracemalloc.start()
    seen = sum(len(page.records) for page in endpoint.read(None, full=True))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seen == many
    assert peak < len(rows[kind]) / 2
