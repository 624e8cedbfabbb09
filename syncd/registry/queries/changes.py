"""What does a plan change, or what did a run change, field by field?

A dry run and the run that applies the same changes give equal lists: neither the run's number nor that of a
contractor who did not exist before is part of a change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, select

from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor, digest
from syncd.domain.holds import Holds, status_of
from syncd.domain.risk import level_of, load_risks
from syncd.registry import tables as t
from syncd.registry.engine import reading
from syncd.registry.lines import Action, Line, pages
from syncd.sentence import unpack

__all__ = ["Change", "FieldChange", "change_of", "changes", "connection_names", "field_changes", "status_change"]

_PAGE: Final = 500
_DEFAULTS: Final[Mapping[str, Any]] = msgspec.json.decode(
    msgspec.json.encode(msgspec.structs.asdict(Contractor(name="")))
)
"""What a field is that a snapshot leaves out, as JSON has it."""


class FieldChange(msgspec.Struct, frozen=True):
    """One field's value before and after, as JSON has it."""

    before: Any
    after: Any


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a plan, for people and programs.

    Attributes:
        code: The contractor's code; ``None`` for one that the line creates.
        fields: Only those that change.
        push_to: Names of the connections that have to be told.
        risk: ``low``, ``medium`` or ``high``: the gravest of `risks`; see `syncd.domain.risk`.
        precondition: Stands for what the line was made on: the contractor's version, and what the side had stated
            before. While either is another when the plan is applied, the line is left out as stale.
        outcome: Why the line was not applied (``stale``, ``left_out``); not there when it was or will be.
    """

    seq: int
    code: str | None
    external_id: str
    action: str
    rule: str
    fields: dict[str, FieldChange]
    push_to: tuple[str, ...]
    risk: str
    risks: tuple[str, ...]
    precondition: str
    outcome: str | msgspec.UnsetType = msgspec.UNSET


def changes(engine: Engine, run_id: int, *, after: int = 0) -> Iterator[Change]:
    """A run's lines in the order of its plan, read a page at a time.

    Args:
        after: Number of the line behind which to start.
    """
    with reading(engine) as connection:
        names = connection_names(connection)
    for page in pages(engine, run_id, after=after, size=_PAGE):
        for line in page:
            yield change_of(line, names)


def connection_names(connection: Connection) -> dict[str, str]:
    """What connections are called, by their ids as lines have them."""
    return {str(row.id): row.name for row in connection.execute(select(t.Connection.id, t.Connection.name))}


def change_of(line: Line, names: Mapping[str, str]) -> Change:
    """What a line says, for people and programs.

    Args:
        names: What connections are called.
    """
    return Change(
        seq=line.seq,
        code=None if line.action == Action.CREATE else code_of(line.contractor_id),
        external_id=line.external_id,
        action=line.action,
        rule=unpack(line.rule, line.said),
        fields=field_changes(line.before, line.after),
        push_to=tuple(sorted(names.get(id_, f"connection {id_}") for id_ in line.push_to.split(",") if id_)),
        risk=level_of(load_risks(line.risks)),
        risks=load_risks(line.risks),
        precondition=digest(repr((line.external_id, line.base_version, line.seen_hash)).encode()).hex(),
        outcome=line.outcome or msgspec.UNSET,
    )


def field_changes(before: str | None, after: str | None) -> dict[str, FieldChange]:
    """Compare two snapshots; without `after` nothing changes, without `before` everything that is set does."""
    if after is None:
        return {}
    new = msgspec.json.decode(after)
    old = msgspec.json.decode(before) if before is not None else {}
    return {
        name: FieldChange(old.get(name, default) if before is not None else None, new.get(name, default))
        for name, default in _DEFAULTS.items()
        if old.get(name, default) != new.get(name, default)
    }


def status_change(before: Holds, after: Holds) -> FieldChange | None:
    """What becomes of the status that follows from holds; ``None`` where it stays."""
    was, becomes = status_of(before), status_of(after)
    return None if was is becomes else FieldChange(was, becomes)
