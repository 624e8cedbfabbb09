"""What does the registry hold of records that are nobody's yet: in plans that make contractors, and in questions?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, String, and_, cast, or_, select
from sqlalchemy import Connection as DatabaseConnection

from syncd.domain.code import code_of
from syncd.errors import Ambiguous
from syncd.registry.lines import Action
from syncd.registry.runs import ENDED, RunState
from syncd.registry.tables import Connection, Issue, PlanLine, Run

__all__ = ["Planned", "asked_about", "asks_about", "planned"]

_PAGE: Final = 1000
_UNDER_WAY: Final = (RunState.RUNNING, RunState.APPLYING)


class Planned(NamedTuple):
    """A contractor that a plan would make, or would have made; `doc` is what it would be."""

    contractor_id: int
    connection_id: int
    connection: str
    external_id: str
    doc: str


def planned(connection: DatabaseConnection) -> Iterator[list[Planned]]:
    """Contractors that were planned and not made, a page at a time.

    Those of a run under way are not among them: what it applies must not change meanwhile. Until the transaction ends
    none of the other runs begins.
    """
    connection.execute(select(Run.id).where(Run.state.not_in([*_UNDER_WAY, *ENDED])).with_for_update())
    not_applied = or_(PlanLine.seq > Run.applied_seq, PlanLine.outcome.is_not(None))
    lines = (
        select(PlanLine.contractor_id, Run.connection_id, Connection.name, PlanLine.external_id, PlanLine.after)
        .join(Run, Run.id == PlanLine.run_id)
        .join(Connection, Connection.id == Run.connection_id)
        .where(Run.state.not_in(_UNDER_WAY), not_applied, PlanLine.action == Action.CREATE)
        .execution_options(yield_per=_PAGE)
    )
    for page in connection.execute(lines).partitions():
        yield [Planned(id_, of, name, record, doc) for id_, of, name, record, doc in page if doc is not None]


def asked_about(connection: DatabaseConnection, contractor_id: int) -> list[tuple[int, str]]:
    """Connection and id of each record of which a person was asked whether it is this contractor."""
    rows = connection.execute(select(Issue.connection_id, Issue.external_id).where(asks_about(contractor_id)))
    return [(of, record) for of, record in rows if of is not None and record is not None]


def asks_about(contractor_id: int) -> ColumnElement[bool]:
    """The condition that an issue asks whether a record is this contractor: it quotes the one and the other."""
    quoted = cast(Issue.details, String).contains(f'"{code_of(contractor_id)}"', autoescape=True)
    return and_(Issue.code == Ambiguous.code, quoted)
