"""What does a form ask for the options of a platform, and what do its answers mean?

Everything is told by the types of the adapter's struct, so that a new platform needs no form of its own. Answers are
texts, as a form and a command line have them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec import inspect

from syncd.errors import InvalidRecord
from syncd.ports import Secret
from syncd.sentence import Sentence
from syncd.settings.explain import describe
from syncd.settings.toml import lines_of

__all__ = ["Asked", "ask", "read_answer", "read_answers", "shown"]

Shape = Literal["text", "secret", "number", "switch", "choice", "lines", "table"]

_WORDS: Final = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_SHAPES: Final[tuple[tuple[Any, Shape], ...]] = (
    (inspect.BoolType, "switch"),
    ((inspect.IntType, inspect.FloatType), "number"),
    ((inspect.DictType, inspect.StructType), "table"),
    ((inspect.CollectionType, inspect.TupleType), "lines"),
)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One option.

    Attributes:
        shape: What is to be filled in: ``lines`` is a list with an entry on each line, ``table`` is TOML.
        choices: What there is to choose from, for ``choice``.
        default: What counts when nothing is filled in, as text; empty for what is required or has none.
    """

    name: str
    meaning: str
    required: bool
    shape: Shape
    choices: tuple[str, ...] = ()
    default: str = ""


def ask(struct: type[msgspec.Struct]) -> list[Asked]:
    """What to ask for the options of a platform, what is required first."""
    shape = inspect.type_info(struct)
    assert isinstance(shape, inspect.StructType)  # noqa: S101 - a struct was given
    types = {field.encode_name: field.type for field in shape.fields}
    asked = []
    for one in describe(struct):
        kind, choices = _shape(types[one.name])
        default = "" if one.default is None else shown(kind, one.default)
        asked.append(
            Asked(
                name=one.name,
                meaning=one.meaning,
                required=one.required,
                shape=kind,
                choices=choices,
                default=default,
            )
        )
    return sorted(asked, key=lambda one: not one.required)


def read_answers(asked: Iterable[Asked], answers: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Options, and secrets apart. What was left empty is left out, so that the default counts.

    Raises:
        InvalidRecord: Naming the option that is missing or cannot be read; the value is not repeated.
    """
    options: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    for one in asked:
        text = answers.get(one.name, "").replace("\r\n", "\n")
        text = text if one.shape in {"secret", "text"} else text.strip()
        if not text.strip():
            continue
        if one.shape == "secret":
            secrets[one.name] = text
        elif text != one.default:
            options[one.name] = read_answer(one, text)
    return options, secrets


def read_answer(one: Asked, text: str) -> Any:
    """The value that an answer means.

    Raises:
        InvalidRecord: If it means none.
    """
    if one.shape == "number":
        return _number(one, text)
    if one.shape == "switch":
        if text.lower() not in _WORDS:
            raise _wrong(one, Sentence("the option %(name)s is neither yes nor no", name=one.name), "Say yes or no.")
        return _WORDS[text.lower()]
    if one.shape == "choice" and text not in one.choices:
        raise _wrong(
            one,
            Sentence("the option %(name)s is none of the choices", name=one.name),
            Sentence("One of: %(names)s.", names=", ".join(one.choices)),
        )
    if one.shape == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if one.shape == "table":
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _wrong(
                one,
                Sentence("the option %(name)s is not TOML: %(reason)s", name=one.name, reason=error),
                'Write one line for each: name = "value".',
            ) from None
    return text


def shown(shape: Shape, value: Any) -> str:
    """A value as it stands in the form."""
    if shape == "switch":
        return "yes" if value else "no"
    if shape == "lines" and isinstance(value, Sequence):
        return "\n".join(map(str, value))
    if shape == "table":
        return "\n".join(lines_of(value)) if value else ""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _number(one: Asked, text: str) -> int | float:
    text = text.strip()
    try:
        return int(text) if text.lstrip("+-").isdecimal() else float(text.replace(",", "."))
    except ValueError:
        raise _wrong(one, Sentence("the option %(name)s is no number", name=one.name), "Write digits.") from None


def _shape(kind: inspect.Type) -> tuple[Shape, tuple[str, ...]]:
    if isinstance(kind, inspect.Metadata):
        return _shape(kind.type)
    if isinstance(kind, inspect.UnionType):
        parts = [part for part in kind.types if not isinstance(part, inspect.NoneType)]
        return _shape(parts[0]) if len(parts) == 1 else ("text", ())
    if isinstance(kind, inspect.LiteralType):
        return "choice", tuple(map(str, kind.values))
    if isinstance(kind, inspect.EnumType):
        return "choice", tuple(str(one.value) for one in kind.cls)
    if isinstance(kind, inspect.CustomType) and kind.cls is Secret:
        return "secret", ()
    return next((shape for types, shape in _SHAPES if isinstance(kind, types)), "text"), ()


def _wrong(one: Asked, what: str, cure: str) -> InvalidRecord:
    return InvalidRecord(what, code="option-wrong", field=one.name, cure=cure)
