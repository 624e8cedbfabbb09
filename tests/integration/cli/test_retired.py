"""Does a connection that was taken out of the configuration block customers for ever?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.memory.simulator import simulate
from tests.fixtures.contractors import firm
from tests.integration.cli.conftest import Shell

FORMER = "former"


@pytest.fixture
def blocked(shell: Shell) -> Iterator[Shell]:
    """A customer of two ERPs of which one, not configured any more, has it switched off."""
    with simulate() as former:
        shell.erp.add(firm("A1"))
        former.add(firm("A1", active=False))
        store = former.options["store"]
        shell.configure(
            f"""
            [connections.{FORMER}]
            kind = "memory"
            guard.first_run = "apply"
            side = "erp"
            options.store = "{store}"
            [[routes]]
            erp = "{FORMER}"
            shop = "shop"
            """
        )
        for erp in ("erp", FORMER):
            assert shell.run("sync", erp, "--wait").exit_code == 0
        shell.configure("")
        yield shell


def standing(shell: Shell) -> Any:
    return shell.json("explain", "K000001")["explanation"]


def test_whom_a_connection_blocks_that_is_gone_for_good_an_admin_lets_in(blocked: Shell) -> None:
    (check,) = (one for one in blocked.json("doctor", "--local", code=1)["checks"] if one["name"] == FORMER)
    assert (check["state"], check["detail"]) == ("warn", "it is not configured any more, and blocks 1 customer")
    assert f"`syncd connections retire {FORMER}`" in " ".join(standing(blocked)["next"])
    assert blocked.json("connections", "retire", FORMER, "--dry-run")["work"] == 1
    assert standing(blocked)["status"] == "blocked_by_erp"
    (run,) = blocked.json("connections", "retire", FORMER, "--yes")["runs"]
    assert standing(blocked)["status"] == "active"
    assert blocked.run("runs", "undo", run, "--yes").exit_code == 0
    assert standing(blocked)["status"] == "blocked_by_erp"


def test_whom_a_connection_blocks_that_is_configured_no_admin_lets_in(blocked: Shell) -> None:
    told = blocked.run("connections", "retire", "erp", "--yes")
    assert (told.exit_code, "erp is configured" in told.stderr) == (2, True)
