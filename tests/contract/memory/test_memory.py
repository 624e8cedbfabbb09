"""Does the memory adapter keep the contract?"""

from __future__ import annotations

import pytest

from adapters.memory import Options, open_endpoint
from adapters.memory.simulator import simulate
from syncd.domain.contractor import Contractor
from syncd.errors import Unstorable
from syncd.ports import Context
from tests.contract.promises import promises_of

test_promise = promises_of("memory")


def test_a_store_with_room_for_one_group_refuses_two() -> None:
    with simulate() as sandbox:
        options = Options(store=sandbox.options["store"], many_groups=False)
        endpoint = open_endpoint(options, Context(connection="memory"))
        assert not endpoint.capabilities.many_groups
        with pytest.raises(Unstorable, match="one group only"):
            endpoint.create(Contractor(name="Firma", groups=("Hurt", "VIP")))
        remote = endpoint.create(Contractor(name="Firma", groups=("Hurt",)))
        with pytest.raises(Unstorable, match="would be in 2"):
            endpoint.update(remote, Contractor(name="Firma", groups=("Hurt", "VIP")))
        assert endpoint.get(remote.external_id).contractor.groups == ("Hurt",)
