"""Is there room on the disks that syncd writes to, and may it write there? Nothing is written to find out."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from syncd import plugins
from syncd.checks.check import Check, failed, fine, weak
from syncd.folder.claiming import SUBFOLDERS
from syncd.registry.engine import read_url
from syncd.sentence import Sentence
from syncd.settings import Settings
from syncd.sync.ledger import ledger_file

__all__ = ["check_disks"]

_MB: Final = 1_000_000
_PARTS: Final = (*SUBFOLDERS, "outbox", "new", "answers")
"""Subfolders that may be mounted from elsewhere."""
_LAST: Final = 10
"""Below this part of the free space that is asked for, work is about to stop."""


def check_disks(settings: Settings) -> list[Check]:
    """Look at each place once: a place that is not there is told by whoever needs it."""
    ledger = ledger_file(settings).parent
    disks: dict[int, list[Path]] = defaultdict(list)
    checks: list[Check] = []
    backups = settings.folder / settings.backup_folder
    if not backups.is_dir():
        said = Sentence("%(path)s, where backups go, is not there", path=backups)
        checks.append(weak("disk", said, "Make or mount it, or correct backup_folder."))
    for place in dict.fromkeys([*_places(settings), ledger]):
        if not place.is_dir():
            continue
        if os.access(place, os.W_OK | os.X_OK):
            disks[place.stat().st_dev].append(place)
        elif place == ledger:
            said = Sentence("%(path)s may not be written, where erasures are remembered", path=place)
            checks.append(weak("disk", said, "Name another place by erasure.ledger: else nobody can be erased."))
        else:
            said = Sentence("%(path)s may not be written", path=place)
            cure = "Mount its disk for writing, or let the user under which syncd runs write there."
            checks.append(failed("disk", said, cure))
    return [*checks, *(_room(places, settings.disk_free_mb * _MB) for places in disks.values())]


def _room(places: list[Path], asked: int) -> Check:
    free = shutil.disk_usage(places[0]).free
    roots = [place for place in places if place.parent not in places]
    where = {"free": _size(free), "paths": ", ".join(map(str, roots))}
    if free >= asked:
        return fine("disk", Sentence("%(free)s free: %(paths)s", **where))
    said = Sentence("only %(free)s free: %(paths)s", **where)
    cure = "Make room there, or move what is written there; `disk_free_mb` says from when on this is told."
    return failed("disk", said, cure) if free < asked / _LAST else weak("disk", said, cure)


def _places(settings: Settings) -> Iterator[Path]:
    url = read_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        yield (settings.folder / url.database).parent
    if settings.backup_folder:
        yield settings.folder / settings.backup_folder
    for connection in settings.connections.values():
        for option in plugins.load(connection.kind).keeps:
            named = connection.options.get(option)
            if not named:
                continue
            place = settings.folder / str(named)
            yield place.parent if place.is_file() else place
            yield from (place / part for part in _PARTS)


def _size(free: int) -> str:
    return f"{free / 1000 / _MB:.1f} GB" if free >= 1000 * _MB else f"{free // _MB} MB"
