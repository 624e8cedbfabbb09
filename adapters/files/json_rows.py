"""Which rows does a JSON file hold? An array, read piece by piece, or one object for each line (NDJSON)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

from adapters.files.options import Options
from adapters.files.rows import canonical, check_count, lines_of, nothing, number_in
from syncd.domain.encoding import CHUNK, Decoder, detect
from syncd.domain.fieldmap import Values
from syncd.errors import InvalidRecord, SuspiciousRun
from syncd.folder.rows import Ending, Row, broken
from syncd.sentence import Counted, Sentence, sentence_of

__all__ = ["JsonReader", "NdjsonReader", "json_values"]

VALUE_CHARS: Final = 1 << 20
"""Longest text of one record, or of one value beside the array."""

_BLANK: Final = " \t\r\n"


class _Json:
    """Decodes values and notices names that occur twice, of which any JSON library silently keeps one.

    Numbers keep their text: ``5.26025E+09`` must be seen as what it is.
    """

    def __init__(self) -> None:
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._pairs, parse_int=str, parse_float=str, parse_constant=str
        )
        self._doubled = False

    def value(self, text: str, start: int = 0) -> tuple[Any, int]:
        """The value at `start`, and where it ends.

        Raises:
            ValueError: If there is none, or it is not whole.
        """
        self._doubled = False
        try:
            return self._decoder.raw_decode(text, start)
        except RecursionError:
            raise ValueError("too deep") from None

    def row(self, line: int, value: object) -> Row:
        """The value that was decoded last, as a row."""
        try:
            raw = canonical(value)
        except UnicodeEncodeError:
            return _bad_row(line, b"", "half of a character stands alone")
        if self._doubled:
            return _bad_row(line, raw, "a name occurs twice in one object")
        if not isinstance(value, dict):
            return _bad_row(line, raw, "it is not an object")
        return Row(line, raw, json_values(value))

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        self._doubled = self._doubled or len(made) != len(pairs)
        return made


def _bad_row(line: int, raw: bytes, fault: str) -> Row:
    cure = "The program that wrote the file has a fault: have it mended."
    return Row(line, raw, nothing, InvalidRecord(fault, code="line-broken", cure=cure))


class JsonReader:
    """Reads one array of objects: the whole file, or under the name that the option ``record`` gives."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:
        self.encoding = detect(stream, fallback=options.encoding)
        self._options = options
        self._stream = stream
        self._decoder = Decoder(self.encoding)
        self._json = _Json()
        self._text = ""
        self._at = 0
        self._line = 1
        self._count = 0
        self._declared: str | None = None

    def __iter__(self) -> Iterator[Row]:
        try:
            first = self._next()
            if first == "[":
                yield from self._array()
            elif first == "{":
                yield from self._object()
            else:
                raise self._broken("the file does not begin with an array or an object")
            if self._next():
                raise self._broken("something follows behind the end")
        except InvalidRecord as error:
            raise self._broken(error.message, code=error.code, cure=error.cure) from None

    def ending(self) -> Ending:
        if not self._options.declared_count:
            return Ending(proven=True, how="the array's closing bracket was seen; no count is declared")
        declared = number_in(self._declared or "")
        check_count(declared, self._count, self._decoder.offset)
        how = Sentence(
            Counted(
                "the array's closing bracket was seen, and %(count)s record is declared",
                "the array's closing bracket was seen, and %(count)s records are declared",
            ),
            count=declared,
        )
        return Ending(proven=True, how=how, declared=declared)

    def _array(self) -> Iterator[Row]:
        self._expect("[")
        while self._next() != "]":
            line = self._line
            value = self._value()
            self._count += 1
            yield self._json.row(line, value)
            if self._next() != "]":
                self._expect(",")
                if self._next() == "]":
                    raise self._broken("a comma stands before the closing bracket")
        self._expect("]")

    def _object(self) -> Iterator[Row]:
        seen: set[str] = set()
        self._expect("{")
        while self._next() != "}":
            name = self._value()
            if not isinstance(name, str) or name in seen:
                raise self._broken("a name is missing, or occurs twice, beside the array")
            seen.add(name)
            self._expect(":")
            if name == self._options.record and self._next() == "[":
                yield from self._array()
            else:
                beside = self._value()
                if name == self._options.declared_count:
                    self._declared = str(beside)
            if self._next() != "}":
                self._expect(",")
        self._expect("}")
        if self._options.record not in seen:
            raise self._broken(
                "the array that the option record names is not there",
                code="record-missing",
                cure="Correct the option record, or the export.",
            )

    def _next(self) -> str:
        """The next character that is no blank; empty at the end of the file."""
        while True:
            while self._at < len(self._text):
                character = self._text[self._at]
                if character not in _BLANK:
                    return character
                self._line += character == "\n"
                self._at += 1
            if not self._fill():
                return ""

    def _expect(self, character: str) -> None:
        found = self._next()
        if found != character:
            raise self._broken("the file ends in the middle" if not found else "the file is not well-formed JSON")
        self._at += 1

    def _value(self) -> Any:
        self._next()
        while True:
            try:
                value, end = self._json.value(self._text, self._at)
            except ValueError:
                value, end = None, -1
            # A number at the end of what was read may go on.
            if 0 <= end < len(self._text):
                break
            if len(self._text) - self._at > VALUE_CHARS:
                raise self._broken(
                    Sentence(
                        Counted(
                            "a value is broken, or longer than %(count)s character",
                            "a value is broken, or longer than %(count)s characters",
                        ),
                        count=VALUE_CHARS,
                    )
                )
            if not self._fill():
                if end < 0:
                    raise self._broken("the file ends in the middle, or is not well-formed JSON")
                break
        self._line += self._text.count("\n", self._at, end)
        self._at = end
        return value

    def _fill(self) -> bool:
        chunk = self._stream.read(CHUNK)
        more = self._decoder.decode(chunk, final=not chunk)
        if chunk:
            self._text = self._text[self._at :] + more
            self._at = 0
        return bool(chunk)

    def _broken(self, message: str, *, code: str = "file-broken", cure: str = "") -> SuspiciousRun:
        return broken(
            Sentence("line %(line)s: %(message)s", line=str(self._line), message=sentence_of(message)),
            self._count,
            self._decoder.offset,
            code=code,
            cure=cure,
        )


