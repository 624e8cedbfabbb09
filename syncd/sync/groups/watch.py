"""What about groups should a person look at? Looked for after runs and after each change of rules.

Such an issue is about a group, not about one of its members: however many there are, it is one.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from syncd.domain.answers import Answer
from syncd.domain.groups import GroupRule, Match, Unmapped, plain, twins
from syncd.domain.side import Side
from syncd.registry import groups, issues
from syncd.registry.issues import Report
from syncd.registry.lookups import group_names
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.groups.route import Route, routes_of
from syncd.sync.routes import Station

__all__ = ["GROUP_CAUSES", "managed_names", "remember_managed", "watch_groups"]

TWINS: Final = "group-twins"
UNMAPPED: Final = "group-unmapped"
TAKEN: Final = "group-taken"
BLANKS: Final = "group-blanks"

_OF_RECORDS: Final = frozenset({TAKEN, BLANKS})
"""Seen in what ERPs hold only."""

GROUP_CAUSES: Final = frozenset({TWINS, UNMAPPED}) | _OF_RECORDS
"""Causes of issues that are about a group."""

_NEAR: Final = 0.6
"""How like a name must be to be suggested."""


def watch_groups(
    app: App,
    connection: Connection,
    *,
    now: datetime,
    run_id: int | None = None,
    thorough: bool = False,
    news: bool = True,
) -> None:
    """Open what is new and close what is over.

    Args:
        thorough: Look through what ERPs hold as well, which takes longer the more there is.
        news: Whether there is anything new in it. If not, each record's groups are read for an open issue only.
    """
    app = app.as_seen_by(connection)
    remember_managed(app, connection, now)
    looked_for = GROUP_CAUSES if thorough else GROUP_CAUSES - _OF_RECORDS
    open_now = issues.unresolved(connection, looked_for)
    in_use = groups.names_in_use(connection)
    found = [*_twins(app, connection, in_use, open_now), *_unmapped(app, connection, in_use, open_now)]
    if thorough:
        found.extend(_taken(app, connection))
        if news or issues.unresolved(connection, {BLANKS}):
            found.extend(_blanks(app, connection))
    fresh = [report for report in found if report.fingerprint not in open_now]
    over = open_now - {report.fingerprint for report in found}
    issues.open_issues(connection, fresh, run_id=run_id, now=now)
    issues.resolve(connection, over, by="syncd" if run_id is None else f"run {run_id}", now=now)


def remember_managed(app: App, connection: Connection, now: datetime) -> None:
    """Keep for which groups of shops syncd answers: whatever changes, their members are not left behind in them."""
    known = group_names(connection)
    for station in app.as_seen_by(connection).network.stations.values():
        if station.side is Side.SHOP:
            groups.manage(connection, station.id, managed_names(station, known), now)


def managed_names(station: Station, known: Collection[str]) -> frozenset[str]:
    """A shop's names of groups that the rules in force lead to."""
    return frozenset(map(station.group_map.target, known)) - {""}


def _twins(app: App, connection: Connection, in_use: Collection[str], open_now: Collection[str]) -> Iterator[Report]:
    for names in twins(in_use):
        report = _twins_report(names, {})
        yield report if report.fingerprint in open_now else _twins_report(names, _stated_at(app, connection, names))


def _stated_at(app: App, connection: Connection, names: Collection[str]) -> dict[str, list[str]]:
    """The ERPs whose contractors are in these groups, by the group's name."""
    stating: dict[str, list[str]] = {name: [] for name in names}
    for erp in app.connections.values():
        if erp.settings.side is Side.ERP:
            for name in groups.stated_by(connection, erp.id, names):
                stating[name].append(erp.name)
    return stating


def _twins_report(names: Collection[str], stating: Mapping[str, Sequence[str]]) -> Report:
    shown = (f"{name!r} ({', '.join(stating[name])})" if stating.get(name) else repr(name) for name in names)
    return Report(
        connection_id=None,
        about=f"groups {' / '.join(names)}",
        code=TWINS,
        field="groups",
        message=Sentence("the groups %(names)s differ by blanks or capitals only", names=" and ".join(shown)),
        cure="Rename or merge them where they come from; until then they are two groups.",
        details={"groups": list(names)},
    )


def _unmapped(app: App, connection: Connection, in_use: Collection[str], open_now: Collection[str]) -> Iterator[Report]:
    for route, settings in zip(routes_of(app), app.settings.routes, strict=True):
        if settings.unmapped is not Unmapped.ISSUE:
            continue
        mapping = app.network.stations[route.shop.id].group_map
        unnamed = [name for name in in_use if name not in app.rules.admin_groups and not mapping.of(name).named]
        if not unnamed:
            continue
        stated = groups.stated_by(connection, route.erp.id, unnamed)
        bare = [_unmapped_at(route, name) for name in stated]
        fresh = any(report.fingerprint not in open_now for report in bare)
        there = _at_shop(connection, route, mapping.rules) if fresh else []
        for name, report in zip(stated, bare, strict=True):
            yield _unmapped_at(route, name, there) if report.fingerprint not in open_now else report


