"""Does the XML module refuse what is hostile, cut or wrongly labelled, and read the rest in constant memory?"""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd import xml
from syncd.errors import InvalidRecord, SuspiciousRun, Unstorable

LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY l0 "lol">'
    + b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><a><r>&l9;</r></a>"
)
HOSTILE = {
    "external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a><r>&x;</r></a>',
    "billion laughs": LAUGHS,
    "doctype": b"<!DOCTYPE a><a><r/></a>",
    "external doctype": b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a><r/></a>',
    "doctype behind a comment": b'<?xml version="1.0"?><!-- x -->\n<?pi y?><!DOCTYPE a><a><r/></a>',
    "undeclared entity": b"<a><r>&nbsp;</r></a>",
    "5000 levels": b"<a>" * 5000 + b"<r/>" + b"</a>" * 5000,
    "11 MB of text": b"<a><r>" + b"x" * 11_000_000 + b"</r></a>",
    "control character in a tag": b"<a><r\x01/></a>",
    "NUL behind the end": b"<a><r/></a>\x00",
    "cp1250 bytes under a UTF-8 declaration": b'<?xml version="1.0" encoding="UTF-8"?><a><r>\xb3\xf3d\xbf</r></a>',
    "a codec that is no encoding": b'<?xml version="1.0" encoding="zlib"?><a><r/></a>',
    "truncated": b"<a><r>1</r><r>2",
    "two roots": b"<a><r/></a><b/>",
    "empty": b"",
    "no XML": b"Bad Gateway",
    "endless prolog": b"<!--" + b"x" * 200_000,
}


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE.keys())
def test_parse_refuses_a_hostile_document_with_a_cure(document: bytes) -> None:
    with pytest.raises(InvalidRecord) as caught:
        xml.parse(document)
    assert caught.value.cure


