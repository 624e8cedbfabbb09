"""Does the simulator behave as a real Vendure does? Both are told the same, and the answers are compared."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import httpx
import pytest

from adapters.vendure.simulated.state import Setup
from adapters.vendure.simulator import simulate
from tests.contract.vendure.conversation import CONVERSATION, Step
from tests.fixtures.trusted import TRUSTED
from tests.real.vendure import Vendure

pytestmark = pytest.mark.real


class Speaker:
    """Says a conversation to one shop."""

    def __init__(self, url: str, api_key: str) -> None:
        self._url = url
        self._key = {"vendure-api-key": api_key}
        self._shopper: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self._client = httpx.Client(timeout=60, trust_env=False, verify=TRUSTED)

    def close(self) -> None:
        self._client.close()

    def say(self, step: Step) -> Any:
        """The answer in the form in which two shops' answers compare."""
        path, headers = ("admin-api", self._key) if step.api == "A" else ("shop-api", self._shopper)
        body = {"query": step.query, "variables": self._filled(step.variables)}
        answer = self._client.post(f"{self._url}/{path}", json=body, headers=headers)
        token = answer.headers.get("vendure-auth-token")
        if step.api == "S" and token:
            self._shopper = {"authorization": f"Bearer {token}"}
        content = answer.json()
        for name, root in step.keep.items():
            found = content["data"][root]
            self._kept[name] = found["items"][0]["id"] if "items" in found else found["id"]
        return answer.status_code, plain(content)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._filled(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._filled(member) for member in value]
        return self._kept[value[1:-1]] if isinstance(value, str) and re.fullmatch(r"<\w+>", value) else value


def plain(content: Any) -> Any:
    """Without positions in the document, hints, and the order that a database does not promise."""
    if isinstance(content, list):
        return [plain(member) for member in content]
    if not isinstance(content, Mapping):
        return content
    if isinstance(content.get("errors"), list):
        return {"errors": [_error(error) for error in content["errors"]], "data": content.get("data")}
    members = {name: plain(member) for name, member in content.items()}
    if isinstance(members.get("addresses"), list):
        members["addresses"].sort(key=str)
    return members


def _error(error: Mapping[str, Any]) -> Any:
    code = error.get("extensions", {}).get("code")
    message = error["message"].partition(" Did you mean")[0] if code else "unforeseen"
    return code, message, error.get("path")


def test_the_simulator_answers_as_vendure_does(real: Vendure) -> None:
    with (
        simulate(Setup(refuses_blocked=True)) as shop,
        closing(Speaker(shop.url, shop.shop.setup.api_key)) as simulated,
        closing(Speaker(real.url, real.api_key)) as genuine,
    ):
        differing = []
        for step in CONVERSATION:
            ours, theirs = simulated.say(step), genuine.say(step)
            if ours != theirs:
                differing.append(f"{step.about}\n  simulator {ours}\n  Vendure   {theirs}")
    assert not differing, "\n".join(differing)
