"""Which contractors say of themselves what only one can say? Asked by set, never one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from syncd.domain.proof import CROWD
from syncd.registry.engine import among
from syncd.registry.lines import GROUPS_ONLY, Action
from syncd.registry.tables import Binding, Contractor, PlanLine

__all__ = ["Twin", "numbers_in_two_cases", "touched_numbers", "touched_tax_ids", "with_tax_ids"]


class Twin(msgspec.Struct, frozen=True):
    """One of several contractors that are alike.

    Attributes:
        external_id: Its record on the connection that asks; ``None`` where it has none.
    """

    id: int
    external_id: str | None
    doc: str


def touched_tax_ids(connection: Connection, run_id: int, connection_id: int, *, many: bool = False) -> set[str]:
    """Tax ids of contractors that a run changed and that another contractor of the same connection has.

    Args:
        many: Whether the run changed so many that few of them are worth a look.
    """
    shared = _shared(connection, Contractor.tax_key) if many else None
    return _ask(connection, _TAX_IDS, PlanLine.tax_key, shared, {"run": run_id, "which": connection_id})


def touched_numbers(connection: Connection, run_id: int, *, many: bool = False) -> set[str]:
    """Numbers, in one case, of contractors that a run changed and that another contractor has in another case.

    Args:
        many: As above.
    """
    shared = _shared(connection, Contractor.number_key) if many else None
    return _ask(connection, _NUMBERS, PlanLine.number_key, shared, {"run": run_id})


def _shared(connection: Connection, column: Any) -> Sequence[str]:
    """What several contractors have: an index tells that of all of them in the time of a look at each tenth."""
    several = select(column).where(column.is_not(None)).group_by(column).having(func.count() > 1)
    return connection.scalars(several).all()


def _ask(
    connection: Connection, touched: Select[Any], column: Any, shared: Sequence[str] | None, values: Mapping[str, int]
) -> set[str]:
    if shared is None:
        return set(connection.scalars(touched, values))
    return set(connection.scalars(touched.where(among(connection, column, shared)), values) if shared else ())


_Other: Final = aliased(Contractor)


def _touched(column: Any, same: ColumnElement[bool]) -> Select[Any]:
    return (
        select(column)
        .distinct()
        .where(PlanLine.run_id == bindparam("run"), PlanLine.outcome.is_(None), PlanLine.after.is_not(None))
        # Who moves between groups only is like others as before.
        .where(or_(PlanLine.action != Action.UPDATE, PlanLine.fields.is_distinct_from(GROUPS_ONLY)))
        .where(same)
    )


# Asked for every run, so put together once: that takes longer than to answer it.
_TAX_IDS: Final = _touched(
    PlanLine.tax_key,
    exists().where(
        _Other.tax_key == PlanLine.tax_key,
        _Other.id != PlanLine.contractor_id,
        exists().where(Binding.contractor_id == _Other.id, Binding.connection_id == bindparam("which")),
    ),
)
_NUMBERS: Final = _touched(
    PlanLine.number_key,
    exists().where(_Other.number_key == PlanLine.number_key, _Other.number != PlanLine.number),
)


def with_tax_ids(connection: Connection, connection_id: int, tax_ids: Collection[str]) -> dict[str, list[Twin]]:
    """Contractors of one connection by tax id; of more than a crowd the first."""
    return _twins(connection, connection_id, Contractor.tax_key, tax_ids, bound_only=True)


def numbers_in_two_cases(connection: Connection, connection_id: int, numbers: Collection[str]) -> dict[str, list[Twin]]:
    """All contractors by number in one case; of more than a crowd the first."""
    return _twins(connection, connection_id, Contractor.number_key, numbers, bound_only=False)


def _twins(
    connection: Connection, connection_id: int, column: Any, values: Collection[str], *, bound_only: bool
) -> dict[str, list[Twin]]:
    if not values:
        return {}
    here = (Binding.contractor_id == Contractor.id) & (Binding.connection_id == connection_id)
    place = func.row_number().over(partition_by=column, order_by=Contractor.id)
    each = (
        select(column.label("value"), Contractor.id, Binding.external_id, Contractor.doc, place.label("place"))
        .join(Binding, here, isouter=not bound_only)
        .where(among(connection, column, values))
        .subquery()
    )
    found: dict[str, list[Twin]] = defaultdict(list)
    rows = connection.execute(
        select(each.c.value, each.c.id, each.c.external_id, each.c.doc)
        .where(each.c.place <= CROWD)
        .order_by(each.c.value, each.c.id)
    )
    for value, id_, external_id, doc in rows:
        found[value].append(Twin(id_, external_id, doc))
    return found
