"""How long is a pause before the next try, and after how many in vain is it the whole side's trouble?"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from syncd.errors import SyncError
from syncd.ports import Endpoint
from syncd.sync.app import App

__all__ = ["OUTAGE", "answers", "longest_pause"]

OUTAGE: Final = 5
"""Calls that find the side unavailable before the rest is spared the try."""


def longest_pause(app: App, *, attempts: int) -> timedelta:
    """The longest pause after so many attempts: it doubles with each, up to a cap."""
    settings = app.settings
    seconds = min(settings.retry_cap_seconds, settings.retry_base_seconds * 2 ** min(max(attempts - 1, 0), 30))
    return timedelta(seconds=seconds)


def answers(endpoint: Endpoint) -> bool:
    """Whether the side is there at all, though it fails for a record."""
    try:
        endpoint.check()
    except SyncError:
        return False
    return True
