"""What does a shop's own export of all its customers tell, so that the very first read asks the shop for less?

The file is believed only as far as the shop confirms it: a line counts for the customer whose username or e-mail it
has, if that is exactly one, and if the shop has not changed it since a day before the file was written. Of all others,
and of lines that cannot be used, the shop is asked. So a stale, cut or tampered file costs time and never a customer.

The columns are those of Abicart's import, in a fixed order of which the first thirteen are published.
"""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from adapters.abicart.customer import at
from adapters.abicart.options import Options
from adapters.abicart.schema import selection
from syncd.domain.country.normal import as_code
from syncd.domain.encoding import decode
from syncd.domain.fieldmap import is_ruined
from syncd.errors import InvalidRecord, Misconfigured
from syncd.sentence import Sentence, sentence_of

__all__ = ["Export", "read_export"]

MOST_BYTES: Final = 64 * 1024 * 1024
MARGIN: Final = timedelta(days=1)
"""How much older than the file a customer's last change must be: a copied file looks younger than it is."""

HOME: Final = "SE"
"""What an empty country means in such a file."""

_NOT_TAKEN: Final = frozenset({"", "uid", "changed", "groups", "password", "approved", "newsletter"})
"""Columns that are left to the shop: names of groups are no uids there, and ticks have no published spelling."""

_FIGURES: Final = frozenset({"org_number", "vat_number", "postal_code", "phone_day", "phone_evening", "number"})

_Line = Mapping[str, str]


class Export(msgspec.Struct, frozen=True):
    """The usable lines of a file.

    Attributes:
        lines: Texts by property; ``None`` for a username or e-mail that several lines have.
        before: Customers that changed later than this are not taken from here.
        refused: How many lines cannot be used.
        select: What the shop has to be asked of each customer beside them.
    """

    lines: Mapping[tuple[str, str], _Line | None]
    before: datetime
    refused: int
    select: Mapping[str, Any]
    pointers: Mapping[str, str]

    def customer(self, row: Any, changed: datetime | None) -> Any:
        """A whole customer for the shop's `row`; ``None`` where the file does not tell.

        Args:
            row: As `select` asks for it.
            changed: When the shop last changed it.
        """
        if changed is None or changed >= self.before:
            return None
        keys = {key: str(at(row, self.pointers[key]) or "") for key in ("username", "email") if key in self.pointers}
        found = [self.lines.get((key, value.casefold())) for key, value in keys.items() if value]
        line = found[0] if found else None
        if line is None or any(line.get(key, "").casefold() != value.casefold() for key, value in keys.items()):
            return None
        whole = copy.deepcopy(row)
        for key, value in line.items():
            _, *above, name = self.pointers[key].split("/")
            target = whole.setdefault(above[0], {}) if above else whole
            if isinstance(target, dict):
                target[name] = value
        return whole


def read_export(path: Path, options: Options) -> Export:
    """Read a file.

    Raises:
        Misconfigured: If it is not there, too large, or in another encoding.
    """
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if path.stat().st_size > MOST_BYTES:
            raise _unusable(Sentence("the export file is larger than %(size)s MB", size=MOST_BYTES >> 20))
        text = decode(path.read_bytes(), fallback=options.csv_encoding)
    except OSError:
        raise _unusable(Sentence("the export file cannot be opened")) from None
    except InvalidRecord as error:
        raise _unusable(
            Sentence("the export file cannot be read: %(reason)s", reason=sentence_of(error.message))
        ) from None
    lines: dict[tuple[str, str], _Line | None] = {}
    refused = 0
    for line in _lines(text, options):
        if line is None:
            refused += 1
            continue
        for key in ("username", "email"):
            if line.get(key):
                name = (key, line[key].casefold())
                lines[name] = None if name in lines else line
    return Export(lines, written - MARGIN, refused, _select(options), options.pointers)


def _lines(text: str, options: Options) -> Iterator[_Line | None]:
    """Texts by property of each line; ``None`` for one that cannot be used."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=options.csv_delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error:
            yield None
            continue
        if cells and not (number == 1 and options.csv_header):
            yield _line(cells, options)


def _line(cells: Sequence[str], options: Options) -> _Line | None:
    if len(cells) < len(options.csv_columns) or any("\0" in cell for cell in cells):
        return None
    found = {}
    for key, cell in zip(options.csv_columns, cells, strict=False):
        if key in _NOT_TAKEN or key not in options.pointers:
            continue
        value = _plain(cell)
        if value is None or (key in _FIGURES and is_ruined(value)):
            return None
        found[key] = as_code(value or HOME) if key == "country" else value
    return found


def _plain(cell: str) -> str | None:
    """A cell without what keeps a spreadsheet from calculating with it; ``None`` for one that it would calculate."""
    text = cell.strip(" ")
    if text[:2] == '="' and text[-1:] == '"' and len(text) > 2:
        text = text[2:-1]
    elif text[:1] == "'" and text[1:2] in tuple("=+-@\t\r"):
        text = text[1:]
        return text.strip()
    return None if text[:1] in tuple("=\t\r") else text.strip()


def _select(options: Options) -> dict[str, Any]:
    """What the shop is asked of each customer: all but those objects that the file tells whole, and the keys."""
    told = {options.pointers[key] for key in set(options.csv_columns) - _NOT_TAKEN if key in options.pointers}
    asked: dict[str, Any] = dict(selection(options))
    email = options.pointers["email"]
    needed = [pointer for pointer in options.pointers.values() if pointer not in told and pointer != email]
    needed += options.custom.values()
    for name in list(asked):
        if any(pointer == f"/{name}" or pointer.startswith(f"/{name}/") for pointer in needed):
            continue
        if f"/{name}" != options.pointers.get("username"):
            del asked[name]
    above, _, name = email[1:].partition("/")
    if above not in asked:
        asked[above] = {name: True} if name else True
    return asked


def _unusable(problem: Sentence) -> Misconfigured:
    return Misconfigured(
        problem,
        code="export-unusable",
        field="csv_export",
        cure="Correct the options csv_export and csv_encoding, or leave csv_export out: the shop is read alone then.",
    )
