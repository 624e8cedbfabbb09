"""How does a simulated system answer the bridge protocol (docs/reference/bridge-protocol.md)?"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

from syncd.certify.faults import Fault
from syncd.certify.sandbox import Call
from syncd.certify.server import Reply, Request, describe, problem, refuse
from syncd.domain.contractor import FIELDS, Contractor
from syncd.errors import NotFound, RecordError, VersionConflict

__all__ = ["BridgeHandler", "Holding", "Item", "describe_bridge", "refuse_bridge", "refused"]

MAX_LIMIT: Final = 1000

_decode_contractor = msgspec.json.Decoder(Contractor).decode
_encode = msgspec.json.encode


class Item(Protocol):
    """One record of the system."""

    @property
    def external_id(self) -> str:
        """Its id on the wire."""

    @property
    def change(self) -> int:
        """Number of its last change; also its version."""

    def wire(self) -> bytes:
        """The record as the protocol sends it."""


class Holding(Protocol):
    """The system behind a bridge.

    Its calls raise `NotFound`, `VersionConflict`, and for a value that it refuses a `RecordError` with the field and
    one of the protocol's reasons as its code.
    """

    @property
    def last_change(self) -> int:
        """Number of the last change."""

    def facts(self) -> Mapping[str, Any]:
        """What ``GET /health`` tells, its ``name`` at least."""

    def get(self, external_id: str) -> Item:
        """One record."""

    def create(self, values: Mapping[str, Any]) -> Item:
        """Store a new record with these fields of a contractor."""

    def write(self, external_id: str, version: str | None, values: Mapping[str, Any]) -> Item:
        """Change these fields; ``None`` compares no version."""

    def matching(self, field: str, value: str) -> list[bytes]:
        """The wire's bytes of records with exactly that number, tax id or e-mail."""

    def listing(self, after: int, limit: int) -> tuple[list[bytes], int | None, int]:
        """Records created after `after`: their bytes, the next `after` (``None`` at the end), the count of all."""

    def changes(self, after: int, until: int, limit: int, since: int) -> tuple[list[bytes], int | None, int]:
        """Records changed after `after` and not after `until`, in that order; the count is of those after `since`."""


class BridgeHandler:
    """Answers the protocol for one system."""

    def __init__(self, holding: Holding, token: str) -> None:
        self._holding = holding
        self._token = f"Bearer {token}"

    def handle(self, request: Request) -> Reply:
        if not hmac.compare_digest(request.headers.get("authorization", "").encode(), self._token.encode()):
            return problem(401, "the bearer token is missing or wrong", {"www-authenticate": "Bearer"})
        try:
            return self._route(request)
        except NotFound:
            return problem(404, "there is no such record")
        except VersionConflict:
            return problem(412, "the record has another version by now")
        except RecordError as error:
            return refused(error.field, error.code)

    def _route(self, request: Request) -> Reply:
        match request.method, request.parts:
            case "GET", ("health",):
                return Reply(200, _encode(self._holding.facts()))
            case "GET", ("contractors",):
                return self._list(request.query)
            case "GET", ("contractors", external_id):
                return _item(self._holding.get(external_id), 200)
            case "POST", ("contractors",):
                return self._create(request)
            case "PUT", ("contractors", external_id):
                return self._update(external_id, request)
            case _:
                return problem(404, "there is no such address")

    def _list(self, query: Mapping[str, str]) -> Reply:
        for field in ("number", "tax_id", "email"):
            if field in query:
                found = self._holding.matching(field, query[field])
                return _page(found, next_page=None, total=len(found), cursor=None)
        try:
            limit = min(int(query.get("limit", "250")), MAX_LIMIT)
            since = int(query["since"]) if "since" in query else None
            after, until = (
                int(part) for part in query.get("page", f"{since or 0}.{self._holding.last_change}").split(".")
            )
        except ValueError:
            return problem(400, "limit, page or since is not one that this bridge gave")
        if since is None:
            items, more, total = self._holding.listing(after, limit)
            cursor = None if more is not None else str(until)
        else:
            items, more, total = self._holding.changes(after, until, limit, since)
            cursor = str(until if more is None else more)
        return _page(items, next_page=None if more is None else f"{more}.{until}", total=total, cursor=cursor)

    def _create(self, request: Request) -> Reply:
        values, refusal = _values(request)
        if refusal is not None:
            return refusal
        if not values.get("name"):
            return refused("name", "required")
        item = self._holding.create(values)
        return _item(item, 201, Call(name="POST /contractors", writes=True, applied=True, external_id=item.external_id))

    def _update(self, external_id: str, request: Request) -> Reply:
        values, refusal = _values(request)
        if refusal is not None:
            return refusal
        if values.get("name") == "":
            return refused("name", "required")
        version = request.headers.get("if-match", "*")
        item = self._holding.write(external_id, None if version == "*" else version.strip('"'), values)
        return _item(item, 200, Call(name="PUT /contractors", writes=True, applied=True, external_id=external_id))


def _item(item: Item, status: int, call: Call | None = None) -> Reply:
    return Reply(status, item.wire(), {"etag": f'"{item.change}"'}, call)


def _page(items: Sequence[bytes], *, next_page: str | None, total: int, cursor: str | None) -> Reply:
    tail = _encode({"next": next_page, "total": total, "cursor": cursor})
    return Reply(200, b'{"items":[' + b",".join(items) + b"]," + tail[1:])


def refused(field: str | None, reason: str) -> Reply:
    """The answer to a value that the system does not take."""
    body = _encode({"status": 422, "title": "Unprocessable Content", "field": field, "reason": reason})
    return Reply(422, body, {"content-type": "application/problem+json"})


def _values(request: Request) -> tuple[dict[str, Any], Reply | None]:
    """Fields of a write by name, or the refusal of one that is unknown or of a wrong form."""
    sent = request.json()
    raw = sent.get("contractor") if isinstance(sent, dict) else None
    if not isinstance(raw, dict):
        return {}, problem(400, "the body must be an object with a contractor in it")
    unknown = next((name for name in raw if name not in FIELDS), None)
    if unknown is not None:
        return {}, refused(unknown, "invalid")
    try:
        contractor = _decode_contractor(_encode({"name": "-"} | raw))
    except msgspec.ValidationError:
        return {}, refused(None, "invalid")
    return {name: getattr(contractor, name) for name in raw}, None


def describe_bridge(request: Request) -> Call | None:
    """Health checks are no calls that count."""
    return None if request.path == "/health" else describe(request)


def refuse_bridge(fault: Fault) -> Reply:
    """A planned status in the protocol's form."""
    return refused("name", "invalid") if fault.status == 422 else refuse(fault)
