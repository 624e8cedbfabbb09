"""Which customers of the shop could be this contractor? Asked before every create, so it must not miss one.

Filters are joined by AND, so each key is a question of its own. An answer is compared once more: a shop that does not
know a filter may answer with everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from adapters.abicart.customer import at
from adapters.abicart.options import Options
from adapters.abicart.reading import Reader
from adapters.abicart.schema import selection
from syncd.domain.compact import squeeze
from syncd.domain.contractor import Contractor
from syncd.errors import Misconfigured, Unstorable
from syncd.ports import Record
from syncd.sentence import Sentence

__all__ = ["Finder", "demand_key"]

PAGE: Final = 100
MOST_PAGES: Final = 5
"""Pages that one question may fill; more say that the filter is none."""

_SWEDISH: Final = (10, 12)
"""Lengths of an organisation number, and of a VAT number without its prefix: the same with 01 behind."""


_KEYS: Final = ("number", "email", "username", "org_number", "vat_number")


def demand_key(values: Mapping[str, Any]) -> None:
    """Check that a customer made of these values, by property, could be found again.

    Raises:
        Unstorable: If not.
    """
    if not any(values.get(key) for key in _KEYS):
        raise Unstorable(
            "the contractor has nothing that the shop could find it by, neither number nor e-mail, so that after a lost"
            " answer it would be made twice",
            code="key-missing",
            field="number",
            cure="Give it a number or an e-mail where it comes from; the next run takes it.",
        )


class Finder:
    """Looks customers up.

    Args:
        home: Country of contractors that state no prefix.
    """

    def __init__(self, reader: Reader, options: Options, home: str) -> None:
        self._reader = reader
        self._pointers = options.pointers
        self._whole = selection(options)
        self._home = home

    def find(self, contractor: Contractor) -> list[Record]:
        """Customers with the same number, e-mail, username or tax id, in whatever form somebody typed that."""
        found: dict[str, Record] = {}
        for key, operator, term, fits in self._questions(contractor):
            for row in self._rows(self._pointers[key], operator, term):
                record = self._reader.record(row) if fits(_text(row, self._pointers[key])) else None
                if isinstance(record, Record):
                    found.setdefault(record.external_id, record)
        return list(found.values())

    def _rows(self, pointer: str, operator: str, term: str) -> list[Any]:
        rows: list[Any] = []
        for page in range(MOST_PAGES):
            asked = self._reader.rows(self._whole, {pointer: {operator: term}}, page * PAGE, PAGE)
            rows += asked
            if len(asked) < PAGE:
                return rows
        raise Misconfigured(
            Sentence(
                "the shop does not filter customers by %(pointer)s, so it cannot be known who is there", pointer=pointer
            ),
            field="properties",
            cure="Name the property that holds this key and can be filtered by.",
        )

    def _questions(self, contractor: Contractor) -> Iterator[tuple[str, str, str, Callable[[str], bool]]]:
        """Property, operator, what is asked for, and what an answer must be."""
        if contractor.number and "number" in self._pointers:
            yield "number", "equals", contractor.number, lambda text: text == contractor.number
        for key in ("email", "username"):
            stated = getattr(contractor, key)
            if stated and key in self._pointers:
                # Whether filters tell capitals apart is not published; if one does not, it is this one.
                for form in dict.fromkeys((stated, stated.lower())):
                    yield key, "contains", form, _alike(stated)
        if contractor.tax_id:
            yield from self._tax_questions(contractor)

    def _tax_questions(self, contractor: Contractor) -> Iterator[tuple[str, str, str, Callable[[str], bool]]]:
        key = "vat_number" if "vat_number" in self._pointers else "org_number"
        number, prefix = contractor.tax_id, contractor.tax_prefix
        if key not in self._pointers:
            return
        if number.isdecimal() and len(number) in _SWEDISH and (prefix or self._home) == "SE":
            # People part it behind the sixth figure, put SE before it or not, and 01 behind it or not.
            yield key, "contains", number[:6], lambda text: _swedish(text) == number[:10]
            return
        forms = {number, f"{prefix or self._home}{number}"}
        for form in sorted(forms | {contractor.tax_id_stated} - {""}):
            yield key, "equals", form, lambda text: squeeze(text) in forms


def _alike(stated: str) -> Callable[[str], bool]:
    return lambda text: text.casefold() == stated.casefold()


def _swedish(text: str) -> str:
    """The organisation number in a text that holds one, or a VAT number."""
    figures = squeeze(text).removeprefix("SE")
    return figures[:10] if len(figures) in _SWEDISH else figures


def _text(row: Any, pointer: str) -> str:
    value = at(row, pointer) if isinstance(row, dict) else None
    return value.strip() if isinstance(value, str) else ""
