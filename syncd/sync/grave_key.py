"""Is the key here by which erased customers are recognised?"""

from __future__ import annotations

from sqlalchemy import Connection

from syncd.errors import Misconfigured
from syncd.registry import tombstones
from syncd.settings import Settings
from syncd.sync.ledger import load_key

__all__ = ["check_key", "open_key"]


def check_key(connection: Connection, key: tombstones.Key | None) -> bool:
    """Say whether anybody was erased, and make sure that they can be recognised.

    Raises:
        Misconfigured: When the key is not the one that the tombstones were made with.
    """
    made_with = tombstones.key_check(connection)
    if made_with is None:
        return False
    if key is None or key.check != made_with:
        raise Misconfigured(
            "the key of the tombstones is not here, so erased customers could not be recognised",
            code="tombstone-key",
            cure="Bring back the file erasures.key, or set SYNCD_TOMBSTONE_KEY_FILE on every machine.",
        )
    return True


def open_key(settings: Settings, connection: Connection) -> tombstones.Key | None:
    """The key of the tombstones; ``None`` as long as nobody was erased.

    Raises:
        Misconfigured: When it is missing, or another one than they were made with.
    """
    key = load_key(settings)
    return key if check_key(connection, key) else None
