"""How long is ``5m``, and which moments does a cron expression name?"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from cronsim import CronSim, CronSimError

from syncd.errors import Misconfigured
from syncd.sentence import Sentence

__all__ = ["is_cron", "parse_duration", "parse_every"]

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"(\d+)\s*([smhd])")


def parse_duration(text: str) -> timedelta:
    """Read ``90s``, ``5m``, ``1h`` or ``1d``.

    Raises:
        Misconfigured: For anything else, zero included.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise Misconfigured(
            Sentence("%(text)s is not a duration", text=repr(text)), cure="Write it like 90s, 5m, 1h or 1d."
        )
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        raise Misconfigured(
            Sentence("%(text)s is too long", text=repr(text)), cure="Write a duration below 1000000d."
        ) from None


def is_cron(text: str) -> bool:
    """Whether a schedule is written as a cron expression: five fields with blanks between."""
    return len(text.split()) == 5


def parse_every(text: str) -> timedelta | None:
    """Read a schedule; ``None`` for a cron expression, which was found to be a correct one.

    Raises:
        Misconfigured: For what is neither a duration nor a cron expression.
    """
    if not is_cron(text):
        try:
            return parse_duration(text)
        except Misconfigured as error:
            raise Misconfigured(
                Sentence("%(text)s is neither a duration nor a cron expression", text=repr(text)),
                cure="Write it like 5m, or like '*/15 6-22 * * 1-5'.",
            ) from error
    try:
        CronSim(text, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise Misconfigured(
            Sentence("%(text)s is not a correct cron expression: %(error)s", text=repr(text), error=str(error)),
            cure="Five fields: minute, hour, day of the month, month, day of the week.",
        ) from None
    return None
