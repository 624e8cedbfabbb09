"""Does a GraphQL document fit a schema, and do its variables? The wording is graphql-js'."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from adapters.vendure.simulated.language import Document, Enum, Field, Fragment, Operation, Selection, Variable

__all__ = ["Misfit", "Output", "Schema", "bare", "coerce", "faults", "variables_of"]


class Output(msgspec.Struct, frozen=True):
    """A field of an object type: its type, and the types of its arguments."""

    type: str
    arguments: Mapping[str, str] = {}


class Schema(msgspec.Struct, frozen=True):
    """The types of one API.

    Attributes:
        objects: Fields by object type; ``Query`` and ``Mutation`` among them.
        inputs: Types of fields by input type, in the order in which the server looks at them.
        unions: Members by union.
        interfaces: Fields by interface; who implements one has its name at the end of its own.
    """

    objects: Mapping[str, Mapping[str, Output]]
    inputs: Mapping[str, Mapping[str, str]]
    enums: Mapping[str, Sequence[str]]
    unions: Mapping[str, Sequence[str]]
    interfaces: Mapping[str, Mapping[str, Output]]


SCALARS: Final = frozenset({"ID", "String", "Int", "Float", "Boolean", "DateTime", "JSON"})


class Misfit(Exception):
    """A value that does not fit its type."""

    def __init__(self, path: str, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.value = value
        self.reason = reason


def bare(type_: str) -> str:
    """A type without list and non-null signs."""
    return type_.strip("[]!")


def faults(schema: Schema, document: Document, operation: Operation) -> Iterator[str]:
    """One sentence for each place where an operation does not fit the schema."""
    return _Validation(schema, document, operation).faults()


class _Validation:
    """Does a document fit the schema? One sentence for each place where it does not."""

    def __init__(self, schema: Schema, document: Document, operation: Operation) -> None:
        self._schema = schema
        self._document = document
        self._operation = operation

    def faults(self) -> Iterator[str]:
        for type_ in self._operation.variables.values():
            if bare(type_) not in SCALARS and bare(type_) not in {**self._schema.inputs, **self._schema.enums}:
                yield f'Unknown type "{bare(type_)}".'
        yield from self._selection(self._operation.kind.capitalize(), self._operation.selection)

    def _selection(self, type_: str, selection: Sequence[Selection]) -> Iterator[str]:
        known = {**self._schema.objects, **self._schema.interfaces}
        fields = known.get(type_, {})
        for part in selection:
            if isinstance(part, Fragment):
                fragment = self._document.fragments.get(part.spread) if part.spread else part
                if fragment is None:
                    yield f'Unknown fragment "{part.spread}".'
                elif fragment.on and fragment.on not in known:
                    yield f'Unknown type "{fragment.on}".'
                else:
                    yield from self._selection(fragment.on or type_, fragment.selection)
            elif part.name != "__typename":
                output = fields.get(part.name)
                if output is None:
                    yield f'Cannot query field "{part.name}" on type "{type_}".'
                else:
                    yield from self._field(type_, part, output)

    def _field(self, type_: str, field: Field, output: Output) -> Iterator[str]:
        for name, value in field.arguments.items():
            if name not in output.arguments:
                yield f'Unknown argument "{name}" on field "{type_}.{field.name}".'
            else:
                yield from self._argument(value, output.arguments[name])
        for name, wanted in output.arguments.items():
            if wanted.endswith("!") and name not in field.arguments:
                yield (
                    f'Field "{field.name}" argument "{name}" of type "{wanted}" is required, but it was not provided.'
                )
        leaf = bare(output.type) in SCALARS or bare(output.type) in self._schema.enums
        if leaf and field.selection is not None:
            yield f'Field "{field.name}" must not have a selection since type "{output.type}" has no subfields.'
        elif not leaf and field.selection is None:
            yield (
                f'Field "{field.name}" of type "{output.type}" must have a selection of subfields. '
                f'Did you mean "{field.name} {{ ... }}"?'
            )
        elif field.selection is not None:
            yield from self._selection(bare(output.type), field.selection)

    def _argument(self, value: Any, type_: str) -> Iterator[str]:
        unknown = [name for name in _variables_in(value) if name not in self._operation.variables]
        for name in unknown:
            yield f'Variable "${name}" is not defined by operation "{self._operation.name}".'
        if not unknown and not list(_variables_in(value)):
            try:
                coerce(self._schema, type_, value, "", literal=True)
            except Misfit as misfit:
                yield misfit.reason


def _variables_in(value: Any) -> Iterator[str]:
    if isinstance(value, Variable):
        yield value.name
    elif isinstance(value, list | dict):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _variables_in(member)


def variables_of(schema: Schema, operation: Operation, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Check and complete the variables that were sent.

    Raises:
        Misfit: Quoting what was sent, as the real server does.
    """
    values = {}
    for name, type_ in operation.variables.items():
        if name not in sent:
            if type_.endswith("!"):
                raise Misfit("", None, f'Variable "${name}" of required type "{type_}" was not provided.')
            continue
        try:
            values[name] = coerce(schema, type_, sent[name], name)
        except Misfit as misfit:
            at = f' at "{misfit.path}"' if misfit.path != name else ""
            reason = f'Variable "${name}" got invalid value {_inspect(misfit.value)}{at}; {misfit.reason}'
            raise Misfit(misfit.path, misfit.value, reason) from None
    return values


