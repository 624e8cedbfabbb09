"""How is one call of JSON-RPC made to Abicart, and as whom?

The token belongs into the query string, or into a cookie. It is in no error, ``repr`` or log line of ours: URLs are
put together here, handed to the one client, and kept nowhere.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from adapters.abicart.options import Options
from adapters.abicart.refusal import ACCESS_DENIED, Answer, explain_status, meaning
from syncd.errors import AuthFailed, OutcomeUnknown, SyncError, Unavailable
from syncd.http import Client, Response
from syncd.ports import Context
from syncd.sentence import Sentence

__all__ = ["Api"]

_read_answer = msgspec.json.Decoder(Answer).decode


class Api:
    """The interface of one shop. Safe to use from several threads.

    Args:
        fields: Contractor's field by property, for errors.
    """

    def __init__(self, options: Options, context: Context, fields: Mapping[str, str]) -> None:
        self._options = options
        self._fields = fields
        self._lock = threading.Lock()
        self._session = ""
        self._ids = itertools.count(1)
        self._client = Client(
            options.url,
            headers={"content-type": "application/json"},
            throttle=context.throttle,
            explain=explain_status,
            now=context.now,
            sleep=context.sleep,
        )

    def ask(self, method: str, *params: Any) -> bytes:
        """Ask; answer the bytes of the result.

        Raises:
            SyncError: Whatever the shop's answer, or its absence, means.
        """
        return self._call(method, params, writes=False)

    def change(self, method: str, *params: Any) -> bytes:
        """Change something, once; answer the bytes of the result."""
        return self._call(method, params, writes=True)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _call(self, method: str, params: tuple[Any, ...], *, writes: bool) -> bytes:
        token = self._token()
        answer = self._allowed(method, params, token, writes=writes)
        if answer is None and not self._options.token:
            # What was denied has not happened, so sending it again is safe for a write too.
            answer = self._allowed(method, params, self._renewed(token), writes=writes)
        if answer is None:
            raise self._refused()
        if answer.error is not None:
            raise meaning(answer.error, writes=writes, fields=self._fields)
        if answer.result is msgspec.UNSET:
            raise _not_rpc(writes=writes)
        return bytes(answer.result)

    def _allowed(self, method: str, params: tuple[Any, ...], token: str, *, writes: bool) -> Answer | None:
        """The answer; ``None`` if access was denied, by an error or by a status of HTTP."""
        try:
            answer = self._send(method, params, token, writes=writes)
        except AuthFailed:
            return None
        return None if answer.error is not None and answer.error.code == ACCESS_DENIED else answer

    def _send(self, method: str, params: tuple[Any, ...], token: str, *, writes: bool) -> Answer:
        number = next(self._ids)
        context = {"webshop": str(self._options.webshop), "language": self._options.language}
        headers = {}
        if token and self._options.auth_in == "cookie":
            headers["cookie"] = f"auth={quote(token, safe='')}"
        elif token:
            context["auth"] = token
        body = msgspec.json.encode({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        send = self._client.write if writes else self._client.read
        response = send("POST", f"?{urlencode(context)}", content=body, headers=headers)
        answer = _decode(response, writes=writes)
        # An error about a call that could not be read has no id.
        if answer.id != number and (answer.error is None or answer.id is not None):
            raise _not_rpc(writes=writes)
        return answer

    def _token(self) -> str:
        if self._options.token:
            return self._options.token.reveal()
        with self._lock:
            if not self._session:
                self._session = self._log_in()
            return self._session

    def _renewed(self, refused: str) -> str:
        """A token other than the refused one; one log-in for all threads that it was refused to."""
        with self._lock:
            if self._session == refused:
                self._session = self._log_in()
            return self._session

    def _log_in(self) -> str:
        who = (self._options.username, self._options.password.reveal())
        answer = self._send("Admin.login", who, "", writes=False)
        if answer.error is not None and answer.error.code > 0:
            raise AuthFailed("the shop refused the username or the password", field="password")
        if answer.error is not None:
            raise meaning(answer.error, writes=False, fields={})
        try:
            return msgspec.json.decode(answer.result or b"null", type=str)
        except msgspec.DecodeError:
            raise _not_rpc(writes=False) from None

    def _refused(self) -> AuthFailed:
        code = str(ACCESS_DENIED)
        if self._options.token:
            problem = Sentence(
                "the shop denies access (error %(code)s): the token is not valid, or may not see customers of this "
                "shop",
                code=code,
            )
        else:
            problem = Sentence(
                "the shop denies access (error %(code)s): the administrator is not valid, or may not see customers of "
                "this shop",
                code=code,
            )
        return AuthFailed(
            problem,
            field="token" if self._options.token else "username",
            cure="Renew it, check the option webshop and the administrator's rights, then resume the connection.",
        )


def _decode(response: Response, *, writes: bool) -> Answer:
    try:
        return _read_answer(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        response.json()
        raise _not_rpc(writes=writes) from None


def _not_rpc(*, writes: bool) -> SyncError:
    lost = OutcomeUnknown if writes else Unavailable
    return lost(
        "the answer is JSON, but not the one to this call of JSON-RPC",
        code="not-json-rpc",
        cure="Check that the URL is the interface's, and that nothing between keeps answers for later calls.",
    )
