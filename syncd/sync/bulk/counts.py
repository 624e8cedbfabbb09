"""What would become of the selected customers, what did, and was it said how many they are?"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from syncd.domain.acts import LeftOut
from syncd.errors import InvalidRecord
from syncd.sentence import Counted, Sentence

__all__ = ["MANY", "Affected", "Preview", "Result", "check_number"]

MANY: Final = 500
"""Of more customers their number has to be repeated: a filter selects more than one thinks."""


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """One of the selected customers.

    Attributes:
        changes: Before and after by field, with ``status`` and ``sync_held`` among them.
        left_out: Why nothing changes.
    """

    code: str
    name: str
    changes: dict[str, tuple[Any, Any]] = {}
    left_out: LeftOut | None = None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation would do.

    Attributes:
        changing: How many customers would change; for what only asks sides or rules, how many are asked about.
        left_out: How many would not, by reason.
        samples: The first few that would change, then the first few that would not.
        warnings: What else to know, in words.
        reversible: Whether an undo of its runs takes it back.
    """

    operation: str
    selected: int
    changing: int
    left_out: dict[LeftOut, int]
    samples: tuple[Affected, ...]
    warnings: tuple[str, ...]
    reversible: bool

    @property
    def needs_number(self) -> bool:
        """Whether the number has to be repeated."""
        return self.selected > MANY


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation did: `changed`, `waiting`, `left_out` and `failed` add up to `selected`.

    Attributes:
        waiting: Customers whose change a limit holds until an admin approves it, or that a worker is still about.
        failed: How many could not be changed, by cause.
        runs: The runs that did it, or are to do it.
        held: Those of them that wait for an admin.
    """

    operation: str
    selected: int
    changed: int
    waiting: int
    left_out: dict[LeftOut, int]
    failed: dict[str, int]
    runs: list[int]
    held: list[int]


def check_number(selected: int, number: int | None) -> None:
    """Refuse to act on many customers whose number was not repeated.

    Raises:
        InvalidRecord: When it was not, or is another one.
    """
    if selected > MANY and number != selected:
        raise InvalidRecord(
            Sentence(
                Counted(
                    "%(count)s customer is selected, and %(value)s was given",
                    "%(count)s customers are selected, and %(value)s was given",
                ),
                count=selected,
                value="no number" if number is None else number,
            ),
            code="number-differs",
            field="number",
            cure=Sentence(
                "Look at the preview, and repeat the number %(selected)s if they are meant.", selected=selected
            ),
        )
