"""What becomes of one record? Told, known and agreed go in; a plan line and what a person should see come out.

No I/O: everything that the decision rests on was looked up for the whole page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from syncd.domain import holds as h
from syncd.domain import match
from syncd.domain.contractor import Contractor, load
from syncd.domain.country import Zone
from syncd.domain.country.normal import with_codes
from syncd.domain.findings import EVIDENCE, SOMEBODY_ELSE, Finding
from syncd.domain.members import Renamed, in_order_of
from syncd.domain.policy import Conflict, Had, Merged, merge
from syncd.domain.risk import Risk, dump_risks, risks_of
from syncd.domain.side import Side
from syncd.ports import Remote
from syncd.registry import vat_answers
from syncd.registry.bindings import dump_departures
from syncd.registry.lines import Action, Line
from syncd.registry.lookups import Bound, Known, group_names
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.because import NOBODY, found_by, name_of, sentences
from syncd.sync.departures import Stated, departures
from syncd.sync.hearing import Hearing
from syncd.sync.holding import Holding, with_status
from syncd.sync.routes import Network, Station
from syncd.sync.settled import Agreed, Placed, settle, settle_first
from syncd.sync.whereabouts import Whereabouts

__all__ = ["Decided", "Decider", "open_decider"]


class Decided(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The outcome for one record.

    Attributes:
        line: The change to plan; ``None`` when there is none.
        findings: What a person should look at.
        quiet: The findings are no news of this side's: they keep an open issue open, and open none.
        conflicts: Fields that both sides changed.
        unheard: What the side states is not taken over, not even as seen.
        reported: Edits that the side may not make and that a person should hear of.
        taken: Fields in which the side's word changed what is known.
        settled: With no line: what to remember as settled, while bytes and snapshot are taken over as seen. This is
            our own write coming back, or noise.
        departures: With no line: edits there that do not count and stay.
    """

    line: Line | None
    findings: tuple[Finding, ...] = ()
    quiet: bool = False
    conflicts: tuple[Conflict, ...] = ()
    unheard: bool = False
    reported: tuple[Conflict, ...] = ()
    taken: tuple[str, ...] = ()
    settled: bytes | None = None
    departures: Mapping[str, str] = {}


