"""Which run does an address mean?"""

from __future__ import annotations

from sqlalchemy import Connection

from syncd.console.asking import Number
from syncd.errors import NotFound
from syncd.registry.queries.progress import Look, look_at
from syncd.sentence import Sentence
from syncd.sync.app import App

__all__ = ["Number", "see"]


def see(app: App, connection: Connection, run_id: int) -> Look:
    """Look at a run.

    Raises:
        NotFound: When there is none of that number.
    """
    look = look_at(connection, run_id, now=app.now())
    if look is None:
        raise NotFound(
            Sentence("there is no run %(run)s", run=run_id), cure="Runs without changes are kept for a while only."
        )
    return look
