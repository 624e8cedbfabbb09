"""How does a simulated InSales shop answer its Admin API: log-in, addresses, cursor, rate limit and errors?"""

from __future__ import annotations

import base64
import binascii
import email.utils
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from adapters.insales.simulated.shop import Refused, Shop, moment
from adapters.insales.simulated.state import Client, Setup

__all__ = ["Answer", "Api", "refusal"]

_JSON: Final = {"content-type": "application/json; charset=utf-8"}
_XML: Final = {"content-type": "application/xml; charset=utf-8"}


class Answer(msgspec.Struct, frozen=True):
    """What is sent back."""

    status: int
    body: bytes
    headers: Mapping[str, str] = msgspec.field(default_factory=lambda: _JSON)


class _Gone(Exception):
    """There is no such thing."""


class Api:
    """The Admin API of one shop.

    Attributes:
        used: Calls in the window under way.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.used = 0
        self._window: datetime | None = None

    def answer(
        self, method: str, parts: tuple[str, ...], query: Mapping[str, str], headers: Mapping[str, str], body: Any
    ) -> Answer:
        """Act on one call."""
        with self._shop.lock:
            if not self._is_known(headers.get("authorization", "")):
                return Answer(401, b"HTTP Basic: Access denied.\n", {"content-type": "text/plain"})
            left = self._count()
            date = email.utils.format_datetime(self._shop.now(), usegmt=True)
            usage = {"api-usage-limit": f"{self.used}/{self._shop.setup.limit}", "date": date}
            if self.used > self._shop.setup.limit:
                return Answer(503, b"", {"retry-after": str(math.ceil(left)), **usage, "content-type": "text/plain"})
            done = self._act(method, parts, query, body)
            return Answer(done.status, done.body, {**done.headers, **usage})

    def usage(self) -> Mapping[str, str]:
        """The header of an answer that the shop did not get to make."""
        return {"api-usage-limit": f"{self.used}/{self._shop.setup.limit}"}

    def _is_known(self, authorization: str) -> bool:
        scheme, _, coded = authorization.partition(" ")
        try:
            pair = base64.b64decode(coded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return scheme == "Basic" and pair == f"{self._shop.setup.login}:{self._shop.setup.password}"

    def _count(self) -> float:
        """Count a call; answer the seconds until the window ends. A window begins with its first call."""
        now, length = self._shop.now(), self._shop.setup.window_seconds
        if self._window is None or (now - self._window).total_seconds() >= length:
            self._window, self.used = now, 0
        self.used += 1
        return length - (now - self._window).total_seconds()

    def _act(self, method: str, parts: tuple[str, ...], query: Mapping[str, str], body: Any) -> Answer:
        if parts[:1] != ("admin",) or not parts[-1].endswith(".json"):
            return Answer(404, b"<!DOCTYPE html>\n<title>404</title>\n", {"content-type": "text/html"})
        path = (*parts[1:-1], parts[-1].removesuffix(".json"))
        if method != "GET" and not self._shop.setup.right:
            return _said(403, {"errors": ["Недостаточно прав"]})
        try:
            return self._route(method, path, query, body if isinstance(body, dict) else {})
        except Refused as refused:
            return refusal(refused, self._shop.setup)
        except _Gone:
            return _said(404, {"error": "Not found"})

    def _route(self, method: str, path: tuple[str, ...], query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        act: Callable[..., Answer] | None = {
            "clients": self._clients,
            "client_groups": self._groups,
            "fields": self._fields,
            "webhooks": self._hooks,
        }.get(path[0])
        if act is None or len(path) > 2:
            raise _Gone
        return act(method, path[1] if len(path) == 2 else "", query, body)

    def _clients(self, method: str, name: str, query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        shop = self._shop
        if method == "GET" and not name:
            return _said(200, [shop.shown(client) for client in self._listed(query)])
        if method == "GET" and name == "count":
            return _said(200, {"count": sum(map(self._filter(query), shop.state.clients.values()))})
        given = body.get("client")
        if method == "POST" and not name:
            if not isinstance(given, dict):
                return _said(400, {"errors": ["client is missing"]})
            return _said(201, shop.shown(shop.create(given)))
        client = _one(shop.state.clients, name)
        if method == "GET":
            return _said(200, shop.shown(client))
        if method == "PUT":
            return _said(200, shop.shown(shop.update(client, given if isinstance(given, dict) else {})))
        shop.delete(client)
        return _said(200, {"status": "ok"})

    def _listed(self, query: Mapping[str, str]) -> list[Client]:
        size, number = int(query.get("per_page", "50")), int(query.get("page", "1"))
        return self._shop.page(self._filter(query), number, size, by_change="updated_since" in query)

    def _filter(self, query: Mapping[str, str]) -> Callable[[Client], bool]:
        """Changed at or after a moment, and in that moment only ids beyond one; ids alone filter nothing."""
        if "updated_since" not in query:
            return lambda _client: True
        since, beyond = moment(query["updated_since"]), int(query.get("from_id", "0"))

        def clear(client: Client) -> bool:
            at = moment(client.updated)
            return at > since or (at == since and client.id > beyond)

        return clear

    def _groups(self, method: str, name: str, query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        del query  # pages of groups are not documented: all are sent
        shop = self._shop
        if not name:
            if method == "GET":
                return _said(200, [_group(group) for group in shop.state.groups.values()])
            return _said(201, _group(shop.make_group(str(body.get("client_group", {}).get("title", "")))))
        group = _one(shop.state.groups, name)
        if method == "GET":
            return _said(200, _group(group))
        shop.delete_group(group.id)
        return _said(200, {"status": "ok"})

    def _fields(self, method: str, name: str, query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        del query
        shop = self._shop
        if not name:
            if method == "GET":
                return _said(200, [msgspec.to_builtins(field) for field in shop.state.fields.values()])
            return _said(201, msgspec.to_builtins(shop.make_field(body.get("field", {}))))
        field = _one(shop.state.fields, name)
        if method == "DELETE":
            del shop.state.fields[field.id]
            return _said(200, {"status": "ok"})
        return _said(200, msgspec.to_builtins(field))

    def _hooks(self, method: str, name: str, query: Mapping[str, str], body: Mapping[str, Any]) -> Answer:
        del query
        shop = self._shop
        if not name:
            if method == "GET":
                return _said(200, [msgspec.to_builtins(hook) for hook in shop.state.hooks.values()])
            return _said(201, msgspec.to_builtins(shop.make_hook(body.get("webhook", {}))))
        hook = _one(shop.state.hooks, name)
        if method == "DELETE":
            del shop.state.hooks[hook.id]
        return _said(200, msgspec.to_builtins(hook))


def refusal(refused: Refused, setup: Setup) -> Answer:
    """A refused value in the shop's shape."""
    sentences = [f"{name.capitalize()} {said[0]}" for name, said in refused.errors.items()]
    if setup.errors == "xml":
        body = "".join(f"<error>{sentence}</error>" for sentence in sentences)
        return Answer(422, f'<?xml version="1.0" encoding="UTF-8"?><errors>{body}</errors>'.encode(), _XML)
    shapes: dict[str, Any] = {
        "fields": refused.errors,
        "list": {"errors": sentences},
        "nested": {"errors": refused.errors},
    }
    return _said(422, shapes[setup.errors])


def _one(things: Mapping[int, Any], name: str) -> Any:
    if not name.isdecimal() or int(name) not in things:
        raise _Gone
    return things[int(name)]


def _group(group: Any) -> dict[str, Any]:
    return {"id": group.id, "title": group.title, "discount": None, "discount_description": "", "is_default": False}


def _said(status: int, what: Any) -> Answer:
    return Answer(status, msgspec.json.encode(what))
