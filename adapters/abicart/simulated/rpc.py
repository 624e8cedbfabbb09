"""How does a simulated shop answer JSON-RPC 2.0, and to whom?"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from adapters.abicart.simulated.query import filtered, page, select
from adapters.abicart.simulated.schema import WRITE_ONLY, json_schema
from adapters.abicart.simulated.shop import Refused, Shop

__all__ = ["PATH", "WRITING", "Rpc", "error_body"]

PATH: Final = "/backend/jsonrpc/v1"

SESSION_SECONDS: Final = 24 * 3600

WRITING: Final = frozenset({"create", "set", "delete"})

_ZONE: Final = ZoneInfo("Europe/Stockholm")


class Rpc:
    """The interface of one shop.

    Attributes:
        broken: Number of an error to answer to every call instead of acting; tests set it.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.log_ins = 0
        self.broken = 0
        self._sessions: dict[str, float] = {}
        self._classes: Mapping[str, Callable[[str, list[Any]], Any]] = {
            "Customer": self._customer,
            "CustomerGroup": self._group,
        }

    def forget_sessions(self) -> None:
        """Let all tokens of log-ins end."""
        with self.shop.lock:
            self._sessions.clear()

    def answer(self, body: Any, query: Mapping[str, str], cookie: str) -> dict[str, Any] | None:
        """Act on a call; ``None`` for a notification, which gets no answer."""
        with self.shop.lock:
            if isinstance(body, list) and self.shop.setup.batches:
                return {"batch": [self.answer(one, query, cookie) for one in body]}
            if not isinstance(body, dict) or not isinstance(body.get("method"), str):
                code = -32700 if body is None else -32600
                return error_body(None, Refused(code, "Invalid Request"))
            if "id" not in body:
                return None
            try:
                result = self._dispatch(body["method"], body.get("params") or [], {**_cookies(cookie), **query})
            except Refused as refused:
                return error_body(body["id"], refused)
            return {"jsonrpc": "2.0", "id": body["id"], "result": result}

    def _dispatch(self, method: str, params: Any, context: Mapping[str, str]) -> Any:
        if not isinstance(params, list):
            raise Refused(-32602, "Invalid params")
        if method == "Admin.login":
            return self._log_in(params)
        if self.broken:
            raise Refused(self.broken, "Internal error")
        kind, _, name = method.partition(".")
        if kind not in self._classes:
            raise Refused(-32601, f"Method not found: No API for {kind}")
        self._demand_access(context)
        return self._classes[kind](name, params)

    def _demand_access(self, context: Mapping[str, str]) -> None:
        token, setup = context.get("auth", ""), self.shop.setup
        until = self._sessions.get(token, 0.0)
        known = secrets.compare_digest(token, setup.token) or self.shop.now() < until
        if not known or not setup.rights or context.get("webshop") != str(setup.webshop):
            raise Refused(1006, "Access denied")

    def _log_in(self, params: list[Any]) -> str:
        self.log_ins += 1
        if params != [self.shop.setup.admin, self.shop.setup.password]:
            raise Refused(1006, "Access denied")
        token = secrets.token_urlsafe(24)
        self._sessions[token] = self.shop.now() + SESSION_SECONDS
        return token

    def _customer(self, name: str, params: list[Any]) -> Any:
        shop, rows = self.shop, self.shop.state.customers
        first, second, third = [*params, None, None, None][:3]
        if name == "getSchema" and shop.setup.schema:
            return json_schema(shop.setup)
        if name == "list":
            query = second or {}
            found = filtered([self._shown(row) for row in rows.values()], query, shop.setup)
            return [self._selected(row, first) for row in page(found, query, shop.setup.cap)]
        if name == "count":
            return len(filtered([self._shown(row) for row in rows.values()], first or {}, shop.setup))
        if name == "get":
            return self._selected(self._shown(shop.customer(first)), second)
        if name == "set":
            return self._selected(self._shown(shop.set_customer(first, second)), third)
        if name == "create":
            return self._selected(self._shown(shop.set_customer(None, first)), second)
        if name == "delete":
            shop.delete_customer(first)
            return True
        raise Refused(-32601, f"Method not found: Customer.{name}")

    def _group(self, name: str, params: list[Any]) -> Any:
        groups = self.shop.state.groups
        shown = [{"uid": uid, "name": names} for uid, names in groups.items()]
        first, second, third = [*params, None, None, None][:3]
        if name == "list":
            query = second or {}
            found = filtered(shown, query, self.shop.setup)
            return [self._selected(row, first) for row in page(found, query, self.shop.setup.cap)]
        if name == "set":
            uid = self.shop.set_group(first, second)
            return self._selected({"uid": uid, "name": groups[uid]}, third)
        raise Refused(-32601, f"Method not found: CustomerGroup.{name}")

    def _selected(self, item: Mapping[str, Any], selection: Any) -> Any:
        return select(item, True if selection is None else selection, self.shop.setup.language)

    def _shown(self, customer: Mapping[str, Any]) -> dict[str, Any]:
        """A customer as it is told: without the password, times in the shop's zone."""
        shown = {name: value for name, value in customer.items() if name not in WRITE_ONLY}
        for name in ("created", "changed"):
            at = datetime.fromtimestamp(customer[name], UTC).astimezone(_ZONE)
            shown[name] = (at.replace(tzinfo=None) if self.shop.setup.naive else at).isoformat()
        return shown


def error_body(number: Any, refused: Refused) -> dict[str, Any]:
    """An error as JSON-RPC has it."""
    error: dict[str, Any] = {"code": refused.code, "message": str(refused)}
    if refused.data is not None:
        error["data"] = refused.data
    return {"jsonrpc": "2.0", "id": number, "error": error}


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: unquote(value) for name, _, value in pairs if name}
