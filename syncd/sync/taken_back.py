"""What is common to taking back a link, the end of one, and a merge?"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final

import msgspec
from sqlalchemy import Connection

from syncd.registry import lookups
from syncd.registry.engine import rehearsing, writing
from syncd.registry.lines import Action, Line
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.at_once import hold_still, refuse_erased

__all__ = ["BACK", "TakenBack", "living", "transaction", "unchanged"]

BACK: Final = Sentence("taken back by a person")


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it.

    Attributes:
        run: The run that took it back; ``None`` where it was only tried.
        of: The run that was taken back.
        what: ``link``, ``unlink`` or ``merge``.
        customers: Codes of those concerned.
        restored: Fields that are as they were before, and ``holds``.
        changed_since: The same for what somebody changed since: it stays.
        lost: Records that could not be given back, because they are somebody else's by now.
    """

    run: int | None
    of: int
    what: str
    customers: tuple[str, ...]
    restored: tuple[str, ...] = ()
    changed_since: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def living(app: App, connection: Connection, contractor_id: int) -> lookups.Known:
    """A customer who stays as it is meanwhile; of one who is erased nothing is left, not even which record it was."""
    known = hold_still(app, connection, [contractor_id])[contractor_id]
    refuse_erased(known, cure="There is nothing to take back.")
    return known


def transaction(app: App, *, dry_run: bool) -> AbstractContextManager[Connection]:
    """What is only tried is done like the rest, so that it cannot say something else, and nothing of it stays."""
    return rehearsing(app.engine) if dry_run else writing(app.engine)


def unchanged(known: lookups.Known, rule: str) -> Line:
    """A line that says what was done, though nothing of the contractor changes."""
    return Line(
        run_id=0,
        contractor_id=known.id,
        external_id="",
        action=Action.RESTORE,
        rule=rule,
        base_version=known.version,
        before=known.doc,
    )
