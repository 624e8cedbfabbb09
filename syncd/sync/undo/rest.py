"""How does an undo go on for those whom it left out, because a side had news of them, where nobody waits for it?

In two steps that a person asks for: the sides are read, and then the rest is planned anew. What was asked for is told
by the rows, so it does not matter who asks for the second step, or when.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.runs import ENDED
from syncd.registry.tables import Run
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.undo.news import ask_for_news
from syncd.sync.undo.plan import Undone, plan_undo
from syncd.sync.undo.subject import load_over

__all__ = ["Rest", "take_back_rest"]


class Rest(msgspec.Struct, frozen=True):
    """The next step of an undo.

    Attributes:
        reads: Runs that read what the sides have to say, as far as they are not over.
        plan: What takes back the rest; ``None`` before the news was read.
    """

    reads: tuple[int, ...]
    plan: Undone | None


def take_back_rest(app: App, run_id: int, *, by: str) -> Rest:
    """Let the sides be read for an undo's sake; once they were, plan the rest of it as a dry run does.

    Args:
        run_id: The run that took something back and left somebody out.

    Raises:
        NotFound: When there is no such run.
        InvalidRecord: When it is no undo, or not over.
    """
    with reading(app.engine) as connection:
        work = load_over(connection, run_id)
        if work.undoes is None:
            raise InvalidRecord(
                Sentence("run %(run)s takes nothing back", run=run_id),
                code="not-to-be-undone",
                cure="Name the run of an undo.",
            )
        asked_by = f"undo {work.undoes}"
        asked = connection.execute(
            select(Run.id, Run.state).where(Run.id > run_id, Run.asked_by == asked_by).order_by(Run.id)
        ).all()
    if not asked:
        return Rest(tuple(ask_for_news(app, work.connection_id, asked_by=asked_by)), None)
    under_way = tuple(id_ for id_, state in asked if state not in ENDED)
    return Rest(under_way, None if under_way else plan_undo(app, work.undoes, by=by, dry_run=True))
