"""What would be otherwise? What two decisions about the same record do, in the registry and at each side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, Final

import msgspec

from syncd.domain.code import code_of
from syncd.domain.contractor import FIELDS, Contractor, load
from syncd.domain.country import Zone
from syncd.domain.holds import load_holds
from syncd.registry.lines import Line
from syncd.registry.lookups import Known
from syncd.registry.queries.changes import FieldChange, field_changes
from syncd.sync.app import App
from syncd.sync.rehearse.cases import Case

__all__ = ["NOTHING", "Before", "Effect", "Replayed", "SideReplayed", "Totals", "compared"]

NOTHING: Final = "nothing"
"""What a decision without a line does."""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision does.

    Attributes:
        action: ``nothing`` where there is no line.
        fields: Only those that change in the registry.
        holds: Reasons why the account does not work afterwards.
        push_to: Names of the connections that are told.
    """

    action: str = NOTHING
    rule: str = ""
    fields: dict[str, FieldChange] = {}
    holds: tuple[str, ...] = ()
    zone: str = ""
    push_to: tuple[str, ...] = ()


class SideReplayed(msgspec.Struct, frozen=True, kw_only=True):
    """What one side would hold otherwise.

    Attributes:
        belongs: Whether the contractor would be there, before the other rules and under them.
        fields: What it would be told, before and under them.
    """

    connection: str
    belongs: tuple[bool, bool]
    fields: dict[str, FieldChange]


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """One record that would do something else.

    Attributes:
        did: What the run did; as of now: what it would do by the rules in force.
        would: What it would do by the other rules.
    """

    code: str
    external_id: str
    did: Effect
    would: Effect
    sides: tuple[SideReplayed, ...]


class Totals(msgspec.Struct, kw_only=True):
    """How many records were replayed.

    Attributes:
        not_kept: Records of which not enough is kept: they are too old, or of somebody who was erased.
    """

    records: int = 0
    same: int = 0
    differ: int = 0
    not_kept: int = 0
    did: Counter[str] = msgspec.field(default_factory=Counter)
    would: Counter[str] = msgspec.field(default_factory=Counter)


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """One way to decide, and what came of it."""

    app: App
    line: Line | None


def compared(case: Case, known: Known | None, did: Before, would: Before, holders: Collection[int]) -> Replayed | None:
    """What is otherwise; ``None`` where nothing is."""
    was, now = _effect(did, known), _effect(would, known)
    sides = tuple(_sides(did, would, known, holders)) if did.app is not would.app else ()
    plain = (msgspec.structs.replace(one, rule="") for one in (was, now))
    if len({msgspec.json.encode(one, order="deterministic", enc_hook=str) for one in plain}) == 1 and not sides:
        return None
    return Replayed(code=code_of(case.contractor_id), external_id=case.external_id, did=was, would=now, sides=sides)


def _effect(one: Before, known: Known | None) -> Effect:
    line = one.line
    if line is None:
        return Effect(holds=_reasons(known.holds if known is not None else "[]"))
    return Effect(
        action=line.action,
        rule=line.rule,
        fields={name: _timeless(change) for name, change in field_changes(line.before, line.after).items()},
        holds=_reasons(line.holds or (known.holds if known is not None else "[]")),
        zone=line.zone or (known.zone if known is not None else ""),
        push_to=tuple(sorted(one.app.name_of(int(id_)) for id_ in line.push_to.split(",") if id_)),
    )


def _timeless(change: FieldChange) -> FieldChange:
    """Without the moments at which syncd heard a consent: each decision has another one, and they change nothing."""
    return FieldChange(_unheard(change.before), _unheard(change.after))


def _unheard(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    return [{k: v for k, v in one.items() if k != "heard"} if isinstance(one, dict) else one for one in value]


def _reasons(holds: str) -> tuple[str, ...]:
    return tuple(f"{hold.reason} by {hold.by}" for hold in load_holds(holds))


def _sides(did: Before, would: Before, known: Known | None, holders: Collection[int]) -> Iterator[SideReplayed]:
    """Where a side would hold something else, or not have the contractor."""
    was, now = _document(did.line, known), _document(would.line, known)
    if was is None or now is None:
        return
    for id_, station in would.app.network.stations.items():
        before = did.app.network.stations.get(id_)
        if before is None:
            continue
        there = id_ in holders
        belongs = (
            there or did.app.network.takes(before, was[0], was[1], holders),
            there or would.app.network.takes(station, now[0], now[1], holders),
        )
        fields = _told(before.wanted(*was), station.wanted(*now)) if all(belongs) else {}
        if fields or belongs[0] is not belongs[1]:
            yield SideReplayed(connection=station.name, belongs=belongs, fields=fields)


def _document(line: Line | None, known: Known | None) -> tuple[Contractor, Zone] | None:
    doc = line.after if line is not None and line.after is not None else known.doc if known is not None else None
    zone = (line.zone if line is not None else None) or (known.zone if known is not None else None)
    return None if doc is None or not zone else (load(doc), Zone(zone))


def _told(one: Contractor, other: Contractor) -> dict[str, FieldChange]:
    """Fields that a side is told otherwise."""
    told = {
        name: _timeless(FieldChange(_plain(getattr(one, name)), _plain(getattr(other, name))))
        for name in FIELDS
        if getattr(one, name) != getattr(other, name)
    }
    return {name: change for name, change in told.items() if change.before != change.after}


def _plain(value: object) -> Any:
    """A value as JSON has it."""
    return msgspec.json.decode(msgspec.json.encode(value, enc_hook=str))
