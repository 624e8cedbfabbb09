"""Would everybody who was erased be recognised, here and after the restore of a backup?"""

from __future__ import annotations

from sqlalchemy import Engine

from syncd.checks.check import Check, broken, failed, fine, weak
from syncd.errors import SyncError
from syncd.registry.engine import reading
from syncd.sentence import Sentence
from syncd.settings import Settings
from syncd.sync import ledger
from syncd.sync.grave_key import check_key
from syncd.sync.replay import is_due

__all__ = ["check_erasures"]


def check_erasures(engine: Engine, settings: Settings) -> Check:
    """Is the key of the tombstones the right one, and is the ledger there and replayed?"""
    file = ledger.ledger_file(settings)
    try:
        with reading(engine) as connection:
            erased = check_key(connection, ledger.load_key(settings))
        due = is_due(engine, settings)
    except SyncError as error:
        return broken("erasures", error)
    if due:
        return failed(
            "erasures",
            "a backup was restored, and erasures after it are still to be done again",
            "Run `syncd db replay`, or let a worker's sweep do it.",
        )
    if not erased:
        return fine("erasures", "nobody was erased yet")
    if not file.is_file():
        return failed(
            "erasures",
            Sentence(
                "the ledger %(file)s is gone: the restore of an older backup would bring erased customers back",
                file=file.name,
            ),
            "Bring the file back from a copy, or correct erasure.ledger.",
            cause="config",
        )
    if settings.tombstone_key is None:
        where = Sentence("the key is in the file %(file)s only", file=ledger.key_file(settings).name)
        return weak("erasures", where, "Keep a copy of it apart from the backups; every machine needs the same.")
    return fine("erasures", "the key is the right one, and the ledger is replayed")
