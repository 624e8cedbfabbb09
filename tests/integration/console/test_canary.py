"""Does anything of a person, or any secret, come out where it is not meant to?

A whole syncd with real processes is given customers, tokens and a user whose values are found nowhere else. Everything
goes wrong that can: records that cannot be read, a shop that refuses and repeats what it was sent, a wrong log-in.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from click.testing import CliRunner
from redis import Redis as Client

from syncd.access.roles import Role
from syncd.certify.faults import Fault
from syncd.cli import main
from tests.fixtures.daemon import Daemon, customer, running_daemon, wait_until
from tests.fixtures.trusted import TRUSTED
from tests.integration.pipeline.house import House
from tests.real.processes import free_port
from tests.real.redis import Redis

from .conftest import PASSWORD, serving

PERSON = {
    "name": "Kanarek Sp. z o.o.",
    "email": "biuro@kanarek.example",
    "tax_id": "PL5260250274",
    "phones": ("+48 22 555 77 88",),
}
CANARIES = ("kanarek", "5260250274", "555 77 88", "225557788")


def leaks(text: str, *secrets: str) -> list[str]:
    return [word for word in (*CANARIES, *secrets) if word.lower() in text.lower()]


class Listener:
    """Everything that anybody sends to a Redis, as it is on the wire."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._heard = bytearray()
        self._socket = socket.create_connection((parts.hostname or "", parts.port or 0))
        self._socket.sendall(b"MONITOR\r\n")
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            while piece := self._socket.recv(65536):
                self._heard += piece
        except OSError:
            return  # the test is over

    def close(self) -> str:
        self._socket.close()
        return self._heard.decode("utf-8", "replace")


def kept(url: str) -> str:
    """Everything that a Redis holds, as it was put in."""
    with Client.from_url(url) as client:
        read: dict[bytes, Any] = {
            b"string": client.get,
            b"list": lambda key: client.lrange(key, 0, -1),
            b"hash": client.hgetall,
            b"set": client.smembers,
            b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
            b"none": lambda _: "gone meanwhile",
        }
        return repr([(key, read[client.type(key)](key)) for key in client.scan_iter()])


@pytest.fixture
def daemon(tmp_path: Path, own_redis: Redis) -> Iterator[Daemon]:
    with running_daemon(tmp_path, f"sqlite:///{tmp_path / 'registry.db'}", own_redis.url) as daemon:
        yield daemon


COMMANDS = (
    "status", "runs list", "runs records 1", "connections list", "connections show shop", "config show",
    "doctor", "attention list", "groups list", "fields list", "users list", "tokens list", "hooks list", "plan list",
)  # fmt: skip


def test_no_canary_is_in_logs_redis_or_commands_that_show_no_customers(daemon: Daemon, own_redis: Redis) -> None:
    listener = Listener(own_redis.url)
    daemon.erp.add(customer(1, **PERSON))
    daemon.erp.add(customer(2, **{**PERSON, "tax_id": "PL5260250275", "email": "kanarek.kanarek"}))  # both wrong
    daemon.erp.spoil(daemon.erp.add(customer(3, **PERSON)))
    for number in range(4, 8):
        daemon.erp.add(customer(number, name=f"Kanarek {number}", email=f"kanarek{number}@kanarek.example"))
    daemon.shop.faults.plan(*(Fault(kind="status", only="write", status=status) for status in (422, 500, 400)))
    daemon.worker("--loglevel=DEBUG")
    daemon.beat()
    wait_until(lambda: len(daemon.shop.holds()) >= 1)
    wait_until(lambda: bool(daemon.rows("SELECT id FROM issues")))
    tokens = [daemon.environ["SYNCD_ERP_TOKEN"], daemon.environ["SYNCD_SHOP_TOKEN"]]
    found = {"redis": leaks(kept(own_redis.url), *tokens)}
    for words in COMMANDS:
        for more in ([], ["--json"]):
            said = CliRunner().invoke(main, [*words.split(), *more, "-v"], env=daemon.environ)
            assert said.output, words
            found[words] = leaks(said.output, *tokens)
    metrics = CliRunner().invoke(main, ["metrics"], env=daemon.environ).output
    assert "syncd_" in metrics
    found["metrics"] = leaks(metrics, *tokens)
    shown = CliRunner().invoke(main, ["customers", "list"], env=daemon.environ).output
    assert leaks(shown)  # the canaries are there to be found
    for process in daemon.processes:
        process.stop()
        found[process.log.name] = leaks(process.said(), *tokens)
    heard = listener.close()
    assert "syncd" in heard
    found["sent to redis"] = leaks(heard, *tokens)
    assert {where: words for where, words in found.items() if words} == {}


def test_no_canary_is_in_what_flower_knows_of_the_tasks(daemon: Daemon) -> None:
    port = free_port()
    daemon.flower(port)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, verify=TRUSTED) as flower:
        wait_until(lambda: answers(flower, "/healthcheck"))
        daemon.erp.add(customer(1, **PERSON))
        daemon.worker()
        daemon.beat()
        wait_until(lambda: len(daemon.shop.holds()) == 1)
        wait_until(lambda: "syncd.push" in flower.get("/api/tasks").text)
        tasks = flower.get("/api/tasks").json()
        pages = ["/workers", "/tasks", "/broker", "/metrics", "/api/tasks", "/api/workers", "/api/task/types"]
        pages += [f"{kind}/{name}" for name in tasks for kind in ("/task", "/api/task/info")]
        said = {page: flower.get(page) for page in pages}
    tokens = [daemon.environ["SYNCD_ERP_TOKEN"], daemon.environ["SYNCD_SHOP_TOKEN"]]
    assert {page: answer.status_code for page, answer in said.items() if answer.status_code != 200} == {}
    assert {page: found for page, answer in said.items() if (found := leaks(answer.text, *tokens))} == {}


def answers(client: httpx.Client, page: str) -> bool:
    try:
        return client.get(page).is_success
    except httpx.TransportError:
        return False


def test_no_canary_is_in_the_console_or_in_what_it_logs(
    house: House, staffed: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    house.erp.add(customer(1, **PERSON))
    house.run("erp", dry_run=True)
    with serving(staffed) as site:
        for role in Role:
            browser = site.browser(role)
            assert leaks(browser.get("/").text) == []
        browser = site.browser()
        browser.post("/log-in", data={"name": "biuro@kanarek.example", "password": "kanarek i hasło"})
        browser.post("/plans/1/approve", data={"reason": "kanarek"})
        browser.post("/hooks/shop/kanarek-kanarek", content=b'{"id": "kanarek.kanarek"}')
        browser.get("/kanarek")
    captured = capfd.readouterr()
    ours = "".join(
        record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))
    )
    assert leaks(ours + captured.out + captured.err, PASSWORD) == []
