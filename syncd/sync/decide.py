"""What becomes of one record? Told, known and agreed go in; a plan line and what a person should see come out.

No I/O: everything that the decision rests on was looked up for the whole page.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache

import msgspec
from sqlalchemy import Connection

from syncd.domain import holds as h
from syncd.domain import match
from syncd.domain.contractor import AddressKind, Contractor, load, restrict
from syncd.domain.country import Verdict, Zone, verdict
from syncd.domain.findings import EVIDENCE, Finding, findings
from syncd.domain.policy import Conflict, Merged, merge
from syncd.domain.side import Side
from syncd.errors import Ambiguous
from syncd.ports import Remote
from syncd.registry.lines import Action, Line
from syncd.registry.lookups import Bound, Known, group_names
from syncd.sync.app import App, Connected
from syncd.sync.routes import Network, Station

__all__ = ["Decided", "Decider", "ambiguous", "open_decider"]


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for one record.

    Attributes:
        line: The change to plan; ``None`` when there is none.
        findings: What a person should look at.
        quiet: The findings are no news of this side's: they keep an open issue open, and open none.
        conflicts: Fields that both sides changed.
        settled: With no line: what to remember as settled, while bytes and snapshot are taken over as seen. This is
            our own write coming back, or noise.
    """

    line: Line | None
    findings: tuple[Finding, ...] = ()
    quiet: bool = False
    conflicts: tuple[Conflict, ...] = ()
    settled: bytes | None = None


