"""By what short name do people call a contractor?"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["code_of", "id_of", "id_of_code"]

_CODE: Final = re.compile(r"K?0*(\d{1,18})\Z", re.IGNORECASE)
"""More digits are no number that a database has."""


def code_of(contractor_id: int) -> str:
    """``K000231`` for 231."""
    return f"K{contractor_id:06d}"


def id_of(code: str) -> int | None:
    """231 for ``K000231``, ``k231`` or ``231``; ``None`` for what is no code."""
    match = _CODE.match(code.strip())
    return int(match[1]) if match else None


def id_of_code(code: str) -> int | None:
    """The same, but for digits alone: they may be meant for a customer number, which is another customer's."""
    return id_of(code) if code.strip()[:1] in {"K", "k"} else None
