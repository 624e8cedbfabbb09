"""Can the secrets be opened that the registry keeps?"""

from __future__ import annotations

from sqlalchemy import Engine

from syncd.checks.check import Check, failed, fine, weak
from syncd.registry.engine import reading
from syncd.registry.secrets import all_sealed
from syncd.sentence import Sentence
from syncd.settings import Settings
from syncd.sync.connecting.credentials import unreadable

__all__ = ["check_secrets"]


def check_secrets(engine: Engine, settings: Settings) -> Check:
    """Is the key there, and is it the right one?"""
    with reading(engine) as connection:
        number = len(all_sealed(connection))
    if not number:
        return fine("secrets", "the registry keeps none of connections")
    closed = unreadable(engine, settings)
    if closed:
        return failed(
            "secrets",
            Sentence("no key opens %(names)s", names=", ".join(closed)),
            "Bring secrets.key back, set SYNCD_SECRETS_KEY_FILE, or give them anew: `syncd connections set-secret`.",
            cause="config",
        )
    if settings.secrets_key is None:
        where = Sentence("%(number)s can be opened, with the key in the file secrets.key only", number=number)
        return weak("secrets", where, "Keep a copy of it apart from the backups; every machine needs the same.")
    return fine("secrets", Sentence("all %(number)s can be opened", number=number))