class Decider:
    """Decides for the records of one read.

    Args:
        said: Fields that the endpoint can state.
        known_groups: Names of the groups that ERPs state.
        policy: Which facts are a reason to hold a contractor.
    """

    def __init__(
        self,
        *,
        station: Station,
        network: Network,
        said: frozenset[str],
        home: str,
        now: datetime,
        run_id: int,
        known_groups: frozenset[str],
        policy: h.HoldPolicy,
    ) -> None:
        self._station = station
        self._network = network
        self._said = said
        self._home = home
        self._now = now
        self._run_id = run_id
        self.known_groups = known_groups
        self._policy = policy

    def hear(self, remote: Remote) -> Contractor:
        """What the side states, in the registry's terms and without the ids that it gives to addresses."""
        return self._station.heard(restrict(remote.contractor, self._said), self.known_groups)

    def new(self, remote: Remote, told: Contractor, contractor_id: int, raw_hash: bytes) -> Decided:
        """A record that is nobody we know; `told` is what `hear` made of it."""
        ruling = self._verdict(told)
        holds = self._ruled(self._awaited(self._holds((), told, None), told), told, ruling)
        after = self._with_status(told, holds)
        settled = self._settle_first(told, after)
        behind_here = settled is None and bool(self._station.written)
        line = Line(
            run_id=self._run_id,
            contractor_id=contractor_id,
            external_id=remote.external_id,
            action=Action.CREATE,
            rule="nobody known has its number, tax id, e-mail or phone",
            zone=ruling.zone.value,
            reasons=_sentences(ruling),
            settled_hash=settled,
            push_to=self._push_to(None, after, ruling.zone, None, self_behind=behind_here),
        )
        line.change_to(after, None, holds)
        line.tell(remote.contractor, remote.version, raw_hash)
        return Decided(line=line, findings=tuple(findings(told, ruling)))

    def linked(self, remote: Remote, told: Contractor, found: match.Link, known: Known, raw_hash: bytes) -> Decided:
        """A record that was not bound here and is somebody we know."""
        before = load(known.doc)
        return self._line(
            remote=remote,
            told=told,
            bound=None,
            before=before,
            merged=self._merge(before, None, told, known),
            known=known,
            raw_hash=raw_hash,
            action=Action.LINK,
            rule=f"same {found.evidence} as a contractor that we know",
        )

    def bound(self, remote: Remote, bound: Bound, known: Known, raw_hash: bytes, *, in_doubt: bool = False) -> Decided:
        """A record that is bound and whose bytes changed since it was last seen.

        Args:
            in_doubt: A push may have changed it without our knowing.
        """
        told = self.hear(remote)
        agreed = self._station.heard(restrict(load(bound.agreed), self._said), self.known_groups)
        before = load(known.doc)
        if told == agreed and bound.missing_reads == 0 and bound.version == remote.version:
            found = tuple(findings(before, self._verdict(before)))
            return Decided(line=None, settled=bound.settled_hash, findings=found, quiet=self._quiet())
        return self._line(
            remote=remote,
            told=told,
            bound=bound,
            before=before,
            merged=self._merge(before, agreed, told, known),
            known=known,
            raw_hash=raw_hash,
            agreed=agreed,
            in_doubt=in_doubt,
        )

    def missing(self, external_id: str, known: Known) -> Line | None:
        """A contractor that two complete full reads in a row did not contain; ``None`` when it is held for that."""
        held = h.load_holds(known.holds)
        holds = h.place(held, h.Hold(h.Reason.MISSING_IN_ERP, self._station.name, self._now))
        if holds == held:
            return None
        rule = "missing in two complete reads in a row"
        return self.decreed(known, load(known.doc), holds, rule, external_id=external_id)

    def again(self, known: Known, unsettled: Collection[int]) -> Decided:
        """A contractor that nobody said anything new of, looked at by the rules as they are now.

        Args:
            unsettled: Connections that hold something else than these rules want there.
        """
        if h.is_erased(h.load_holds(known.holds)):
            return Decided(line=None)
        contractor = load(known.doc)
        rule = "looked at again by the rules in force"
        line = self.decreed(known, contractor, h.load_holds(known.holds), rule, unsettled=unsettled)
        return Decided(line=line, findings=tuple(findings(contractor, self._verdict(contractor))), quiet=self._quiet())

    def decreed(
        self,
        known: Known,
        after: Contractor,
        holds: h.Holds,
        rule: str,
        *,
        external_id: str = "",
        unsettled: Collection[int] = (),
    ) -> Line | None:
        """A change that no side stated: a person made it, or a rule did. ``None`` when nothing follows from it.

        Nothing ever follows for a contractor that was erased.

        Args:
            after: The document as it should be; whether it is active follows from `holds`.
            external_id: The record that is missing at the side; ``""`` for what concerns no record.
            unsettled: Connections that are behind whatever changes.
        """
        if h.is_erased(h.load_holds(known.holds)):
            return None
        before = load(known.doc)
        ruling = self._verdict(after)
        holds = self._ruled(holds, after, ruling)
        after = self._with_status(after, holds)
        reasons = _sentences(ruling)
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
        )
        if changed:
            line.zone, line.reasons = ruling.zone.value, reasons
            line.change_to(after, before, holds)
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
        agreed: Contractor | None = None,
        in_doubt: bool = False,
    ) -> Decided:
        ruling = self._verdict(merged.after)
        holds_before = h.load_holds(known.holds)
        holds = self._holds(holds_before, told, agreed, ours=in_doubt and not before.active)
        holds = self._ruled(holds, merged.after, ruling)
        after = self._with_status(merged.after, holds)
        zone_before = Zone(known.zone)
        settled = (
            self._settle_first(told, after)
            if bound is None or agreed is None
            else self._settle(bound, agreed, told, before, after)
        )
        behind_here = settled is None and bool(self._station.written)
        push_to = self._push_to(before, after, ruling.zone, zone_before, self_behind=behind_here)
        unchanged = after == before and holds == holds_before and ruling.zone == zone_before
        found, quiet = tuple(findings(after, ruling)), self._quiet(merged)
        if bound is not None and unchanged and not merged.refused and not behind_here:
            return Decided(line=None, settled=settled, findings=found, quiet=quiet, conflicts=merged.conflicts)
        if not action:
            action, rule = _name(before, after, merged, unchanged=unchanged)
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
        )
        if not unchanged:
            line.zone, line.reasons = ruling.zone.value, _sentences(ruling)
            line.change_to(after, before, holds)
        line.tell(remote.contractor, remote.version, raw_hash)
        return Decided(line=line, findings=found, quiet=quiet, conflicts=merged.conflicts)

    def _merge(self, before: Contractor, agreed: Contractor | None, told: Contractor, known: Known) -> Merged:
        return merge(
            before, agreed, told, side=self._station.side, said=self._said, zone=Zone(known.zone)
        )  # fmt: skip

    def _holds(self, holds: h.Holds, told: Contractor, agreed: Contractor | None, *, ours: bool = False) -> h.Holds:
        """An ERP's word places and lifts its own hold; a shop's only when it changed there.

        Args:
            ours: If the contractor is off at the shop, that may be a block of ours whose answer was lost. Taken for the
                shop's own it would never be lifted.
        """
        if "active" not in self._said:
            return holds
        by = self._station.name
        if self._station.side is Side.ERP:
            holds = h.lift(holds, {h.Reason.MISSING_IN_ERP}, by)
            if told.active:
                return h.lift(holds, {h.Reason.ERP_INACTIVE}, by)
            return h.place(holds, h.Hold(h.Reason.ERP_INACTIVE, by, self._now))
        was_active = agreed.active if agreed is not None else True
        if told.active and not was_active:
            return h.lift(holds, {h.Reason.ADMIN_BLOCK}, by)
        if was_active and not told.active and not ours:
            return h.place(holds, h.Hold(h.Reason.ADMIN_BLOCK, by, self._now))
        return holds

    def _ruled(self, holds: h.Holds, contractor: Contractor, ruling: Verdict) -> h.Holds:
        unresolved, unapproved = ruling.zone is Zone.UNRESOLVED, contractor.approved is False
        return h.by_rule(holds, self._policy, unresolved=unresolved, unapproved=unapproved, now=self._now)

    def _awaited(self, holds: h.Holds, told: Contractor) -> h.Holds:
        """Let who registered at a shop wait for an admin; whom the shop itself keeps out for now waits for the same."""
        if not self._station.acceptance or told.registered is False:
            return holds
        by = self._station.name
        return h.place(h.lift(holds, {h.Reason.ADMIN_BLOCK}, by), h.Hold(h.Reason.PENDING_ACCEPTANCE, by, self._now))

    def _quiet(self, merged: Merged | None = None) -> bool:
        """What is wrong with a contractor is told at its ERP, and at a shop only where the shop brought it in."""
        return self._station.side is Side.SHOP and (merged is None or EVIDENCE.isdisjoint(merged.taken))

    def _verdict(self, contractor: Contractor) -> Verdict:
        return verdict(
            home=self._home,
            declared=contractor.country,
            prefix=contractor.tax_prefix,
            address=next((a.country for a in contractor.addresses if a.kind is AddressKind.MAIN), ""),
            on=self._now.date(),
        )

    def _settle_first(self, told: Contractor, after: Contractor) -> bytes | None:
        """At a first meeting a side is settled when it states, field by field, what is wanted there."""
        written = self._station.written
        if not written or (after is not told and restrict(after, written) != restrict(told, written)):
            return None
        return self._station.wanted_hash(after)

    def _settle(
        self, bound: Bound, agreed: Contractor, told: Contractor, before: Contractor, after: Contractor
    ) -> bytes | None:
        """Whether the side already is where the registry wants it after this change.

        A side keeps a value in its own form (a phone reformatted), so "settled" is not "equal": a field that neither
        side touched stays settled if it was.
        """
        was_settled = bound.settled_hash == self._station.wanted_hash(before)
        for field in self._station.written:
            now, wanted = getattr(told, field), getattr(after, field)
            untouched = now == getattr(agreed, field) and wanted == getattr(before, field)
            if now != wanted and not (was_settled and untouched):
                return None
        return self._station.wanted_hash(after)

    def _push_to(
        self,
        before: Contractor | None,
        after: Contractor,
        zone: Zone,
        zone_before: Zone | None,
        *,
        self_behind: bool = False,
    ) -> str:
        others = self._network.others(self._station.id)
        behind = list(self._network.behind(others, before, after, zone, zone_before))
        if self_behind:
            behind.append(self._station.id)
        return ",".join(map(str, behind))

    @staticmethod
    def _with_status(contractor: Contractor, holds: h.Holds) -> Contractor:
        active = not holds
        return contractor if contractor.active is active else msgspec.structs.replace(contractor, active=active)