class Decider:
    """Decides for the records of one read.

    Args:
        said: Fields that the endpoint can state.
        known_groups: Names of the registry's groups.
        policy: Which facts are a reason to hold a contractor.

    Attributes:
        where: What tells where a contractor is.
    """

    def __init__(
        self,
        *,
        station: Station,
        network: Network,
        said: frozenset[str],
        now: datetime,
        run_id: int,
        known_groups: frozenset[str],
        policy: h.HoldPolicy,
        where: Whereabouts,
    ) -> None:
        self._station = station
        self._network = network
        self._said = said
        self._now = now
        self._run_id = run_id
        self._words = station.terms.vocabulary(known_groups)
        self._hearing = Hearing(station, said, self._words, where, now)
        self._holding = Holding(station, said, policy, now)
        self._others = network.others(station.id)
        self._here = frozenset({station.id})
        self.where = where

    def hear(self, remote: Remote) -> Contractor:
        """What the side states of a record that is nobody known yet."""
        return self._hearing.hear(remote)

    def new(
        self, remote: Remote, told: Contractor, contractor_id: int, raw_hash: bytes, *, said_so: bool = False
    ) -> Decided:
        """A record that is nobody we know; `told` is what `hear` made of it.

        Args:
            said_so: A person had a word in it.
        """
        ruling = self.where.verdict(told)
        holds = self._holding.ruled(self._holding.awaited(self._holding.stated((), told, None), told), told, ruling)
        after = with_status(self._hearing.with_consents(told), holds)
        settled = settle_first(self._station, self._words, remote.contractor, told, Placed(after, ruling.zone))
        behind_here = settled is None and bool(self._station.written)
        line = Line(
            run_id=self._run_id,
            contractor_id=contractor_id,
            external_id=remote.external_id,
            action=Action.CREATE,
            rule=NOBODY if not said_so else Sentence("a new customer, as a person said"),
            zone=ruling.zone.value,
            reasons=sentences(ruling),
            settled_hash=settled,
            push_to=self._push_to(None, after, ruling.zone, None, self_behind=behind_here),
        )
        line.change_to(after, None, holds)
        line.tell(remote.contractor, remote.version, raw_hash, after=after)
        return Decided(line=line, findings=self.where.look(after, ruling))

    def linked(
        self,
        remote: Remote,
        told: Contractor,
        found: match.Link,
        known: Known,
        raw_hash: bytes,
        *,
        holders: Collection[int],
        maybe_sent: Sequence[Contractor] | None = None,
        made_again: bool = False,
    ) -> Decided:
        """A record that was not bound here and is somebody we know.

        Args:
            holders: Connections that have the contractor already.
            maybe_sent: A push may just have made it, as one of these.
            made_again: It takes the place of the contractor's record here, which is gone.
        """
        before = load(known.doc)
        if before.groups and (told.groups or (made_again and self._station.side is Side.ERP)):
            told = self._hearing.hear(remote, before.groups)
        told = in_order_of(before, told)
        decided = self._line(
            remote=remote,
            told=told,
            bound=None,
            before=before,
            merged=self._merge(
                before,
                None,
                self._hearing.own(told, before, maybe_sent),
                known,
                had=_had(maybe_sent, made_again=made_again),
            ),
            known=known,
            raw_hash=raw_hash,
            action=Action.LINK,
            rule=found_by(found.evidence, made_again=made_again),
            in_doubt=maybe_sent is not None,
        )
        if decided.line is not None:
            entered = self._entered(before, decided.line, known, holders)
            behind = [int(id_) for id_ in decided.line.push_to.split(",") if id_]
            decided.line.push_to = ",".join(map(str, dict.fromkeys((*behind, *entered))))
        return decided

    def _entered(self, before: Contractor, line: Line, known: Known, holders: Collection[int]) -> list[int]:
        """Connections where a contractor belongs now that this one has it, too."""
        after = before if line.after is None else load(line.after)
        zone = Zone(line.zone or known.zone)
        with_us = {*holders, self._station.id}
        return [
            station.id
            for station in self._network.others(self._station.id)
            if station.id not in holders
            and self._network.takes(station, after, zone, with_us)
            and not self._network.takes(station, before, Zone(known.zone), holders)
        ]

    def bound(
        self,
        remote: Remote,
        bound: Bound,
        known: Known,
        raw_hash: bytes,
        *,
        was_absent: bool = False,
        maybe_sent: Sequence[Contractor] | None = None,
        heard: Mapping[str, datetime] = {},
    ) -> Decided:
        """A record that is bound, and whose bytes changed since it was last seen or that was absent meanwhile.

        Args:
            maybe_sent: A push may have changed it without our knowing, to one of these.
            heard: Fields of which the registry had forgotten what was known, with when another side changed them to
                what it says now: in a conflict the newer one stands.
        """
        before = load(known.doc)
        told = self._hearing.hear(remote, before.groups)
        agreed = self._hearing.agreed(bound, remote, before, Zone(known.zone), doc=known.doc)
        told = in_order_of(agreed.contractor, told)
        if match.is_somebody_else(agreed.contractor, told):
            return self._somebody_else(remote, known, raw_hash)
        unmoved = not agreed.moved and not was_absent and bound.version == remote.version
        if told == agreed.contractor and unmoved:
            found = self.where.look(before)
            stay = departures(
                self._station,
                bound.departures,
                Stated(agreed.held, agreed.contractor),
                Stated(remote.contractor, told),
                before=before,
                after=before,
            )
            return Decided(line=None, settled=bound.settled_hash, findings=found, quiet=self._quiet(), departures=stay)
        own = self._hearing.own(told, before, maybe_sent, agreed.contractor)
        return self._line(
            remote=remote,
            told=told,
            bound=bound,
            before=before,
            merged=self._merge(
                before,
                agreed.contractor,
                own,
                known,
                self._hearing.same(agreed.held, remote.contractor),
                {} if remote.modified is None else {field: at < remote.modified for field, at in heard.items()},
            ),
            known=known,
            raw_hash=raw_hash,
            agreed=agreed,
            in_doubt=maybe_sent is not None,
        )

    def missing(self, external_id: str, known: Known) -> Line | None:
        """A contractor that two complete full reads in a row did not contain; ``None`` when it is held for that."""
        held = h.load_holds(known.holds)
        holds = h.place(held, h.Hold(h.Reason.MISSING_IN_ERP, self._station.name, self._now))
        if holds == held:
            return None
        rule = Sentence("missing in two complete reads in a row")
        return self.decreed(known, load(known.doc), holds, rule, external_id=external_id)

    def again(self, known: Known, unsettled: Collection[int]) -> Decided:
        """A contractor that nobody said anything new of, looked at by the rules as they are now.

        Args:
            unsettled: Connections that hold something else than these rules want there.
        """
        if h.is_erased(h.load_holds(known.holds)):
            return Decided(line=None)
        contractor = with_codes(load(known.doc), self.where.names)
        rule = Sentence("looked at again by the rules in force")
        line = self.decreed(known, contractor, h.load_holds(known.holds), rule, unsettled=unsettled)
        return Decided(line=line, findings=self.where.look(contractor), quiet=self._quiet())

    def decreed(
        self,
        known: Known,
        after: Contractor,
        holds: h.Holds,
        rule: str,
        *,
        external_id: str = "",
        unsettled: Collection[int] = (),
        before: Contractor | None = None,
    ) -> Line | None:
        """A change that no side stated: a person made it, or a rule did. ``None`` when nothing follows from it.

        Nothing ever follows for a contractor that was erased.

        Args:
            after: The document as it should be; whether it is active follows from `holds`.
            external_id: The record that is missing at the side; ``""`` for what concerns no record.
            unsettled: Connections that are behind whatever changes.
            before: What stands in `known`, where it was read already.
        """
        if h.is_erased(h.load_holds(known.holds)):
            return None
        if before is None:
            before = load(known.doc)
        ruling = self.where.verdict(after)
        holds = self._holding.ruled(holds, after, ruling)
        after = with_status(after, holds)
        reasons = sentences(ruling)
        zone_before = Zone(known.zone)
        was = (before, h.load_holds(known.holds), zone_before, known.reasons)
        changed = was != (after, holds, ruling.zone, reasons)
        if not changed and not unsettled:
            return None
        switched = before.active is not after.active
        stations = self._network.around(self._station.id)
        behind = dict.fromkeys((*unsettled, *self._network.behind(stations, before, after, ruling.zone, zone_before)))
        line = Line(
            run_id=self._run_id,
            contractor_id=known.id,
            external_id=external_id,
            action=Action.UPDATE if not switched else Action.UNBLOCK if after.active else Action.BLOCK,
            rule=rule,
            base_version=known.version,
            before=known.doc,
            push_to=",".join(map(str, behind)),
            was_holds=known.holds,
        )
        if changed:
            line.zone, line.reasons = ruling.zone.value, reasons
            line.change_to(after, before, holds)
            line.risks = self._risks(before, after, zone_moved=ruling.zone is not zone_before)
        return line

    def _line(
        self,
        *,
        remote: Remote,
        told: Contractor,
        bound: Bound | None,
        before: Contractor,
        merged: Merged,
        known: Known,
        raw_hash: bytes,
        action: str = "",
        rule: str = "",
        agreed: Agreed | None = None,
        in_doubt: bool = False,
    ) -> Decided:
        ruling = self.where.verdict(merged.after)
        holds_before = h.load_holds(known.holds)
        seen = agreed.contractor if agreed is not None else None
        holds = self._holding.stated(holds_before, told, seen, ours=in_doubt and not before.active)
        holds = self._holding.ruled(holds, merged.after, ruling)
        after = with_status(merged.after, holds)
        zone_before = Zone(known.zone)
        stay: Mapping[str, str] = {}
        if bound is None or agreed is None:
            settled = settle_first(self._station, self._words, remote.contractor, told, Placed(after, ruling.zone))
        else:
            was, now = Stated(agreed.held, agreed.contractor), Stated(remote.contractor, told)
            stay = departures(self._station, bound.departures, was, now, before=before, after=after, left=merged.left)
            settled = settle(
                self._station,
                agreed,
                told,
                Placed(before, zone_before),
                Placed(after, ruling.zone),
                settled_hash=bound.settled_hash,
                stay=stay,
            )
        behind_here = settled is None and bool(self._station.written)
        push_to = self._push_to(before, after, ruling.zone, zone_before, self_behind=behind_here)
        unchanged = after == before and holds == holds_before and ruling.zone == zone_before
        found, quiet = self.where.look(after, ruling), self._quiet(merged)
        if bound is not None and unchanged and not merged.refused and not behind_here:
            return Decided(
                line=None,
                settled=settled,
                findings=found,
                quiet=quiet,
                conflicts=merged.conflicts,
                departures=stay,
            )
        if not action:
            action, rule = name_of(before, after, merged, unchanged=unchanged)
        line = Line(
            run_id=self._run_id,
            contractor_id=known.id,
            external_id=remote.external_id,
            action=action,
            rule=rule,
            base_version=known.version,
            before=known.doc,
            settled_hash=settled,
            push_to=push_to,
            was_holds=known.holds,
        )
        if not unchanged:
            line.zone, line.reasons = ruling.zone.value, sentences(ruling)
            line.change_to(after, before, holds)
        also = (Risk.LINK,) if bound is None else ()
        line.risks = self._risks(before, after, zone_moved=ruling.zone is not zone_before, also=also)
        line.tell(remote.contractor, remote.version, raw_hash)
        line.departures = dump_departures(stay)
        return Decided(
            line=line,
            findings=found,
            quiet=quiet,
            conflicts=merged.conflicts,
            reported=merged.reported,
            taken=merged.taken,
        )

    def _somebody_else(self, remote: Remote, known: Known, raw_hash: bytes) -> Decided:
        """What becomes of a record that is somebody else now.

        A shop's is let go, matched anew, and its customer is made there again. What an ERP says so suddenly may as
        well be a mistake there, which must not cost a customer its place: a person decides.
        """
        if self._station.side is Side.ERP:
            return Decided(line=None, findings=(SOMEBODY_ELSE,), unheard=True)
        line = Line(
            run_id=self._run_id,
            contractor_id=known.id,
            external_id=remote.external_id,
            action=Action.RELEASE,
            rule=Sentence("the record has another number, tax id, e-mail and name: it is somebody else now"),
            base_version=known.version,
            before=known.doc,
            push_to=str(self._station.id),
            risks=Risk.IDENTITY,
            was_holds=known.holds,
        )
        line.tell(remote.contractor, remote.version, raw_hash)
        return Decided(line=line)

    def _merge(
        self,
        before: Contractor,
        agreed: Contractor | None,
        told: Contractor,
        known: Known,
        same: Mapping[str, Renamed] = {},
        newer: Mapping[str, bool] = {},
        *,
        had: Had = Had.NOTHING,
    ) -> Merged:
        return merge(
            before,
            agreed,
            told,
            side=self._station.side,
            said=self._said,
            zone=Zone(known.zone),
            rules=self._station.rules,
            by=self._station.name,
            at=self._now,
            home=self.where.home,
            same=same,
            newer=newer,
            had=had,
        )

    def _quiet(self, merged: Merged | None = None) -> bool:
        """What is wrong with a contractor is told at its ERP, and at a shop only where the shop brought it in."""
        return self._station.side is Side.SHOP and (merged is None or EVIDENCE.isdisjoint(merged.taken))

    def _risks(self, before: Contractor, after: Contractor, *, zone_moved: bool, also: Collection[Risk] = ()) -> str:
        return dump_risks(risks_of(before, after, zone_moved=zone_moved, today=self._now.date(), also=also))

    def _push_to(
        self,
        before: Contractor | None,
        after: Contractor,
        zone: Zone,
        zone_before: Zone | None,
        *,
        self_behind: bool = False,
    ) -> str:
        behind = list(self._network.behind(self._others, before, after, zone, zone_before, self._here))
        if self_behind:
            behind.append(self._station.id)
        return ",".join(map(str, behind))


def _had(maybe_sent: Sequence[Contractor] | None, *, made_again: bool) -> Had:
    if made_again:
        return Had.ANOTHER_RECORD
    return Had.NOTHING if maybe_sent is None else Had.OUR_WRITE


def open_decider(
    app: App, connection: Connection, connected: Connected, *, said: frozenset[str], run_id: int
) -> Decider:
    """A decider for the records of one connection, under the rules and settings as they are.

    Args:
        said: Fields that the side can state; none for changes that no side states.
    """
    settings, now = app.settings, app.now()
    return Decider(
        station=app.network.stations[connected.id],
        network=app.network,
        said=said,
        now=now,
        run_id=run_id,
        known_groups=frozenset(group_names(connection)),
        where=Whereabouts(
            home=settings.home,
            on=now.date(),
            served=app.network.served(connected.id),
            shops=tuple(shop.name for shop in app.network.shops(connected.id)),
            groups_most=connected.settings.groups_most,
            names=app.rules.names,
            countries=app.rules.countries,
            unregistered=vat_answers.invalid(connection).keys() if settings.vies.enabled else frozenset(),
        ),
        policy=h.HoldPolicy(unresolved=settings.hold_unresolved, unapproved=settings.hold_unapproved),
    )
