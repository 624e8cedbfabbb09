"""Which reasons to hold a contractor follow from what a side states, from the rules, and from where it registered?"""

from __future__ import annotations

from datetime import datetime

import msgspec

from syncd.domain import holds as h
from syncd.domain.contractor import Contractor
from syncd.domain.country import Verdict, Zone
from syncd.domain.side import Side
from syncd.sync.routes import Station

__all__ = ["Holding", "with_status"]


class Holding(msgspec.Struct, frozen=True):
    """What places and lifts holds in one read.

    Attributes:
        said: Fields that the side can state.
        policy: Which facts are a reason to hold a contractor.
    """

    station: Station
    said: frozenset[str]
    policy: h.HoldPolicy
    now: datetime

    def stated(self, holds: h.Holds, told: Contractor, agreed: Contractor | None, *, ours: bool = False) -> h.Holds:
        """A side's word places and lifts its own hold when it is new; an ERP's first word counts as well.

        Args:
            ours: If the contractor is off at the shop, that may be a block of ours whose answer was lost. Taken for the
                shop's own it would never be lifted.
        """
        if "active" not in self.said or (told.active and not holds):
            return holds  # it says nothing of that, or there is nothing to lift
        by = self.station.name
        if self.station.side is Side.ERP:
            holds = h.lift(holds, {h.Reason.MISSING_IN_ERP}, by)
            if agreed is not None and told.active is agreed.active:
                return holds  # nothing new of that: what followed from it stands, or was undone by a person
            if told.active:
                return h.lift(holds, {h.Reason.ERP_INACTIVE}, by)
            return h.place(holds, h.Hold(h.Reason.ERP_INACTIVE, by, self.now))
        was_active = agreed.active if agreed is not None else True
        if told.active and not was_active:
            return h.lift(holds, {h.Reason.ADMIN_BLOCK}, by)
        if was_active and not told.active and not ours:
            return h.place(holds, h.Hold(h.Reason.ADMIN_BLOCK, by, self.now))
        return holds

    def ruled(self, holds: h.Holds, contractor: Contractor, ruling: Verdict) -> h.Holds:
        """What facts about the contractor place, and lift when they are no more."""
        unresolved, unapproved = ruling.zone is Zone.UNRESOLVED, contractor.approved is False
        return h.by_rule(holds, self.policy, unresolved=unresolved, unapproved=unapproved, now=self.now)

    def awaited(self, holds: h.Holds, told: Contractor) -> h.Holds:
        """Let who registered at a shop wait for an admin; whom the shop itself keeps out for now waits for the same."""
        if not self.station.acceptance or told.registered is False:
            return holds
        by = self.station.name
        return h.place(h.lift(holds, {h.Reason.ADMIN_BLOCK}, by), h.Hold(h.Reason.PENDING_ACCEPTANCE, by, self.now))


def with_status(contractor: Contractor, holds: h.Holds) -> Contractor:
    """The contractor as active as its holds let it be."""
    active = not h.keeps_out(holds)
    return contractor if contractor.active is active else msgspec.structs.replace(contractor, active=active)
