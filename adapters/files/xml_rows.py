"""Which rows does an XML file hold? The elements that the option ``record`` names."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from adapters.files.options import Options
from adapters.files.rows import check_count, number_in
from syncd import xml
from syncd.domain.fieldmap import Values
from syncd.errors import InvalidRecord, Misconfigured
from syncd.folder.rows import Ending, Row, broken
from syncd.sentence import Counted, Sentence

__all__ = ["XmlReader", "xml_values"]


class XmlReader:
    """Reads one XML file."""

    def __init__(self, stream: BinaryIO, options: Options) -> None:
        if not options.record:
            raise Misconfigured(
                "XML needs the tag of a record", field="record", cure='For example record = "Kontrahent".'
            )
        self._record = options.record.rsplit("}", maxsplit=1)[-1]
        self._where = options.declared_count
        self._declared = ""
        self._count = 0
        own_tag = [self._where] if self._where and not self._where.startswith("@") else []
        try:
            self._records = xml.records(stream, [options.record, *own_tag], fallback_encoding=options.encoding)
        except InvalidRecord as error:
            raise broken(error.message, 0, 0, code=error.code, cure=error.cure) from None
        self.encoding = self._records.encoding

    def __iter__(self) -> Iterator[Row]:
        for item in self._records:
            if self._where and xml.local_name(item.element) != self._record:
                self._declared = item.element.text or ""
                continue
            self._count += 1
            yield Row(item.line, item.raw, xml_values(item.element))

    def ending(self) -> Ending:
        if not self._where:
            return Ending(proven=True, how="the closing root element was seen; no count is declared")
        if self._where.startswith("@"):
            self._declared = self._records.root.get(self._where[1:], "")
        declared = number_in(self._declared)
        check_count(declared, self._count, self._records.offset)
        how = Sentence(
            Counted(
                "the closing root element was seen, and %(count)s record is declared",
                "the closing root element was seen, and %(count)s records are declared",
            ),
            count=declared,
        )
        return Ending(proven=True, how=how, declared=declared)


def xml_values(element: xml.Element) -> Values:
    """Texts of an element by path; a number in a path picks one of several (``Adres/0/Miasto``)."""

    def values(path: str) -> Sequence[str]:
        return xml.texts(element, _counted_from_one(path))

    return values


@functools.lru_cache(maxsize=512)
def _counted_from_one(path: str) -> str:
    """``Adres/0/Miasto`` as XPath counts: ``Adres[1]/Miasto``."""
    steps: list[str] = []
    for step in path.split("/"):
        if step.isdecimal() and steps:
            steps[-1] += f"[{int(step) + 1}]"
        else:
            steps.append(step)
    return "/".join(steps)
