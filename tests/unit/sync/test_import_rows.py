"""Are rows the same whatever file they are in, and is a hostile file refused before it costs anything?"""

from __future__ import annotations

import io
import resource
import struct
import zipfile
from typing import Any

import pytest
import xlsxwriter

from syncd.errors import SyncError
from syncd.sync.imports import rows as reading
from syncd.sync.imports.rows import FileKind, Row, kind_of, read_rows

CSV = '\ufeffCode;email ;notes\r\nK000001;a@x.example;\'=1\r\n;;\r\nK000002;;"two\r\nlines"\r\nK000003;b;\r\n'
XML = """<?xml version="1.0" encoding="UTF-8"?>
<customers xmlns="urn:syncd:export:1">
<customer><code>K000001</code><phones><phone>1</phone><phone>2</phone></phones><notes replaced="1">x</notes></customer>
<customer><code>K000002</code><email clear="true"/><city/><custom><entry name="a">b</entry></custom></customer>
</customers>"""


def workbook(*rows: list[Any], **more: Any) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"strings_to_formulas": False, **more})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def repacked(data: bytes, **parts: bytes) -> bytes:
    """A workbook with other parts, by the last word of their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = parts.get(name.rpartition("/")[2].partition(".")[0])
            new.writestr(name, old.read(name) if content is None else content)
    return out.getvalue()


def refusal(data: bytes, kind: FileKind | None = None) -> tuple[str, str]:
    with pytest.raises(SyncError) as caught:
        list(read_rows(data, kind or kind_of("x", data)))
    return caught.value.code, caught.value.message


def test_a_csv_is_read_with_any_delimiter_and_names_the_line_on_which_a_row_begins() -> None:
    assert list(read_rows(CSV.encode(), FileKind.CSV)) == [
        Row(2, {"code": "K000001", "email": "a@x.example", "notes": "=1"}),
        Row(4, {"code": "K000002", "notes": "two\r\nlines"}),
        Row(6, {"code": "K000003", "email": "b"}),
    ]


def test_a_workbook_is_read_as_a_person_sees_it() -> None:
    data = workbook(["Code", "payment_days", "credit_limit", "approved"], ["K000001", 14, 2.5, True], [], ["K000002"])
    assert list(read_rows(data, kind_of("x.csv", data))) == [
        Row(2, {"code": "K000001", "payment_days": "14", "credit_limit": "2.5", "approved": "yes"}),
        Row(4, {"code": "K000002"}),
    ]


def test_xml_says_what_is_to_be_cleared_and_leaves_what_it_could_not_hold() -> None:
    assert list(read_rows(XML.encode(), kind_of("x", XML.encode()))) == [
        Row(3, {"code": "K000001", "phones": '["1","2"]'}),
        Row(4, {"code": "K000002", "email": "-", "custom": '{"a":"b"}'}),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"code;email\nK000001;\xb3\xf3d\xbc", "table-unreadable"),
        (b'code,email\nK000001,"never closed', "table-unreadable"),
        (b"code,email,Email\n", "table-unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old workbook", "table-unreadable"),
        (b"PK\x03\x04 no zip", "table-unreadable"),
        (b"<customers><customer><code>K000001</code>", "xml-broken"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><customers/>", "xml-doctype"),
        (b"<html><body/></html>", "table-unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_helps(data: bytes, code: str) -> None:
    assert refusal(data)[0] == code


def test_too_many_rows_and_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS", 2)
    assert refusal(CSV.encode())[0] == "import-too-large"
    monkeypatch.setattr(reading, "BYTES", 10)
    assert refusal(CSV.encode())[1].endswith("0 MiB")


def test_a_workbook_that_would_be_unpacked_to_gigabytes_is_refused() -> None:
    bomb = repacked(workbook(["code"]), theme1=b"\0" * (300 << 20))
    assert len(bomb) < 1 << 20
    assert refusal(bomb)[0] == "import-too-large"


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    data = repacked(workbook(["code"]), theme1=b" " * (4 << 20))
    size = struct.pack("<I", 4 << 20)
    assert data.count(size) >= 1
    assert refusal(data.replace(size, struct.pack("<I", 100)))[0] == "table-unreadable"


@pytest.mark.parametrize(
    "cell", ['<c r="XFD1048576"/>', "<c  t='n' r = 'XFD1048576' />", '<x:c r="ZZZ9999999"/>', "<c/>", '<c r="A1"\0/>']
)
def test_a_lonely_cell_at_the_end_of_a_sheet_costs_nothing(cell: str) -> None:
    sheet = (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        f'<c r="A1"/></row><row>{cell}</row></sheetData></worksheet>'
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refusal(repacked(workbook(["code"]), sheet1=sheet.encode()))[0] in {"import-too-large", "table-unreadable"}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_tag_that_is_cut_by_a_piece_of_the_file_is_seen_whole() -> None:
    filler = "<c r='A1'/>" * 95_325  # the last one ends within a few bytes of a piece
    for shift in range(12):
        sheet = f"<worksheet><sheetData>{' ' * shift}{filler}<c r='XFD1048576'/></sheetData></worksheet>"
        assert refusal(repacked(workbook(["code"]), sheet1=sheet.encode()))[0] == "import-too-large"