class NdjsonReader:
    """Reads one object for each line."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:
        self.encoding = detect(stream, fallback=options.encoding)
        self._options = options
        self._stream = stream
        self._decoder = Decoder(self.encoding)
        self._json = _Json()
        self._count = 0
        self._ended = True
        self._declared: str | None = None

    def __iter__(self) -> Iterator[Row]:
        try:
            for number, line in enumerate(lines_of(self._stream, self._decoder), 1):
                self._ended = line.endswith("\n")
                if line.isspace():
                    continue
                if self._declared is not None:
                    raise self._broken("there are lines behind the one that declares the count")
                row = self._row(number, line)
                if row is not None:
                    self._count += 1
                    yield row
        except InvalidRecord as error:
            raise self._broken(error.message, code=error.code, cure=error.cure) from None

    def ending(self) -> Ending:
        if self._options.declared_count:
            declared = number_in(self._declared or "")
            check_count(declared, self._count, self._decoder.offset)
            return Ending(
                proven=True,
                how=Sentence(
                    Counted("its last line declares %(count)s record", "its last line declares %(count)s records"),
                    count=declared,
                ),
                declared=declared,
            )
        if not self._ended:
            return Ending(proven=False, how="the last line has no line break, so the file may have been cut")
        return Ending(proven=True, how="the last line ends with a line break; no count is declared")

    def _row(self, number: int, line: str) -> Row | None:
        text = line.strip(_BLANK)
        try:
            value, end = self._json.value(text)
        except ValueError:
            value, end = None, -1
        if end != len(text):
            if not self._ended:
                raise self._broken("the last line ends in the middle")
            return _bad_row(number, text.encode(), "the line is not well-formed JSON")
        declared_by = self._options.declared_count
        if declared_by and isinstance(value, dict) and list(value) == [declared_by]:
            self._declared = str(value[declared_by])
            return None
        return self._json.row(number, value)

    def _broken(self, message: str, *, code: str = "file-broken", cure: str = "") -> SuspiciousRun:
        return broken(message, self._count, self._decoder.offset, code=code, cure=cure)


def json_values(record: dict[str, Any]) -> Values:
    """Texts of an object by name or path (``adres/miasto``, ``adresy/0/miasto``, ``grupy/nazwa``)."""

    def values(path: str) -> Sequence[str]:
        if path in record:
            return _texts(record[path])
        found: list[Any] = [record]
        for step in path.split("/"):
            found = [value for node in found for value in _step(node, step)]
        return [text for node in found for text in _texts(node)]

    return values


def _step(node: Any, step: str) -> list[Any]:
    if isinstance(node, dict):
        return [node[step]] if step in node else []
    if isinstance(node, list):
        if step.isdecimal():
            return node[int(step) : int(step) + 1]
        return [value for member in node for value in _step(member, step)]
    return []


def _texts(node: Any) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, bool):
        return ["true" if node else "false"]
    if isinstance(node, list):
        return [text for member in node for text in _texts(member)]
    return []
