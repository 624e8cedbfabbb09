"""How does the API describe itself? OpenAPI 3.1, made from what the endpoints say they take and answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from syncd import __version__
from syncd.access.roles import SCOPES
from syncd.console.api.endpoint import PREFIX, Endpoint, Nothing
from syncd.console.asking import MOST
from syncd.console.unheard import Waits

__all__ = ["ProblemDetails", "describe"]

_REF: Final = "#/components/schemas/{name}"
_PART: Final = re.compile(r"{(\w+)}")
_ABOUT: Final = (
    "Everything that people can do in the console. Programs show a token (`Authorization: Bearer syncd_...`), made "
    "by `syncd tokens create` or in the console; it may do what its scope says, and never more than its owner. Lists "
    "come in pages: `next` is what `after` is to be for the one that follows, and `null` at the end. A request that "
    "changes something may carry an `Idempotency-Key`: sent again under the same key within a day it gets the first "
    "answer and nothing is done twice. What cannot be done is told as RFC 9457 says, with a `code` that "
    "docs/reference/errors.md explains and mostly a `cure`. While Redis does not answer no worker can be woken: "
    "what is asked for is kept all the same, and begins by itself when Redis is back; the answer then has `waits`, "
    "which says so with the cure. So has the answer to who applies a plan of a connection that is paused."
)

_REFUSALS: Final = {
    "400": "The filter cannot be read, or the console is not known by this name.",
    "401": "No token, or not a valid one.",
    "403": "The token's scope is too narrow.",
    "404": "What the address or the body names is not there.",
    "408": "The body did not arrive in time.",
    "409": "Somebody was faster, or it is too late.",
    "413": "The body is too large.",
    "422": "Something of the request cannot be used; `field` names it.",
    "429": "Too many attempts; `Retry-After` says when to come again.",
    "503": "Not now: a side, the database or somebody else's work stands in the way. The same may be possible later.",
}
_OF_A_BODY: Final = frozenset({"408", "413"})

_EXAMPLES: Final = {
    "name": "optima",
    "code": "K000231",
    "user": "anna",
    "field": "website",
    "table": "customers",
    "operation": "block",
    "webhook": "helpdesk",
}
"""Of what stands in a path; everything else there is a number."""


class ProblemDetails(msgspec.Struct, frozen=True, kw_only=True):
    """Why something was not done (RFC 9457).

    Attributes:
        code: Stable name of the cause.
        cure: What helps.
        field: What of the request was not right.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    cure: str | msgspec.UnsetType = msgspec.UNSET
    field: str | msgspec.UnsetType = msgspec.UNSET


class _Schemas:
    """Schemas of all types at once: two of one name get longer ones, so they are never asked for one by one."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        kinds = {kind for one in endpoints for kind in (one.returns, one.body, one.query)} - {None, bytes}
        shapes = sorted({ProblemDetails, Waits, *kinds}, key=str)
        refs, self.components = msgspec.json.schema_components(shapes, ref_template=_REF)
        self.refs = dict(zip(shapes, refs, strict=True))
        # What stands in an address is described where it stands.
        self.queries = {one.query: self.components[_name(self.refs[one.query])] for one in endpoints}
        for query in self.queries:
            self.components.pop(_name(self.refs[query]), None)


def _name(ref: dict[str, Any]) -> str:
    return str(ref["$ref"]).rpartition("/")[2]


def describe(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The whole description, as `GET /api/v1/openapi.json` answers it."""
    schemas = _Schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for one in endpoints:
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(one, schemas)
    problem = {"application/problem+json": {"schema": schemas.refs[ProblemDetails]}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "syncd", "version": __version__, "description": _ABOUT, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {status: {"description": says, "content": problem} for status, says in _REFUSALS.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(one: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    scope = next(scope for scope, role in SCOPES.items() if role >= one.need)
    refusals = [status for status in _REFUSALS if one.method != "GET" or status not in _OF_A_BODY]
    operation: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.path.split("/")[1]],
        "summary": one.says,
        "description": f"Needs a token of the scope `{scope}`.",
        "parameters": [*_in_path(one.path), *_in_query(schemas.queries[one.query])],
        "responses": {
            "200": _answered(one, schemas),
            **{status: {"$ref": f"#/components/responses/{status}"} for status in refusals},
        },
    }
    if one.method != "GET" and not one.fleeting:
        operation["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "Makes it safe to send the request again.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[!-~]+$"},
            }
        )
    if one.body is not Nothing:
        operation["requestBody"] = _taken(one, schemas)
    return operation


def _taken(one: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    if one.body is bytes:
        return {"required": True, "content": {"application/octet-stream": {}}}
    content: dict[str, Any] = {"schema": schemas.refs[one.body]}
    if one.example is not None:
        content["example"] = one.example
    return {"required": True, "content": {"application/json": content}}


def _answered(one: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    if one.returns is None:
        return {"description": "A file.", "content": {kind: {} for kind in one.files}}
    schema = schemas.refs[one.returns]
    if one.method != "GET":
        # Whatever wakes a worker may find none that can hear it.
        schema = {"allOf": [schema, {"properties": {"waits": schemas.refs[Waits]}}]}
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


def _in_path(path: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, **_part(name)} for name in _PART.findall(path)]


def _part(name: str) -> dict[str, Any]:
    if name in _EXAMPLES:
        return {"schema": {"type": "string", "minLength": 1}, "example": _EXAMPLES[name]}
    return {"schema": {"type": "integer", "minimum": 1, "maximum": MOST}, "example": 813}


def _in_query(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": about}
        for name, about in schema["properties"].items()
    ]
