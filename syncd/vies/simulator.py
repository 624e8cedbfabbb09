"""What is VIES without the EU: a register of numbers, and outages of every kind on demand?

    with simulate({"DE": {"136695976"}}) as vies:
        vies.outages["DE136695976"] = Outage(cause="MS_UNAVAILABLE")
        ...  # a client of vies.url, then
        vies.heal()

The same runs as a process: ``python -m syncd.vies.simulator --port 8040 DE136695976 …``.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from syncd.certify.faults import Faults
from syncd.certify.sandbox import Call
from syncd.certify.server import LOG_IN_PAGE, Reply, Request, Server
from syncd.domain.tax import VIES_PREFIXES
from syncd.stopping import asked_to_stop

__all__ = ["CAUSES", "Outage", "Simulated", "simulate"]

PATH: Final = "/check-vat-number"

CAUSES: Final = (
    "MS_UNAVAILABLE",
    "MS_MAX_CONCURRENT_REQ",
    "MS_MAX_CONCURRENT_REQ_TIME",
    "GLOBAL_MAX_CONCURRENT_REQ",
    "GLOBAL_MAX_CONCURRENT_REQ_TIME",
    "TIMEOUT",
    "SERVICE_UNAVAILABLE",
    "SERVER_BUSY",
    "INVALID_INPUT",
    "INVALID_REQUESTER_INFO",
    "VAT_BLOCKED",
    "IP_BLOCKED",
)
"""What the service itself says in place of an answer."""


class Outage(msgspec.Struct, frozen=True, kw_only=True):
    """How the question for one number goes wrong until `Simulated.heal`.

    Attributes:
        how: ``wrapped`` 200 with ``errorWrappers`` · ``flagged`` 200 with ``valid: false`` and a ``userError`` ·
            ``refused`` a status of its own with ``errorWrappers`` · ``status`` a status and nothing else · ``html`` ·
            ``empty`` 200 and ``{}`` · ``text`` 200 and no JSON · ``other`` an answer about another number ·
            ``both`` ``valid: false`` beside the word ``VALID``.
        cause: One of `CAUSES`, for the first three.
    """

    how: Literal["wrapped", "flagged", "refused", "status", "html", "empty", "text", "other", "both"] = "wrapped"
    cause: str = "MS_UNAVAILABLE"
    status: int = 500
    retry_after: str = ""


class Simulated:
    """The service under our control.

    Attributes:
        registered: Numbers with their prefixes that member states know.
        outages: What goes wrong with a number, by the number with its prefix.
        asked: Every number asked for, in order.
    """

    def __init__(self, registered: Iterable[str], *, port: int = 0) -> None:
        self.registered = set(registered)
        self.outages: dict[str, Outage] = {}
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._consultations = itertools.count(1)
        self._server = Server(self._handle, port=port, describe=_describe, controlled=True)

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def faults(self) -> Faults:
        return self._server.faults

    @property
    def journal(self) -> Sequence[Call]:
        return self._server.journal

    def heal(self) -> None:
        """Let nothing go wrong any more."""
        self.outages.clear()
        self.faults.clear()

    def close(self) -> None:
        """Stop."""
        self._server.close()

    def _handle(self, request: Request) -> Reply:
        asked = request.json()
        if (request.method, request.path) != ("POST", PATH) or not isinstance(asked, dict):
            return Reply(404)
        prefix, number = str(asked.get("countryCode", "")), str(asked.get("vatNumber", ""))
        with self._lock:
            self.asked.append(prefix + number)
            outage = self.outages.get(prefix + number)
            consultation = f"WAPIAAAAZ{next(self._consultations):07d}" if asked.get("requesterNumber") else ""
        if outage is not None:
            return _fail(outage, prefix, number)
        if prefix not in VIES_PREFIXES or not number.isalnum():
            return _fail(Outage(how="refused", status=400, cause="INVALID_INPUT"), prefix, number)
        return _json(_body(prefix, number, valid=prefix + number in self.registered, consultation=consultation))


def _describe(request: Request) -> Call | None:
    """A question changes nothing, although it comes by POST."""
    return Call(name=f"{request.method} {request.path}", writes=False, applied=False)


def _body(prefix: str, number: str, *, valid: bool, consultation: str = "") -> dict[str, Any]:
    hidden = {"name": "---", "address": "---"}
    return {
        "countryCode": prefix,
        "vatNumber": number,
        "requestDate": "2026-05-04T12:00:00.000Z",
        "valid": valid,
        "requestIdentifier": consultation,
        **hidden,
    }


def _fail(outage: Outage, prefix: str, number: str) -> Reply:
    headers = {"retry-after": outage.retry_after} if outage.retry_after else {}
    wrapped = {"actionSucceed": False, "errorWrappers": [{"error": outage.cause}]}
    invalid = _body(prefix, number, valid=False)
    replies: Mapping[str, Reply] = {
        "wrapped": _json(wrapped),
        "flagged": _json({**invalid, "userError": outage.cause}),
        "refused": _json(wrapped, outage.status, headers),
        "status": Reply(outage.status, headers=headers),
        "html": Reply(200, LOG_IN_PAGE, {"content-type": "text/html"}),
        "empty": _json({}),
        "text": Reply(200, b"upstream error"),
        "other": _json({**invalid, "vatNumber": f"{number}0"}),
        "both": _json({**invalid, "userError": "VALID"}),
    }
    return replies[outage.how]


def _json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, msgspec.json.encode(body), headers or {})


@contextlib.contextmanager
def simulate(registered: Iterable[str] = (), *, port: int = 0) -> Iterator[Simulated]:
    """Run the service until the end of the block."""
    simulated = Simulated(registered, port=port)
    try:
        yield simulated
    finally:
        simulated.close()


def main() -> None:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser(description="A simulated VIES on loopback.")
    parser.add_argument("--port", type=int, default=8040)
    parser.add_argument("registered", nargs="*", metavar="NUMBER", help="numbers that are registered, with prefix")
    given = parser.parse_args()
    stop = asked_to_stop()
    with simulate(given.registered, port=given.port):
        stop.wait()


if __name__ == "__main__":
    main()
