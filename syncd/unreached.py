"""Why is there no connection to a host, and what helps?"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Final

from syncd.errors import Unavailable
from syncd.sentence import Sentence

__all__ = ["unreached"]

_CAUSES: Final[tuple[tuple[type[BaseException], str, str], ...]] = (
    (
        socket.gaierror,
        Sentence("its name has no address"),
        Sentence("Check how the host is written in the configuration, and that this machine resolves names."),
    ),
    (
        ConnectionRefusedError,
        Sentence("nothing listens there"),
        Sentence("Check host and port in the configuration, and that the server runs."),
    ),
    (
        ssl.SSLCertVerificationError,
        Sentence("its certificate is not trusted"),
        Sentence("The server has to show a valid certificate of a known authority, for just this name."),
    ),
    (
        ssl.SSLError,
        Sentence("it does not speak TLS as expected"),
        Sentence("Check whether the address begins with http or https, and its port."),
    ),
    (
        TimeoutError,
        Sentence("no answer in time"),
        Sentence("Check host and port in the configuration, and whether a firewall is between."),
    ),
)
"""Errors of the network, the narrower ones first."""


def unreached(error: BaseException, host: str) -> Unavailable:
    """Name the host, and the first known cause behind the error of the HTTP library."""
    for cause in _behind(error):
        for kind, why, cure in _CAUSES:
            if isinstance(cause, kind):
                return Unavailable(Sentence("cannot connect to %(host)s: %(why)s", host=host, why=why), cure=cure)
    return Unavailable(Sentence("cannot connect to %(host)s: %(why)s", host=host, why=type(error).__name__))


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
