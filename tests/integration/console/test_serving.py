"""Does ``syncd console`` listen, let the first admin in, believe nobody but its proxy, and end?"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from syncd.cli import main
from syncd.console.serving import _listening
from syncd.embedded.demo import demo_environ
from syncd.settings import ConsoleSettings
from tests.fixtures.daemon import wait_until
from tests.fixtures.trusted import TRUSTED
from tests.real.processes import free_port

from .conftest import PASSWORD

ERP = '[connections.erp]\nkind = "memory"\nside = "erp"\noptions = {store = "erp"}\n'
OWN_PAGE = {"sec-fetch-site": "same-origin"}


class Running:
    """A console as a process."""

    def __init__(
        self,
        folder: Path,
        settings: str = "",
        until: Callable[[Running], bool] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self.environ = {**demo_environ(os.environ), **(environ or {})}
        self.file = folder / "syncd.toml"
        self.file.write_text(f"[console]\nport = {self.port}\n{settings}", encoding="utf-8")
        assert self.call("init").exit_code == 0
        self.log = folder / "console.log"
        with self.log.open("wb") as out:
            line = [sys.executable, "-m", "syncd", "console", "--config", str(self.file)]
            self.popen = subprocess.Popen(line, stdout=out, stderr=out, env=self.environ, cwd=folder)
        wait_until((lambda: until(self)) if until else self.answers, self.said)

    def call(self, *words: str) -> Result:
        return CliRunner().invoke(main, [*words, "--config", str(self.file)], env=self.environ)

    def answers(self) -> bool:
        assert self.popen.poll() is None, self.said()
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", verify=TRUSTED).status_code == 200
        except httpx.TransportError:
            return False

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def addresses(self) -> list[str]:
        import sqlite3  # noqa: PLC0415

        with closing(sqlite3.connect(self.folder / "syncd.db")) as connection:
            return [row[0] for row in connection.execute("SELECT address FROM user_sessions ORDER BY made_at")]


@contextmanager
def running(
    folder: Path,
    settings: str = "",
    until: Callable[[Running], bool] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    console = Running(folder, settings, until, environ)
    try:
        yield console
    finally:
        console.popen.kill()
        console.popen.wait()


def first_admin(console: Running, host: str, **headers: str) -> None:
    (key,) = re.findall(r"/set-up/([\w-]+)", console.said())
    url = f"http://127.0.0.1:{console.port}"
    form = {"name": "anna", "password": PASSWORD}
    sent = {**OWN_PAGE, "host": host, **headers}
    assert httpx.post(f"{url}/set-up/{key}", data=form, headers=sent, verify=TRUSTED).status_code == 303


def test_a_console_prints_the_link_says_where_it_is_and_ends_without_a_trace(tmp_path: Path) -> None:
    with running(tmp_path) as console:
        first_admin(console, f"127.0.0.1:{console.port}", **{"x-forwarded-for": "203.0.113.66"})
        assert console.addresses() == ["127.0.0.1"]  # nobody's word is taken
        assert f"console: http://127.0.0.1:{console.port}" in console.call("status").output
        console.popen.terminate()
        assert console.popen.wait(20) == 0
        assert "console" not in console.call("status", "--json").stdout
        assert PASSWORD not in console.said()


def test_a_console_that_has_just_said_where_it_is_ends_in_order_when_asked(tmp_path: Path) -> None:
    with running(tmp_path, until=lambda console: "console: " in console.said()) as console:
        console.popen.terminate()
        assert console.popen.wait(20) == 0
        assert "console" not in console.call("status", "--json").stdout


def test_no_piece_of_a_page_waits_until_the_piece_before_is_acknowledged() -> None:
    port = free_port()
    with _listening(ConsoleSettings(port=port)) as listener, socket.create_connection(("127.0.0.1", port)):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_while_redis_is_away_everything_is_read_and_it_is_said_that_what_is_asked_for_begins_later(
    tmp_path: Path,
) -> None:
    environ = {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    with running(tmp_path, ERP, environ=environ) as console:
        first_admin(console, f"127.0.0.1:{console.port}")
        with httpx.Client(base_url=f"http://127.0.0.1:{console.port}", headers=OWN_PAGE, verify=TRUSTED) as anna:
            anna.post("/log-in", data={"name": "anna", "password": PASSWORD})
            wait_until(lambda: "Redis does not answer" in anna.get("/customers").text, console.said)
            assert anna.get("/runs").status_code == 200
            asked = anna.post("/connections/erp/sync")
            told = anna.get(asked.headers["location"]).text
            assert "It is kept, and begins by itself" in told, re.sub("<[^>]+>", "", told)


def test_behind_a_proxy_its_word_on_who_calls_is_taken_but_not_what_the_caller_put_before(tmp_path: Path) -> None:
    with running(tmp_path, 'behind_tls_proxy = true\npublic_url = "https://syncd.example"\n') as console:
        assert "https://syncd.example/set-up/" in console.said()
        first_admin(console, "syncd.example", **{"x-forwarded-for": "203.0.113.66, 198.51.100.7"})
        assert console.addresses() == ["198.51.100.7"]


@pytest.mark.parametrize("words", [("--host", "0.0.0.0"), ("--host", "::"), ("--host", "192.0.2.1")])
def test_a_console_that_others_could_reach_does_not_start(tmp_path: Path, words: tuple[str, ...]) -> None:
    file = tmp_path / "syncd.toml"
    file.write_text("", encoding="utf-8")
    said = CliRunner().invoke(main, ["console", *words, "--config", str(file)], env=demo_environ(os.environ))
    assert (said.exit_code, "behind_tls_proxy" in said.stderr) == (7, True)
