"""How does a simulated shop filter, sort and page a list? As Vendure's list query builder."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from adapters.vendure.simulated.execution import Refused

__all__ = ["MOST", "listed"]

MOST: Final = 1000
"""Largest number of items that one answer has; asking for more is an error, asking for none or less means this."""

_asked = itertools.count()

Value = Callable[[Any, str], Any]
"""What an item (first) has in a field (second) that can be filtered and sorted by."""


def listed(items: Iterable[Any], options: Mapping[str, Any] | None, value: Value) -> tuple[list[Any], int]:
    """Items of one page, and how many there are on all.

    A database promises no order among equals. To be as unkind as one, items that a sort leaves equal are answered in
    another order by each call.
    """
    options = options or {}
    take = options.get("take")
    if take is not None and take > MOST:
        raise Refused("USER_INPUT_ERROR", f"Cannot take more than {MOST} results from a list query")
    found = [item for item in items if _fits(item, options.get("filter"), options.get("filterOperator"), value)]
    found = _in_order(found, options.get("sort") or {}, value)
    skip = max(options.get("skip") or 0, 0)
    count = MOST if take is None or take <= 0 else take
    return found[skip : skip + count], len(found)


def _in_order(items: Sequence[Any], sort: Mapping[str, str], value: Value) -> list[Any]:
    """Sort by the fields in the order of the schema, which is the order of `sort` after coercion: the id first."""
    turn = next(_asked) % (len(items) or 1)
    result = list(items) if not sort else [*items[turn:], *items[:turn]]
    for field, direction in reversed(list(sort.items())):
        result.sort(key=lambda item, field=field: _comparable(value(item, field)), reverse=direction == "DESC")  # type: ignore[misc]
    return result


def _comparable(value: Any) -> tuple[int, int, str]:
    """Numbers before texts; nothing first."""
    if isinstance(value, int):
        return 1, value, ""
    return (0, 0, "") if value is None else (2, 0, str(value))


def _fits(item: Any, filter_: Mapping[str, Any] | None, operator: str | None, value: Value) -> bool:
    verdicts = []
    for field, operators in (filter_ or {}).items():
        if operators is None:
            continue
        if field in {"_and", "_or"}:
            nested = [_fits(item, member, "AND", value) for member in operators]
            verdicts.append(all(nested) if field == "_and" else any(nested))
        else:
            held = value(item, field)
            verdicts += [_holds(name, wanted, held) for name, wanted in operators.items() if wanted is not None]
    if not verdicts:
        return True
    return any(verdicts) if operator == "OR" else all(verdicts)


def _holds(operator: str, wanted: Any, held: Any) -> bool:
    if operator == "isNull":
        return (held is None) is wanted
    if held is None:
        return False
    if operator in {"after", "before"}:
        one, other = datetime.fromisoformat(held), datetime.fromisoformat(wanted)
        return one > other if operator == "after" else one < other
    text = str(held)
    tests: dict[str, Callable[[], bool]] = {
        "eq": lambda: text == wanted,
        "notEq": lambda: text != wanted,
        "in": lambda: text in wanted,
        "notIn": lambda: text not in wanted,
        "contains": lambda: wanted.casefold() in text.casefold(),
        "notContains": lambda: wanted.casefold() not in text.casefold(),
        "regex": lambda: re.search(wanted, text) is not None,
    }
    return tests[operator]()
