"""How does a simulated shop select, filter, sort and page? As the object model that all of Abicart's classes share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.abicart.simulated.shop import Refused
from adapters.abicart.simulated.state import Setup

__all__ = ["filtered", "page", "select"]

_KNOWN = frozenset({"limit", "offset", "sort", "filters"})


def select(item: Mapping[str, Any], selection: Any, language: str) -> Any:
    """What is asked for of an object.

    ``true`` everything · a name one property, still under its name · a list several · an object the same for the
    inside. A text by language is answered in one if the selection names that.
    """
    if selection is True:
        return dict(item)
    if isinstance(selection, str):
        selection = {selection: True}
    if isinstance(selection, list):
        selection = dict.fromkeys(selection, True)
    if not isinstance(selection, dict):
        raise Refused(-32602, "Invalid params", {"/selection": "neither true, a name, a list nor an object"})
    unknown = [name for name in selection if name not in item]
    if unknown:
        raise Refused(-32602, "Invalid params", {f"/{name}": "unknown property" for name in unknown})
    return {name: _inside(item[name], asked, language) for name, asked in selection.items() if asked is not False}


def _inside(value: Any, asked: Any, language: str) -> Any:
    if asked is True:
        return value
    if isinstance(asked, str) and isinstance(value, dict):
        return value.get(asked, value.get(language))
    if isinstance(value, dict):
        return select(value, asked, language)
    raise Refused(-32602, "Invalid params", {"/selection": "nothing is inside of that"})


def filtered(items: Sequence[dict[str, Any]], query: Any, setup: Setup) -> list[dict[str, Any]]:
    """The objects that fit all filters of a query."""
    if not isinstance(query, dict) or set(query) - _KNOWN:
        raise Refused(-32602, "Invalid params", {"/query": "unknown member"})
    tests = [
        test
        for pointer, operators in (query.get("filters") or {}).items()
        for operator, term in operators.items()
        if (test := _test(pointer, operator, term, setup, items)) is not None
    ]
    return [item for item in items if all(test(item) for test in tests)]


def page(items: Sequence[dict[str, Any]], query: Mapping[str, Any], cap: int) -> list[dict[str, Any]]:
    """One page of the objects, in the order asked for."""
    limit, offset, sort = query.get("limit", 50), query.get("offset", 0), query.get("sort", "uid")
    if not isinstance(limit, int) or not isinstance(offset, int) or limit < 1 or offset < 0:
        raise Refused(-32602, "Invalid params", {"/limit": "not a number of rows"})
    if items and sort not in items[0]:
        raise Refused(-32602, "Invalid params", {"/sort": "unknown property"})
    found = list(items) if sort == "uid" else sorted(items, key=lambda item: (str(item[sort]), item["uid"]))
    return found[offset : offset + min(limit, cap)]


def _test(
    pointer: str, operator: str, term: Any, setup: Setup, items: Sequence[dict[str, Any]]
) -> Callable[[Mapping[str, Any]], bool] | None:
    if items and _at(items[0], pointer) is None:
        _refuse(pointer, setup)
        return None
    if operator == "equals":
        return lambda item: bool(_at(item, pointer) == term)
    if operator == "contains":
        return lambda item: str(term).casefold() in str(_at(item, pointer)).casefold()
    if operator in setup.since:
        bound = datetime.fromisoformat(term)
        return lambda item: datetime.fromisoformat(_at(item, pointer)) >= bound
    _refuse(f"{pointer}/{operator}", setup)
    return None


def _refuse(pointer: str, setup: Setup) -> None:
    if not setup.ignores_filters:
        raise Refused(-32602, "Invalid params", {pointer: "unknown filter"})


def _at(item: Mapping[str, Any], pointer: str) -> Any:
    found: Any = item
    for step in pointer.split("/")[1:]:
        found = found.get(step) if isinstance(found, dict) else None
    return found
