"""Are bytes turned into letters strictly, in the promised order, with the place of a misfit?"""

from __future__ import annotations

import io

import pytest

from syncd.domain.encoding import Decoder, Encoding, decode, detect, usable
from syncd.errors import InvalidRecord


@pytest.mark.parametrize("name", ["utf-8", "UTF8", "windows-1250", "cp1251", "ISO-8859-2", "koi8-r", "us-ascii"])
def test_encodings_of_text_are_usable(name: str) -> None:
    assert usable(name)


@pytest.mark.parametrize("name", ["zlib", "rot13", "unicode_escape", "utf-7", "punycode", "windows-99999", ""])
def test_codecs_that_are_no_encodings_of_text_are_not(name: str) -> None:
    assert not usable(name)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_decides(encoding: str) -> None:
    assert decode("Żółć".encode(encoding), fallback="cp1252") == "Żółć"


def test_utf8_is_tried_before_the_configured_page() -> None:
    assert detect(io.BytesIO("Łódź".encode()), fallback="cp1250").source == "utf-8"
    assert detect(io.BytesIO("Łódź".encode("cp1250")), fallback="cp1250") == Encoding("cp1250", "configured")


def test_without_a_configured_page_foreign_bytes_are_an_error() -> None:
    with pytest.raises(InvalidRecord, match="byte 3 does not fit"):
        decode(b"abc\xb3")


def test_a_byte_that_the_configured_page_lacks_is_an_error() -> None:
    with pytest.raises(InvalidRecord, match=r"byte 2 .*cp1250 .configured"):
        decode(b"\xb3\xf3\x81", fallback="cp1250")


def test_the_offset_of_a_misfit_counts_from_the_start_of_the_stream() -> None:
    decoder = Decoder(Encoding("utf-8", "bom", 3))
    decoder.decode(b"abc\xc5")
    with pytest.raises(InvalidRecord, match="byte 6 "):
        decoder.decode(b"x")


def test_a_letter_cut_at_the_end_is_an_error() -> None:
    decoder = Decoder(Encoding("utf-8", "default"))
    with pytest.raises(InvalidRecord, match="byte 1 "):
        decoder.decode(b"a\xc5", final=True)


def test_an_unknown_declared_encoding_is_refused() -> None:
    with pytest.raises(InvalidRecord, match="declared encoding"):
        detect(io.BytesIO(b""), declared="ebcdic-zz")
