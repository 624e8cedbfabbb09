"""What is wrong with a filter, and where?"""

from __future__ import annotations

import difflib
from collections.abc import Collection

from syncd.errors import RecordError
from syncd.sentence import Sentence, joined

__all__ = ["InvalidFilter", "one_of"]


class InvalidFilter(RecordError):
    """A filter that cannot be read, or that asks for what there is not.

    Attributes:
        position: Character of the filter, counted from 1; 0 where it is not about one place.
    """

    code = "filter"

    def __init__(self, message: str, *, cure: str, field: str | None = None, position: int = 0) -> None:
        super().__init__(message, cure=cure, field=field)
        self.position = position

    def __str__(self) -> str:
        where = f" (character {self.position} of the filter)" if self.position else ""
        return f"{self.message}{where}. {self.cure}"


def one_of(word: str, known: Collection[str], what: str, **values: str) -> str:
    """Cure for a word that is none of these: the nearest, and all that there are.

    Args:
        what: A sentence with a place for ``names``.
    """
    near = difflib.get_close_matches(word.lower(), known, n=1)
    hint = [Sentence("Did you mean %(near)s?", near=near[0])] if near else []
    return joined([*hint, Sentence(what, names=", ".join(known), **values)], " ")
