"""How does the operator of a side work, from another process? Edits, and a look at everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import msgspec

from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from tests.fixtures.trusted import TRUSTED

__all__ = ["Operator"]


class Operator:
    """Calls one side directly, past the bad network. Errors are httpx's: the side may be dead or frozen."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=2, trust_env=False, verify=TRUSTED)

    def do(self, *actions: Mapping[str, Any]) -> list[str]:
        answer = self._client.post("/operator/do", content=msgspec.json.encode(actions))
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=list[str])

    def holds(self) -> list[tuple[str, Contractor]]:
        answer = self._client.get("/operator/holds", timeout=10)
        return [(one["id"], msgspec.convert(one["contractor"], Contractor)) for one in answer.json()]

    def lie(self, **ways: Any) -> None:
        """Let the side behave so from now on; without arguments as it should."""
        self._client.post("/operator/lie", content=msgspec.json.encode(ways), timeout=10).raise_for_status()

    def plan(self, faults: Sequence[Fault]) -> None:
        self._client.post("/-/faults", content=msgspec.json.encode(faults), timeout=10).raise_for_status()

    def heal(self) -> None:
        self._client.request("DELETE", "/-/faults", timeout=10).raise_for_status()
        self.lie()

    def answers(self) -> bool:
        try:
            return self._client.get("/operator/holds").is_success
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        self._client.close()
