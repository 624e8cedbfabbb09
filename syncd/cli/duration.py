"""How is a length of time given on the command line?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from syncd.errors import Misconfigured
from syncd.settings import parse_duration

__all__ = ["DURATION"]


class _Duration(click.ParamType[timedelta]):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """What is no duration was called for wrongly: the configuration has no part in it."""
        try:
            return parse_duration(value)
        except Misconfigured as error:
            self.fail(f"{error.message}. {error.cure}", param, ctx)


DURATION = _Duration()
