"""How do rules leave the registry and come back? As the tables of routes that the configuration has."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from syncd.domain.groups import GroupRule, Match, checked
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.groups import all_rules
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.groups.route import Route, routes_of

__all__ = ["Rules", "export_rules", "read_rules"]

Rules = Mapping[tuple[str, str], Sequence[GroupRule]]
"""Rules by the names of ERP and shop."""


class _Route(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the configuration, as far as it is about groups; its other keys are left alone."""

    erp: str
    shop: str
    groups: dict[str, str] = {}
    group_rules: list[GroupRule] = []


class _File(msgspec.Struct, frozen=True, kw_only=True):
    routes: list[_Route]


def export_rules(app: App) -> str:
    """The rules of all routes in TOML, which the configuration and `read_rules` understand."""
    with reading(app.engine) as connection:
        rules = all_rules(connection)
    return "\n".join(line for route in routes_of(app) for line in _lines(route, rules.get(route.key, ())))


def read_rules(text: str, name: str) -> Rules:
    """Rules of a file, in its order.

    Args:
        name: The file's name, for messages.

    Raises:
        InvalidRecord: When it is not TOML, has no routes, or one of its rules cannot be used.
    """
    try:
        routes = msgspec.convert(tomllib.loads(text), _File).routes
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InvalidRecord(
            Sentence("%(name)s does not hold rules: %(error)s", name=name, error=error),
            code="group-rules-unreadable",
            cure="`syncd groups export` writes the form that is read.",
        ) from None
    found: dict[tuple[str, str], list[GroupRule]] = {}
    for route in routes:
        equals = [GroupRule(match=Match.EQUALS, pattern=ours, target=theirs) for ours, theirs in route.groups.items()]
        found.setdefault((route.erp, route.shop), []).extend(map(checked, [*equals, *route.group_rules]))
    return found


def _lines(route: Route, rules: Iterable[GroupRule]) -> Iterator[str]:
    yield "[[routes]]"
    yield f"erp = {_toml(route.erp.name)}"
    yield f"shop = {_toml(route.shop.name)}"
    for rule in rules:
        yield "[[routes.group_rules]]"
        for key, value in msgspec.to_builtins(rule).items():
            if key in {"match", "target"} or value:
                yield f"{key} = {_toml(value)}"
    yield ""


def _toml(value: Any) -> str:
    """A text or number: TOML writes them as JSON does, but for one control character."""
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
