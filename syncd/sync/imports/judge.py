"""What of a file may be taken, cell by cell?

A cell that reads as an export would write it changes nothing, so a file that was exported and changed in one place is a
change in one place. What an ERP owns and states is refused: it would come back with the next read. So is a row whose
customer changed since the file was exported, as far as the file tells when that was: its other cells would take that
change back. A no to the newsletter stays one, because a table says neither when somebody said yes nor where.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from syncd.csv_input import QUOTE_IT, torn_row
from syncd.domain.code import code_of, id_of
from syncd.domain.columns import COLUMNS, Column, Entry, parse_cell, put_cell, text_of
from syncd.domain.contractor import Contractor
from syncd.domain.findings import check_storable
from syncd.domain.holds import is_erased
from syncd.errors import InvalidRecord
from syncd.registry.engine import among
from syncd.registry.groups import made_by_admins
from syncd.registry.imports import PROBLEMS, Problem
from syncd.registry.lookups import holders
from syncd.registry.queries.entries import read_entries
from syncd.registry.tables import Contractor as ContractorRow
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.edit import owners_of
from syncd.sync.imports.rows import CLEAR, Row

__all__ = ["Judged", "Wanted", "judge"]

_PAGE: Final = 500
_LOST_DIGITS: Final = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+[0-9]{1,3}")
_VERSION: Final = "changed"
_WHOSE: Final = frozenset({"code", "number"})
"""Columns that say whose a row is."""

_MOST_NAMES: Final = 20
_NAME: Final = 40


class Wanted(msgspec.Struct, frozen=True):
    """What a row changes of its customer: values by column, in the order of the columns."""

    line: int
    values: tuple[tuple[Column, Any], ...]


class Judged(msgspec.Struct):
    """A file's rows, judged.

    Attributes:
        wanted: By customer.
        refused: How many problems there are; `problems` has the first.
        passed_over: Columns that are not imported, with why.
    """

    wanted: dict[int, Wanted] = {}
    rows: int = 0
    refused: int = 0
    problems: list[Problem] = []
    passed_over: dict[str, str] = {}

    def refuse(self, line: int, message: str, cure: str, *, column: str = "", customer: str = "") -> None:
        """Note what is not taken."""
        self.refused += 1
        if len(self.problems) < PROBLEMS:
            self.problems.append(Problem(line=line, column=column, customer=customer, message=message, cure=cure))


def judge(app: App, connection: Connection, rows: Iterable[Row]) -> Judged:
    """Judge a file against the registry as it is now.

    Raises:
        InvalidRecord: When the file cannot be read, or says of no row whose it is.
    """
    judged = Judged()
    lines: dict[int, int] = {}
    names: set[str] = set()
    admins = made_by_admins(connection)
    for page in _pages(rows):
        judged.rows += len(page)
        names.update(*(row.cells for row in page))
        _pass_over(judged, names)
        mine = _owners(connection, judged, page, lines)
        entries = {entry.id: entry for entry in read_entries(connection, list(mine))}
        held = holders(connection, list(mine))
        for id_, row in mine.items():
            if id_ in entries:
                _row(app, judged, entries[id_], row, _Here(held.get(id_, set()), admins))
            else:
                judged.refuse(row.line, "there is no customer of this code", "Leave the row out, or correct the code.")
    if judged.rows and not names & _WHOSE:
        raise _nobodys(names)
    judged.problems.sort(key=lambda problem: problem.line)
    return judged


def _nobodys(names: Collection[str]) -> InvalidRecord:
    """A file with another header, or without one: to name each of its rows helps nobody."""
    found = ", ".join(name[:_NAME] for name in sorted(names)[:_MOST_NAMES])
    return InvalidRecord(
        "no row says whose it is: there is neither a column code nor a column number with something in it",
        code="table-unreadable",
        cure=Sentence("Name the columns in the first line as an export does. This file has: %(names)s.", names=found),
    )


class _Here(msgspec.Struct, frozen=True):
    """Where a customer is, and which groups are the admins'."""

    holders: Collection[int]
    admin_groups: Collection[str]


def _pages(rows: Iterable[Row]) -> Iterator[list[Row]]:
    each = iter(rows)
    while page := list(islice(each, _PAGE)):
        yield page


def _owners(connection: Connection, judged: Judged, page: Sequence[Row], lines: dict[int, int]) -> dict[int, Row]:
    """Rows by the customer that they are about; one about whom there are two is taken from neither."""
    numbered = _by_number(
        connection, [row.cells["number"] for row in page if "code" not in row.cells and "number" in row.cells]
    )
    mine: dict[int, Row] = {}
    for row in page:
        if row.surplus:
            judged.refuse(row.line, torn_row(row.surplus), QUOTE_IT)
            continue
        id_ = _whose(judged, row, numbered)
        if id_ is None:
            continue
        if id_ in lines:
            judged.refuse(
                row.line,
                Sentence("line %(line)s is about this customer as well: neither is taken", line=str(lines[id_])),
                "Leave one of them out.",
                customer=code_of(id_),
            )
            mine.pop(id_, None)
            judged.wanted.pop(id_, None)
        else:
            lines[id_] = row.line
            mine[id_] = row
    return mine


