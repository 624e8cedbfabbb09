"""What becomes of records that were asked for by their names while the side did not answer?

Somebody waits for what is said of them: a contractor moved under a plan, a customer was released, a person asked. No
list of changes brings them, since its cursor is past them; only a full read would. So they are asked for again as soon
as the side answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.registry.engine import writing
from syncd.registry.runs import read_again
from syncd.sync.app import App, Connected
from syncd.sync.request import AT_ONCE, request_run

__all__ = ["ask_again"]


def ask_again(app: App, connected: Connected, run_id: int, failed: Mapping[int, Sequence[str]]) -> None:
    """Ask for them now that a run has read the side.

    Args:
        failed: Runs that named records in vain, with these; a full read since has them already.
    """
    names = list(dict.fromkeys(name for only in failed.values() for name in only))
    for start in range(0, len(names), AT_ONCE):
        part = names[start : start + AT_ONCE]
        asked = request_run(app, connected, mode="only", only=part, asked_by=f"run {run_id}")
        # Noted after it is asked for: who dies in between reads them twice and not never.
        with writing(app.engine) as connection:
            read_again(connection, [id_ for id_, only in failed.items() if not set(only).isdisjoint(part)], asked)
