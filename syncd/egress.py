"""Where may syncd connect to? One rule for every address, held when the connection is made and not before.

A host that an admin wrote into the configuration may be on this machine or in this network: that is where ERPs are. One
that came from a page, a webhook or a platform's answer may only be on the internet: whoever wrote it may want syncd to
reach what they cannot. Nobody may name what hands out a cloud's credentials.

The name is resolved once, every address is judged, and a judged address is what is connected to: a name that answers
otherwise a moment later gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore

from syncd.errors import Misconfigured, SyncError

__all__ = ["Backend", "Origin", "Trust", "allowed", "is_loopback", "origin_of", "resolve"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Origin = tuple[str, str, int]
"""Scheme, host and port: what credentials were given for."""

_PORTS: Final = {"http": 80, "https": 443}

_METADATA: Final = frozenset(
    ipaddress.ip_address(text)
    for text in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")
)
"""Where clouds hand out credentials to whoever asks from inside; most are link-local, and these are the others too."""

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class Trust(Enum):
    """Who named the host."""

    CONFIGURED = "configured"
    FOREIGN = "foreign"


def origin_of(url: str) -> Origin:
    """Take the origin out of an address.

    Raises:
        Misconfigured: If it is no address of http or https.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in _PORTS or not host:
        raise Misconfigured(
            "this is no web address", code="address-refused", cure="Write it like https://shop.example/api."
        )
    return scheme, host, port or _PORTS[scheme]


def is_loopback(host: str) -> bool:
    """Whether a host, as written, is this machine."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return _plain(ipaddress.ip_address(bare)).is_loopback
    except ValueError:
        return False


def allowed(address: Address, trust: Trust) -> bool:
    """Whether an address may be connected to."""
    plain = _plain(address)
    if plain in _METADATA or plain.is_link_local or plain.is_multicast or plain.is_unspecified:
        return False
    return trust is Trust.CONFIGURED or plain.is_global


def resolve(host: str, port: int, trust: Trust, *, look_up: Callable[..., Iterable[Any]] | None = None) -> list[str]:
    """Addresses of a host, all of them judged: one bad one among good ones is a trick, not a mistake.

    Args:
        look_up: In place of `socket.getaddrinfo`.

    Raises:
        OSError: If the name has no address.
        Misconfigured: If it has one that may not be connected to.
    """
    found = (look_up or socket.getaddrinfo)(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(allowed(ipaddress.ip_address(text.partition("%")[0]), trust) for text in addresses):
        raise _refusal(trust)
    return addresses


def _refusal(trust: Trust) -> SyncError:
    if trust is Trust.CONFIGURED:
        return Misconfigured(
            "syncd does not connect to this host: its address is kept for the machine's own credentials",
            code="address-refused",
            cure="Correct the host, or what its name resolves to.",
        )
    return Misconfigured(
        "syncd does not connect to this host: its address is not on the internet",
        code="address-refused",
        cure="Only hosts in the configuration file may be in your own network: write it there.",
    )


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 one only wraps."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


class Backend:
    """What httpx' connections are made by: judges addresses, and ends every wait at the request's deadline.

    Args:
        inner: Makes connections to bare addresses.
    """

    def __init__(self, inner: Any, trust: Trust, look_up: Callable[..., Iterable[Any]] | None = None) -> None:
        self._inner = inner
        self._trust = trust
        self._look_up = look_up
        self._mine = threading.local()

    def begin(self, until: float) -> None:
        """Say by when (`time.monotonic`) what this thread asks for has to be over."""
        self._mine.until = until

    def left(self, timeout: float | None) -> float:
        """Seconds that one wait of this thread may take."""
        remaining = max(0.001, getattr(self._mine, "until", float("inf")) - time.monotonic())
        return remaining if timeout is None else min(timeout, remaining)

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **more: Any) -> _Stream:
        """Connect to the first address that answers."""
        try:
            addresses: Sequence[str] = resolve(host, port, self._trust, look_up=self._look_up)
        except OSError:
            # Not handed on to be asked for again: a name that has an address only the second time would go unjudged.
            raise httpcore.ConnectError("the name of the host has no address") from None
        for address in addresses[:-1]:
            try:
                return _Stream(self, self._inner.connect_tcp(address, port, timeout=self.left(timeout), **more))
            except Exception:  # noqa: BLE001, S112 - the last one's error is the one that is told
                continue
        return _Stream(self, self._inner.connect_tcp(addresses[-1], port, timeout=self.left(timeout), **more))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream:
    """A connection whose waits end at the deadline: a peer that sends a byte now and then holds nobody."""

    def __init__(self, backend: Backend, inner: Any) -> None:
        self._backend = backend
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._inner.read(max_bytes, timeout=self._backend.left(timeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=self._backend.left(timeout))

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:
        secured = self._inner.start_tls(ssl_context, server_hostname, timeout=self._backend.left(timeout))
        return _Stream(self._backend, secured)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        self._inner.close()
