"""How does the API describe itself? OpenAPI 3.1, made from what the endpoints say they take and answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from syncd import __version__
from syncd.access.roles import SCOPES
from syncd.console.api.endpoint import PREFIX, Endpoint, Nothing

__all__ = ["Problem", "describe"]

_REF: Final = "#/components/schemas/{name}"
_PART: Final = re.compile(r"{(\w+)}")
_ABOUT: Final = (
    "Everything that people can do in the console. Programs show a token (`Authorization: Bearer syncd_...`), made "
    "by `syncd tokens create` or in the console; it may do what its scope says, and never more than its owner. Lists "
    "come in pages: `next` is what `after` is to be for the one that follows, and `null` at the end. A request that "
    "changes something may carry an `Idempotency-Key`: sent again under the same key within a day it gets the first "
    "answer and nothing is done twice. What cannot be done is told as RFC 9457 says, with a `code` that "
    "docs/reference/errors.md explains and mostly a `cure`."
)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
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


def describe(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The whole description, as `GET /api/v1/openapi.json` answers it."""
    shapes = {Problem, *(kind for one in endpoints for kind in (one.returns, one.body) if kind is not None)} - {Nothing}
    _, components = msgspec.json.schema_components(sorted(shapes, key=str), ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for one in endpoints:
        paths.setdefault(PREFIX + one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "syncd", "version": __version__, "description": _ABOUT, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    scope = next(scope for scope, role in SCOPES.items() if role >= one.need)
    problems = {"application/problem+json": {"schema": _ref(Problem)}}
    operation: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.path.split("/")[1]],
        "summary": one.says,
        "description": f"Needs a token of the scope `{scope}`.",
        "parameters": [*_in_path(one.path), *_in_query(one.query)],
        "responses": {"200": _answered(one), "4XX": {"description": "Not done.", "content": problems}},
    }
    if one.method != "GET" and not one.secret:
        operation["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "Makes it safe to send the request again.",
                "schema": {"type": "string", "maxLength": 100},
            }
        )
    if one.body is not Nothing:
        content: dict[str, Any] = {"schema": _ref(one.body)}
        if one.example is not None:
            content["example"] = one.example
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _answered(one: Endpoint) -> dict[str, Any]:
    if one.returns is None:
        return {"description": "A file.", "content": {one.media_type: {}}}
    return {"description": "Done.", "content": {"application/json": {"schema": _ref(one.returns)}}}


def _ref(shape: type[Any]) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([shape], ref_template=_REF)
    return schema


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in _PART.findall(path)
    ]


def _in_query(shape: type[Any]) -> list[dict[str, Any]]:
    schema = msgspec.json.schema_components([shape], ref_template=_REF)[1][shape.__name__]
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": about}
        for name, about in schema["properties"].items()
    ]
