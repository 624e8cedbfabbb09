"""Was the registry restored from a backup, and what was heard since then?

After a restore the sides are ahead, and for one read each both of two edits of a field are news. Then no word is better
for whose it is, and what tells the two apart is when they were made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, select

from syncd.domain.contractor import FIELDS, load
from syncd.registry.audit import write_down
from syncd.registry.engine import among
from syncd.registry.lines import applied
from syncd.registry.tables import Audit, PlanLine, Run

__all__ = ["heard_since", "note_restore", "restored_at"]

_ACTION: Final = "restore-backup"


def note_restore(connection: Connection, *, by: str, now: datetime) -> None:
    """Write down, in the registry that was restored, that it was."""
    write_down(connection, now, by, _ACTION, "registry")


_RESTORED: Final = select(func.max(Audit.at)).where(Audit.action == _ACTION)


def restored_at(connection: Connection) -> datetime | None:
    """When the registry was last restored; ``None`` if never, or not by syncd."""
    at: datetime | None = connection.scalar(_RESTORED)
    return at


def heard_since(
    connection: Connection, contractor_ids: Collection[int], since: datetime
) -> dict[int, Mapping[str, datetime]]:
    """Fields of these contractors that changed in runs since a moment, with when their side says that it changed them.

    What no side dates is left out.
    """
    rows = connection.execute(
        select(PlanLine.contractor_id, PlanLine.before, PlanLine.after, PlanLine.changed_at)
        .join(Run, applied())
        .where(
            among(connection, PlanLine.contractor_id, contractor_ids),
            Run.started_at >= since,
        )
        .order_by(PlanLine.run_id, PlanLine.seq)
    )
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    for id_, before, after, at in rows:
        for field in _differing(before, after):
            found[id_].pop(field, None)
            if at is not None:
                found[id_][field] = at
    return dict(found)


def _differing(before: str | None, after: str | None) -> list[str]:
    if before is None or after is None:
        return []
    one, other = load(before), load(after)
    return [field for field in FIELDS if getattr(one, field) != getattr(other, field)]
