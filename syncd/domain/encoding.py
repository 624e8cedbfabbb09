"""Which letters do these bytes stand for?

Old exports come in the code page of a country (cp1250, cp1251, cp1252), and a wrong guess does not fail: it turns
names into other names. So the order is fixed, decoding is strict, and which statement won is part of the answer.
"""

from __future__ import annotations

import codecs
import io
import re
from typing import BinaryIO, Final, Literal

import msgspec

from syncd.errors import InvalidRecord
from syncd.sentence import Sentence

__all__ = ["Decoder", "Encoding", "decode", "detect", "usable"]

CHUNK: Final = 1 << 16
"""Bytes read at a time."""

# UTF-32 first: its little-endian mark begins with the one of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Python also calls zlib, rot13 and its own escapes codecs; a file may not choose one of those.
_TEXT: Final = re.compile(
    r"(utf[-_]?(8|16|32)([-_]?[lb]e)?|(us-)?ascii|iso[-_]?8859[-_]?\d{1,2}|latin[-_]?\d{1,2}"
    r"|(windows|cp)[-_]?\d{3,5}|koi8[-_][ru])",
    re.IGNORECASE,
)


_READ: Final = {
    "bom": "read as %(encoding)s (bom)",
    "declared": "read as %(encoding)s (declared)",
    "charset": "read as %(encoding)s (charset)",
    "utf-8": "read as %(encoding)s (utf-8)",
    "configured": "read as %(encoding)s (configured)",
    "default": "read as %(encoding)s (default)",
}


class Encoding(msgspec.Struct, frozen=True):
    """An encoding and who said so.

    Attributes:
        name: Python's name of it.
        source: ``bom`` the file's own mark · ``declared`` in the file's text · ``charset`` by the transport ·
            ``utf-8`` proven by every byte · ``configured`` for this connection · ``default`` nobody said
            anything, so it must be UTF-8.
        skip: Length of the mark in bytes.
    """

    name: str
    source: Literal["bom", "declared", "charset", "utf-8", "configured", "default"]
    skip: int = 0

    @property
    def how(self) -> str:
        """How the bytes were read, in words for an admin."""
        return Sentence(_READ[self.source], encoding=self.name)


def usable(name: str) -> bool:
    """Whether `name` is an encoding of text that syncd reads."""
    if not _TEXT.fullmatch(name):
        return False
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def detect(stream: BinaryIO, *, declared: str = "", charset: str = "", fallback: str = "") -> Encoding:
    """Decide the encoding of a seekable `stream` and leave it behind its mark.

    The order: byte order mark, the declaration in the text, the transport's charset, UTF-8 if every byte fits it,
    the configured `fallback`. A multi-byte text in a legacy page is practically never valid UTF-8 by chance,
    while UTF-8 nearly always passes as cp1250: so UTF-8 is tried first.

    Raises:
        InvalidRecord: If the declared encoding or the charset is none that syncd reads.
    """
    start = stream.tell()
    head = stream.read(4)
    stream.seek(start)
    for mark, name in _MARKS:
        if head.startswith(mark):
            stream.seek(start + len(mark))
            return Encoding(name, "bom", len(mark))
    for name, source in ((declared, "declared"), (charset, "charset")):
        if name and not usable(name):
            raise InvalidRecord(
                Sentence("the %(source)s encoding is not one that syncd reads", source=source),
                code="encoding-unknown",
                cure="Export in UTF-8 or in a Windows code page.",
            )
    if declared:
        return Encoding(declared, "declared")
    if charset:
        return Encoding(charset, "charset")
    if not fallback:
        return Encoding("utf-8", "default")
    proven = _fits_utf8(stream)
    stream.seek(start)
    return Encoding("utf-8", "utf-8") if proven else Encoding(fallback, "configured")


def _fits_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    letters = False
    try:
        while chunk := stream.read(CHUNK):
            letters = not decoder.decode(chunk).isascii() or letters
    except UnicodeDecodeError:
        return False
    # Half of a letter at the end, and whole ones before it: UTF-8 that was cut, which reading it will say.
    return letters or not decoder.getstate()[0]


class Decoder:
    """Decodes a stream chunk by chunk, strictly: a byte that fits nothing is an error, never a ``?``."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._decode = codecs.getincrementaldecoder(encoding.name)("strict").decode
        self.offset = encoding.skip

    def decode(self, chunk: bytes, *, final: bool = False) -> str:
        """Decode the next `chunk`.

        Raises:
            InvalidRecord: Naming the offset of the first byte that does not fit.
        """
        try:
            text = self._decode(chunk, final)
        except UnicodeDecodeError as error:
            held_back = len(error.object) - len(chunk)
            raise InvalidRecord(
                Sentence(
                    "byte %(offset)s does not fit the encoding %(encoding)s (%(source)s)",
                    offset=self.offset - held_back + error.start,
                    encoding=self._encoding.name,
                    source=self._encoding.source,
                ),
                code="encoding-broken",
                cure="The file was written in another encoding than it says: export in UTF-8, or configure the code"
                " page that the program really writes (cp1250, cp1251, cp1252).",
            ) from None
        self.offset += len(chunk)
        return text


def decode(data: bytes, *, fallback: str = "") -> str:
    """Decode a small text by mark, UTF-8 or the configured `fallback`, in this order.

    Raises:
        InvalidRecord: As `Decoder.decode`.
    """
    stream = io.BytesIO(data)
    decoder = Decoder(detect(stream, fallback=fallback))
    return decoder.decode(stream.read(), final=True)
