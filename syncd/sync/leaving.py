"""Whom do the rules in force take out of a group at a side that has them in it?

In the registry they are in the same groups as before, whatever the rules make of these: only what a side was brought to
last tells. So each change that is sent there is compared with that, whoever made it: rules that nobody approved take
effect by it, too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection

from syncd.domain.contractor import load
from syncd.domain.country import Zone
from syncd.domain.risk import Risk, dump_risks, grown, load_risks
from syncd.registry import lookups
from syncd.registry.lines import Line
from syncd.sync.app import App

__all__ = ["mark_leaving"]


def mark_leaving(
    app: App, connection: Connection, planned: Iterable[Line], known: Mapping[int, lookups.Known], today: date
) -> Counter[Risk]:
    """Say so in the lines; answer what their risks are more than before.

    Args:
        known: Contractors as they are; lines of others are passed over.
    """
    behind: dict[int, list[Line]] = defaultdict(list)
    for line in planned:
        if line.contractor_id in known and Risk.LEAVES_GROUP not in load_risks(line.risks):
            for number in filter(None, line.push_to.split(",")):
                behind[int(number)].append(line)
    stations = [app.network.stations[id_] for id_ in behind if id_ in app.network.stations]
    stations = [station for station in stations if "groups" in station.written]
    more: Counter[Risk] = Counter()
    names = lookups.group_names(connection) if stations else {}
    for station in stations:
        words = station.terms.vocabulary(names)
        held = lookups.bound(connection, station.id, [line.contractor_id for line in behind[station.id]])
        for line in behind[station.id]:
            if line.contractor_id not in held:
                continue
            before = known[line.contractor_id]
            contractor = load(line.after or before.doc)
            there = load(held[line.contractor_id].agreed).groups
            wanted = station.wanted(contractor, Zone(line.zone or before.zone)).groups
            if set(there) - set(station.beside(wanted, there, words)):
                old = load_risks(line.risks)
                new = grown(old, Risk.LEAVES_GROUP, contractor, today)
                line.risks = dump_risks(new)
                more.update(new.difference(old))
    return more
