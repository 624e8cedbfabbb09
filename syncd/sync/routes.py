"""Which connections does a change reach, and what should each of them hold?

Pure functions over the configured routes. A contractor's wanted state at a connection is a projection of what the
registry holds; comparing digests of it is how syncd knows whether a side is behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import msgspec

from syncd.domain import groups
from syncd.domain.consent import is_only_subscriber
from syncd.domain.contractor import Contractor, digest, dump, restrict
from syncd.domain.country import Zone
from syncd.domain.policy import RULES, FieldRules, Forbidden, Rule
from syncd.domain.side import Side
from syncd.ports import Capabilities
from syncd.settings import RouteSettings

__all__ = ["Network", "Station"]


@dataclass(frozen=True)
class Station:
    """A connection as the routes see it.

    Attributes:
        declare: Says what the connection can express, without calling the platform; asked once, when first needed.
        routes: Routes that it is an end of.
        fields: What its configuration narrows the fields to; ``name`` and ``active`` are always among them.
        acceptance: Whether who registers there waits for an admin.
        rules: Policies for what it says.
        pushed_to_erp: Fields that a shop's change may carry into an ERP.
    """

    id: int
    name: str
    side: Side
    declare: Callable[[], Capabilities]
    fields: frozenset[str] | None
    routes: tuple[RouteSettings, ...]
    acceptance: bool = False
    rules: Mapping[str, Rule] = field(default_factory=lambda: RULES)
    pushed_to_erp: frozenset[str] = FieldRules().pushed_to_erp

    @cached_property
    def capabilities(self) -> Capabilities:
        """What the connection can express, given its options."""
        return self.declare()

    @cached_property
    def said(self) -> frozenset[str]:
        """Fields that a read can state, as far as platform and configuration tell."""
        return self._narrow(self.capabilities.reads)

    @cached_property
    def written(self) -> frozenset[str]:
        """Fields in which the registry's word is brought to an existing record there."""
        fields = self._narrow(self.capabilities.writes)
        return fields & self.pushed_to_erp if self.side is Side.ERP else fields

    @cached_property
    def lenient(self) -> frozenset[str]:
        """Fields in which an edit that does not count may stay at this side."""
        if self.side is Side.ERP:
            return frozenset()
        return frozenset(
            name for name in self.written if name in self.rules and self.rules[name].forbidden is Forbidden.LEAVE
        )

    @cached_property
    def created(self) -> frozenset[str]:
        """Fields with which a new record is made there."""
        return self._narrow(self.capabilities.writes)

    @cached_property
    def to_side(self) -> Mapping[str, str]:
        """Names of the registry's groups at this side, where they differ. The registry speaks of groups as ERPs do."""
        if self.side is Side.ERP:
            return {}
        return {ours: theirs for route in self.routes for ours, theirs in route.groups.items()}

    @cached_property
    def _to_registry(self) -> Mapping[str, str]:
        return {theirs: ours for ours, theirs in self.to_side.items() if theirs}

    def heard(self, contractor: Contractor, known_groups: frozenset[str]) -> Contractor:
        """Say what this side stated in the registry's terms; a shop's own local groups are not the registry's."""
        if not contractor.groups:
            return contractor
        names = groups.normalise(contractor.groups)
        if self.side is Side.SHOP:
            names = groups.managed(groups.translate(names, self._to_registry), known_groups)
        return contractor if names == contractor.groups else msgspec.structs.replace(contractor, groups=names)

    def wanted(self, contractor: Contractor, *, new: bool = False) -> Contractor:
        """What this side should hold of `contractor`."""
        wanted = restrict(contractor, self.created if new else self.written)
        if wanted.groups and self.to_side:
            wanted = msgspec.structs.replace(wanted, groups=groups.translate(wanted.groups, self.to_side))
        return wanted

    def wanted_hash(self, contractor: Contractor) -> bytes:
        """Digest of `wanted`."""
        return digest(dump(self.wanted(contractor)))

    def departure(self, field: str, there: Contractor, contractor: Contractor) -> str:
        """Stands for one value at this side where the registry wants another: an edit there that was left alone.

        Args:
            there: What this side holds, in its own terms.
            contractor: What the registry holds.
        """
        pair = (getattr(restrict(there, self.written), field), getattr(self.wanted(contractor), field))
        return digest(msgspec.json.encode(pair, order="deterministic")).hex()

    def takes(self, contractor: Contractor, zone: Zone) -> bool:
        """Whether `contractor` belongs here although this side does not have it yet."""
        return bool(self.created) and any(self._admits(route, contractor, zone) for route in self.routes)

    def _admits(self, route: RouteSettings, contractor: Contractor, zone: Zone) -> bool:
        if self.side is Side.ERP:
            # Made inactive there, a record would come back as the ERP's own word and never be let in again.
            if not route.registrations or not contractor.active:
                return False
            if is_only_subscriber(contractor):
                return route.newsletter_only
            return contractor.registered is not False or route.guests
        return (
            (contractor.active or route.create_inactive)
            and (not route.only_groups or not set(route.only_groups).isdisjoint(contractor.groups))
            and (not route.zones or zone in route.zones)
        )

    def _narrow(self, fields: frozenset[str]) -> frozenset[str]:
        return fields if self.fields is None else fields & self.fields


@dataclass(frozen=True)
class Network:
    """All stations and who feeds whom."""

    stations: Mapping[int, Station] = field(default_factory=dict)

    def under(self, rules: FieldRules) -> Network:
        """The same network where other field rules are in force."""
        return Network(
            {
                id_: replace(station, rules=rules.of(id_), pushed_to_erp=rules.pushed_to_erp)
                for id_, station in self.stations.items()
            }
        )

    @cached_property
    def _neighbours(self) -> Mapping[int, tuple[Station, ...]]:
        """All stations that a change at one can reach: the connected part of the network, itself left out."""
        by_name = {station.name: station for station in self.stations.values()}
        reach: dict[str, set[str]] = {name: {name} for name in by_name}
        for station in self.stations.values():
            for route in station.routes:
                joined = reach[route.erp] | reach[route.shop]
                for name in joined:
                    reach[name] = joined
        return {
            station.id: tuple(by_name[name] for name in sorted(reach[station.name]) if name != station.name)
            for station in self.stations.values()
        }

    def others(self, connection_id: int) -> tuple[Station, ...]:
        """Stations that a change told by this connection may concern."""
        return self._neighbours[connection_id]

    def around(self, connection_id: int) -> tuple[Station, ...]:
        """Stations that a change which no side told may concern: this connection is one of them."""
        return (self.stations[connection_id], *self.others(connection_id))

    def behind(
        self,
        stations: Iterable[Station],
        before: Contractor | None,
        after: Contractor,
        zone: Zone,
        zone_before: Zone | None,
    ) -> Iterable[int]:
        """Ids of those of `stations` that a change leaves behind.

        Nothing is read: where nothing changed for a side, it was or was not behind before, and its push row says so.
        """
        for station in stations:
            if before is None:
                if station.takes(after, zone):
                    yield station.id
            elif station.wanted_hash(before) != station.wanted_hash(after) or (
                not station.takes(before, zone_before or zone) and station.takes(after, zone)
            ):
                yield station.id
