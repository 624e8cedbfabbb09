"""How does a shopper act at the storefront? The Shop API in a test's own words."""

from __future__ import annotations

from typing import Any

import httpx

from tests.fixtures.trusted import TRUSTED

REGISTER = """mutation ($input: RegisterCustomerInput!) {
  registerCustomerAccount(input: $input) { __typename ... on ErrorResult { errorCode } }
}"""
LOG_IN = """mutation ($user: String!, $password: String!) {
  login(username: $user, password: $password) {
    __typename ... on InvalidCredentialsError { authenticationError } ... on ErrorResult { errorCode }
  }
}"""
UPDATE = "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { id } }"
ADD_ADDRESS = "mutation ($input: CreateAddressInput!) { createCustomerAddress(input: $input) { id } }"
CHANGE_ADDRESS = "mutation ($input: UpdateAddressInput!) { updateCustomerAddress(input: $input) { id } }"


PASSWORD = "shop-test-1"


class Visitor:
    """Somebody in the shop, at first not logged in."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/shop-api"
        self._token = ""

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The body of the answer."""
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        body = {"query": query, "variables": variables}
        answer = httpx.post(self._url, json=body, headers=headers, trust_env=False, verify=TRUSTED)
        self._token = answer.headers.get("vendure-auth-token", self._token)
        content: dict[str, Any] = answer.json()
        return content

    def register(self, email: str, **more: Any) -> str:
        """The name of the result."""
        return str(self._result(REGISTER, input={"emailAddress": email, "password": PASSWORD, **more}))

    def log_in(self, email: str) -> str:
        """The name of the result."""
        return str(self._result(LOG_IN, user=email, password=PASSWORD))

    def _result(self, query: str, **variables: Any) -> Any:
        (result,) = self.ask(query, **variables)["data"].values()
        return result["__typename"]
