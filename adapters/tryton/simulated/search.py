"""Which rows fit a domain, and in which order do they come?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from adapters.tryton.simulated.schema import MODELS, Field
from adapters.tryton.simulated.tables import Row, Tables

__all__ = ["from_json", "rec_name", "search", "siblings"]

Domain = Sequence[Any]

_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda one, two: bool(one == two),
    "!=": lambda one, two: bool(one != two),
    "in": lambda one, two: one in two,
    "not in": lambda one, two: one not in two,
    ">": lambda one, two: one is not None and one > two,
    ">=": lambda one, two: one is not None and one >= two,
    "<": lambda one, two: one is not None and one < two,
    "<=": lambda one, two: one is not None and one <= two,
    "like": lambda one, two: one is not None and bool(_pattern(two).fullmatch(one)),
    "ilike": lambda one, two: one is not None and bool(_pattern(two, re.IGNORECASE).fullmatch(one)),
}


def search(
    tables: Tables,
    model: str,
    domain: Domain,
    *,
    order: Sequence[Sequence[str]] | None = None,
    active_test: bool = True,
) -> list[int]:
    """Ids of all rows that fit.

    Raises:
        KeyError: The name of a field that the model lacks, as Tryton itself fails.
    """
    if active_test and "active" in MODELS[model]:
        domain = _with_active(domain)
    found = [row for row in tables.rows[model].values() if _fits(tables, model, row, domain, active_test=active_test)]
    for name, direction in reversed(order or [("id", "ASC")]):
        found.sort(key=_sorting(tables, model, name), reverse=direction.upper().startswith("DESC"))
    return [row["id"] for row in found]


def siblings(tables: Tables, model: str, party: int, *, active_test: bool) -> list[int]:
    """Rows of a party as they stand on the screen: without a sequence first, then by sequence, then by id."""
    rows = [tables.rows[model][id_] for id_ in tables.children(model, party)]
    shown = [row for row in rows if row["active"] or not active_test]
    shown.sort(key=lambda row: (row["sequence"] is not None, row["sequence"] or 0, row["id"]))
    return [row["id"] for row in shown]


def rec_name(tables: Tables, model: str, id_: int) -> str:
    """How a record is called in a list."""
    row = tables.rows[model][id_]
    if model == "party.category" and row["parent"]:
        return f"{rec_name(tables, model, row['parent'])} / {row['name']}"
    return str(row.get("name") or row.get("code") or row.get("value") or id_)


def from_json(value: Any) -> Any:
    """A value as it comes over the wire: a date is an object with its class."""
    if isinstance(value, dict) and value.get("__class__") == "datetime":
        parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return datetime(*[value[part] for part in parts], tzinfo=UTC)  # type: ignore[misc]  # seven integers
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value


def _with_active(domain: Domain) -> Domain:
    """Every level that does not ask for ``active`` itself gets "and active", the levels inside an OR as well."""
    inner = [_with_active(part) if isinstance(part, list) and not _is_leaf(part) else part for part in domain]
    if any(_is_leaf(part) and part[0] == "active" for part in inner):
        return inner
    if inner[:1] == ["OR"]:
        return ["AND", inner, ["active", "=", True]]
    return [*inner, ["active", "=", True]]


def _is_leaf(part: Any) -> bool:
    return isinstance(part, list) and len(part) >= 3 and isinstance(part[1], str) and part[0] not in {"AND", "OR"}


def _fits(tables: Tables, model: str, row: Row, domain: Domain, *, active_test: bool) -> bool:
    if _is_leaf(domain):
        return _holds(tables, model, row, domain, active_test=active_test)
    parts: Iterable[Any] = (part for part in domain if not isinstance(part, str))
    checks = (_fits(tables, model, row, part, active_test=active_test) for part in parts)
    return any(checks) if domain[:1] == ["OR"] else all(checks)


def _holds(tables: Tables, model: str, row: Row, leaf: Domain, *, active_test: bool) -> bool:
    name, operator, value = leaf[:3]
    base, _, rest = name.partition(".")
    field = MODELS[model][base]
    if operator in {"child_of", "where"} or rest or field.kind in {"one2many", "many2many"}:
        return _related(tables, row, base, field, (rest, operator, value, *leaf[3:]), active_test=active_test)
    return _COMPARE[operator](_value(tables, model, row, base), from_json(value))


def _related(tables: Tables, row: Row, base: str, field: Field, clause: Sequence[Any], *, active_test: bool) -> bool:
    rest, operator, value, *more = clause
    if field.kind == "one2many":
        targets = tables.children(field.target, row["id"])
    else:
        targets = [row[base]] if field.kind == "many2one" and row[base] else list(row[base] or ())
    if operator == "child_of":
        return bool(set(targets) & _descendants(tables, field.target, value, more[0]))
    domain = value if operator == "where" else [[rest or "id", operator, value]]
    if active_test and "active" in MODELS[field.target]:
        domain = _with_active(domain)
    # Only the rows concerned: looking through the whole table for each party makes a search quadratic.
    rows = (tables.rows[field.target][id_] for id_ in targets)
    return any(_fits(tables, field.target, one, domain, active_test=active_test) for one in rows)


def _descendants(tables: Tables, model: str, ids: Sequence[int], parent: str) -> set[int]:
    found = set(ids)
    while more := {row["id"] for row in tables.rows[model].values() if row[parent] in found} - found:
        found |= more
    return found


def _value(tables: Tables, model: str, row: Row, name: str) -> Any:
    if name == "rec_name":
        return rec_name(tables, model, row["id"])
    return row[name]


def _sorting(tables: Tables, model: str, name: str) -> Callable[[Row], tuple[bool, Any]]:
    def key(row: Row) -> tuple[bool, Any]:
        value = _value(tables, model, row, name)
        return value is None, value

    return key


def _pattern(text: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    r"""``%`` is any text, ``_`` any sign, and ``\`` takes the next sign as it is."""
    parts = re.findall(r"\\.|.", text, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return re.compile("".join(wild.get(part) or re.escape(part[-1]) for part in parts), flags | re.DOTALL)
