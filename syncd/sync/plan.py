"""What would this run change? Decides for every record that differs, and stores the plan. Nothing else changes.

A dry run is this plan and stops here; the real run applies it. Both are made by the same code, so the one cannot lie
about the other.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any

import msgspec
from sqlalchemy import Connection

from syncd.domain.contractor import Contractor
from syncd.domain.holds import is_erased, is_sync_held, load_holds
from syncd.domain.match import Link, New
from syncd.domain.members import COLLECTIONS, MAPPINGS
from syncd.domain.risk import Risk, load_risks
from syncd.domain.side import Side
from syncd.errors import NotFound, SyncError
from syncd.ports import Endpoint, Remote, Scrubs
from syncd.registry import absences, aftermath, bindings, inputs, issues, leases, lines, lookups, outbox
from syncd.registry.application import is_empty
from syncd.registry.engine import reading
from syncd.registry.lines import Line
from syncd.registry.runs import COUNT_OF, Work, last_read
from syncd.sync.app import App, Connected
from syncd.sync.conflicts import report_conflict, report_forbidden
from syncd.sync.decide import Decided, open_decider
from syncd.sync.gone import is_gone
from syncd.sync.graves import open_graves
from syncd.sync.held import LinkHeld
from syncd.sync.keeper import Keeper, Kept
from syncd.sync.leaving import mark_leaving
from syncd.sync.pull import CHUNK, Chunk, Puller
from syncd.sync.recognise import Recognised, Stranger, recognise

__all__ = ["Planner"]


class Planner:
    """Makes the plan of one run.

    Args:
        held: The lease under which the plan is stored.

    Attributes:
        counts: Records by what becomes of them.
        bound: Records of this connection that were bound before the run; counted for a full read only, since counting
            a hundred thousand takes longer than many an incremental run.
        absent: Those of them that a complete full read did not contain, with their contractor and how many such
            reads in a row there were before.
        risks: How many of them carry each risk.
    """

    def __init__(self, app: App, connected: Connected, endpoint: Endpoint, work: Work, held: leases.Held) -> None:
        self._app = app
        self._connected = connected
        self._endpoint = endpoint
        self._work = work
        self._linked: set[int] = set()
        self._over: list[tuple[int, str]] = []
        self._quiet: list[inputs.Quiet] = []
        self._graves = open_graves(app, connected)
        self._numberers = app.network.numberers(connected.id)
        self._returned: set[str] = set()
        self._held_back: set[str] = set()
        self._began_at = app.now()
        with reading(app.engine) as connection:
            self._empty = is_empty(connection)
        self.pull = Puller(app, connected, endpoint, work, self._beat, empty=self._empty)
        self._quiet_left = app.settings.replay_records if app.settings.replay_days and not work.dry_run else 0
        self.counts = self.pull.counts
        self.risks: Counter[Risk] = Counter()
        self.absent: list[tuple[str, int, int]] = []
        self._concludes = False
        with reading(app.engine) as connection:
            self._has_issues = issues.any_open(connection, connected.id)
            self.bound = bindings.count(connection, connected.id) if work.mode == "full" else None
            self._events = issues.open_events(connection)
            self._heard_at = last_read(connection, connected.id)
            self._restored_at = aftermath.restored_at(connection)
            self._decider = open_decider(app, connection, connected, said=endpoint.capabilities.reads, run_id=work.id)
        self._keeper = Keeper(app, connected, work, held, began_at=self._began_at, has_issues=self._has_issues)

    @property
    def lines(self) -> int:
        """How many lines the plan has."""
        return self._keeper.lines

    def read(self, cursor: str | None) -> None:
        """Read the side to its end, or the records that were asked for, and plan for each."""
        with self._keeper.storing():
            chunks = iter([self.pull.named(self._work.only)]) if self._work.only else self.pull.chunks(cursor)
            # No name here for a chunk: it would be kept while the next one is read.
            deque(map(self._decide, chunks), maxlen=0)
        if self._returned and isinstance(self._endpoint, Scrubs) and not self._work.dry_run:
            self._endpoint.scrub(self._returned)
        proof = self.pull.proof
        self._concludes = self._work.mode == "full" and proof is not None and proof.complete
        everybody = self.pull.present.count(1) == self.bound
        if self._concludes and not everybody:
            self.absent = list(absences.absent(self._app.engine, self._connected.id, self.pull.present))

    def conclude_nothing(self) -> None:
        """Let nothing follow from what the list does not contain."""
        self.absent, self._concludes = [], False

    def plan_absent(self) -> None:
        """Plan what follows from absence. Called once the guard found the number of absent records plausible."""
        for planned, reports in self.of_absence():
            self.counts["missing"] += len(planned)
            self._keeper.at_once(self._kept(lines=planned, reports=reports))
        gone = [external_id for external_id, _, missed in self.absent if missed >= 1]
        strangers = self._strangers_gone()
        if (gone and self._has_issues) or strangers:
            self._keeper.at_once(self._kept(healthy=strangers, gone=gone))

    def _strangers_gone(self) -> list[str]:
        """Records that something is open about, though they are nobody's, and that everybody's list does not have.

        One list is enough: what is nobody's is looked at in each read, so that what was closed too early is told again.
        """
        if not (self._concludes and self._has_issues):
            return []
        with reading(self._app.engine) as connection:
            asked_about = issues.of_strangers(connection, self._connected.id, but_of=self._work.id)
        return [external_id for external_id in asked_about if not self.pull.has_met(external_id)]

    def of_absence(self) -> Iterator[tuple[list[Line], list[issues.Report]]]:
        """Lines and issues that follow from a second complete read without a record, some contractors at a time."""
        twice = [(external_id, id_) for external_id, id_, missed in self.absent if missed >= 1]
        for start in range(0, len(twice), CHUNK):
            part = twice[start : start + CHUNK]
            with reading(self._app.engine) as connection:
                known = lookups.known(connection, [id_ for _, id_ in part])
            planned, reports = [], []
            for external_id, id_ in part:
                if id_ not in known or is_erased(load_holds(known[id_].holds)) or _held(known[id_]):
                    continue
                if self._connected.settings.side is Side.SHOP:
                    reports.append(self._report(_gone(), external_id, id_))
                elif line := self._decider.missing(external_id, known[id_]):
                    line.basis = inputs.basis_of_absence(known[id_]) if self._app.settings.replay_days else None
                    planned.append(line)
            yield planned, reports

    def _decide(self, chunk: Chunk) -> None:
        planned: list[Line] = []
        sightings: list[bindings.Sighting] = []
        healthy: list[str] = []
        if self._graves is not None:
            sifted = self._graves.sift(chunk)
            chunk = sifted.chunk
            healthy.extend(sifted.at_rest)
            self._returned.update(sifted.returned)
            self.counts["skipped"] += sifted.left_out
        self._decide_bound(chunk, planned, sightings)
        self._decide_unbound(chunk, planned)
        healthy.extend(id_ for remote, _ in chunk.understood if (id_ := remote.external_id) not in self._held_back)
        healthy.extend(chunk.gone)
        self._held_back.clear()
        self._keep(planned, chunk.reports, sightings, healthy)

    def _decide_bound(self, chunk: Chunk, planned: list[Line], sightings: list[bindings.Sighting]) -> None:
        records = [(remote, raw) for remote, raw in chunk.understood if remote.external_id in chunk.seen]
        if not records:
            return
        ids = [chunk.seen[remote.external_id].contractor_id for remote, _ in records]
        with reading(self._app.engine) as connection:
            bound = lookups.bound(connection, self._connected.id, ids)
            known = lookups.known(connection, ids)
            maybe_sent = outbox.maybe_sent(connection, self._connected.id, ids)
            heard = self._forgotten(connection, ids)
        for (remote, raw_hash), id_ in zip(records, ids, strict=True):
            if id_ not in bound or is_erased(load_holds(known[id_].holds)):
                self.counts["skipped"] += 1  # unbound, or erased, since the page was looked up
                continue
            if _held(known[id_]):
                # What was last seen of it stays what was last seen: read again after the release it is news.
                self.counts["skipped"] += 1
                self._held_back.add(remote.external_id)
                continue
            seen = chunk.seen[remote.external_id]
            decided = self._decider.bound(
                remote,
                bound[id_],
                known[id_],
                raw_hash,
                was_absent=seen.absent,
                maybe_sent=maybe_sent.get(id_),
                heard=heard.get(id_, {}),
            )
            if decided.unheard:
                self.counts["conflict"] += 1
            elif decided.line is None:
                self.counts["conflict" if decided.conflicts else "unchanged"] += 1
                sightings.append(
                    bindings.Sighting(
                        connection_id=self._connected.id,
                        external_id=remote.external_id,
                        contractor_id=id_,
                        version=remote.version,
                        raw_hash=raw_hash,
                        agreed=lines.snapshot(remote.contractor),
                        settled_hash=decided.settled,
                        departures=bindings.dump_departures(decided.departures),
                    )
                )
            else:
                decided.line.seen_hash = seen.raw_hash
            self._remember(
                remote, known[id_], decided.line, bound[id_], absent=seen.absent, maybe_sent=maybe_sent.get(id_)
            )
            self._take(decided, remote, id_, planned, chunk.reports)
        if planned:
            with reading(self._app.engine) as connection:
                self._mark_overtaken(connection, planned)
                self.risks.update(mark_leaving(self._app, connection, planned, known, self._began_at.date()))

    def _forgotten(self, connection: Connection, ids: Collection[int]) -> Mapping[int, Mapping[str, datetime]]:
        """What other sides said since a restore, until this one was read for the first time after it."""
        since = self._restored_at
        if since is None or (self._heard_at is not None and self._heard_at >= since):
            return {}
        return aftermath.heard_since(connection, ids, since)

    def _remember(
        self,
        remote: Remote,
        known: lookups.Known,
        line: Line | None,
        bound: lookups.Bound,
        *,
        absent: bool,
        maybe_sent: Sequence[Contractor] | None,
    ) -> None:
        """Keep what the decision rested on, so that it can be made again by other rules."""
        if not self._app.settings.replay_days:
            return
        if line is None and not (self._quiet_left and lines.snapshot(remote.contractor) != bound.agreed):
            return  # our own write coming back, or noise: no other rules would make anything of it
        basis = inputs.basis(known, bound, absent=absent, maybe_sent=maybe_sent)
        if line is not None:
            line.basis = basis
        else:
            self._quiet_left -= 1
            self._quiet.append(inputs.quiet(self._work.id, self._connected.id, remote, known, basis))

    def _mark_overtaken(self, connection: Connection, planned: Sequence[Line]) -> None:
        """Leave out what rests on a page that was fetched before a push changed the record: it is our own old value."""
        ids = [line.contractor_id for line in planned]
        overtaken = lookups.written_since(connection, self._connected.id, ids, self._began_at)
        for line in planned:
            if line.contractor_id in overtaken:
                line.outcome = "stale"

    def _decide_unbound(self, chunk: Chunk, planned: list[Line]) -> None:
        records = [(remote, raw) for remote, raw in chunk.understood if remote.external_id not in chunk.seen]
        if not records:
            return
        strangers = [Stranger(remote.external_id, self._decider.hear(remote)) for remote, _ in records]
        found = Recognised([New()] * len(records), {}, {}, frozenset(), [], {})
        maybe_sent: dict[int, list[Contractor]] = {}
        former: Mapping[str, bytes] = {}
        if not self._empty:
            with reading(self._app.engine) as connection:
                found = recognise(connection, self._connected.id, strangers, self._linked, self._numberers)
                before = [record for one in found.successors.values() for record in one.records.values()]
                former = _hashes(connection, self._connected.id, before)
                same = [matched.contractor_id for matched in found.matches if isinstance(matched, Link)]
                same += [id_ for one in found.successors.values() for id_ in one.records]
                maybe_sent = outbox.maybe_sent(connection, self._connected.id, same)
        replaced = self._take_places(found, former)
        chunk.reports.extend(found.crowded)
        for (remote, raw_hash), stranger, matched in zip(records, strangers, found.matches, strict=True):
            if remote.external_id in found.bound_meanwhile:
                # A push made it while this read was under way; it is ours, and the next read compares it.
                self.counts["skipped"] += 1
                self.pull.keep_cursor()
                continue
            if isinstance(matched, issues.Report):
                self.counts["conflict"] += 1
                chunk.reports.append(matched)
                continue
            if isinstance(matched, Link) and _held(found.known[matched.contractor_id]):
                self.counts["skipped"] += 1
                chunk.reports.append(self._report(LinkHeld(matched), stranger.external_id, matched.contractor_id))
                continue
            if isinstance(matched, Link):
                id_ = matched.contractor_id
                decided = self._link(
                    remote,
                    stranger.told,
                    matched,
                    found,
                    raw_hash,
                    maybe_sent=maybe_sent.get(id_),
                    replaces=replaced.get(id_),
                )
            else:
                id_ = self._keeper.new_id()
                said = stranger.external_id in found.decided
                decided = self._decider.new(remote, stranger.told, id_, raw_hash, said_so=said)
            self._take(decided, remote, id_, planned, chunk.reports)

    def _link(
        self,
        remote: Remote,
        told: Contractor,
        link: Link,
        found: Recognised,
        raw_hash: bytes,
        *,
        maybe_sent: Sequence[Contractor] | None,
        replaces: bytes | None,
    ) -> Decided:
        """Decide for a record that is somebody we know.

        Args:
            replaces: What was last seen of the record whose place it takes; ``None`` where there is none.
        """
        id_, made_again = link.contractor_id, replaces is not None
        known, holders = found.known[id_], found.holders.get(id_, set())
        self._linked.add(id_)
        decided = self._decider.linked(
            remote, told, link, known, raw_hash, holders=holders, maybe_sent=maybe_sent, made_again=made_again
        )
        if decided.line is not None:
            decided.line.seen_hash = replaces
            if self._app.settings.replay_days:
                decided.line.basis = inputs.basis_of_link(
                    known, link.evidence, holders, maybe_sent=maybe_sent, made_again=made_again
                )
        return decided

    def _take_places(self, found: Recognised, former: Mapping[str, bytes]) -> dict[int, bytes]:
        """Let new records be the customers whose record is gone and who they are by all that they state.

        Somebody deleted the record and made it again. Answers what was last seen of the old ones, by contractor.
        """
        replaced = dict[int, bytes]()
        gone = cache(partial(is_gone, self._endpoint))
        for index, one in found.successors.items():
            left = {id_: record for id_, record in one.records.items() if id_ not in replaced and gone(record)}
            if one.link is not None and one.link.contractor_id in left:
                id_ = one.link.contractor_id
                found.matches[index] = one.link
                replaced[id_] = former[left[id_]]
                self.pull.mark_present(id_)
            elif left and one.question is not None:
                found.matches[index] = one.question
        return replaced

    def _take(
        self, decided: Decided, remote: Remote, contractor_id: int, planned: list[Line], reports: list[issues.Report]
    ) -> None:
        if decided.line is not None:
            decided.line.changed_at = self._changed_at(remote)
            self.counts[COUNT_OF[decided.line.action]] += 1
            if decided.line.risks:
                self.risks.update(load_risks(decided.line.risks))
            planned.append(decided.line)
        if decided.findings:
            reports.extend(
                issues.Report(
                    connection_id=self._connected.id,
                    external_id=remote.external_id,
                    contractor_id=contractor_id,
                    quiet=decided.quiet,
                    **msgspec.structs.asdict(finding),
                )
                for finding in decided.findings
            )
        told = self._told(decided, remote.external_id, contractor_id) if decided.conflicts or decided.reported else []
        reports.extend(told)
        if self._events:
            # A later change of another address settles nothing about the one that both sides changed.
            fields = set(decided.taken) - {report.field for report in told} - COLLECTIONS - MAPPINGS
            self._over.extend(self._events & {(contractor_id, field) for field in fields})

    def _told(self, decided: Decided, external_id: str, contractor_id: int) -> list[issues.Report]:
        """What a person should hear of edits that met."""
        erps = self._app.rules.fields.pushed_to_erp
        told = [report_conflict(self._connected, external_id, contractor_id, one) for one in decided.conflicts]
        told += [
            report_forbidden(self._connected, external_id, contractor_id, one, reaches_erp=one.field in erps)
            for one in decided.reported
        ]
        return told

    def _changed_at(self, remote: Remote) -> datetime | None:
        """When the side changed it; ``None`` where it cannot tell: a change since the last read is not older than that.

        What a new rule finds in an old record, or a clock that is wrong, says nothing of how long a change took.
        """
        at = remote.modified
        if at is None or self._heard_at is None or not self._heard_at <= at <= self._app.now():
            return None
        return at

    def _keep(
        self,
        planned: Sequence[Line],
        reports: Sequence[issues.Report],
        sightings: Sequence[bindings.Sighting],
        healthy: Sequence[str],
    ) -> None:
        """Keep what one chunk gave, if it gave anything."""
        if planned or reports or sightings or self._quiet or (healthy and self._has_issues):
            over, quiet = tuple(self._over), tuple(self._quiet)
            self._over.clear()
            self._quiet.clear()
            self._keeper.later(
                self._kept(lines=planned, reports=reports, sightings=sightings, healthy=healthy, over=over, quiet=quiet)
            )
        else:
            self._beat()

    def _kept(self, **given: Any) -> Kept:
        return Kept(dict(self.counts), self.pull.received, **given)

    def _beat(self) -> None:
        self._keeper.beat(self.counts, self.pull.received)

    def _report(self, error: SyncError, external_id: str, contractor_id: int | None) -> issues.Report:
        return issues.from_error(
            error, connection_id=self._connected.id, external_id=external_id, contractor_id=contractor_id
        )


def _hashes(connection: Connection, connection_id: int, external_ids: Collection[str]) -> dict[str, bytes]:
    """What was last seen of bound records; empty for one that a push made and that was not read yet."""
    seen = lookups.seen(connection, connection_id, external_ids) if external_ids else {}
    return {external_id: one.raw_hash or b"" for external_id, one in seen.items()}


def _held(known: lookups.Known) -> bool:
    return is_sync_held(load_holds(known.holds))


def _gone() -> NotFound:
    return NotFound(
        "two complete reads in a row did not contain this customer",
        code="gone-from-shop",
        cure="If it was deleted on purpose, drop this issue; retry creates it again.",
    )
