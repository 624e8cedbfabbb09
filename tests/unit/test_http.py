"""Does the HTTP client take in no more than it was told to, and say why a host was not reached?"""

from __future__ import annotations

import contextlib
import socket
import threading
from datetime import UTC, datetime

import httpx
import pytest

from syncd.errors import Misconfigured, Unavailable
from syncd.http import RETRY_AFTER_CAP, Client, moment_of, retry_after


def test_a_connection_can_take_larger_or_smaller_answers_than_others() -> None:
    network = httpx.MockTransport(lambda _request: httpx.Response(200, content=iter([b"x" * 60, b"x" * 40])))
    client = Client("http://shop.example", transport=network, body_bytes=100)
    assert len(client.read("GET", "/").content) == 100
    client = Client("http://shop.example", transport=network, body_bytes=99, sleep=lambda _seconds: None)
    with pytest.raises(Unavailable, match="larger than syncd takes"):
        client.read("GET", "/")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("Mon, 02 Mar 2026 08:00:30 GMT", 30.0), ("999999", RETRY_AFTER_CAP), ("²", None), ("soon", None)],
)
def test_a_pause_is_seconds_or_a_date_and_anything_else_is_none(said: str, seconds: float | None) -> None:
    assert retry_after(said, datetime(2026, 3, 2, 8, tzinfo=UTC)) == seconds


@pytest.mark.parametrize("zone", [" GMT", " -0000", "", " +0200"])
def test_a_date_of_a_server_is_compared_in_utc_whatever_zone_it_states(zone: str) -> None:
    hour = 6 if zone == " +0200" else 8
    assert moment_of(f"Mon, 02 Mar 2026 08:00:30{zone}") == datetime(2026, 3, 2, hour, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("date", [None, "", "0", "soon"])
def test_what_is_no_date_of_a_server_is_none(date: str | None) -> None:
    assert moment_of(date) is None


@pytest.mark.parametrize("token", ["tok\u00a0en", "zażółć", "a\nb", "a\r\nx-more: 1", "trail ", "a\x00b", "😀"])
def test_a_token_that_no_header_can_hold_is_told_without_being_shown(token: str) -> None:
    with pytest.raises(Misconfigured, match="the header authorization cannot be sent") as caught:
        Client("http://shop.example", headers={"authorization": f"Bearer {token}"})
    assert caught.value.cure
    assert token not in str(caught.value)


def _unused() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _refusal(url: str, **how: float) -> Unavailable:
    client = Client(url, sleep=lambda _seconds: None, **how)  # type: ignore[arg-type]
    with pytest.raises(Unavailable) as raised:
        client.read("GET", "/")
    client.close()
    return raised.value


def test_a_host_that_nobody_knows_is_named_with_what_to_check() -> None:
    error = _refusal("https://shop.invalid/api")
    assert error.message == "cannot connect to shop.invalid: its name has no address"
    assert "how the host is written" in error.cure


def test_a_port_where_nothing_listens_is_told_from_a_name_that_is_wrong() -> None:
    error = _refusal(f"http://127.0.0.1:{_unused()}")
    assert error.message == "cannot connect to 127.0.0.1: nothing listens there"
    assert "that the server runs" in error.cure


def test_a_server_that_speaks_no_tls_is_told_by_its_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for _ in range(3):
                connection, _peer = server.accept()
                with connection:
                    connection.recv(1)
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        error = _refusal(f"https://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert error.message == "cannot connect to 127.0.0.1: it does not speak TLS as expected"
    assert "http or https" in error.cure


def test_a_host_that_swallows_everything_is_told_as_one() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server, contextlib.ExitStack() as stack:
        for _ in range(4):  # fill the queue: further ones get no answer
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        error = _refusal(f"http://127.0.0.1:{server.getsockname()[1]}", patience=0.05)
    assert error.message == "cannot connect to 127.0.0.1: no answer in time"
    assert "firewall" in error.cure
