"""Is the way to a shop open although nothing changes? A customer made for this is changed all the time.

Changed in the registry and at one custom field of its own, so that nobody's data moves: the change takes the way of
every other, through plan, push and the platform's answer, and its age when it arrives counts like theirs.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from syncd.domain.code import id_of
from syncd.domain.contractor import load
from syncd.errors import SyncError
from syncd.registry import lookups, outbox
from syncd.registry.engine import reading
from syncd.sentence import Sentence
from syncd.settings import parse_duration
from syncd.sync.app import App, Connected
from syncd.sync.change import Draft, Subject, change

__all__ = ["BY", "FIELD", "touch"]

BY: Final = "canary"
FIELD: Final = "syncd_canary"

_OFTEN: Final = timedelta(minutes=5)


def touch(app: App) -> list[str]:
    """Change the canaries whose time it is and whose last change has arrived; answer their connections."""
    return [one.name for one in app.connections.values() if one.settings.canary and _touch(app, one)]


def _touch(app: App, connected: Connected) -> bool:
    id_, now = id_of(connected.settings.canary), app.now()
    if id_ is None or connected.settings.paused or not _has_room(app, connected):
        return False
    with reading(app.engine) as connection:
        known = lookups.known(connection, [id_]).get(id_)
        bound = lookups.bound(connection, connected.id, [id_])
        under_way = outbox.waits(connection, connected.id, id_)
    if known is None or not bound or under_way or now - _last(load(known.doc).custom.get(FIELD)) < _pause(connected):
        return False

    def mark(subject: Subject) -> Draft:
        custom = {**subject.contractor.custom, FIELD: now.isoformat(timespec="seconds")}
        changed = msgspec.structs.replace(subject.contractor, custom=custom)
        return Draft(contractor=changed, holds=subject.holds, rule=Sentence("the canary shows whether the way is open"))

    try:
        change(app, [id_], mark, by=BY, approved=True)
    except SyncError:
        return False  # it moved meanwhile: the next look tries again
    app.doorbell.push(connected.id)
    return True


def _has_room(app: App, connected: Connected) -> bool:
    try:
        return "custom" in app.network.stations[connected.id].written
    except SyncError:
        return False  # an option is wrong, of which others tell


def _pause(connected: Connected) -> timedelta:
    """A third of what is asked for, so that a change is nearly always under way or just arrived; not too often."""
    wanted = connected.settings.fresh_within
    return max(parse_duration(wanted) / 3, _OFTEN) if wanted else _OFTEN


def _last(stamp: str | None) -> datetime:
    try:
        return datetime.fromisoformat(stamp or "")
    except ValueError:
        return datetime.fromisoformat("2000-01-01T00:00:00+00:00")
