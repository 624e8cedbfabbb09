"""Does syncd connect only where it may, however an address is written or resolved?"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from syncd.egress import Trust, allowed, is_loopback, origin_of, resolve
from syncd.errors import Misconfigured, SyncError, Unavailable
from syncd.http import Client

ALWAYS_DENIED = [
    "169.254.169.254", "169.254.0.1", "fe80::1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "0.0.0.0", "::",
    "224.0.0.1", "ff02::1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
]  # fmt: skip
OWN_NETWORK = ["127.0.0.1", "127.8.8.8", "::1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "fd00::1", "::ffff:10.0.0.1"]


@pytest.mark.parametrize("address", ALWAYS_DENIED)
@pytest.mark.parametrize("trust", Trust)
def test_what_hands_out_credentials_is_never_connected_to(address: str, trust: Trust) -> None:
    assert not allowed(ipaddress.ip_address(address), trust)


@pytest.mark.parametrize("address", OWN_NETWORK)
def test_the_own_network_is_for_hosts_in_the_configuration_only(address: str) -> None:
    assert allowed(ipaddress.ip_address(address), Trust.CONFIGURED)
    assert not allowed(ipaddress.ip_address(address), Trust.FOREIGN)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111"])
def test_the_internet_is_for_everybody(address: str) -> None:
    assert allowed(ipaddress.ip_address(address), Trust.FOREIGN)


@given(st.ip_addresses())
def test_what_a_stranger_may_name_an_admin_may_name_too(address: Any) -> None:
    assert allowed(address, Trust.CONFIGURED) or not allowed(address, Trust.FOREIGN)


@given(st.ip_addresses(v=4), st.sampled_from(Trust))
def test_wrapping_an_address_changes_nothing(address: Any, trust: Trust) -> None:
    wrapped = ipaddress.ip_address(f"::ffff:{address}")
    assert allowed(wrapped, trust) == allowed(address, trust)


@pytest.mark.parametrize("written", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_odd_spellings_of_loopback_are_loopback(written: str) -> None:
    with pytest.raises(Misconfigured, match="not on the internet"):
        resolve(written, 80, Trust.FOREIGN)


def test_one_bad_address_among_good_ones_refuses_the_name() -> None:
    def look_up(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]

    with pytest.raises(Misconfigured):
        resolve("shop.example", 80, Trust.FOREIGN, look_up=look_up)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://h/", "ftp://h/", "//h/", "h", "http://", "http://h:x/"]
)
def test_only_http_and_https_are_spoken(url: str) -> None:
    with pytest.raises(Misconfigured) as refusal:
        Client(url)
    assert (refusal.value.code, bool(refusal.value.cure)) == ("address-refused", True)


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("HTTPS://Shop.Example/a?b") == ("https", "shop.example", 443)


@pytest.mark.parametrize(("host", "here"), [("LOCALHOST", True), ("[::1]", True), ("127.9.9.9", True), ("h", False)])
def test_this_machine_is_known_by_each_of_its_names(host: str, here: bool) -> None:
    assert is_loopback(host) is here


def test_a_configured_host_on_this_machine_is_called(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data("yes")
    assert Client(httpserver.url_for("/")).read("GET", "x").content == b"yes"
    assert Client(f"http://localhost:{httpserver.port}").read("GET", "x").content == b"yes"


def test_a_foreign_host_on_this_machine_is_not_even_connected_to(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data("yes")
    for base in (httpserver.url_for("/"), f"http://localhost:{httpserver.port}"):
        with pytest.raises(Misconfigured):
            Client(base, trust=Trust.FOREIGN).read("GET", "x")
    assert httpserver.log == []


def test_a_name_that_answers_otherwise_a_moment_later_gains_nothing(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the judged address is the one that is connected to, and the name is asked for once."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def changing(host: str, *more: Any, **named: Any) -> Any:
        if host != "shop.example":
            return real(host, *more, **named)
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "169.254.169.254", httpserver.port))]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    httpserver.expect_request("/x").respond_with_data("yes")
    client = Client(f"http://shop.example:{httpserver.port}")
    assert client.read("GET", "x").content == b"yes"
    assert httpserver.log[0][0].headers["host"] == f"shop.example:{httpserver.port}"
    assert asked == ["shop.example"]


def test_a_name_that_has_an_address_only_when_asked_again_gains_nothing(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look-up that fails must not hand the name on to somebody who looks it up unjudged."""
    real = socket.getaddrinfo
    asked: list[str] = []

    def failing_first(host: str, *more: Any, **named: Any) -> Any:
        asked.append(host)
        if len(asked) % 2:
            raise socket.gaierror(-3, "try again")
        return real("127.0.0.1", *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", failing_first)
    with pytest.raises((Misconfigured, Unavailable)):
        Client(f"http://shop.example:{httpserver.port}", trust=Trust.FOREIGN, sleep=lambda _: None).read("GET", "x")
    assert httpserver.log == []


def test_a_redirect_is_an_error_and_is_not_followed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/x").respond_with_data("", 302, {"location": httpserver.url_for("/secret")})
    with pytest.raises(Unavailable, match="302") as told:
        Client(httpserver.url_for("/"), sleep=lambda _: None).read("GET", "x")
    assert "new address" in told.value.cure
    assert {request.path for request, _ in httpserver.log} == {"/x"}


def test_credentials_stay_with_the_origin_that_they_were_given_for(httpserver: HTTPServer) -> None:
    client = Client("http://127.0.0.2:1/api", auth=("user", "password"))
    for elsewhere in (httpserver.url_for("/next"), "https://127.0.0.2:1/api", "ftp://127.0.0.2:1/api"):
        with pytest.raises(Misconfigured):
            client.read("GET", elsewhere)
    assert httpserver.log == []


@contextmanager
def dripping(first: bytes) -> Iterator[int]:
    """A server that sends `first` and then a byte at a time, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def serve() -> None:
            try:
                peer, _ = listening.accept()
                with peer:
                    peer.sendall(first)
                    while not ended.wait(0.05):
                        peer.sendall(b"a")
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        ended.set()


@pytest.mark.parametrize(
    "first", [b"HTTP/1.1 200 OK\r\nx-endless: ", b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n"]
)
def test_an_answer_that_drips_ends_at_the_deadline_in_its_head_as_in_its_body(first: bytes) -> None:
    with dripping(first) as port:
        client = Client(f"http://127.0.0.1:{port}", deadline=0.5, patience=10)
        began = time.monotonic()
        with pytest.raises(SyncError):
            client.write("POST", "x")
        assert time.monotonic() - began < 5
