"""Which connections does a change reach, and what should each of them hold?

Pure functions over the configured routes. A contractor's wanted state at a connection is a projection of what the
registry holds; comparing digests of it is how syncd knows whether a side is behind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from syncd.domain.consent import is_only_subscriber
from syncd.domain.contractor import Contractor, digest, dump, restrict, values_of
from syncd.domain.country import Zone
from syncd.domain.employees import without_wrong_emails, wrong_emails
from syncd.domain.groups import ErpTerms, GroupMap, ShopTerms, Unmapped, Vocabulary, normalise
from syncd.domain.policy import RULES, FieldRules, Forbidden, Rule
from syncd.domain.side import Side
from syncd.ports import Capabilities
from syncd.sentence import Sentence
from syncd.settings import RouteSettings
from syncd.sync.rules import Rules

__all__ = ["Network", "Station"]


@dataclass(frozen=True)
class Station:
    """A connection as the routes see it.

    Attributes:
        declare: Says what the connection can express, without calling the platform; asked once, when first needed.
        routes: Routes that it is an end of.
        fields: What its configuration narrows the fields to; ``name`` and ``active`` are always among them.
        acceptance: Whether who registers there waits for an admin.
        served: Countries that a shop serves by its configuration; empty: all.
        also_served: Countries that it serves besides those, by an admin's word.
        groups_field: Custom field for the names of all groups, where the side has room for one.
        group_map: What the registry's groups are called here.
        managed_groups: Names here that syncd answers for, or did under other rules.
        admin_groups: Groups of the registry that admins made, of which ERPs know nothing.
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
    served: frozenset[str] = frozenset()
    also_served: frozenset[str] = frozenset()
    groups_field: str = ""
    group_map: GroupMap = field(default_factory=GroupMap)
    managed_groups: frozenset[str] = frozenset()
    admin_groups: frozenset[str] = frozenset()
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
            name for name in self.compared if name in self.rules and self.rules[name].forbidden is Forbidden.LEAVE
        )

    @cached_property
    def created(self) -> frozenset[str]:
        """Fields with which a new record is made there."""
        return self._narrow(self.capabilities.writes)

    @cached_property
    def zones(self) -> Mapping[str, str]:
        """This side's word by zone, where it keeps a residency; its own word of it is no evidence."""
        return self.capabilities.zones if self.side is Side.SHOP else {}

    @cached_property
    def compared(self) -> frozenset[str]:
        """Fields of `written` in which this side's word and the registry's can be compared as they are."""
        return self.written - {"tax_class"} if self.zones else self.written

    @cached_property
    def values(self) -> Callable[[Contractor], tuple[Any, ...]]:
        """What gets a contractor's values in the fields `compared`."""
        return values_of(tuple(self.compared))

    @cached_property
    def terms(self) -> ErpTerms | ShopTerms:
        """How this side speaks of groups. The registry speaks of them as ERPs do."""
        if self.side is Side.ERP:
            return ErpTerms(self.admin_groups)
        return ShopTerms(self.group_map, many=self.capabilities.many_groups, answered=self.managed_groups)

    @cached_property
    def groups_key(self) -> str:
        """Custom field in which a shop with room for one group keeps the names of all; ``""`` where it keeps none."""
        key = self.groups_field.removeprefix("custom.")
        return key if self.side is Side.SHOP and key and not self.capabilities.many_groups else ""

    @cached_property
    def degradations(self) -> tuple[str, ...]:
        """What is asked of a customer registry and this connection cannot do."""
        if self.side is Side.ERP or self.capabilities.many_groups or "groups" not in self.written:
            return self.capabilities.degradations
        one = Sentence(
            "A customer can be in one group only: it is in the one of the highest priority, and the others are not "
            "stored there."
        )
        if self.groups_key and "custom" in self.written & self.said:
            one = Sentence(
                "A customer can be in one group only: it is in the one of the highest priority, and the names of all "
                "are kept in %(place)s.",
                place=f"custom.{self.groups_key}",
            )
        return (*self.capabilities.degradations, one)

    def heard(self, contractor: Contractor, words: Vocabulary, has: tuple[str, ...] = ()) -> Contractor:
        """Say what this side stated in the registry's terms; a shop's own local groups are not the registry's.

        Nor is its residency, which everybody has there who registers.

        Args:
            has: Groups that the registry knows of the contractor.
        """
        listed = None
        changes: dict[str, Any] = {}
        if self.groups_key and "custom" in self.said:
            listed = contractor.custom.get(self.groups_key, "")
            if self.groups_key in contractor.custom:
                changes["custom"] = {k: v for k, v in contractor.custom.items() if k != self.groups_key}
        if contractor.groups or listed or has:
            names = self.terms.heard(contractor.groups, listed, has, words)
            if names != contractor.groups:
                changes["groups"] = names
        if self.zones and contractor.tax_class:
            changes["tax_class"] = ""
        return msgspec.structs.replace(contractor, **changes) if changes else contractor

    def wanted(self, contractor: Contractor, zone: Zone, *, new: bool = False) -> Contractor:
        """What this side should hold of `contractor`; a residency that is not resolved is left as it is there."""
        fields = self.created if new else self.written
        wanted = restrict(contractor, fields)
        if self.side is Side.SHOP:
            wanted = without_wrong_emails(wanted)
        if self.zones and "tax_class" in fields:
            wanted = msgspec.structs.replace(wanted, tax_class=self.zones.get(zone, ""))
        if not wanted.groups:
            return wanted
        names, listed = self._called(wanted.groups)
        changes: dict[str, Any] = {} if names == wanted.groups else {"groups": names}
        if listed and "custom" in fields:
            changes["custom"] = {**wanted.custom, self.groups_key: listed}
        return msgspec.structs.replace(wanted, **changes) if changes else wanted

    def not_told(self, contractor: Contractor) -> frozenset[str]:
        """Fields in which this side keeps what it has, since what is known is none: an e-mail that no mail reaches."""
        if self.side is Side.ERP:
            return frozenset()
        return frozenset(wrong_emails(contractor)) - {"employees"}

    def wants_other(self, before: Contractor, zone_before: Zone, after: Contractor, zone: Zone) -> bool:
        """Whether `wanted` is another one after a change. Many sides hold nothing of what changes."""
        alike = before.name == after.name and self._beside_groups(before) == self._beside_groups(after)
        if alike and (zone_before is zone or not self.zones):
            return "groups" in self.compared and before.groups != after.groups and self._regroups(before, after)
        return self.wanted(before, zone_before) != self.wanted(after, zone)

    def _regroups(self, before: Contractor, after: Contractor) -> bool:
        """Whether other groups are called otherwise here; some are not known here, or only by one name."""
        was, now = self._called(before.groups), self._called(after.groups)
        return was != now if "custom" in self.written else was[0] != now[0]

    @cached_property
    def _beside_groups(self) -> Callable[[Contractor], tuple[Any, ...]]:
        return values_of(tuple(self.compared - {"groups"}))

    @cached_property
    def _called(self) -> Callable[[tuple[str, ...]], tuple[tuple[str, ...], str]]:
        """What groups are called here, and the text that lists all of them; most contractors share theirs with many."""

        @lru_cache(4096)
        def called(groups: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
            listed = self.terms.listed(groups) if isinstance(self.terms, ShopTerms) and self.groups_key else ""
            return self.terms.wanted(groups), listed

        return called

    def beside(self, wanted: tuple[str, ...], there: tuple[str, ...], words: Vocabulary) -> tuple[str, ...]:
        """Groups that a record should have here, those included that only this side knows."""
        return self.terms.beside(wanted, there, words) if isinstance(self.terms, ShopTerms) else wanted

    def misplaced(self, there: Contractor, contractor: Contractor, zone: Zone, words: Vocabulary) -> frozenset[str]:
        """Fields in which a record here is not as it should be, though it may say all that is known.

        A group to which no rule leads any more, a name in the list of all that is left out now, and a residency say
        nothing in the registry's terms.
        """
        if self.side is Side.ERP or self.written.isdisjoint({"groups", "tax_class"}):
            return frozenset()
        wanted = self.wanted(contractor, zone)
        found = set()
        if self.zones and wanted.tax_class and there.tax_class != wanted.tax_class:
            found.add("tax_class")
        if "groups" not in self.written:
            return frozenset(found)
        if self.beside(wanted.groups, there.groups, words) != normalise(there.groups):
            found.add("groups")
        key = self.groups_key
        if key and "custom" in self.written and there.custom.get(key, "") != wanted.custom.get(key, ""):
            found.add("custom")
        return frozenset(found)

    def wanted_hash(self, contractor: Contractor, zone: Zone) -> bytes:
        """Digest of `wanted`."""
        return digest(dump(self.wanted(contractor, zone)))

    def departure(self, field: str, there: Contractor, contractor: Contractor) -> str:
        """Stands for one value at this side where the registry wants another: an edit there that was left alone.

        Args:
            there: What this side holds, in its own terms.
            contractor: What the registry holds.
        """
        wanted = self.wanted(contractor, Zone.UNRESOLVED)  # no residency is ever left alone
        pair = (getattr(restrict(there, self.written), field), getattr(wanted, field))
        return digest(msgspec.json.encode(pair, order="deterministic")).hex()

    def admits(self, route: RouteSettings, contractor: Contractor, zone: Zone) -> bool:
        """Whether one route lets `contractor` in here."""
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

    def under(self, rules: Rules) -> Network:
        """The same network under these rules of the admins."""
        ids = {station.name: station.id for station in self.stations.values()}
        return Network(
            {
                station.id: replace(
                    station,
                    group_map=_group_map(station, rules, ids),
                    managed_groups=rules.managed_groups.get(station.id, frozenset()),
                    admin_groups=rules.admin_groups,
                    also_served=rules.served.get(station.id, frozenset()),
                    rules=rules.fields.of(station.id),
                    pushed_to_erp=rules.fields.pushed_to_erp,
                )
                for station in self.stations.values()
            }
        )

    def others(self, connection_id: int) -> tuple[Station, ...]:
        """Stations that a change told by this connection may concern."""
        return self._neighbours[connection_id]

    def numberers(self, connection_id: int) -> tuple[int, ...]:
        """ERPs, each of which numbers customers by itself; none where this is a shop, which keeps their numbers."""
        if self.stations[connection_id].side is Side.SHOP:
            return ()
        return tuple(id_ for id_, one in self.stations.items() if one.side is Side.ERP)

    def served(self, connection_id: int) -> frozenset[str]:
        """Countries that a shop serves to which a route of this connection leads; empty: all."""
        shops = self.shops(connection_id)
        if not all(shop.served for shop in shops):
            return frozenset()
        return frozenset[str]().union(*(shop.served | shop.also_served for shop in shops))

    def shops(self, connection_id: int) -> tuple[Station, ...]:
        """Shops to which a route of this connection leads."""
        names = {route.shop for route in self.stations[connection_id].routes}
        return tuple(station for station in self.stations.values() if station.name in names)

    def around(self, connection_id: int) -> tuple[Station, ...]:
        """Stations that a change which no side told may concern: this connection is one of them."""
        return (self.stations[connection_id], *self.others(connection_id))

    def takes(
        self, station: Station, contractor: Contractor, zone: Zone, holders: Collection[int] | None = None
    ) -> bool:
        """Whether `contractor` belongs at `station` although that side does not have it yet.

        An ERP takes what registers at its shops, unless another ERP has it. A shop takes what the ERPs of its routes
        have, and of what no ERP has yet what will come to them, because it registered at another shop of theirs.

        Args:
            holders: Connections that have the contractor; ``None`` where that was not looked up, and only what every
                holder has in common is asked.
        """
        for route in self._open_routes(station, None if holders is None else frozenset(holders)):
            if station.admits(route, contractor, zone):
                return True
        return False

    def _open_routes(self, station: Station, holders: frozenset[int] | None) -> tuple[RouteSettings, ...]:
        """Routes by which a contractor of these holders can come to `station`."""
        key = (station.id, holders)
        if key not in self._known_open:
            self._known_open[key] = tuple(self._find_open(station, holders)) if station.created else ()
        return self._known_open[key]

    @cached_property
    def _known_open(self) -> dict[tuple[int, frozenset[int] | None], tuple[RouteSettings, ...]]:
        return {}

    def _find_open(self, station: Station, holders: frozenset[int] | None) -> Iterator[RouteSettings]:
        if holders is None:
            yield from station.routes
            return
        names = self._names(holders, Side.ERP)
        if names and station.side is Side.ERP:
            return
        names = names or self._names(holders, Side.SHOP)
        for route in station.routes:
            if not names.isdisjoint(self._sources(station, route)):
                yield route

    def _names(self, ids: Collection[int], side: Side) -> frozenset[str]:
        stations = (self.stations[id_] for id_ in ids if id_ in self.stations)
        return frozenset(station.name for station in stations if station.side is side)

    def _sources(self, station: Station, route: RouteSettings) -> frozenset[str]:
        """Connections whose contractors a route brings to `station`, directly or by way of its ERP."""
        if station.side is Side.ERP:
            return frozenset({route.shop})
        return self._registering.get(route.erp, frozenset()) | {route.erp}

    @cached_property
    def _registering(self) -> Mapping[str, frozenset[str]]:
        """Shops whose registrations an ERP takes, by ERP."""
        routes = [route for station in self.stations.values() for route in station.routes if route.registrations]
        return {erp: frozenset(r.shop for r in routes if r.erp == erp) for erp in {route.erp for route in routes}}

    def behind(
        self,
        stations: Iterable[Station],
        before: Contractor | None,
        after: Contractor,
        zone: Zone,
        zone_before: Zone | None,
        holders: Collection[int] | None = None,
    ) -> Iterable[int]:
        """Ids of those of `stations` that a change leaves behind.

        Nothing is read: where nothing changed for a side, it was or was not behind before, and its push row says so. Of
        who newly belongs somewhere there may be too many; the push looks again at who has the contractor.
        """
        for station in stations:
            if before is None:
                if self.takes(station, after, zone, holders):
                    yield station.id
            elif station.wants_other(before, zone_before or zone, after, zone) or (
                not self.takes(station, before, zone_before or zone) and self.takes(station, after, zone)
            ):
                yield station.id


def _group_map(station: Station, rules: Rules, ids: Mapping[str, int]) -> GroupMap:
    """A shop goes by the rules of all its routes, one route after the other: its customers' groups are one set."""
    if station.side is Side.ERP:
        return GroupMap()
    found = (rule for route in station.routes for rule in rules.groups.get((ids[route.erp], station.id), ()))
    keep = all(route.unmapped is Unmapped.KEEP for route in station.routes)
    return GroupMap(found, keep=keep, kept=rules.admin_groups)
