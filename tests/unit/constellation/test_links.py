"""Does each kind of bad weather reach both ends of a link, and end when it clears?"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.constellation.links import Link, Network, Weather


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that answers each piece with twice that piece."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client:
            try:
                while piece := client.recv(65536):
                    client.sendall(piece * 2)
            except ConnectionError:
                return

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


@pytest.fixture
def network() -> Iterator[Network]:
    with Network() as network:
        yield network


@pytest.fixture
def link(network: Network, echo: int) -> Link:
    return network.link("here>there", echo)


@pytest.fixture
def client(link: Link) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", link.port), timeout=5) as client:
        yield client


def ask(client: socket.socket, text: bytes = b"four") -> bytes:
    client.sendall(text)
    return client.recv(65536)


def test_in_fair_weather_everything_passes(client: socket.socket) -> None:
    assert (ask(client), ask(client, b"x")) == (b"fourfour", b"xx")


def test_latency_makes_both_ways_late(link: Link, client: socket.socket) -> None:
    link.weather = Weather(latency=0.2)
    began = time.monotonic()
    assert ask(client) == b"fourfour"
    assert time.monotonic() - began >= 0.4


def test_a_narrow_link_takes_its_time(link: Link, client: socket.socket) -> None:
    link.weather = Weather(bytes_per_second=40)
    began = time.monotonic()
    assert ask(client) == b"fourfour"
    assert time.monotonic() - began >= 0.3


def test_a_black_hole_says_nothing_and_lets_go_when_it_ends(link: Link, client: socket.socket) -> None:
    link.weather = Weather(dark=True)
    client.sendall(b"four")
    client.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.recv(10)
    link.weather = Weather()
    client.settimeout(5)
    assert client.recv(65536) == b"fourfour"


def test_a_reset_ends_the_connection(network: Network, client: socket.socket) -> None:
    assert ask(client) == b"fourfour"
    network.reset("here>there")
    with pytest.raises(ConnectionResetError):
        client.recv(10)


def test_a_cut_lets_half_of_one_answer_through(link: Link, client: socket.socket) -> None:
    link.weather = Weather(cut_next=True)
    assert ask(client) == b"four"
    with pytest.raises(ConnectionResetError):
        client.recv(10)
    assert (link.weather.cut_next, link.cuts) == (False, 1)


def test_a_server_that_is_gone_refuses_as_it_would_without_the_link(network: Network) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    link = network.link("here>nowhere", port)
    with pytest.raises(ConnectionResetError), socket.create_connection(("127.0.0.1", link.port), timeout=5) as client:
        client.recv(10)
