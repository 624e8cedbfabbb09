"""Can people log in by the identity provider, and does anybody?"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from syncd.access.users import list_users
from syncd.checks.check import Check, broken, fine, weak
from syncd.errors import SyncError
from syncd.oidc import BACK, Provider
from syncd.sentence import Counted, Sentence
from syncd.settings import Settings

__all__ = ["check_provider", "check_way_in"]

_NAME = "identity provider"


def check_way_in(engine: Engine, settings: Settings) -> list[Check]:
    """Is there an admin for whom the provider vouches, where nothing else opens the console? Nothing is called."""
    if settings.console.takes_passwords:
        return []
    linked = [
        user.name
        for user in list_users(engine)
        if user.role == "admin" and user.linked_at is not None and user.disabled_at is None
    ]
    if linked:
        return [fine(_NAME, Sentence("admins who come in by it: %(names)s", names=", ".join(linked)))]
    return [
        weak(
            _NAME,
            "passwords are off, and no admin is linked to it yet",
            "`syncd users email NAME ADDRESS`, then log in by it; SYNCD_CONSOLE_OIDC_PASSWORDS=true lets passwords in.",
        )
    ]


def check_provider(settings: Settings) -> list[Check]:
    """Does it answer, as the one that is configured, with keys that can be used?"""
    own = settings.console.oidc
    if own is None:
        return []
    back = settings.console.address + BACK
    try:
        keys = Provider(own, back, lambda: datetime.now(UTC)).look()
    except SyncError as error:
        return [broken(_NAME, error)]
    return [
        fine(
            _NAME,
            Sentence(
                Counted(
                    "answers, with %(count)s key; it has to know %(back)s",
                    "answers, with %(count)s keys; it has to know %(back)s",
                ),
                count=keys,
                back=back,
            ),
        )
    ]
