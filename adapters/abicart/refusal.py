"""What does an error of JSON-RPC mean, which Abicart answers with HTTP 200?

Texts of such errors may quote what was sent, so of an error only its number and the names of properties are repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from syncd.errors import InvalidRecord, Misconfigured, NotFound, OutcomeUnknown, SyncError, Unavailable
from syncd.sentence import Sentence

__all__ = ["ACCESS_DENIED", "Answer", "RpcError", "explain_status", "meaning"]

ACCESS_DENIED: Final = 1006
METHOD_NOT_FOUND: Final = -32601

_PASSING: Final = frozenset({-32603, -32000})
"""Internal and server errors: trying later can help."""

_OURS: Final = frozenset({-32700, -32600, METHOD_NOT_FOUND})
"""Errors about the call as such, not about what is in it."""

_LOGINS: Final = frozenset({"username", "email"})
"""Fields by which a customer logs in."""

_NAME: Final = re.compile(r"(/[A-Za-z_][A-Za-z0-9_]{0,40}){1,3}")


class RpcError(msgspec.Struct, frozen=True):
    """The ``error`` of an answer."""

    code: int = 0
    message: str = ""
    data: Any = None


class Answer(msgspec.Struct, frozen=True):
    """An answer, of which ``result`` is not looked at yet."""

    result: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: RpcError | None = None
    id: int | str | None = None


def meaning(error: RpcError, *, writes: bool, fields: Mapping[str, str]) -> SyncError:
    """Say what an error means, but for `ACCESS_DENIED`.

    Args:
        writes: Whether it answers a call that changes something.
        fields: Contractor's field by property.
    """
    if error.code in _PASSING:
        lost = OutcomeUnknown if writes else Unavailable
        return lost(Sentence("the shop failed (JSON-RPC error %(code)s)", code=str(error.code)))
    if error.code in _OURS:
        return Misconfigured(
            Sentence("the shop does not understand the call (JSON-RPC error %(code)s)", code=str(error.code)),
            code="unknown-method" if error.code == METHOD_NOT_FOUND else None,
            field="url",
            cure="Check that the URL is that of the JSON-RPC interface: …/backend/jsonrpc/v1/.",
        )
    if error.code == 9003:
        return NotFound("the shop has no such record (any more)")
    names = _names(error.data)
    if not writes:
        return Misconfigured(
            Sentence(
                "the shop refuses the question (error %(code)s%(about)s)", code=str(error.code), about=_about(names)
            ),
            cure="Correct the options that name properties and filters: properties, custom, changed_since.",
        )
    taken = [name for name, text in names.items() if "uniq" in text.lower()]
    field = next((fields[name] for name in taken or names if name in fields), None)
    if taken:
        return InvalidRecord(
            Sentence("another customer of the shop has this %(property)s", property=taken[0]),
            code="login-taken" if field in _LOGINS else "value-taken",
            field=field,
            cure="Give one of the two another value, or merge them; the next run takes it.",
        )
    return InvalidRecord(
        Sentence("the shop refused the customer (error %(code)s%(about)s)", code=str(error.code), about=_about(names)),
        code="refused",
        field=field,
        cure="Correct the value where the record comes from; the next run takes it.",
    )


def explain_status(status: int, body: bytes) -> SyncError | None:
    """Read the body of a failed HTTP status: an error that is certain counts, most others are the shared table's."""
    try:
        error = msgspec.json.decode(body, type=Answer).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        error = None
    if error is not None and error.code in {9001, 9002, 9003}:
        return meaning(error, writes=True, fields={})
    if status == 404:
        # Not a customer is missing but the interface: nobody may be taken for deleted.
        return Misconfigured(
            "there is no interface at this URL (HTTP 404)", field="url", cure="Give it whole: …/backend/jsonrpc/v1/."
        )
    return None


def _names(data: Any) -> dict[str, str]:
    """Properties that an error is about, with what it says of each; nothing that does not look like a property."""
    if not isinstance(data, dict):
        return {}
    return {name: str(text) for name, text in data.items() if isinstance(name, str) and _NAME.fullmatch(name)}


def _about(names: Mapping[str, str]) -> str:
    return Sentence(" about %(names)s", names=", ".join(names)) if names else ""
