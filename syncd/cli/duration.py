"""How are a length of time and a moment given on the command line?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from syncd.errors import Misconfigured
from syncd.settings import parse_duration

__all__ = ["DURATION", "WHEN", "moment_of"]


class _Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """What is no duration was called for wrongly: the configuration has no part in it."""
        try:
            return parse_duration(value)
        except Misconfigured as error:
            self.fail(f"{error.message}. {error.cure}", param, ctx)


class _When(click.ParamType["datetime | timedelta"]):
    """A moment, or how long ago it was."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime | timedelta:
        """ISO 8601, in UTC where no offset is given, or a duration."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            try:
                return parse_duration(value)
            except Misconfigured:
                cure = "Give a date or a moment, such as 2026-05-04 or 2026-05-04T14:30, or how long ago: 12h, 7d."
                self.fail(f"{value!r} is neither a moment nor a length of time. {cure}", param, ctx)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


DURATION = _Duration()
WHEN = _When()


def moment_of(when: datetime | timedelta | None, now: datetime) -> datetime | None:
    """The moment that was meant."""
    return now - when if isinstance(when, timedelta) else when
