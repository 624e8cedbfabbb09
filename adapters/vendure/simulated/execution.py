"""What does a GraphQL server answer to a document: which refusals before it acts, and which data?

The order, the statuses and the wording are those of graphql-js behind Apollo Server 4, as Vendure 3.7 has them: what
does not fit the schema is refused with HTTP 400 before anything happens, what is wrong with the variables with HTTP
200, and what a resolver refuses with HTTP 200 beside ``data``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from adapters.vendure.simulated.language import Document, Field, Operation, Selection, SyntaxFault, Variable, parse
from adapters.vendure.simulated.validation import Misfit, Output, Schema, bare, coerce, faults, variables_of

__all__ = ["Answer", "Refused", "Resolver", "execute", "operation_of"]

Resolver = Callable[[Mapping[str, Any]], Any]


class Refused(Exception):
    """What a resolver answers as a top-level error; without a `code` it is an exception that nobody foresaw."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Answer(msgspec.Struct, frozen=True):
    """HTTP status and body; and whether an error, or a union's error member, is in it."""

    status: int
    body: Mapping[str, Any]
    refused: bool


def operation_of(body: Any) -> tuple[str, str]:
    """Kind of the operation and name of its first field, for a journal; ``("", "")`` for what is no operation."""
    try:
        operation = parse(body["query"]).operations[0]
    except (KeyError, TypeError, SyntaxFault):
        return "", ""
    first = operation.selection[0]
    return operation.kind, first.name if isinstance(first, Field) else ""


def execute(schema: Schema, resolvers: Mapping[str, Resolver], body: Any) -> Answer:
    """Answer one request.

    Args:
        resolvers: By ``Query.field`` and ``Mutation.field``; they get coerced arguments and answer plain values, in
            which a callable stands for a field that takes arguments or is made only when asked for.
    """
    if isinstance(body, list):
        return _bad_request("Operation batching disabled.")
    if not isinstance(body, dict) or not body:
        return _bad_request("POST body missing, invalid Content-Type, or JSON object has no keys.")
    if not isinstance(body.get("query"), str) or not body["query"]:
        return _bad_request("GraphQL operations must contain a non-empty `query` or a `persistedQuery` extension.")
    try:
        document = parse(body["query"])
    except SyntaxFault as fault:
        return _invalid([str(fault)], "GRAPHQL_PARSE_FAILED")
    if len(document.operations) != 1:
        message = "Must provide operation name if query contains multiple operations."
        return _invalid([message], "OPERATION_RESOLUTION_FAILURE")
    operation = document.operations[0]
    found = list(faults(schema, document, operation))
    if found:
        return _invalid(found, "GRAPHQL_VALIDATION_FAILED")
    try:
        variables = variables_of(schema, operation, body.get("variables") or {})
    except Misfit as misfit:
        return Answer(200, {"errors": [_error(misfit.reason, "BAD_USER_INPUT")]}, refused=True)
    return _Execution(schema, document, resolvers, variables).run(operation)


def _bad_request(message: str) -> Answer:
    return Answer(400, {"errors": [_error(message, "BAD_REQUEST")]}, refused=True)


def _invalid(messages: Sequence[str], code: str) -> Answer:
    http = {"status": 400, "headers": {}}
    errors = [{"message": message, "extensions": {"http": http, "code": code}} for message in messages]
    return Answer(400, {"errors": errors}, refused=True)


def _error(message: str, code: str, path: Sequence[str] = ()) -> dict[str, Any]:
    error: dict[str, Any] = {"message": message, "locations": [{"line": 1, "column": 1}]}
    if path:
        error["path"] = list(path)
    if code:
        error["extensions"] = {"code": code}
    return error


class _Execution:
    """Resolves one operation."""

    def __init__(
        self, schema: Schema, document: Document, resolvers: Mapping[str, Resolver], variables: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._document = document
        self._resolvers = resolvers
        self._variables = variables
        self._refused = False

    def run(self, operation: Operation) -> Answer:
        root = operation.kind.capitalize()
        data: dict[str, Any] | None = {}
        errors = []
        for field in self._fields(root, operation.selection):
            if field.name == "__typename":
                continue
            output = self._schema.objects[root][field.name]
            try:
                value = self._resolvers[f"{root}.{field.name}"](self._arguments(field, output))
                result = self._complete(output.type, value, field.selection)
            except Refused as refused:
                errors.append(_error(refused.message, refused.code, [field.key]))
                result = None
                if output.type.endswith("!"):
                    data = None
            if data is not None:
                data[field.key] = result
        body: dict[str, Any] = {"errors": errors, "data": data} if errors else {"data": data}
        return Answer(200, body, refused=bool(errors) or self._refused)

    def _arguments(self, field: Field, output: Output) -> dict[str, Any]:
        arguments = {}
        for name, type_ in output.arguments.items():
            value = field.arguments.get(name)
            if isinstance(value, Variable):
                if value.name in self._variables:
                    arguments[name] = self._variables[value.name]
            elif name in field.arguments:
                filled = _filled(value, self._variables)
                arguments[name] = coerce(self._schema, type_, filled, name, literal=True)
        return arguments

    def _fields(self, type_: str, selection: Sequence[Selection]) -> Iterator[Field]:
        for part in selection:
            if isinstance(part, Field):
                yield part
                continue
            fragment = self._document.fragments[part.spread] if part.spread else part
            if fragment.on in {None, type_} or (fragment.on == "ErrorResult" and type_.endswith("Error")):
                yield from self._fields(type_, fragment.selection)

    def _complete(self, type_: str, value: Any, selection: Sequence[Selection] | None) -> Any:
        if value is None:
            return None
        if type_.strip("!").startswith("["):
            return [self._complete(type_.strip("!")[1:-1], member, selection) for member in value]
        if selection is None:
            return value
        name = str(value.get("__typename", bare(type_)))
        self._refused = self._refused or name.endswith("Error")
        result = {}
        for field in self._fields(name, selection):
            if field.name == "__typename":
                result[field.key] = name
                continue
            output = {**self._schema.objects, **self._schema.interfaces}[name][field.name]
            member = value.get(field.name)
            if callable(member):
                member = member(self._arguments(field, output))
            result[field.key] = self._complete(output.type, member, field.selection)
        return result


def _filled(value: Any, variables: Mapping[str, Any]) -> Any:
    """A literal with its variables put in."""
    if isinstance(value, Variable):
        return variables.get(value.name)
    if isinstance(value, list):
        return [_filled(member, variables) for member in value]
    if isinstance(value, dict):
        return {name: _filled(member, variables) for name, member in value.items()}
    return value
