"""How is a filter said in words, a piece at a time?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from syncd.domain.filter import FIELDS, AllOf, Condition, Expression, Field

__all__ = ["VALUE_WORDS", "Phrase", "op_words", "phrases"]


class Phrase(msgspec.Struct, frozen=True, kw_only=True):
    """One condition to be said, with the kinds of its words (`syncd.console.words`).

    Attributes:
        joint: What stands before it: ``and``, ``or``, or nothing.
        opens: Brackets before it, and `closes` after it.
        ops: Kind of the operator's word.
        values: The values with the kind of their words; ``""`` where they are shown as they are.
    """

    field: str
    op: str
    ops: str
    values: tuple[tuple[str, str], ...]
    of: str
    joint: str = ""
    opens: int = 0
    closes: int = 0


VALUE_WORDS: Final = {"status": "status", "zone": "zone", "kind": "kind", "sync": "sync", "newsletter": "yes"}
"""Fields whose values have words, with the kind of these."""

_OP_WORDS: Final = {"moment": "op_moment", "group": "op_group", "connection": "op_group"}


def op_words(field: Field) -> str:
    """The kind of the words for a field's operators."""
    return _OP_WORDS.get(field.takes, "op")


def phrases(part: Expression) -> list[Phrase]:
    """A part of a filter as phrases; brackets stand where they are needed to read it right."""
    if isinstance(part, Condition):
        return [_phrase(part)]
    inner = [phrases(one) for one in part.parts]
    joint = "and" if isinstance(part, AllOf) else "or"
    bracketed = [_bracketed(one, said) for one, said in zip(part.parts, inner, strict=True)]
    return [
        msgspec.structs.replace(phrase, joint=joint) if number and not at else phrase
        for number, said in enumerate(bracketed)
        for at, phrase in enumerate(said)
    ]


def _bracketed(part: Expression, said: Sequence[Phrase]) -> Sequence[Phrase]:
    if isinstance(part, Condition):
        return said
    first, *middle, last = said
    return [
        msgspec.structs.replace(first, opens=first.opens + 1),
        *middle,
        msgspec.structs.replace(last, closes=last.closes + 1),
    ]


def _phrase(condition: Condition) -> Phrase:
    kind = VALUE_WORDS.get(condition.field, "")
    return Phrase(
        field=condition.field,
        op=condition.op,
        ops=op_words(FIELDS[condition.field]),
        values=tuple((value, kind) for value in condition.values),
        of=condition.of,
    )