def _whose(judged: Judged, row: Row, numbered: Mapping[str, Sequence[int]]) -> int | None:
    code, number = row.cells.get("code"), row.cells.get("number")
    if code is not None:
        id_ = id_of(code)
        if id_ is None:
            judged.refuse(row.line, "this is no customer code", "Codes look like K000231.", column="code")
        return id_
    if number is None:
        judged.refuse(row.line, "the row does not say whose it is", "Fill in code, or the customer number.")
        return None
    found = numbered.get(number, ())
    if len(found) == 1:
        return found[0]
    what = Sentence("more than one customer has this number" if found else "no customer has this number")
    judged.refuse(row.line, what, "Fill in code.", column="number")
    return None


def _by_number(connection: Connection, numbers: Collection[str]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    if numbers:
        rows = connection.execute(
            select(ContractorRow.number, ContractorRow.id).where(among(connection, ContractorRow.number, numbers))
        )
        for number, id_ in rows:
            found[number or ""].append(id_)
    return found


def _row(app: App, judged: Judged, entry: Entry, row: Row, here: _Here) -> None:
    code = code_of(entry.id)
    if is_erased(entry.holds):
        judged.refuse(row.line, "the customer is erased", "Leave the row out.", customer=code)
        return
    if _is_stale(row, entry):
        judged.refuse(
            row.line,
            "the customer changed since the file was exported",
            "Export again, and change that file; or leave the column changed out to import all the same.",
            column=_VERSION,
            customer=code,
        )
        return
    after, values = entry.contractor, []
    for name, text in row.cells.items():
        column = _column(name, row)
        if column is None or text == text_of(column.value(entry)).strip():
            continue
        try:
            _check_digits(text)
            value = parse_cell(column, "" if text == CLEAR else text)
            changed = put_cell(after, column, value)
            if changed == after:
                continue
            _check_owner(app, entry.contractor, changed, column, here)
            _check_no(entry.contractor, column, value)
            check_storable(changed, code)
        except InvalidRecord as error:
            judged.refuse(row.line, error.message, error.cure, column=name, customer=code)
            continue
        after = changed
        values.append((column, value))
    if values:
        judged.wanted[entry.id] = Wanted(row.line, tuple(values))


def _pass_over(judged: Judged, names: set[str]) -> None:
    """Say once of each column that is not imported why."""
    for name in sorted(names - {"code", _VERSION} - judged.passed_over.keys()):
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            judged.passed_over[name] = (
                Sentence("there is no such column; is it %(near)s?", near=near[0])
                if near
                else Sentence("there is no such column")
            )
        elif not COLUMNS[name].settable:
            judged.passed_over[name] = Sentence("it follows from other things, and is not imported")


def _column(name: str, row: Row) -> Column | None:
    """The column of a cell; ``None`` where it changes nothing by itself."""
    column = COLUMNS.get(name)
    finds = name == "number" and "code" not in row.cells
    return column if column is not None and column.settable and not finds else None


def _is_stale(row: Row, entry: Entry) -> bool:
    stated = row.cells.get(_VERSION)
    return stated is not None and stated != text_of(entry.updated_at)


def _check_digits(text: str) -> None:
    """Refuse a number that a spreadsheet wrote in its short form: the digits that it left out are gone.

    Raises:
        InvalidRecord: Saying how they are kept.
    """
    if _LOST_DIGITS.fullmatch(text):
        raise InvalidRecord(
            "a spreadsheet turned digits into a number and lost some",
            code="spreadsheet-number",
            cure="Format the column as text, fill it in again, and import that.",
        )


def _check_no(before: Contractor, column: Column, value: Any) -> None:
    """Refuse to let a person be sent what that person refused.

    Raises:
        InvalidRecord: Saying how it is done where the person did say yes.
    """
    if column.field == "newsletter" and before.newsletter is False and value is not False:
        raise InvalidRecord(
            "the customer said no to the newsletter, and a table is no evidence of a yes",
            code="consent-refused",
            cure="If the person said yes since: `syncd customers set CODE newsletter true`.",
        )


def _check_owner(app: App, before: Contractor, after: Contractor, column: Column, here: _Here) -> None:
    """Refuse what an ERP would take back.

    Raises:
        InvalidRecord: Naming the ERP.
    """
    owners = owners_of(app, column.field, here.holders)
    if not owners:
        return
    if column.field == "groups":
        foreign = set(before.groups) ^ set(after.groups)
        if foreign <= set(here.admin_groups):
            return
        raise InvalidRecord(
            Sentence(
                "%(owners)s says who is in its groups; an import joins and leaves those of the admins only",
                owners=owners[0],
            ),
            code="field-of-erp",
            cure=Sentence(
                "Change it in %(owners)s. A group of your own is made by `syncd customers group add`.", owners=owners[0]
            ),
        )
    raise InvalidRecord(
        Sentence(
            "%(owners)s owns %(field)s: what is imported would be taken back", owners=owners[0], field=column.field
        ),
        code="field-of-erp",
        cure=Sentence(
            "Change it in %(owners)s, or give shops the field: `syncd fields set %(name)s --owner shop`.",
            owners=owners[0],
            name=column.field,
        ),
    )
