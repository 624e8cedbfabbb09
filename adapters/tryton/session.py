"""How is a method of Tryton called: one session for all threads, renewed once when it has ended?"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

from adapters.tryton.refusal import SessionEnded, explain_error
from syncd.errors import AuthFailed, OutcomeUnknown, RateLimited, Unavailable
from syncd.http import Client, Response, moment_of, not_data
from syncd.ports import Secret, Throttle

__all__ = ["Answer", "Session"]

LOCKED_SECONDS: Final = 300.0
"""How long Tryton refuses a user name after six wrong passwords, as it comes (``[session] timeout``). It names no time
itself, and each try starts the time anew."""


Kind = TypeVar("Kind")


class Answer(msgspec.Struct, frozen=True):
    """What a method returned.

    Attributes:
        at: The server's own clock, in whole seconds; ``None`` if it did not say.
    """

    result: msgspec.Raw
    at: datetime | None

    def read_as(self, kind: type[Kind]) -> Kind:
        """The result in its expected form.

        Raises:
            Unavailable: If it has another.
        """
        try:
            return msgspec.json.decode(self.result, type=kind, strict=False)
        except msgspec.MsgspecError:
            raise Unavailable("Tryton answered in a form that it should not have", code="unexpected-form") from None


class _Envelope(msgspec.Struct):
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: list[Any] | None = None


_envelope = msgspec.json.Decoder(_Envelope).decode


class Session:
    """Calls as one user of one database; safe to use from several threads.

    Args:
        context: Sent with every call.
    """

    def __init__(
        self,
        client: Client,
        database: str,
        user: str,
        password: Secret,
        *,
        throttle: Throttle,
        context: Mapping[str, Any],
    ) -> None:
        self._client = client
        self._path = f"{quote(database, safe='')}/rpc/"
        self._user = user
        self._password = password
        self._throttle = throttle
        self._context = dict(context)
        self._lock = threading.Lock()
        self._token: str | None = None
        self._refused: AuthFailed | None = None

    def version(self) -> str:
        """The server's series, which it tells everybody."""
        response = self._send(self._client.read, _request("common.server.version", []), None, path="rpc/")
        return _answer(response, writes=False, record=None).read_as(str)

    def read(self, method: str, *params: object) -> Answer:
        """Call a method that changes nothing.

        Raises:
            Misconfigured: If Tryton has no such method, model or field, or the user lacks a right.
        """
        return self._call(method, params, self._context, writes=False, record=None)

    def write(
        self, method: str, *params: object, record: str | None = None, timestamps: Mapping[str, str] | None = None
    ) -> Answer:
        """Call a method that changes something, once.

        Args:
            record: The party concerned, for messages.
            timestamps: ``_timestamp`` by row; Tryton refuses to overwrite a row that moved since.

        Raises:
            OutcomeUnknown: If it was sent and no usable answer came.
            VersionConflict: If a row moved.
            InvalidRecord: If Tryton refused a value; nothing was stored then.
        """
        # Its sentences can only be understood in English.
        context = {**self._context, "language": "en", **({"_timestamp": dict(timestamps)} if timestamps else {})}
        return self._call(method, params, context, writes=True, record=record)

    def _call(
        self, method: str, params: tuple[object, ...], context: Mapping[str, Any], *, writes: bool, record: str | None
    ) -> Answer:
        content = _request(method, [*params, context])
        send = self._client.write if writes else self._client.read
        token = self._token or self._renew(None)
        try:
            response = self._send(send, content, token)
        except SessionEnded:
            # Tryton looks at the session before it acts, so that sending a write again does it once.
            response = self._send(send, content, self._renew(token))
        return _answer(response, writes=writes, record=record)

    def _send(self, send: Callable[..., Response], content: bytes, token: str | None, path: str = "") -> Response:
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Session {token}"
        return send("POST", path or self._path, content=content, headers=headers)

    def _renew(self, ended: str | None) -> str:
        """Log in, unless another thread has done so since `ended` was valid."""
        with self._lock:
            if self._refused is not None:
                # Further tries would only lock the user name for everybody who uses it.
                raise AuthFailed(self._refused.message, cure=self._refused.cure)
            if self._token is None or self._token == ended:
                self._token = self._log_in()
            return self._token

    def _log_in(self) -> str:
        content = _request("common.db.login", [self._user, {"password": self._password.reveal()}])
        try:
            answer = _answer(self._send(self._client.read, content, None), writes=False, record=None)
            user, key = answer.read_as(tuple[int, str, Any])[:2]
        except SessionEnded:
            self._refused = AuthFailed("Tryton refuses the user name or the password")
            raise self._refused from None
        except AuthFailed as error:
            self._refused = error
            raise
        except RateLimited as error:
            if error.retry_after is not None:
                # A pause with an end is one that was asked for before, or that a proxy asks for: nobody is locked out.
                raise
            self._throttle.pause(LOCKED_SECONDS)
            raise RateLimited(
                "Tryton has locked the user name after too many wrong passwords", retry_after=LOCKED_SECONDS
            ) from None
        return base64.b64encode(f"{self._user}:{user}:{key}".encode()).decode("ascii")


def _request(method: str, params: list[Any]) -> bytes:
    # With any other keys than these three Tryton answers without an envelope.
    return msgspec.json.encode({"id": 0, "method": method, "params": params})


def _answer(response: Response, *, writes: bool, record: str | None) -> Answer:
    try:
        envelope = _envelope(response.content)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        error = not_data(response.content)
        if writes:
            raise OutcomeUnknown(error.message, code=error.code, cure=error.cure, record=record) from None
        raise error from None
    if envelope.error is not None:
        raise explain_error(envelope.error, writes=writes, record=record)
    return Answer(envelope.result, moment_of(response.headers.get("date")))
