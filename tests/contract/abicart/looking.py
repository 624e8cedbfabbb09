"""What do the tests of writes look at, and how do they ask for one?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.simulator import Simulated
from syncd.ports import Remote


def card(shop: Simulated, external_id: str) -> Mapping[str, Any]:
    """The customer as the shop has it, groups by name."""
    customer = shop.shop.customer(int(external_id))
    return {**customer, "groups": sorted(shop.shop.state.groups[uid]["sv"] for uid in customer["groups"])}


def change(endpoint: AbicartEndpoint, remote: Remote, **changes: Any) -> Remote:
    return endpoint.update(remote, msgspec.structs.replace(remote.contractor, **changes))


def patches(shop: Simulated, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is sent from now on."""
    sent: list[dict[str, Any]] = []
    store = shop.shop.set_customer

    def watched(uid: Any, patch: Any) -> dict[str, Any]:
        sent.append(patch)
        return store(uid, patch)

    monkeypatch.setattr(shop.shop, "set_customer", watched)
    return sent
