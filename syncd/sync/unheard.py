"""What becomes of records that were asked for by their names while the side did not answer?

Somebody waits for what is said of them: a contractor moved under a plan, a customer was released, a person asked. No
list of changes brings them, since its cursor is past them; only a full read would. So they are asked for again as soon
as the side answers. A record for which it alone does not answer must hold up no other one: it becomes an issue, and is
asked for again after pauses that grow as those of a push do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from syncd.errors import RecordError, Unavailable
from syncd.registry import issues
from syncd.registry.engine import writing
from syncd.registry.issues import UNANSWERED
from syncd.registry.runs import read_again
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.pauses import longest_pause
from syncd.sync.request import AT_ONCE, request_run

__all__ = ["Unanswered", "ask_again", "unanswered"]

_CURE: Final = (
    "syncd asks for it again by itself, after pauses that grow. Look into the log of the side, or open the record "
    "there; drop this issue if it need not be read."
)


class Unanswered(RecordError):
    """The side answers, but not for this record."""

    code = UNANSWERED

    def __init__(self, connection: str, error: Unavailable) -> None:
        super().__init__(
            Sentence(
                "%(connection)s answers, but not when it is asked for this record: %(why)s",
                connection=connection,
                why=error.said,
            ),
            cure=_CURE,
        )


def unanswered(app: App, connection: Connection, connection_id: int, now: datetime) -> list[str]:
    """Records for which a side alone did not answer, and that are to be asked for again by now."""
    return [
        external_id
        for external_id, seen, last_at in issues.unanswered(connection, connection_id)
        if last_at + longest_pause(app, attempts=seen) <= now
    ]


def ask_again(
    app: App, connected: Connected, run_id: int, failed: Mapping[int, Sequence[str]], alone: Sequence[str] = ()
) -> None:
    """Ask for them now that a run has read the side.

    Args:
        failed: Runs that named records in vain, with these; a full read since has them already.
        alone: Records for which the side alone did not answer.
    """
    names = list(dict.fromkeys([*(name for only in failed.values() for name in only), *alone]))
    for start in range(0, len(names), AT_ONCE):
        part = names[start : start + AT_ONCE]
        asked = request_run(app, connected, mode="only", only=part, asked_by=f"run {run_id}")
        # Noted after it is asked for: who dies in between reads them twice and not never.
        with writing(app.engine) as connection:
            read_again(connection, [id_ for id_, only in failed.items() if not set(only).isdisjoint(part)], asked)