@pytest.mark.parametrize("document", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_stream_with_a_hostile_document_is_suspicious_and_never_complete(document: bytes) -> None:
    with pytest.raises((SuspiciousRun, InvalidRecord)) as caught:  # noqa: PT012 - either call may be the one that sees it
        stream = xml.records(io.BytesIO(document), "r")
        try:
            list(stream)
        finally:
            assert not stream.complete
    assert caught.value.cure


NO_LETTERS = ["\x01", "\x00", "\x1f", "\uffff", "&#0;", "&#31;", "&#x1F;", "&#x00B;", "&#55357;&#56832;", "&#xFFFE;"]


@pytest.mark.parametrize("size", [1, 5, 65536])
@pytest.mark.parametrize("wrong", NO_LETTERS)
def test_a_control_character_is_the_matter_of_the_one_record_that_has_it(
    wrong: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml, "CHUNK", size)
    names = ["&#65;&#9;&#x20AC;&amp;", wrong, "&#57344;ź&#13;"]
    document = "".join(f"<r><name>{name}</name><code>{place}</code></r>" for place, name in enumerate(names))
    stream = io.BytesIO(f"<a>{document}</a>".encode())
    good, bad, last = [xml.parse(item.raw) for item in xml.records(stream, "r")]
    assert [one.findtext("name") for one in (good, last)] == ["A\t€&", "\ue000ź\r"]
    assert xml.text(bad, "code") == "1"
    for look in (xml.check_letters, lambda one: xml.text(one, "name")):
        with pytest.raises(InvalidRecord, match="field name") as caught:
            look(bad)
        assert caught.value.cure


def test_a_control_character_in_an_attribute_is_found() -> None:
    element = xml.parse(b"<r id='K&#1;'>K</r>")
    with pytest.raises(InvalidRecord, match="field id"):
        xml.text(element, "@id")
    with pytest.raises(InvalidRecord, match="field r"):
        xml.check_letters(element)


def test_an_error_does_not_repeat_the_document() -> None:
    with pytest.raises(InvalidRecord) as caught:
        xml.parse(b"<a><Kowalski>Jan</Nowak></a>")
    assert "Kowalski" not in str(caught.value)
    assert "line 1" in str(caught.value)


def test_a_truncated_stream_names_how_many_records_were_whole() -> None:
    document = b"<a>" + b"<r>1</r>" * 7 + b"<r>2"
    with pytest.raises(SuspiciousRun, match=r"ends before its closing root element.*7 records were whole"):
        list(xml.records(io.BytesIO(document), "r"))


def test_a_wrong_declaration_names_the_offset_of_the_first_bad_byte() -> None:
    document = b'<?xml version="1.0" encoding="UTF-8"?><a>' + b"<r>x</r>" * 20_000 + b"<r>\xb3</r></a>"
    offset = document.index(b"\xb3")
    with pytest.raises(SuspiciousRun, match=f"byte {offset} does not fit the encoding UTF-8"):
        list(xml.records(io.BytesIO(document), "r"))


def test_the_closing_root_is_known_to_have_been_seen() -> None:
    stream = xml.records(io.BytesIO(b'<a liczba="2"><r>1</r><r>2</r></a>'), "r")
    before = stream.complete
    assert [item.raw for item in stream] == [b"<r>1</r>", b"<r>2</r>"]
    assert (before, stream.complete, stream.count) == (False, True, 2)
    assert stream.root == {"liczba": "2"}


def test_a_list_without_records_is_complete_and_empty() -> None:
    stream = xml.records(io.BytesIO(b'<a liczba="0"/>'), "r")
    assert list(stream) == []
    assert stream.complete
    assert stream.root == {"liczba": "0"}


def test_equal_records_have_equal_bytes_wherever_they_stand() -> None:
    first = xml.records(io.BytesIO(b"<a><r n='1'><b>x</b></r></a>"), "r")
    second = xml.records(io.BytesIO(b'<a><z/>\n\n  <r  n="1"  ><b>x</b></r>\n</a>'), "r")
    assert next(iter(first)).raw == next(iter(second)).raw


def test_records_know_their_line() -> None:
    document = b"<a>\n" + b"<r/>\n" * 70_000 + b"</a>"
    lines = [item.line for item in xml.records(io.BytesIO(document), "r")]
    assert lines[:65_000] == list(range(2, 65_002))
    assert lines[-1] in (70_001, 70_002)


def test_only_the_outermost_of_nested_records_is_one() -> None:
    stream = xml.records(io.BytesIO(b"<a><r>1<r>2</r></r><r>3</r></a>"), "r")
    assert [item.raw for item in stream] == [b"<r>1<r>2</r></r>", b"<r>3</r>"]


def test_several_tags_are_told_apart_by_their_local_name() -> None:
    document = b'<a xmlns="urn:x"><r>1</r><count>1</count></a>'
    names = [xml.local_name(item.element) for item in xml.records(io.BytesIO(document), ("r", "count"))]
    assert names == ["r", "count"]


def test_a_comment_does_not_cut_a_name() -> None:
    assert xml.text(xml.parse(b"<a><n>Anna <!-- nee Nowak -->Kowalska</n></a>"), "n") == "Anna Kowalska"


def _polish(encoding: str, *, declared: str | None = None, mark: bytes = b"") -> bytes:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return mark + f"{head}<a><n>Żółć</n></a>".encode(encoding)


@pytest.mark.parametrize(
    ("document", "source"),
    [
        (_polish("utf-8"), "default"),
        (_polish("utf-8", mark=b"\xef\xbb\xbf"), "bom"),
        (_polish("utf-16-le", mark=b"\xff\xfe", declared="utf-16"), "bom"),
        (_polish("utf-16-be", mark=b"\xfe\xff"), "bom"),
        (_polish("utf-16-le", declared="utf-16"), "declared"),
        (_polish("cp1250", declared="windows-1250"), "declared"),
        (_polish("iso-8859-2", declared="ISO-8859-2"), "declared"),
        (_polish("utf-8", mark=b"\xef\xbb\xbf", declared="windows-1250"), "bom"),
        (_polish("utf-8", declared="utf-16"), "default"),
    ],
)
def test_the_encoding_is_what_the_document_says_first(document: bytes, source: str) -> None:
    assert xml.encoding_of(io.BytesIO(document)).source == source
    assert xml.text(xml.parse(document), "n") == "Żółć"
    (item,) = xml.records(io.BytesIO(document), "n")
    assert item.raw == "<n>Żółć</n>".encode()


def test_a_declaration_wins_over_the_transport_charset() -> None:
    assert xml.text(xml.parse(_polish("cp1250", declared="cp1250"), charset="utf-8"), "n") == "Żółć"


def test_the_transport_charset_wins_over_the_configured_fallback() -> None:
    assert xml.text(xml.parse(_polish("cp1250"), charset="cp1250", fallback_encoding="cp1252"), "n") == "Żółć"


def test_the_configured_fallback_is_for_bytes_that_are_not_utf8() -> None:
    assert xml.text(xml.parse(_polish("cp1250"), fallback_encoding="cp1250"), "n") == "Żółć"
    assert xml.text(xml.parse(_polish("utf-8"), fallback_encoding="cp1250"), "n") == "Żółć"


def test_a_document_over_its_limit_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="larger than 5 bytes"):
        xml.parse(b"<a>12</a>", max_bytes=5)
    with pytest.raises(SuspiciousRun, match="larger than 5 bytes"):
        list(xml.records(io.BytesIO(b"<a>" + b"<r/>" * 50_000 + b"</a>"), "r", max_bytes=5))


def test_a_document_without_the_expected_tag_does_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "GAP_BYTES", 1 << 20)
    document = b"<a>" + b"<other>x</other>" * 200_000 + b"</a>"
    with pytest.raises(SuspiciousRun, match="no record in 1 MiB"):
        list(xml.records(io.BytesIO(document), "r"))


