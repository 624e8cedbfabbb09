"""What can be asked of customers, and in which words?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from syncd.domain.code import id_of
from syncd.domain.contractor import Kind
from syncd.domain.country import Zone
from syncd.domain.country.normal import as_code
from syncd.domain.filter.moments import is_moment
from syncd.domain.filter.problem import InvalidFilter, one_of
from syncd.domain.filter.tree import Condition
from syncd.domain.holds import Status
from syncd.sentence import Counted, Sentence

__all__ = ["FIELDS", "SYNC_STATES", "Field", "Op", "check"]


class Op(StrEnum):
    """How a field is compared."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    HAS = "has"
    HAS_NOT = "has-not"
    HAS_ALL = "has-all"
    EMPTY = "empty"
    FILLED = "filled"
    GE = "ge"
    GT = "gt"
    LE = "le"
    LT = "lt"


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be asked.

    Attributes:
        choices: The only values that there are; empty where any text is a value.
        takes: What its values are: ``text``, ``choice``, ``code``, ``country``, ``moment``, ``group``,
            ``connection`` or ``cause``.
        at_one: Whether it can be asked of one connection (``sync.esklep``).
    """

    name: str
    ops: tuple[Op, ...]
    takes: str = "text"
    choices: tuple[str, ...] = ()
    at_one: bool = False


SYNC_STATES: Final = ("in_sync", "queued", "retrying", "stuck", "held", "differs", "never")
"""How a customer stands on one connection, as `syncd.registry.queries` finds it."""

_TEXT: Final = (Op.EQ, Op.HAS, Op.EMPTY, Op.FILLED)
_CHOICE: Final = (Op.EQ, Op.NE, Op.IN)
_MOMENT: Final = (Op.GE, Op.LE, Op.GT, Op.LT, Op.EQ)
_BARREN: Final = (Op.EMPTY, Op.FILLED)
_SEVERAL: Final = (Op.IN, Op.HAS, Op.HAS_NOT, Op.HAS_ALL)
_ALIASES: Final = {"gte": Op.GE, "lte": Op.LE}
_MOST_VALUES: Final = 200


def _choice(name: str, choices: tuple[str, ...], *, at_one: bool = False) -> Field:
    return Field(name=name, ops=_CHOICE, takes="choice", choices=choices, at_one=at_one)


FIELDS: Final[Mapping[str, Field]] = {
    field.name: field
    for field in (
        _choice("status", tuple(Status)),
        Field(name="group", ops=(Op.HAS, Op.HAS_NOT, Op.HAS_ALL, *_BARREN), takes="group"),
        Field(name="country", ops=(*_CHOICE, *_BARREN), takes="country"),
        _choice("zone", tuple(Zone)),
        Field(name="name", ops=(Op.EQ, Op.HAS)),
        Field(name="number", ops=_TEXT),
        Field(name="email", ops=_TEXT),
        Field(name="tax_id", ops=_TEXT),
        Field(name="city", ops=_TEXT),
        Field(name="caretaker", ops=_TEXT),
        Field(name="code", ops=(Op.EQ, Op.IN, Op.GE, Op.GT, Op.LE, Op.LT), takes="code"),
        _choice("kind", tuple(Kind)),
        _choice("newsletter", ("yes", "no", "unknown")),
        _choice("sync", SYNC_STATES, at_one=True),
        Field(name="bound", ops=(Op.HAS, Op.HAS_NOT, Op.HAS_ALL, *_BARREN), takes="connection"),
        Field(name="issue", ops=(Op.EQ, Op.NE, Op.IN, *_BARREN), takes="cause"),
        Field(name="created", ops=_MOMENT, takes="moment"),
        Field(name="changed", ops=_MOMENT, takes="moment"),
        Field(name="synced", ops=(*_MOMENT, *_BARREN), takes="moment"),
    )
}
"""Every field, in the order in which a list offers them."""


def check(condition: Condition, position: int = 0) -> Condition:
    """Give a condition back as it is meant.

    Args:
        position: Where it stands in its filter.

    Raises:
        InvalidFilter: Naming the field, the operator and those that are allowed.
    """
    field = FIELDS.get(condition.field)
    if field is None:
        cure = one_of(condition.field, FIELDS, "Fields: %(names)s.")
        raise InvalidFilter(
            Sentence("there is no field %(field)s to filter by", field=repr(condition.field)),
            cure=cure,
            field=condition.field,
            position=position,
        )
    if condition.of and not field.at_one:
        raise _wrong(
            field,
            Sentence("%(name)s is not asked of one connection", name=field.name),
            Sentence("Write %(name)s:…", name=field.name),
            position,
        )
    op = _ALIASES.get(condition.op) or next((op for op in field.ops if op.value == condition.op), None)
    if op is None or op not in field.ops:
        cure = one_of(condition.op, [op.value for op in field.ops], "%(name)s takes: %(names)s.", name=field.name)
        raise _wrong(
            field,
            Sentence("%(name)s cannot be compared by %(op)s", name=field.name, op=repr(condition.op)),
            cure,
            position,
        )
    return msgspec.structs.replace(condition, op=op.value, values=_values(field, op, condition.values, position))


def _values(field: Field, op: Op, values: tuple[str, ...], position: int) -> tuple[str, ...]:
    if op in _BARREN:
        if values:
            raise _wrong(
                field,
                Sentence("%(name)s:%(op)s takes no value", name=field.name, op=op),
                Sentence("Write %(name)s:%(op)s.", name=field.name, op=op),
                position,
            )
        return ()
    if not values:
        raise _wrong(
            field,
            Sentence("%(name)s:%(op)s needs a value", name=field.name, op=op),
            Sentence("Write %(name)s:%(op)s:VALUE.", name=field.name, op=op),
            position,
        )
    if len(values) > 1 and op not in _SEVERAL:
        cure = (
            Sentence("Write %(name)s:in:%(names)s.", name=field.name, names=",".join(values))
            if Op.IN in field.ops
            else "Combine conditions with OR."
        )
        raise _wrong(field, Sentence("%(name)s:%(op)s takes one value", name=field.name, op=op), cure, position)
    if len(values) > _MOST_VALUES:
        raise _wrong(
            field,
            Sentence(Counted("%(count)s value is too many", "%(count)s values are too many"), count=len(values)),
            Sentence("At most %(most)s are taken.", most=_MOST_VALUES),
            position,
        )
    return tuple(_value(field, value, position) for value in values)


def _value(field: Field, value: str, position: int) -> str:
    if field.choices:
        if value not in field.choices:
            raise _wrong(
                field,
                Sentence("%(name)s is never %(value)s", name=field.name, value=repr(value)),
                one_of(value, field.choices, "It can be: %(names)s."),
                position,
            )
    elif field.takes == "moment":
        if not is_moment(value):
            cure = "Write a day (2026-01-31) or how long ago (7d, 24h)."
            raise _wrong(field, Sentence("%(value)s is no date", value=repr(value)), cure, position)
    elif field.takes == "code":
        if id_of(value) is None:
            raise _wrong(
                field,
                Sentence("%(value)s is no customer code", value=repr(value)),
                "Codes look like K000231.",
                position,
            )
    elif not value.strip():
        raise _wrong(
            field,
            Sentence("%(name)s is compared with nothing", name=field.name),
            Sentence("Ask %(name)s:empty.", name=field.name),
            position,
        )
    elif field.takes == "country":
        return as_code(value.upper() if len(value) == 2 else value)  # as customers have it: "Polska" is PL
    return value


def _wrong(field: Field, message: str, cure: str, position: int) -> InvalidFilter:
    return InvalidFilter(message, cure=cure, field=field.name, position=position)
