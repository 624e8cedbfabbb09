"""With what can a person settle an issue in one step?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

__all__ = ["Answer"]


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to do about an issue, which syncd carries out.

    Attributes:
        key: What is done, the same word for all issues of a kind: ``keep-erp``, ``map-country``.
        label: What it does, as a person reads it on a button.
        values: What it needs to know and knows already.
        asks: Name of the one value that the person has to give; ``""`` where none is missing.
    """

    key: str
    label: str
    values: Mapping[str, str] = {}
    asks: str = ""
