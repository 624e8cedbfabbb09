"""Which properties do customers of a simulated shop have? As a JSON schema, and as an empty customer."""

from __future__ import annotations

from typing import Any, Final

from adapters.abicart.simulated.state import Setup

__all__ = ["EMPTY", "READ_ONLY", "WRITE_ONLY", "json_schema", "properties"]

_ADDRESS: Final = ("firstName", "lastName", "company", "address", "zip", "city", "country")

EMPTY: Final[dict[str, Any]] = {
    "uid": None,
    "created": None,
    "changed": None,
    "customerNumber": "",
    "username": "",
    "password": "",
    "isApproved": False,
    "wantsNewsletter": False,
    "notes": "",
    "language": "sv",
    "info": dict.fromkeys(("email", "phoneDay", "phoneEvening", "orgNumber"), ""),
    "address": dict.fromkeys(_ADDRESS, ""),
    "deliveryAddress": dict.fromkeys(_ADDRESS, ""),
    "groups": [],
}

READ_ONLY: Final = frozenset({"uid", "created", "changed"})
WRITE_ONLY: Final = frozenset({"password"})

_TYPES: Final = {bool: "boolean", list: "array", str: "string", type(None): "string"}


def properties(setup: Setup) -> dict[str, Any]:
    """An empty customer with what this shop's customers have."""
    found: dict[str, Any] = {}
    for name, value in EMPTY.items():
        if f"/{name}" in setup.lacks:
            continue
        kept = value
        if isinstance(value, dict):
            kept = {key: inner for key, inner in value.items() if f"/{name}/{key}" not in setup.lacks}
        found[name] = list(kept) if isinstance(kept, list) else kept
    return found


def json_schema(setup: Setup) -> dict[str, Any]:
    """What ``Customer.getSchema`` answers."""
    return {"type": "object", "properties": {k: _stated(k, v, setup) for k, v in properties(setup).items()}}


def _stated(name: str, value: Any, setup: Setup) -> dict[str, Any]:
    if isinstance(value, dict):
        return {"type": "object", "properties": {k: _stated(k, v, setup) for k, v in value.items()}}
    stated: dict[str, Any] = {"type": "integer" if name == "uid" else _TYPES[type(value)]}
    if isinstance(value, str) and name != "notes":
        stated["maxLength"] = setup.longest
    if isinstance(value, list):
        stated["items"] = {"type": "integer"}
    if name in READ_ONLY:
        stated["readonly"] = True
    return stated
