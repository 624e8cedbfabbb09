"""Does `syncd adapters certify` say which promises are kept, in numbers and in words?"""

from __future__ import annotations

import pytest

from adapters.bridge.simulator import simulate as simulate_bridge
from adapters.memory import MemoryEndpoint
from syncd.domain.contractor import Contractor
from syncd.ports import Health
from tests.integration.cli.conftest import Shell


@pytest.mark.slow
def test_certifying_the_memory_adapter_keeps_every_promise(shell: Shell) -> None:
    (report,) = shell.json("adapters", "certify", "memory", "--stories", 1)
    assert (report["kind"], report["failed"], report["failures"]) == ("memory", 0, [])
    assert report["passed"] > 100
    assert {"promise", "reason"} == {key for entry in report["degraded"] for key in entry}
    assert "hostile xml is refused" in {entry["promise"] for entry in report["degraded"]}


def test_a_broken_promise_ends_with_one_and_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryEndpoint, "check", lambda _self: Health(detail=""))
    (report,) = shell.json("adapters", "certify", "memory", "--stories", 1, code=1)
    assert report["failed"] == 1
    assert report["failures"] == [{"promise": "check answers and changes nothing", "why": "check says nothing"}]


def test_a_configured_connection_is_certified_by_reading_it(shell: Shell) -> None:
    shell.fill()
    (report,) = shell.json("adapters", "certify", "--connection", "erp")
    assert (report["failures"], report["degraded"]) == ([], [])
    assert not any(call.writes for call in shell.erp.journal)


def test_a_real_system_is_certified_by_its_address_and_secrets_of_the_environment(shell: Shell) -> None:
    with simulate_bridge() as sandbox:
        shell.environ["SYNCD_BRIDGE_TOKEN"] = sandbox.options["token"]
        sandbox.add(Contractor(name="Firma", number="7"))
        (report,) = shell.json("adapters", "certify", "bridge", "--url", sandbox.options["url"])
        assert report["failures"] == []
        assert not any(call.writes for call in sandbox.journal)
    assert "no option url" in shell.run("adapters", "certify", "memory", "--url", "http://127.0.0.1:9").stderr


def test_what_a_read_takes_is_counted(shell: Shell) -> None:
    (cost,) = shell.json("adapters", "certify", "memory", "--cost", "--contractors", 1000)
    assert (cost["told"], cost["incremental"]["records"], cost["incremental"]["requests"]) == (10, 10, 2)
    rows = shell.rows("adapters", "certify", "memory", "--cost", "--contractors", 20)
    assert [row["read"] for row in rows] == ["full", "incremental"]


def test_certifying_asks_for_a_kind_that_is_there(shell: Shell) -> None:
    assert shell.run("adapters", "certify").exit_code == 2
    assert "did you mean memory?" in shell.run("adapters", "certify", "memroy").stderr
