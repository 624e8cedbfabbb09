"""What if other rules were in force? The same program under them; nothing is stored."""

from __future__ import annotations

import dataclasses
import tomllib
from typing import Any

import msgspec

from syncd.domain.side import Side
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.lookups import group_names
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.fields import try_rules
from syncd.sync.groups.portable import read_rules
from syncd.sync.groups.route import find_route
from syncd.sync.groups.watch import managed_names
from syncd.sync.rules import Rules

__all__ = ["under"]


def under(app: App, text: str, name: str) -> App:
    """The program under the rules of a text: group rules as `syncd groups export` writes them, field rules, or both.

    Args:
        name: The file's name, for messages.

    Raises:
        InvalidRecord: When it holds no rules, or one that cannot be used.
        NotFound: When it names a route that is not there.
    """
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(name, f"{error}") from None
    if not document.keys() & {"routes", "fields"}:
        raise _unreadable(name, "it has neither routes nor fields")
    rules = app.rules
    if "fields" in document:
        rules = msgspec.structs.replace(rules, fields=try_rules(app, text))
    if "routes" in document:
        own = {find_route(app, *route).key: tuple(some) for route, some in read_rules(text, name).items() if some}
        rules = msgspec.structs.replace(rules, groups={**rules.groups, **own})
    rules = msgspec.structs.replace(rules, managed_groups=_managed(app))
    return dataclasses.replace(app, rules=rules, network=app.network.under(rules))


def _managed(app: App) -> dict[int, frozenset[str]]:
    """Groups that syncd answers for by the rules in force: who is in one stays for it to take out."""
    with reading(app.engine) as connection:
        known = group_names(connection)
    before: Rules = app.rules
    return {
        station.id: before.managed_groups.get(station.id, frozenset()) | managed_names(station, known)
        for station in app.network.stations.values()
        if station.side is Side.SHOP
    }


def _unreadable(name: str, why: str) -> InvalidRecord:
    return InvalidRecord(
        Sentence("%(name)s is no mapping: %(why)s", name=name, why=why),
        code="mapping-unreadable",
        cure="`syncd groups export` and `syncd fields export` write what is read; a configuration file is one as well.",
    )
