"""From where did somebody act: the console, a terminal, a program with a token, or syncd by itself?

Whoever acts is named by one text (``console:anna``, ``cli:root``, ``token:ci``, ``schedule``, ``run 812``), which runs
and audit keep.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["PREFIXES", "Via", "name_of", "via"]


class Via(StrEnum):
    """Ways in."""

    WEB = "web"
    CLI = "cli"
    API = "api"
    SCHEDULE = "schedule"
    SYNCD = "syncd"


PREFIXES: Final = {"console": Via.WEB, "cli": Via.CLI, "token": Via.API, "schedule": Via.SCHEDULE}
"""What stands before the colon; anything else is syncd itself, or what a test or an older version wrote."""


def via(actor: str) -> Via:
    """By which way somebody acted."""
    return PREFIXES.get(actor.partition(":")[0], Via.SYNCD)


def name_of(actor: str) -> str:
    """Who it was, without the way: ``anna`` of ``console:anna``."""
    head, colon, name = actor.partition(":")
    return name if colon and head in PREFIXES else actor
