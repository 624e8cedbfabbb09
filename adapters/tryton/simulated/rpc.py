"""What does Tryton answer to a request: HTTP status, headers and body?"""

from __future__ import annotations

import base64
import binascii
import gzip
import secrets
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

import msgspec

from adapters.tryton.simulated.errors import Abort, TrytonError, user_error
from adapters.tryton.simulated.records import Records
from adapters.tryton.simulated.schema import LABELS, MODELS
from adapters.tryton.simulated.search import search
from adapters.tryton.simulated.tables import Tables

__all__ = ["READING", "Answer", "Database"]

MAX_ATTEMPTS: Final = 5
ATTEMPT_WINDOW: Final = timedelta(minutes=5)
PLAIN_BYTES: Final = 1400
"""Longer answers are compressed."""

READING: Final = frozenset({"search", "search_count", "search_read", "read"})
WRITING: Final = frozenset({"create", "write", "delete"})
OPEN_TO_ALL: Final = frozenset({"country.country", "country.subdivision"})
"""What users of the group Party Administration may read, and not write."""


class Answer(msgspec.Struct, frozen=True):
    """Status, body, headers; and what the call was, for the journal."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Database:
    """One database of one server: its tables, users and sessions. Safe to use from several threads.

    Args:
        users: Password by log-in.

    Attributes:
        rights: Whether users may use parties at all.
        records_limit: Most rows that one search may ask for; 0 for no limit.
        log_ins: How often somebody tried to log in.
    """

    def __init__(self, name: str, tables: Tables, users: Mapping[str, str]) -> None:
        self.name = name
        self.tables = tables
        self.lock = threading.RLock()
        self.rights = True
        self.records_limit = 0
        self.log_ins = 0
        self._users = dict(users)
        self._sessions: dict[str, str] = {}
        self._attempts: dict[str, list[datetime]] = {}
        self._order = secrets.randbits(32)

    def restart(self) -> None:
        """Start the server anew: fields come in another order; sessions are in the database and stay."""
        self._order = secrets.randbits(32)

    def forget_sessions(self) -> None:
        """Let all sessions end."""
        with self.lock:
            self._sessions.clear()

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Act on a POST."""
        with self.lock:
            try:
                content = self._envelope(path, headers, body)
                status, kind = 200, "application/json"
            except Abort as error:
                status, kind = error.status, "text/html; charset=utf-8"
                page = f"<!doctype html>\n<html lang=en>\n<title>{status}</title>\n<h1>{status}</h1>\n"
                content = b"" if error.empty else page.encode()
            return self._pack(status, kind, content, headers)

    def _pack(self, status: int, kind: str, content: bytes, asked: Mapping[str, str]) -> Answer:
        headers = {"content-type": kind, "date": format_datetime(self.tables.clock().astimezone(UTC), usegmt=True)}
        if status == 401:
            headers["www-authenticate"] = 'Basic realm="Tryton"'
        if status == 200 and len(content) > PLAIN_BYTES:
            # The header comes in any case: to a client that did not ask for gzip it is a lie.
            headers["content-encoding"] = "gzip"
            if "gzip" in asked.get("accept-encoding", ""):
                content = gzip.compress(content, compresslevel=1)
        return Answer(status, content, headers)

    def _envelope(self, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        try:
            request = msgspec.json.decode(body, type=dict[str, Any])
            method, params = str(request["method"]), list(request["params"])
        except (msgspec.MsgspecError, KeyError, TypeError):
            raise Abort(400) from None
        if path == "/rpc/":
            if method != "common.server.version":
                raise Abort(403)
            return msgspec.json.encode({"id": request.get("id", 0), "result": "8.2"})
        if path != f"/{self.name}/rpc/":
            raise Abort(404)
        answer: dict[str, Any] = {"id": request.get("id", 0)}
        try:
            answer["result"] = self._dispatch(method, params, headers)
        except TrytonError as error:
            answer["error"] = error.body
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            answer["error"] = [str(error), ""]
        if request.keys() != {"id", "method", "params"} and "error" not in answer:
            return msgspec.json.encode(answer["result"])
        return msgspec.json.encode(answer)

    def _dispatch(self, method: str, params: list[Any], headers: Mapping[str, str]) -> Any:
        if method == "common.db.login":
            return self._log_in(*params[:2])
        token = self._token(headers)
        if token is None:
            raise Abort(401, empty=True)
        if method == "common.db.logout":
            return self._sessions.pop(token, None)
        kind, _, rest = method.partition(".")
        model, _, name = rest.rpartition(".")
        if kind != "model" or model not in MODELS:
            raise KeyError(model)
        if name not in READING | WRITING:
            raise Abort(403)
        context = params.pop() if params else None
        if not isinstance(context, dict):
            raise Abort(422)
        if not self.rights or (name in WRITING and model in OPEN_TO_ALL):
            raise user_error(f'You are not allowed to access "{LABELS[model]}".', "Within groups: Party Administration")
        return self._call(model, name, params, context)

    def _call(self, model: str, name: str, params: Sequence[Any], context: Mapping[str, Any]) -> Any:
        active_test = bool(context.get("active_test", True))
        records = Records(self.tables, active_test=active_test, timestamps=context.get("_timestamp"), order=self._order)
        if name in WRITING:
            return records.transact(name, model, *params)
        if name == "read":
            return records.read(model, params[0], params[1])
        domain, offset, limit, order, fields = [*params, 0, None, None, None][:5] if len(params) < 5 else params[:5]
        if self.records_limit and (limit or 0) > self.records_limit:
            raise Abort(413)
        found = search(self.tables, model, domain, order=order, active_test=active_test)
        if name == "search_count":
            return len(found)
        page = found[offset or 0 :][: limit if limit is not None else None]
        return page if name == "search" else records.read(model, page, fields or ["id"])

    def _log_in(self, user: str, parameters: Mapping[str, Any]) -> list[Any]:
        """After six wrong passwords the name is locked, also for the right one; each further try prolongs it."""
        self.log_ins += 1
        now = self.tables.clock()
        attempts = [at for at in self._attempts.get(user, []) if now - at < ATTEMPT_WINDOW]
        self._attempts[user] = attempts
        if len(attempts) > MAX_ATTEMPTS:
            attempts.append(now)
            raise Abort(429)
        if self._users.get(user) != parameters.get("password"):
            attempts.append(now)
            raise Abort(401)
        attempts.clear()
        token = secrets.token_hex()
        self._sessions[token] = user
        return [list(self._users).index(user) + 1, token, None]

    def _token(self, headers: Mapping[str, str]) -> str | None:
        scheme, _, text = headers.get("authorization", "").partition(" ")
        try:
            user, _, token = base64.b64decode(text, validate=True).decode().rsplit(":", 2)
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
        return token if scheme == "Session" and self._sessions.get(token) == user else None