def open_decider(
    app: App, connection: Connection, connected: Connected, *, said: frozenset[str], run_id: int
) -> Decider:
    """A decider for the records of one connection, under the rules and settings as they are.

    Args:
        said: Fields that the side can state; none for changes that no side states.
    """
    settings = app.settings
    return Decider(
        station=app.network.stations[connected.id],
        network=app.network,
        said=said,
        home=settings.home,
        now=app.now(),
        run_id=run_id,
        known_groups=frozenset(group_names(connection)),
        policy=h.HoldPolicy(unresolved=settings.hold_unresolved, unapproved=settings.hold_unapproved),
    )


def ambiguous(found: match.Ambiguity, external_id: str) -> Ambiguous:
    """More than one contractor fits."""
    return Ambiguous(
        f"{len(found.contractor_ids)} contractors have the same {found.evidence}: linking to one would be a guess",
        record=external_id,
        field=str(found.evidence),
        cure="Make the key unique, or link the record by hand.",
    )


def _name(before: Contractor, after: Contractor, merged: Merged, *, unchanged: bool) -> tuple[str, str]:
    """Action and rule of a change of a bound record."""
    if before.active and not after.active:
        return Action.BLOCK, "switched off where it comes from"
    if after.active and not before.active:
        return Action.UNBLOCK, "switched on again where it comes from, and no other hold stands"
    if merged.refused and not merged.taken:
        return Action.SET_BACK, f"{', '.join(merged.refused)}: not for this side to change"
    if unchanged:
        return Action.SET_BACK, "the side differs from what both had agreed on"
    refused = f"; set back: {', '.join(merged.refused)}" if merged.refused else ""
    return Action.UPDATE, f"changed there: {', '.join(merged.taken) or 'status'}{refused}"


@lru_cache(maxsize=4096)
def _sentences(ruling: Verdict) -> str:
    return msgspec.json.encode(ruling.reasons).decode()
