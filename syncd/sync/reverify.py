"""What follows when the rules change and nobody says anything new? Everybody is looked at again, and that is a plan.

A new mapping of groups, another home country or a meaning given to a stated country must not wait until each record
happens to change. The plan shows whom they concern before anything happens.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.contractor import load
from syncd.domain.country import Zone
from syncd.domain.findings import CAUSES
from syncd.domain.risk import Risk, load_risks
from syncd.domain.side import Side
from syncd.registry import issues, leases, lines, lookups
from syncd.registry.engine import among, reading, writing
from syncd.registry.runs import COUNT_OF, Work, set_run
from syncd.registry.tables import Binding
from syncd.sync.app import App, Connected
from syncd.sync.decide import Decided, open_decider
from syncd.sync.home import home_of
from syncd.sync.leaving import mark_leaving
from syncd.sync.mode import REVERIFY
from syncd.sync.pull import CHUNK
from syncd.sync.request import request_run

__all__ = ["look_again", "request_look"]


def request_look(app: App, contractor_ids: Collection[int], *, by: str) -> list[int]:
    """Ask for some contractors to be looked at again, each at the connection that it comes from."""
    with reading(app.engine) as connection:
        bound = connection.execute(
            select(Binding.connection_id, Binding.external_id, Binding.contractor_id).where(
                among(connection, Binding.contractor_id, contractor_ids)
            )
        ).all()
    at_home = home_of(app, [(row[2], row[0]) for row in bound])
    runs = []
    for connected in app.connections.values():
        only = [row[1] for row in bound if row[0] == connected.id and at_home[row[2]] == connected.id]
        run_id = only and request_run(app, connected, mode=REVERIFY, only=only, asked_by=by)
        if run_id:
            runs.append(run_id)
    return runs


def look_again(app: App, connected: Connected, work: Work, held: leases.Held) -> tuple[Counter[str], Counter[Risk]]:
    """Plan what the rules in force would change for the contractors that come from one connection.

    Returns:
        Contractors by what becomes of them, and lines by what they put at risk.
    """
    counts: Counter[str] = Counter()
    risks: Counter[Risk] = Counter()
    with reading(app.engine) as connection:
        decider = open_decider(app, connection, connected, said=frozenset(), run_id=work.id)
    seq = 0
    for page in _pages(app, connected, work.only):
        app.go_on()
        with reading(app.engine) as connection:
            known = lookups.known(connection, list(page.values()))
            unsettled = _unsettled(app, connection, connected, known.values())
        planned: list[lines.Line] = []
        reports: list[issues.Report] = []
        for external_id, id_ in page.items():
            decided = decider.again(known[id_], unsettled.get(id_, ()))
            if decided.line is None:
                counts["unchanged"] += 1
            else:
                seq += 1
                decided.line.seq = seq
                counts[COUNT_OF[decided.line.action]] += 1
                risks.update(load_risks(decided.line.risks))
                planned.append(decided.line)
            reports.extend(_reports(connected, external_id, id_, decided))
        now = app.now()
        with reading(app.engine) as connection:
            risks.update(mark_leaving(app, connection, planned, known, now.date()))
        with writing(app.engine) as connection:
            leases.verify(connection, held)
            leases.prolong(connection, held, now=now, length=app.lease)
            lines.store_lines(connection, planned)
            set_run(connection, work.id, heartbeat_at=now, counts=dict(counts), received=counts.total())
            if not work.dry_run:
                issues.open_issues(connection, reports, run_id=work.id, now=now)
                still = [report.fingerprint for report in reports]
                by = f"run {work.id}"
                issues.close_gone(connection, connected.id, page, still, by=by, now=now, codes=CAUSES)
    return counts, risks


def _pages(app: App, connected: Connected, only: Collection[str]) -> Iterator[dict[str, int]]:
    """Contractors by external id, all or some.

    Those that an ERP has come from there; a shop's own are only those without one.
    """
    erps = [station.id for station in app.network.stations.values() if station.side is Side.ERP]
    after = ""
    while True:
        statement = select(Binding.external_id, Binding.contractor_id).where(
            Binding.connection_id == connected.id, Binding.external_id > after
        )
        if only:
            statement = statement.where(Binding.external_id.in_(only))
        if connected.settings.side is Side.SHOP:
            elsewhere = select(Binding.contractor_id).where(Binding.connection_id.in_(erps))
            statement = statement.where(Binding.contractor_id.not_in(elsewhere))
        with reading(app.engine) as connection:
            rows = connection.execute(statement.order_by(Binding.external_id).limit(CHUNK))
            page = {row[0]: row[1] for row in rows}
        if not page:
            return
        yield page
        after = list(page)[-1]  # in the order of the database, which is not that of Python


def _unsettled(
    app: App, connection: Connection, connected: Connected, known: Collection[lookups.Known]
) -> Mapping[int, Sequence[int]]:
    """Connections that the rules in force leave behind, by contractor.

    They were brought up to date by other rules, or do not have a contractor who belongs there by these.
    """
    stations = {station.id: station for station in app.network.around(connected.id)}
    rows = connection.execute(
        select(Binding.contractor_id, Binding.connection_id, Binding.settled_hash).where(
            among(connection, Binding.contractor_id, [one.id for one in known]), Binding.connection_id.in_(stations)
        )
    )
    settled: dict[int, dict[int, bytes | None]] = defaultdict(dict)
    for contractor_id, connection_id, digest in rows:
        settled[contractor_id][connection_id] = digest
    found: dict[int, list[int]] = {}
    for one in known:
        contractor, has = load(one.doc), settled[one.id]
        for station in stations.values():
            if station.id in has:
                digest = has[station.id]
                behind = bool(station.written) and digest not in {None, station.wanted_hash(contractor, Zone(one.zone))}
            else:
                behind = app.network.takes(station, contractor, Zone(one.zone), has)
            if behind:
                found.setdefault(one.id, []).append(station.id)
    return found


def _reports(connected: Connected, external_id: str, contractor_id: int, decided: Decided) -> Iterator[issues.Report]:
    for finding in decided.findings:
        yield issues.Report(
            connection_id=connected.id,
            external_id=external_id,
            contractor_id=contractor_id,
            quiet=decided.quiet,
            **msgspec.structs.asdict(finding),
        )
