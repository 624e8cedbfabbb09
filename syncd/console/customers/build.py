"""How is a condition put together in a form, without knowing how filters are written?"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, select

from syncd.console.customers.chips import VALUE_WORDS, op_words
from syncd.domain.filter import FIELDS, Condition, Expression, Field, Op, all_of, beside_last, check, parts
from syncd.registry import tables as t
from syncd.registry.queries.issues import count_issues

__all__ = ["Builder", "added", "builder_of"]


class Builder(msgspec.Struct, frozen=True, kw_only=True):
    """The form for one condition.

    Attributes:
        field: What is asked, once it was chosen.
        ops: Its operators; `op_words` is the kind of their words.
        values: What it can be, where only so much is possible or known; `value_words` as above, or ``""``.
        of: Connections of which it can be asked.
    """

    field: str = ""
    takes: str = ""
    ops: tuple[str, ...] = ()
    op_words: str = "op"
    values: tuple[str, ...] = ()
    value_words: str = ""
    of: tuple[str, ...] = ()


def builder_of(connection: Connection, name: str) -> Builder:
    """The form as far as it is filled in."""
    field = FIELDS.get(name)
    if field is None:
        return Builder()
    names = tuple(connection.scalars(select(t.Connection.name).order_by(t.Connection.name)))
    return Builder(
        field=field.name,
        takes=field.takes,
        ops=tuple(op.value for op in field.ops if op is not Op.IN),
        op_words=op_words(field),
        values=_values(connection, field, names),
        value_words=VALUE_WORDS.get(field.name, ""),
        of=names if field.at_one else (),
    )


def _values(connection: Connection, field: Field, names: tuple[str, ...]) -> tuple[str, ...]:
    if field.takes == "group":
        return tuple(connection.scalars(select(t.Group.name).order_by(t.Group.name)))
    if field.takes == "connection":
        return names
    if field.takes == "cause":
        return tuple(sorted(count_issues(connection)))
    return field.choices


def added(expression: Expression | None, said: Mapping[str, str]) -> Expression | None:
    """A filter with one condition more, as the form says it.

    Raises:
        InvalidFilter: Naming what of the condition is wrong.
    """
    value = said.get("add_value", "").strip()
    op = said.get("add_op", "")
    values = (value,) if value and op not in {Op.EMPTY, Op.FILLED} else ()
    condition = check(Condition(said.get("add_field", ""), op, values, said.get("add_of", "")))
    if said.get("add_join") == "or":
        return beside_last(expression, condition)
    return all_of([*parts(expression), condition])
