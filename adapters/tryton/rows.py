"""Which edits turn a list of child rows into the wanted one?

A party's addresses, numbers and contact mechanisms are rows of their own, which documents point to and which people
know by their place. So a row is edited where it can be, and made or taken away only where it must.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from adapters.tryton.party import place

__all__ = ["Leave", "Wanted", "arrange"]

Leave = Literal["delete", "deactivate"]
"""How a row goes: contact mechanisms are deleted, since they are personal data that nothing points to; addresses and
numbers are switched off, since invoices point to them and Tryton refuses to delete those."""

Wanted = Mapping[str, Any]
"""Values of a row as Tryton takes them."""

STEP = 10
"""Distance of two sequences, so that a person can put a row between."""


_LAST = 1 << 62
"""An id beyond all; Tryton numbers rows with 31 bits."""


class _Row(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def sequence(self) -> int | None: ...
    @property
    def active(self) -> bool: ...


Row = TypeVar("Row", bound=_Row)


def arrange(
    rows: Sequence[Row], wanted: Sequence[Wanted], edit: Callable[[Row, Wanted], dict[str, Any]], leave: Leave
) -> list[list[Any]]:
    """Commands for a one2many field.

    Args:
        rows: The rows that are switched on, in Tryton's order.
        edit: What must be written to a row so that it states the wanted; empty if it does already.
    """
    pairs = _pair(rows, wanted, edit)
    values = [edit(row, want) if row is not None else dict(want) for row, want in pairs]
    for value, sequence in zip(values, _sequences([row for row, _ in pairs]), strict=True):
        value.update(sequence)
    kept = {row.id for row, _ in pairs if row is not None}
    gone = [row.id for row in rows if row.id not in kept]
    commands: list[list[Any]] = []
    if gone:
        commands.append(["delete", gone] if leave == "delete" else ["write", gone, {"active": False}])
    for (row, _), value in zip(pairs, values, strict=True):
        if row is not None and value:
            commands.append(["write", [row.id], value])
    made = [value for (row, _), value in zip(pairs, values, strict=True) if row is None]
    return [*commands, ["create", made]] if made else commands


def _pair(
    rows: Sequence[Row], wanted: Sequence[Wanted], edit: Callable[[Row, Wanted], dict[str, Any]]
) -> list[tuple[Row | None, Wanted]]:
    """Give each wanted the row that states it already, else the first row that nobody took."""
    free = list(rows)
    found: list[Row | None] = []
    for want in wanted:
        same = next((row for row in free if not edit(row, want)), None)
        if same is not None:
            free.remove(same)
        found.append(same)
    return [(row or (free.pop(0) if free else None), want) for row, want in zip(found, wanted, strict=True)]


def _sequences(rows: Sequence[Row | None]) -> list[dict[str, int]]:
    """What each row must get as its sequence so that they stand in this order. A new row gets the highest id.

    A row without a sequence stands before all that have one: a new row would jump to the front.
    """
    places = [(False, 0, _LAST + at) if row is None else place(row) for at, row in enumerate(rows)]
    if places == sorted(places):
        return [{} for _ in rows]
    wanted = [STEP * (index + 1) for index in range(len(rows))]
    return [
        {} if row is not None and row.sequence == sequence else {"sequence": sequence}
        for row, sequence in zip(rows, wanted, strict=True)
    ]
