"""How does a person or a test speak to Tryton: log in, call a model, read the error?"""

from __future__ import annotations

import base64
from typing import Any

import httpx

# No connection outlives its call, so nobody has to close anything.
CONNECTIONS = httpx.Limits(max_keepalive_connections=0)


class Refused(Exception):
    """Tryton answered an error: `kind` is its first word, e.g. UserError."""

    def __init__(self, kind: str, detail: object) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind


class TrytonApi:
    """A session at Tryton's JSON-RPC; logs in by itself, and again when the session has ended."""

    def __init__(self, url: str, user: str, password: str) -> None:
        """`url`: with the database, e.g. http://127.0.0.1:28002/erp."""
        self._http = httpx.Client(timeout=120, trust_env=False, limits=CONNECTIONS)
        self._url = f"{url}/rpc/"
        self._user, self._password = user, password
        self._session: dict[str, str] = {}

    def call(self, model: str, method: str, *arguments: object, **context: object) -> Any:
        """Call `model.MODEL.METHOD`; inactive records are seen unless the context says `active_test=True`.

        Raises:
            Refused: Tryton's error, as it names it.
        """
        params = [*arguments, {"active_test": False, **context}]
        answer = self._post(f"model.{model}.{method}", params)
        if answer.status_code == 401:
            self.log_in()
            answer = self._post(f"model.{model}.{method}", params)
        return self._result(answer)

    def log_in(self) -> None:
        self._session = {}
        user_id, token, *_ = self._result(self._post("common.db.login", [self._user, {"password": self._password}]))
        session = base64.b64encode(f"{self._user}:{user_id}:{token}".encode()).decode()
        self._session = {"Authorization": f"Session {session}"}

    def _post(self, method: str, params: list[Any]) -> httpx.Response:
        return self._http.post(self._url, json={"id": 1, "method": method, "params": params}, headers=self._session)

    @staticmethod
    def _result(answer: httpx.Response) -> Any:
        answer.raise_for_status()
        body = answer.json()
        if "error" in body:
            kind, *detail = body["error"]
            raise Refused(kind, detail)
        return body["result"]