def test_a_finished_record_leaves_the_tree() -> None:
    document = b"<a>" + b"<g><r><n>1</n></r></g>" * 50_000 + b"</a>"
    for item in xml.records(io.BytesIO(document), "r"):
        root = item.element.getroottree().getroot()
        assert len(root) < 4_000  # what one chunk of bytes holds, of 50,000


def test_texts_are_found_by_local_names_and_attributes() -> None:
    root = xml.parse('<a xmlns="urn:x"><Adr kod="30-001"><M> Kraków </M></Adr><Adr><M/></Adr></a>'.encode())
    assert xml.text(root, "Adr/M") == "Kraków"
    assert xml.texts(root, "Adr/M") == ["Kraków", ""]
    assert xml.text(root, "Adr/@kod") == "30-001"
    assert xml.text(root, "Nic", "-") == "-"
    assert [xml.local_name(child) for child in xml.children(root, "Adr")] == ["Adr", "Adr"]


TREES = st.recursive(
    st.builds(lambda tag, said: f"<{tag}>{said}</{tag}>", st.sampled_from("ab"), st.sampled_from(["", "1", "2"])),
    lambda inner: st.builds(
        lambda tag, inside: f"<{tag}>{''.join(inside)}</{tag}>", st.sampled_from("ab"), st.lists(inner, max_size=4)
    ),
    max_leaves=12,
)
PATHS = st.lists(st.sampled_from(["a", "b", "a[1]", "a[2]", "b[3]", "*", "."]), min_size=1, max_size=3).map("/".join)


@given(TREES, PATHS)
def test_a_path_means_what_it_means_to_lxml(document: str, path: str) -> None:
    root = xml.parse(document.encode())
    assert xml.children(root, path) == root.findall(path)


def test_what_was_built_is_read_back() -> None:
    root = xml.build("Kontrahenci", {"liczba": "1"}, namespace="urn:x")
    xml.add(xml.add(root, "Kontrahent"), "Nazwa", "A & B <sp. z o.o.>", {"lang": "pl"})
    data = xml.write(root)
    assert data.startswith(b"<?xml")
    assert xml.text(xml.parse(data), "Kontrahent/Nazwa") == "A & B <sp. z o.o.>"


def test_a_letter_that_the_page_lacks_is_written_as_a_reference() -> None:
    root = xml.build("n")
    xml.add(root, "x", "Žofia")
    data = xml.write(root, encoding="cp1251")
    assert xml.text(xml.parse(data), "x") == "Žofia"


def test_a_control_character_is_unstorable_in_xml() -> None:
    with pytest.raises(Unstorable, match="field Nazwa"):
        xml.add(xml.build("a"), "Nazwa", "x\x0b")


def test_a_text_in_a_document_is_taken_out_with_nothing_escaped_any_more() -> None:
    inner = b"&lt;n>A &amp;amp; B <!-- - -->&lt;/n>"
    document = b"<e:E xmlns:e='urn:e'><e:B><r><x a='1'>" + inner + b"</x><x>2</x></r></e:B></e:E>"
    found = xml.embedded(document, "E/B/*/*")
    assert found is not None
    assert (found.text.read(), found.path) == (b"<n>A &amp; B </n>", ("E", "B", "r", "x"))


def test_a_text_that_is_not_there_is_no_empty_text() -> None:
    assert xml.embedded(b"<E><H><r><x>1</x></r></H><B><r/></B></E>", "E/B/*/*") is None
    found = xml.embedded(b"<E><B><r><x/></r></B></E>", "E/B/*/*")
    assert found is not None
    assert found.text.read() == b""


def test_an_embedded_text_may_be_longer_than_any_text_of_a_tree() -> None:
    found = xml.embedded(b"<E><x>" + b"<![CDATA[abc]]>" * 4_000_000 + b"</x></E>", "E/x")
    assert found is not None
    assert len(found.text.read()) == 12_000_000


@pytest.mark.parametrize(
    "name",
    ["external entity", "billion laughs", "undeclared entity", "truncated", "two roots", "empty", "NUL behind the end"],
)
def test_a_text_is_taken_out_of_no_hostile_document(name: str) -> None:
    with pytest.raises(InvalidRecord):
        xml.embedded(HOSTILE[name], "a/r")


@pytest.mark.parametrize("content", ["A & B <x>", "]]>", "a ]]> b & c", "zwrot\rwiersza", "Żółć 🏪", ""])
def test_a_cdata_section_says_what_an_escaped_text_says(content: str) -> None:
    root = xml.build("a")
    xml.add(root, "n", content, cdata=True)
    data = xml.write(root, declaration=False)
    assert (xml.parse(data).findtext("n") or "") == content
    assert data.startswith(b"<a>")


def test_a_cdata_section_is_written_where_it_can_be() -> None:
    root = xml.build("a")
    xml.add(root, "n", "A & B", cdata=True)
    assert b"<n><![CDATA[A & B]]></n>" in xml.write(root)
