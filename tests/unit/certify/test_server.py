"""Does the shared layer of simulated platforms answer, fail and take notes as asked?"""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from syncd.certify.faults import Fault
from syncd.certify.sandbox import Call
from syncd.certify.server import Reply, Request, Server
from tests.fixtures.trusted import TRUSTED


class Counter:
    """A platform whose only state is how often it acted."""

    def __init__(self) -> None:
        self.acted = 0

    def handle(self, request: Request) -> Reply:
        self.acted += 1
        if request.parts[0] == "broken":
            raise KeyError(request.path)
        return Reply(201 if request.method == "POST" else 200, b'{"part": "' + request.parts[0].encode() + b'"}')


@pytest.fixture
def platform() -> Counter:
    return Counter()


@pytest.fixture
def server(platform: Counter) -> Iterator[Server]:
    with Server(platform.handle) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False, verify=TRUSTED) as client:
        yield client


def test_a_segment_keeps_its_encoded_slash_and_letters(client: httpx.Client) -> None:
    assert client.get("/a%2F%C5%82%25%20%D0%96").json() == {"part": "a/ł% Ж"}


def test_several_calls_share_one_connection(server: Server, client: httpx.Client) -> None:
    for _ in range(3):
        client.post("/x", content=b"{}")
    assert [call.applied for call in server.journal] == [True, True, True]


def test_an_answer_that_is_late_was_acted_on(server: Server, client: httpx.Client, platform: Counter) -> None:
    server.faults.plan(Fault(kind="late"))
    with pytest.raises(httpx.ReadTimeout):
        client.post("/x", timeout=0.1)
    assert platform.acted == 1
    assert server.journal == [Call(name="POST /x", writes=True, applied=True)]


def test_a_planned_status_answers_without_acting(server: Server, client: httpx.Client, platform: Counter) -> None:
    server.faults.plan(Fault(kind="status", status=503, retry_after="7"))
    answer = client.post("/x")
    assert (answer.status_code, answer.headers["retry-after"], platform.acted) == (503, "7", 0)
    assert server.journal == [Call(name="POST /x", writes=True, applied=False)]


@pytest.mark.parametrize(("kind", "acted"), [("lose_answer", 1), ("drop", 0), ("cut", 1)])
def test_a_connection_is_cut_before_or_after_acting(
    server: Server, client: httpx.Client, platform: Counter, kind: str, acted: int
) -> None:
    server.faults.plan(Fault(kind=kind))  # type: ignore[arg-type]
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/x")
    assert platform.acted == acted
    assert server.journal[0].applied == bool(acted)
    assert client.post("/x").status_code == 201


def test_a_log_in_page_answers_instead_of_data(server: Server, client: httpx.Client, platform: Counter) -> None:
    server.faults.plan(Fault(kind="html"))
    answer = client.get("/x")
    assert (answer.status_code, answer.text[:15], platform.acted) == (200, "<!DOCTYPE html>", 0)


def test_an_ended_session_answers_401(server: Server, client: httpx.Client) -> None:
    server.faults.plan(Fault(kind="expired"))
    assert client.get("/x").status_code == 401


def test_a_fault_waits_for_the_call_that_it_fits(server: Server, client: httpx.Client) -> None:
    server.faults.plan(Fault(kind="status", status=500, only="write"))
    assert [client.get("/x").status_code, client.post("/x").status_code] == [200, 500]


def test_a_call_that_is_not_described_is_neither_hit_nor_noted() -> None:
    with Server(lambda _request: Reply(200), describe=lambda _request: None) as server:
        server.faults.plan(Fault(kind="drop"))
        assert httpx.get(server.url, trust_env=False, verify=TRUSTED).status_code == 200
        assert server.journal == []


def test_a_mistake_of_the_simulator_is_an_answer(client: httpx.Client, capsys: pytest.CaptureFixture[str]) -> None:
    assert client.get("/broken").status_code == 500
    assert "KeyError" in capsys.readouterr().err


def test_close_ends_idle_connections_and_can_be_repeated(server: Server, client: httpx.Client) -> None:
    client.get("/x")
    server.close()
    server.close()
    with pytest.raises(httpx.TransportError):
        client.get("/x")
