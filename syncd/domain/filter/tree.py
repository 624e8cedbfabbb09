"""What does a filter consist of, and how is it written?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

__all__ = [
    "AllOf",
    "AnyOf",
    "Condition",
    "Expression",
    "all_of",
    "any_of",
    "beside_last",
    "conditions",
    "parts",
    "to_text",
    "without",
]

_BARE: Final = re.compile(r'[^\s,()"]+')
"""A value that needs no quotes."""


class Condition(msgspec.Struct, frozen=True):
    """One question.

    Attributes:
        of: The connection that is asked about; ``""`` where none was named.
    """

    field: str
    op: str
    values: tuple[str, ...] = ()
    of: str = ""


class AllOf(msgspec.Struct, frozen=True):
    """All of two or more parts hold; none of them is an `AllOf` itself."""

    parts: tuple[Expression, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """At least one of two or more parts holds; none of them is an `AnyOf` itself."""

    parts: tuple[Expression, ...]


Expression = Condition | AllOf | AnyOf


def all_of(parts: Sequence[Expression]) -> Expression | None:
    """All of these, without brackets that say nothing; ``None`` for no parts."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, AllOf) else (part,)))
    return AllOf(flat) if len(flat) > 1 else flat[0] if flat else None


def any_of(parts: Sequence[Expression]) -> Expression | None:
    """Any of these, in the same way."""
    flat = tuple(inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else (part,)))
    return AnyOf(flat) if len(flat) > 1 else flat[0] if flat else None


def parts(expression: Expression | None) -> tuple[Expression, ...]:
    """What of a filter can be taken away by itself: everything that has to hold."""
    if expression is None:
        return ()
    return expression.parts if isinstance(expression, AllOf) else (expression,)


def without(expression: Expression | None, position: int) -> Expression | None:
    """A filter without one of its `parts`."""
    return all_of([part for at, part in enumerate(parts(expression)) if at != position])


def beside_last(expression: Expression | None, condition: Condition) -> Expression:
    """Let it be enough if `condition` holds in place of the last part: how "or" is meant when it is said last."""
    *first, last = parts(expression) or (None,)
    joined = condition if last is None else any_of([last, condition])
    combined = all_of([part for part in (*first, joined) if part is not None])
    return condition if combined is None else combined


def conditions(expression: Expression | None) -> Iterator[Condition]:
    """Every condition in it, from left to right."""
    if isinstance(expression, Condition):
        yield expression
    elif expression is not None:
        for part in expression.parts:
            yield from conditions(part)


def to_text(expression: Expression | None) -> str:
    """Write a filter so that `syncd.domain.filter.parse` reads the same; ``""`` for none."""
    if expression is None:
        return ""
    if isinstance(expression, Condition):
        return _condition(expression)
    if isinstance(expression, AllOf):
        return " AND ".join(
            f"({to_text(part)})" if isinstance(part, AnyOf) else to_text(part) for part in expression.parts
        )
    return " OR ".join(to_text(part) for part in expression.parts)


def _condition(condition: Condition) -> str:
    field = f"{condition.field}.{condition.of}" if condition.of else condition.field
    values = ",".join(map(_value, condition.values))
    return f"{field}:{condition.op}:{values}" if condition.values else f"{field}:{condition.op}"


def _value(value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    doubled = value.replace('"', '""')
    return f'"{doubled}"'
