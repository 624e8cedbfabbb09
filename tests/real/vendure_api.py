"""How does a person or a test speak to Vendure: the shop's staff at the Admin API, a shopper at the Shop API?"""

from __future__ import annotations

from typing import Any

import httpx

# No connection outlives its call, so nobody has to close anything.
CONNECTIONS = httpx.Limits(max_keepalive_connections=0)

LOG_IN = """
mutation ($user: String!, $password: String!) {
  login(username: $user, password: $password, rememberMe: true) {
    __typename ... on CurrentUser { id } ... on ErrorResult { errorCode message }
  }
}"""


class Refused(Exception):
    """Vendure answered an error, in any of its three ways; `code` is as Vendure names it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class VendureApi:
    """A session at one of Vendure's two GraphQL interfaces, kept by the token that a log-in hands out."""

    def __init__(self, url: str, headers: dict[str, str] | None = None) -> None:
        """`url`: e.g. http://127.0.0.1:28003/admin-api."""
        self._http = httpx.Client(timeout=60, trust_env=False, limits=CONNECTIONS, headers=headers)
        self._url = url

    def close(self) -> None:
        self._http.close()

    def call(self, query: str, **variables: object) -> dict[str, Any]:
        """Return `data`.

        Raises:
            Refused: the answer has errors, or a field of it is an ErrorResult (asked for with its __typename).
        """
        answer = self._http.post(self._url, json={"query": query, "variables": variables})
        if answer.status_code not in {200, 400}:
            answer.raise_for_status()
        body = answer.json()
        for error in body.get("errors", []):
            raise Refused(error.get("extensions", {}).get("code", "UNKNOWN"), error["message"])
        data: dict[str, Any] = body["data"]
        for result in data.values():
            if isinstance(result, dict) and str(result.get("__typename", "")).endswith("Error"):
                raise Refused(str(result.get("errorCode")), str(result.get("message")))
        return data | {"token": answer.headers.get("vendure-auth-token")}

    def log_in(self, user: str, password: str) -> None:
        """Raises Refused with INVALID_CREDENTIALS_ERROR."""
        token = self.call(LOG_IN, user=user, password=password)["token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