def coerce(schema: Schema, type_: str, value: Any, path: str, *, literal: bool = False) -> Any:
    """Check a value and bring it into the form that resolvers get: members in the *schema's* order."""
    if type_.endswith("!"):
        if value is None:
            raise Misfit(path, value, f'Expected non-nullable type "{type_}" not to be null.')
        type_ = type_[:-1]
    if value is None:
        return None
    if type_.startswith("["):
        members = value if isinstance(value, list) else [value]
        return [
            coerce(schema, type_[1:-1], one, f"{path}[{place}]", literal=literal) for place, one in enumerate(members)
        ]
    if type_ in schema.enums:
        return _enum(schema, type_, value, path, literal=literal)
    if type_ in schema.inputs:
        return _members(schema, type_, value, path, literal=literal)
    return _scalar(type_, value, path)


def _enum(schema: Schema, type_: str, value: Any, path: str, *, literal: bool) -> str:
    name = value.name if literal and isinstance(value, Enum) else value if not literal else None
    if name not in schema.enums[type_]:
        raise Misfit(path, value, f'Value "{name}" does not exist in "{type_}" enum.')
    return str(name)


def _members(schema: Schema, type_: str, value: Any, path: str, *, literal: bool) -> dict[str, Any]:
    fields = schema.inputs[type_]
    if not isinstance(value, dict):
        raise Misfit(path, value, f'Expected type "{type_}" to be an object.')
    members = {}
    for name, wanted in fields.items():
        if name in value:
            members[name] = coerce(schema, wanted, value[name], f"{path}.{name}", literal=literal)
        elif wanted.endswith("!"):
            raise Misfit(path, value, f'Field "{name}" of required type "{wanted}" was not provided.')
    for name in value:
        if name not in fields:
            raise Misfit(path, value, f'Field "{name}" is not defined by type "{type_}".')
    return members


def _scalar(type_: str, value: Any, path: str) -> Any:
    fits = {
        "ID": isinstance(value, str | int) and not isinstance(value, bool),
        "String": isinstance(value, str),
        "Int": isinstance(value, int) and not isinstance(value, bool),
        "Float": isinstance(value, int | float) and not isinstance(value, bool),
        "Boolean": isinstance(value, bool),
        "DateTime": isinstance(value, str) and _is_moment(value),
        "JSON": True,
    }
    if not fits[type_]:
        what = "non-integer value" if type_ == "Int" else f"a non {type_.lower()} value"
        raise Misfit(path, value, f"{type_} cannot represent {what}: {_inspect(value)}")
    return str(value) if type_ == "ID" else value


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _inspect(value: Any) -> str:
    """A value as JavaScript shows it."""
    if isinstance(value, dict):
        members = ", ".join(f"{name}: {_inspect(member)}" for name, member in value.items())
        return f"{{ {members} }}" if members else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_inspect(member) for member in value)}]"
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, Enum) else value.name