def _at_shop(connection: Connection, route: Route, rules: Sequence[GroupRule]) -> list[str]:
    """Names of groups that the shop has, as far as syncd knows."""
    targets = {rule.target for rule in rules if rule.target and "\\" not in rule.target}
    return sorted(targets | groups.held_at(connection, route.shop.id))


def _unmapped_at(route: Route, name: str, there: Sequence[str] = ()) -> Report:
    erp, shop = route.erp.name, route.shop.name
    values = {"erp": erp, "shop": shop, "group": name}
    near = _nearest(name, there)
    suggested = (
        [Answer(key="take-suggestion", label=f"map it to {near!r} from now on", values={**values, "target": near})]
        if near
        else []
    )
    return Report(
        connection_id=route.shop.id,
        about=f"{erp} {name}",
        code=UNMAPPED,
        field="groups",
        message=Sentence(
            "no rule says what the group %(name)s of %(erp)s is called at %(shop)s; it is left out there",
            name=repr(name),
            erp=erp,
            shop=shop,
        ),
        cure="Say what it is called there, or that it is to be left out.",
        details=values,
        answers=(
            *suggested,
            Answer(key="map-group", label="map it from now on", values=values, asks="the shop's name of the group"),
            Answer(key="leave-group-out", label=f"leave it out at {shop} from now on", values=values),
        ),
    )


def _nearest(name: str, there: Sequence[str]) -> str:
    folded = {other.casefold(): other for other in there}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=_NEAR)
    return folded[near[0]] if near else ""


def _taken(app: App, connection: Connection) -> Iterator[Report]:
    """Groups that an admin made, and that an ERP calls one of its own: that one is not heard."""
    erps = {one.id: one.name for one in app.connections.values() if one.settings.side is Side.ERP}
    for name in sorted(groups.made_by_admins(connection)):
        for erp_id in groups.stating(connection, erps, name):
            yield Report(
                connection_id=erp_id,
                about=f"group {name}",
                code=TAKEN,
                field="groups",
                message=Sentence(
                    "%(erps)s has a group %(name)s, and an admin made one of that name here",
                    erps=erps[erp_id],
                    name=repr(name),
                ),
                cure="Rename one of the two; until then the ERP's is not heard, and the admin's members stay.",
                details={"group": name},
            )


class _Spelled(NamedTuple):
    """A group's name as a record spells it; `erp` and `record` are empty for a rule, which has no odd blanks."""

    name: str
    erp: str
    record: str


def _blanks(app: App, connection: Connection) -> Iterator[Report]:
    """Names that differ by blanks that nobody sees: they are one group, and somebody may have meant two."""
    erps = {one.name: one.id for one in app.connections.values() if one.settings.side is Side.ERP}
    spelled: dict[str, dict[str, _Spelled]] = {}
    for erp, id_ in erps.items():
        for name, record in _unpadded(groups.spelled_at(connection, id_)).items():
            spelled.setdefault(plain(name), {}).setdefault(name, _Spelled(name, erp, record))
    for route in routes_of(app):
        for rule in app.network.stations[route.shop.id].group_map.rules:
            if rule.match is Match.EQUALS and rule.pattern in spelled:
                spelled[rule.pattern].setdefault(rule.pattern, _Spelled(rule.pattern, "", ""))
    for _, alike in sorted(spelled.items()):
        first, *others = sorted(alike.values(), key=lambda one: (one.name != plain(one.name), one.name))
        for odd in others:
            yield _blanks_report(odd, first, erps[odd.erp])


def _unpadded(held: Mapping[str, str]) -> Mapping[str, str]:
    """Names as somebody typed them: a database that fills each up to one length with blanks means nothing by these."""
    lengths = {len(name) for name in held}, {len(name.encode()) for name in held}
    typed = {name.rstrip(): record for name, record in held.items()}
    return typed if len(typed) > 1 and any(len(one) == 1 for one in lengths) else held


def _blanks_report(odd: _Spelled, other: _Spelled, erp_id: int) -> Report:
    names = {"name": repr(odd.name), "record": odd.record, "erp": odd.erp, "other": repr(other.name)}
    return Report(
        connection_id=erp_id,
        about=f"group {odd.name!r}",
        code=BLANKS,
        field="groups",
        message=Sentence(
            "record %(record)s of %(erp)s is in the group %(name)s, and record %(another)s of %(there)s in %(other)s: "
            "they differ by blanks only and are taken for one group",
            another=other.record,
            there=other.erp,
            **names,
        )
        if other.record
        else Sentence(
            "record %(record)s of %(erp)s is in the group %(name)s, and a rule names %(other)s: they differ by blanks "
            "only and are taken for one group",
            **names,
        ),
        cure="Spell it alike where it comes from, without blanks at its ends, doubled ones or such that do not break; "
        "or give the second another name if two groups are meant.",
        details={"groups": [odd.name, other.name], "record": odd.record},
    )
