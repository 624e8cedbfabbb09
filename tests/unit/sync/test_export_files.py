"""Does a text come out of an XML file and of a workbook as it went in, whatever is in it?"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import python_calamine
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from syncd.errors import InvalidRecord
from syncd.sync.export import xlsx_file
from syncd.sync.export.sheet import Sheet
from syncd.sync.export.xlsx_file import write_xlsx
from syncd.sync.export.xml_file import as_xml

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
NO_ROOM = {*map(chr, range(32)), "\ufffe", "\uffff"} - {"\t", "\n", "\r"}


def table(*rows: tuple[Any, ...]) -> Sheet:
    return Sheet(name="customers", item="customer", columns=["code", "name", "custom"], rows=rows)


def workbook(*rows: tuple[Any, ...]) -> bytes:
    out = io.BytesIO()
    write_xlsx(table(*rows), out)
    return out.getvalue()


def cells(data: bytes) -> list[list[Any]]:
    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


@given(TEXTS, TEXTS, TEXTS)
@example("<b>&amp;</b>", "a\rb", "\"\t\r\n'<&>")
@example("]]>", "bell \x07", "\x07")
def test_xml_says_every_text_as_it_is_and_marks_what_it_has_no_room_for(name: str, key: str, value: str) -> None:
    document = etree.fromstring(b"".join(as_xml(table(("K1", name, {key: value})), at=NOW)))
    ((_, named, custom),) = document
    (entry,) = custom

    def shown(text: str) -> str:
        return "".join("\ufffd" if one in NO_ROOM else one for one in text)

    assert (named.text, entry.text, entry.get("name")) == (shown(name), shown(value), shown(key))
    assert [one.get("replaced") == "true" for one in (named, entry)] == [shown(one) != one for one in (name, value)]


@given(TEXTS)
@example("<r>as rich text</r>")
@example("_x0041_ and \x07")
@example(" blanks around\n")
@example("=1+1")
@example("a\rb\r\nc")
@example("007")
def test_a_workbook_has_every_text_as_it_is(text: str) -> None:
    assert cells(workbook(("K1", text, "end")))[1] == ["K1", text, "end"]


def test_a_workbook_has_numbers_as_numbers_as_far_as_a_spreadsheet_keeps_their_digits() -> None:
    rows = cells(workbook((7, Decimal("-12.50"), True), (0, 10**15 - 1, 10**15)))
    assert rows[1:] == [[7, -12.5, "yes"], [0, 10**15 - 1, "1000000000000000"]]


def test_a_row_without_anything_keeps_its_place() -> None:
    assert cells(workbook((None, "", ()), ("K2", "b", None)))[1:] == [["", "", ""], ["K2", "b", ""]]


@pytest.mark.parametrize("text", ["x" * 32_768, "\N{MUSICAL SYMBOL G CLEF}" * 16_384], ids=["letters", "pairs"])
def test_a_text_that_has_no_room_is_left_out_and_said(text: str) -> None:
    data = workbook(("K1", "x" * 32_767, None), ("K2", text, None))
    assert [row[1] for row in cells(data)[1:]] == ["x" * 32_767, ""]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        note = etree.fromstring(parts.read("xl/comments1.xml"))
        page = etree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    assert note.xpath("//*[local-name()='comment']/@ref") == ["B3"]
    assert "32768 characters are more than a cell holds" in "".join(note.itertext())
    assert page.xpath("count(//*[local-name()='legacyDrawing'])") == 1


def test_a_workbook_without_notes_has_no_parts_for_them() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(("K1", "a", None)))) as parts:
        assert not [name for name in parts.namelist() if "comments" in name or "vml" in name]
        assert b"</sheetData>" in parts.read("xl/worksheets/sheet1.xml")


def test_more_rows_than_a_sheet_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_file, "ROWS", 2)
    assert len(cells(workbook(*[("K1", "a", None)] * 2))) == 3
    with pytest.raises(InvalidRecord, match="room for 2 rows"):
        workbook(*[("K1", "a", None)] * 3)
