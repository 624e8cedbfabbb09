"""Which customer does a code on the command line mean?"""

from __future__ import annotations

from syncd.cli.exit_codes import WrongUsage
from syncd.domain.code import id_of

__all__ = ["id_from"]


def id_from(code: str) -> int:
    """The number of a customer that was named by its code."""
    number = id_of(code)
    if number is None:
        raise WrongUsage(f"{code!r} is no customer code", cure="Codes look like K000231.")
    return number
