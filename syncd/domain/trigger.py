"""Who or what started a run?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

__all__ = ["PREFIXES", "Trigger", "trigger_of"]


class Trigger(StrEnum):
    """What people filter runs by."""

    SCHEDULE = "schedule"
    PERSON = "person"
    """Somebody in the console."""
    CLI = "cli"
    API = "api"
    WEBHOOK = "webhook"
    UNDO = "undo"
    """It takes another run back, whoever asked for that."""
    SYNCD = "syncd"
    """It follows from other work: a record that moved, an answer to an issue, a changed rule."""


PREFIXES: Final[Mapping[Trigger, tuple[str, ...]]] = {
    Trigger.SCHEDULE: ("schedule",),
    Trigger.PERSON: ("console:",),
    Trigger.CLI: ("cli:",),
    Trigger.API: ("token:",),
    Trigger.WEBHOOK: ("hook",),
}
"""How ``asked_by`` begins. What begins otherwise was started by syncd itself."""


def trigger_of(asked_by: str, *, undoes: bool) -> Trigger:
    """Say what started a run."""
    if undoes:
        return Trigger.UNDO
    found = (trigger for trigger, starts in PREFIXES.items() if asked_by.startswith(starts))
    return next(found, Trigger.SYNCD)
