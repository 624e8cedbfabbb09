"""What does a plan amount to, and which of its lines does somebody mean?

Lines name what they change in columns of their own, so a plan of a hundred thousand is counted and searched where it
lies; documents are read for the lines of one page only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, not_, or_, select

from syncd.domain.code import id_of
from syncd.domain.folding import fold
from syncd.domain.risk import LEVELS, Level, Risk, level_of, load_risks
from syncd.registry import tables as t
from syncd.registry.engine import among, reading
from syncd.registry.lines import Action, lines_of, load_names
from syncd.registry.queries.changes import Change, change_of, connection_names

__all__ = [
    "EVERYTHING",
    "RISKS",
    "Chosen",
    "GroupMoves",
    "PlanSummary",
    "PlannedRow",
    "choose",
    "chosen_lines",
    "count_lines",
    "list_lines",
    "summarise",
]

_PAGE: Final = 2000


class GroupMoves(msgspec.Struct, frozen=True):
    """How many contractors a plan brings into a group, and takes out of it."""

    join: int
    leave: int


class PlanSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A plan counted in every way that a person asks for; lines that are left out do not count.

    Attributes:
        by_action: Lines by what they do.
        by_level: Lines by the gravest of their risks.
        by_risk: Lines by each risk that they carry.
        by_field: Known contractors by field that changes; new ones are in no field, and neither are those of a plan
            that was applied before lines named their fields.
        by_group: Memberships by group.
        left_out: Lines that are not applied, by reason.
        pushes: How often a connection has to be told of a contractor.
    """

    lines: int
    by_action: dict[str, int]
    by_level: dict[str, int]
    by_risk: dict[str, int]
    by_field: dict[str, int]
    by_group: dict[str, GroupMoves]
    left_out: dict[str, int]
    pushes: int = 0


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Lines by what they have in common; every part that is given has to fit.

    Attributes:
        seqs: Numbers of lines.
        customers: Codes, or ids at the side for those that are new.
        fields: One of these changes.
        groups: The contractor joins or leaves one of these.
        risks: One of these is carried, or a level is reached exactly.
    """

    seqs: frozenset[int] = frozenset()
    customers: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    risks: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)

    def condition(self, connection: Connection) -> ColumnElement[bool]:
        """Which lines are meant. Never null, so that it can be negated."""
        line = t.PlanLine
        parts: list[ColumnElement[bool]] = [among(connection, line.seq, self.seqs)] if self.seqs else []
        if self.customers:
            ids = [id_ for id_ in map(id_of, self.customers) if id_ is not None]
            known = and_(among(connection, line.contractor_id, ids), line.action != Action.CREATE)
            parts.append(or_(known, among(connection, line.external_id, self.customers)))
        if self.actions:
            parts.append(line.action.in_(sorted(self.actions)))
        for column, texts in (
            (line.fields, [f",{name}," for name in self.fields]),
            (line.moves, [msgspec.json.encode(f"{way}{name}").decode() for name in self.groups for way in "+-"]),
        ):
            if texts:
                parts.append(or_(*(func.coalesce(column, "").contains(text, autoescape=True) for text in texts)))
        if self.risks:
            parts.append(or_(*map(_carries, self.risks)))
        return and_(*parts) if parts else line.seq > 0


EVERYTHING: Final = Chosen()

RISKS = (*Level, *Risk)
"""What `Chosen.risks` may name."""


def _carries(name: str) -> ColumnElement[bool]:
    """Whether a line carries a risk, or reaches a level exactly."""
    column = t.PlanLine.risks
    if name in set(Risk):
        return ("," + column + ",").contains(f",{name},", autoescape=True)
    if name == Level.LOW:
        return column == ""
    higher = [_carries(risk) for risk, level in LEVELS.items() if level is Level.HIGH]
    return or_(*higher) if name == Level.HIGH else and_(column != "", not_(or_(*higher)))


def choose(engine: Engine, run_id: int, *, only: Chosen = EVERYTHING, exclude: Iterable[Chosen] = ()) -> list[int]:
    """Numbers of the lines that are to be left out of a plan.

    Args:
        only: What does not fit is left out.
        exclude: What fits one of them is left out.
    """
    line = t.PlanLine
    with reading(engine) as connection:
        unwanted = [part.condition(connection) for part in exclude if part]
        if only:
            unwanted.append(not_(only.condition(connection)))
        if not unwanted:
            return []
        planned = select(line.seq).where(line.run_id == run_id, line.outcome.is_(None), or_(*unwanted))
        return list(connection.scalars(planned.order_by(line.seq)))


def chosen_lines(connection: Connection, run_id: int, chosen: Chosen, *, outcome: str, but: bool = False) -> list[int]:
    """Numbers of the lines that somebody means, or of all the others.

    Args:
        outcome: Only those that were left out for this reason; ``planned`` for those that will be applied.
        but: All but those that are meant.
    """
    meant = chosen.condition(connection)
    line = t.PlanLine
    statement = select(line.seq).where(
        *_conditions(connection, run_id, EVERYTHING, outcome), not_(meant) if but else meant
    )
    return list(connection.scalars(statement.order_by(line.seq)))


def summarise(engine: Engine, run_id: int) -> PlanSummary:
    """Count a plan."""
    counted: dict[str, Counter[str]] = {
        name: Counter() for name in ("action", "level", "risk", "field", "come", "go", "out")
    }
    pushes = 0
    line = t.PlanLine
    alike = (line.action, line.risks, line.outcome, line.fields, line.moves, line.push_to)
    with reading(engine) as connection:
        rows = connection.execute(
            select(*alike, func.count().label("number")).where(line.run_id == run_id).group_by(*alike),
            execution_options={"yield_per": _PAGE},
        )
        for row in rows:
            _count(row, counted)
            if row.outcome is None:
                pushes += row.number * len(load_names(row.push_to))
    come, go = counted["come"], counted["go"]
    return PlanSummary(
        lines=counted["action"].total() + counted["out"].total(),
        by_action=_sorted(counted["action"]),
        by_level=_sorted(counted["level"]),
        by_risk=_sorted(counted["risk"]),
        by_field=_sorted(counted["field"]),
        by_group={name: GroupMoves(come[name], go[name]) for name in sorted({*come, *go})},
        left_out=_sorted(counted["out"]),
        pushes=pushes,
    )


def _count(row: Any, counted: dict[str, Counter[str]]) -> None:
    """Count lines that are alike in everything that is counted."""
    number: int = row.number
    if row.outcome is not None:
        counted["out"][row.outcome] += number
        return
    risks = load_risks(row.risks)
    counted["action"][row.action] += number
    counted["level"][level_of(risks)] += number
    for risk in risks:
        counted["risk"][risk] += number
    for name in load_names(row.fields or "") if row.action != Action.CREATE else ():
        counted["field"][name] += number
    for move in msgspec.json.decode(row.moves, type=list[str]) if row.moves else ():
        counted["come" if move[0] == "+" else "go"][move[1:]] += number


class PlannedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a plan, and who it is about.

    Attributes:
        name: What the customer will be called; ``""`` for one that was erased.
    """

    change: Change
    name: str


