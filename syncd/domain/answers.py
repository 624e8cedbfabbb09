"""With what can a person settle an issue in one step, and which answer says the same to another issue?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

__all__ = ["Answer", "same_answer"]

_ABOUT: Final = frozenset({"contractor", "record", "records", "email", "erasure", "erp", "shop", "group"})
"""Values that say whom or what an answer is about. The others are what is decided."""

_OWN: Final = frozenset({"edit", "link", "map-group"})
"""Answers that are right for one issue only: another customer has another phone, another record is somebody else."""

_TRUST: Final = "trust-"
"""Begins the key of an answer that decides which statement is right: of another customer it says another country."""


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


def same_answer(answers: Iterable[Answer], chosen: Answer) -> Answer | None:
    """The answer among `answers` that decides what `chosen` does; ``None`` where none does, or it is not clear which.

    Args:
        answers: Those of another issue of the same cause.
    """
    if chosen.key in _OWN:
        return None
    alike = [one for one in answers if one.key == chosen.key and _decides(one) == _decides(chosen)]
    return alike[0] if len(alike) == 1 else None


def _decides(answer: Answer) -> tuple[str, Mapping[str, str]]:
    about = _ABOUT | {"country"} if answer.key.startswith(_TRUST) else _ABOUT
    return answer.asks, {name: value for name, value in answer.values.items() if name not in about}
