"""What became of each record of a run?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from sqlalchemy import Connection, Engine, select

from syncd.domain.code import code_of
from syncd.registry import tables as t
from syncd.registry.engine import reading
from syncd.sentence import unpack

__all__ = ["OUTCOMES", "RecordRow", "records"]

OUTCOMES: Final = ("planned", "applied", "stale", "left_out", "kept", "impossible", "issue")

_PAGE: Final = 1000


class RecordRow(msgspec.Struct, frozen=True, kw_only=True):
    """One record that a run had something to say about; unchanged ones are only counted.

    Attributes:
        seq: Number of its plan line; ``None`` for an issue.
        outcome: ``planned`` (not applied, or not yet), ``applied``, ``stale`` (it moved since the plan), ``left_out``
            by a person, ``kept`` or ``impossible`` in an undo, or ``issue``: a person has to act.
        detail: The rule that decided, or what is wrong.
        issue: Number of the issue, for ``syncd attention``.
    """

    seq: int | None
    code: str | None
    external_id: str | None
    action: str
    outcome: str
    detail: str
    issue: int | None = None


def records(engine: Engine, run_id: int) -> Iterator[RecordRow]:
    """Plan lines in their order, then what a person has to look at; read a page at a time."""
    with reading(engine) as connection:
        applied = connection.execute(select(t.Run.applied_seq).where(t.Run.id == run_id)).scalar_one_or_none() or 0
    after = 0
    while True:
        with reading(engine) as connection:
            page = _lines(connection, run_id, after, applied)
        yield from page
        if len(page) < _PAGE:
            break
        after = page[-1].seq or 0
    with reading(engine) as connection:
        yield from _issues(connection, run_id)


def _lines(connection: Connection, run_id: int, after: int, applied: int) -> list[RecordRow]:
    line = t.PlanLine
    rows = connection.execute(
        select(line.seq, line.contractor_id, line.external_id, line.action, line.rule, line.said, line.outcome)
        .where(line.run_id == run_id, line.seq > after)
        .order_by(line.seq)
        .limit(_PAGE)
    )
    return [
        RecordRow(
            seq=row.seq,
            code=code_of(row.contractor_id),
            external_id=row.external_id,
            action=row.action,
            outcome=row.outcome or ("applied" if row.seq <= applied else "planned"),
            detail=unpack(row.rule, row.said),
        )
        for row in rows
    ]


def _issues(connection: Connection, run_id: int) -> list[RecordRow]:
    issue = t.Issue
    rows = connection.execute(
        select(issue.id, issue.code, issue.contractor_id, issue.external_id, issue.message)
        .where(issue.run_id == run_id)
        .order_by(issue.id)
    )
    return [
        RecordRow(
            seq=None,
            code=None if row.contractor_id is None else code_of(row.contractor_id),
            external_id=row.external_id,
            action=row.code,
            outcome="issue",
            detail=row.message,
            issue=row.id,
        )
        for row in rows
    ]
