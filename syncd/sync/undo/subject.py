"""Which runs can be taken back, and which of their lines?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from syncd.errors import InvalidRecord, NotFound
from syncd.registry.lines import Action, Line
from syncd.registry.runs import ENDED, Work, load_run
from syncd.registry.tables import PlanLine
from syncd.sentence import Sentence

__all__ = ["applied", "load_over", "refuse_matching"]

_MATCHING: Final = (Action.MERGE, Action.UNLINK)


def load_over(connection: Connection, run_id: int) -> Work:
    """A run that changed something and is over.

    Raises:
        NotFound: When there is no such run.
        InvalidRecord: When it is not over, or changed nothing.
    """
    work = load_run(connection, run_id)
    if work is None:
        raise NotFound(Sentence("there is no run %(run)s", run=run_id), cure="`syncd runs list` shows all.")
    if work.state not in ENDED:
        raise InvalidRecord(
            Sentence("run %(run)s is %(run_state)s", run=run_id, run_state=work.state),
            code="not-to-be-undone",
            cure="Only what was applied can be undone: cancel it, discard its plan, or wait until it is over.",
        )
    if not work.applied_seq:
        raise InvalidRecord(
            Sentence("run %(run)s has changed nothing", run=run_id),
            code="not-to-be-undone",
            cure="`syncd runs list` shows the runs; those with lines under `changed` can be undone.",
        )
    return work


def refuse_matching(connection: Connection, work: Work) -> None:
    """Leave what ties and unites to what knows of ties; who was made a customer of its own again stays one.

    Raises:
        InvalidRecord: With the command that helps.
    """
    whole = (PlanLine.run_id == work.id) & PlanLine.outcome.is_(None)
    if connection.scalar(select(PlanLine.seq).where(whole, PlanLine.action.in_(_MATCHING)).limit(1)):
        raise InvalidRecord(
            Sentence("run %(run)s said who is who", run=work.id),
            code="not-to-be-undone",
            cure=Sentence("`syncd match undo %(run)s` takes it back.", run=work.id),
        )
    again = PlanLine.action == Action.RESTORE
    if connection.scalar(select(PlanLine.seq).where(whole, again).limit(1)):
        raise InvalidRecord(
            Sentence("run %(run)s took back who is who", run=work.id),
            code="not-to-be-undone",
            cure="Say it again: `syncd match merge`, `syncd match link` or `syncd match unlink`.",
        )


def applied(page: Sequence[Line], work: Work) -> list[Line]:
    """Lines that came true."""
    return [line for line in page if line.outcome is None and line.seq <= work.applied_seq]
