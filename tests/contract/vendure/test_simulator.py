"""Does the simulated shop run as a process, and is it as unkind as it says? How faithful it is, test_agreement says."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from adapters.vendure.endpoint import VendureEndpoint
from adapters.vendure.options import Options
from adapters.vendure.simulator import Simulated
from syncd.domain.contractor import Contractor
from syncd.ports import Context, parse_options
from tests.fixtures.trusted import TRUSTED

KEY = "a-key:of-the-test"


@contextmanager
def process(*options: str) -> Iterator[str]:
    """A simulator of its own process; its address."""
    command = [sys.executable, "-m", "adapters.vendure.simulator", "--port", "0", "--api-key", KEY, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        yield running.stdout.readline().split()[2].removesuffix("/admin-api,")
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0


def connect(url: str) -> VendureEndpoint:
    options = parse_options(Options, {"url": f"{url}/admin-api", "api_key": KEY}, connection="shop")
    return VendureEndpoint(options, Context(connection="shop"))


def test_a_shop_started_as_a_process_keeps_its_data_in_a_file(tmp_path: Path, firm: Contractor) -> None:
    with process("--state", str(tmp_path / "shop.json")) as url:
        endpoint = connect(url)
        made = endpoint.create(firm)
        endpoint.close()
    with process("--state", str(tmp_path / "shop.json")) as url:
        endpoint = connect(url)
        assert endpoint.get(made.external_id) == made
        endpoint.close()


def test_a_shop_started_as_a_process_fails_on_demand() -> None:
    with process() as url:
        faults = [{"kind": "status", "status": 500}] * 3
        httpx.post(f"{url}/-/faults", json=faults, trust_env=False, verify=TRUSTED)
        question = {"query": "{ customers { totalItems } }"}
        headers = {"vendure-api-key": KEY}
        answer = httpx.post(f"{url}/admin-api", json=question, headers=headers, trust_env=False, verify=TRUSTED)
        assert answer.status_code == 500
        assert httpx.get(f"{url}/-/journal", trust_env=False, verify=TRUSTED).json()[0]["name"] == "customers"


def test_equals_come_in_another_order_with_each_call(shop: Simulated, endpoint: VendureEndpoint) -> None:
    with shop.frozen():
        for number in range(5):
            shop.add(Contractor(name=f"Firma {number}", email=f"f{number}@x.example"))
    orders = set()
    for _ in range(5):
        listing = endpoint._listing(False, {"sort": {"updatedAt": "ASC"}})
        orders.add(tuple(msgspec.json.decode(raw)["id"] for raw in listing.customers.items))
    assert len(orders) > 1


def test_what_is_no_request_of_graphql_is_answered_as_apollo_does(shop: Simulated) -> None:
    for body in (b"", b"[]", b"{}", b'{"query": ""}', b"nonsense"):
        answer = httpx.post(f"{shop.url}/admin-api", content=body, trust_env=False, verify=TRUSTED)
        assert answer.status_code == 400
    assert httpx.post(f"{shop.url}/nothing", json={}, trust_env=False, verify=TRUSTED).status_code == 404
    assert httpx.get(f"{shop.url}/health", trust_env=False, verify=TRUSTED).status_code == 200