def list_lines(
    connection: Connection,
    run_id: int,
    chosen: Chosen = EVERYTHING,
    *,
    search: str = "",
    outcome: str | None = None,
    after: int = 0,
    limit: int = 25,
) -> list[PlannedRow]:
    """Some lines in the order of the plan.

    Args:
        search: Part of a name in any spelling, or exactly a code, an id at the side, or a number.
        outcome: Only those that were not applied for this reason; ``planned`` for those that were or will be.
        after: Number of the line behind which to start.
    """
    line = t.PlanLine
    name = func.coalesce(line.name, t.Contractor.name, "").label("name")
    statement = (
        select(line.seq, name)
        .outerjoin(t.Contractor, t.Contractor.id == line.contractor_id)
        .where(*_conditions(connection, run_id, chosen, outcome), line.seq > after)
        .order_by(line.seq)
    )
    if search.strip():
        listed = list(islice(_searched(connection, statement, search.strip()), limit))
    else:
        listed = [(row.seq, row.name) for row in connection.execute(statement.limit(limit))]
    names = connection_names(connection)
    by_seq = {one.seq: change_of(one, names) for one in lines_of(connection, run_id, [seq for seq, _ in listed])}
    return [PlannedRow(change=by_seq[seq], name=name) for seq, name in listed]


def count_lines(connection: Connection, run_id: int, chosen: Chosen = EVERYTHING, *, outcome: str | None = None) -> int:
    """How many lines of a plan somebody means."""
    conditions = _conditions(connection, run_id, chosen, outcome)
    return connection.execute(select(func.count()).select_from(t.PlanLine).where(*conditions)).scalar_one()


def _conditions(connection: Connection, run_id: int, chosen: Chosen, outcome: str | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [t.PlanLine.run_id == run_id]
    if chosen:
        found.append(chosen.condition(connection))
    if outcome is not None:
        column = t.PlanLine.outcome
        found.append(column.is_(None) if outcome == "planned" else column == outcome)
    return found


def _searched(connection: Connection, statement: Select[*tuple[Any, ...]], search: str) -> Iterator[tuple[int, str]]:
    """Look through the names here: no database folds ``Łódź`` and ``lodz`` into one by itself."""
    wanted, id_ = fold(search), id_of(search)
    line = t.PlanLine
    statement = statement.add_columns(line.contractor_id, line.external_id, line.number)
    for page in connection.execute(statement, execution_options={"yield_per": _PAGE}).partitions():
        for row in page:
            exact = row.contractor_id == id_ or search in {row.external_id, row.number}
            if exact or wanted in fold(row.name):
                yield row.seq, row.name


def _sorted(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
