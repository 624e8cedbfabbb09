"""What is an Abicart shop without Abicart: a stateful server of its JSON-RPC interface, faithful and unkind?

    with simulate() as shop:
        shop.options  # what a connection to it is configured with

The same runs as a process, for the demo: ``python -m adapters.abicart.simulator --port 8040 --token secret``.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from adapters.abicart.simulated.operator import EDITS, Operator
from adapters.abicart.simulated.rpc import PATH, WRITING, Rpc, error_body
from adapters.abicart.simulated.seed import fill
from adapters.abicart.simulated.shop import Refused, Shop
from adapters.abicart.simulated.state import Setup, State
from syncd.certify.faults import Fault, Faults
from syncd.certify.program import StateFile
from syncd.certify.sandbox import Call
from syncd.certify.server import Reply, Request, Server
from syncd.certify.server import refuse as refuse_plainly
from syncd.domain.contractor import Contractor
from syncd.ports import Remote
from syncd.stopping import asked_to_stop

__all__ = ["Simulated", "serve", "simulate"]

PAGE: Final = 20
"""Customers on one page in the tests: small, so that three pages are few customers."""


TOKEN: Final = "abicart-test"  # noqa: S105 - of a server that listens on loopback only

_SOFT: Final[Mapping[int, Refused]] = {
    403: Refused(1006, "Access denied"),
    404: Refused(9003, "Object not found"),
    422: Refused(9001, "Validation failed", {"/username": "not unique: 'user@example.com'"}),
}
"""What Abicart answers with HTTP 200 where others answer with a status."""


class Simulated:
    """A shop under our control: what `syncd.certify.sandbox.Sandbox` asks, and its interface at `url`."""

    edits = EDITS
    lacks: Final[Mapping[str, str]] = {
        "limits": "no length of the shop's fields is documented",
        "webhooks": "the names of the shop's events are not documented",
    }
    page_records = PAGE - 1  # each page but the first repeats the last customer of the one before

    def __init__(self, rpc: Rpc, server: Server) -> None:
        self.rpc = rpc
        self.shop = rpc.shop
        self.operator = Operator(rpc.shop)
        self._server = server

    @property
    def url(self) -> str:
        return f"{self._server.url}{PATH}/"

    @property
    def options(self) -> Mapping[str, Any]:
        setup = self.shop.setup
        return {
            "url": self.url,
            "webshop": setup.webshop,
            "username": setup.admin,
            "password": setup.password,
            "page_size": PAGE,
        }

    @property
    def token_options(self) -> Mapping[str, Any]:
        """The same by a persistent token, as a shop should be connected."""
        setup = self.shop.setup
        return {"url": self.url, "webshop": setup.webshop, "token": setup.token, "page_size": PAGE}

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {name: value for name, value in self.options.items() if name != "page_size"}

    @property
    def faults(self) -> Faults:
        return self._server.faults

    @property
    def journal(self) -> Sequence[Call]:
        return self._server.journal

    def add(self, contractor: Contractor) -> str:
        return self.operator.add(contractor)

    def edit(self, external_id: str, **changes: Any) -> None:
        self.operator.edit(external_id, changes)

    def remove(self, external_id: str) -> None:
        with self.shop.lock:
            self.shop.delete_customer(int(external_id))

    def holds(self) -> Mapping[str, Remote]:
        return self.operator.holds()

    def spoil(self, external_id: str) -> None:
        self.operator.spoil(external_id)

    def pass_time(self, seconds: float) -> None:
        """Set the shop's clock forward, or back."""
        clock = self.shop.now
        self.shop.now = lambda: clock() + seconds

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """The shop's clock stands still inside."""
        clock, moment = self.shop.now, self.shop.now()
        self.shop.now = lambda: moment
        try:
            yield
        finally:
            self.shop.now = clock


@contextlib.contextmanager
def simulate(setup: Setup | None = None) -> Iterator[Simulated]:
    """A fresh shop on a free port of loopback."""
    rpc = Rpc(Shop(setup or Setup()))
    with serve(rpc) as server:
        yield Simulated(rpc, server)


def serve(rpc: Rpc, *, port: int = 0, controlled: bool = False) -> Server:
    """Start the HTTP server."""

    def handle(request: Request) -> Reply:
        if request.path.rstrip("/") != PATH or request.method != "POST":
            return Reply(404, b"<html><body>Not found</body></html>", {"content-type": "text/html"})
        answer = rpc.answer(request.json(), request.query, request.headers.get("cookie", ""))
        if answer is None:
            return Reply(204)
        call = describe(request)
        if call is not None:
            call = msgspec.structs.replace(call, applied=call.writes and "error" not in answer)
        return Reply(200, msgspec.json.encode(answer.get("batch", answer)), call=call)

    def expire(request: Request) -> Reply:
        rpc.forget_sessions()
        body = request.json()
        number = body.get("id") if isinstance(body, dict) else None
        return Reply(200, msgspec.json.encode(error_body(number, _SOFT[403])))

    return Server(handle, describe=describe, refuse=refuse, expire=expire, port=port, controlled=controlled)


def describe(request: Request) -> Call | None:
    """The journal's entry of a call before it acts, by its method: the address has the token in it.

    Log-ins are not counted, so that faults hit what comes after them.
    """
    body = request.json()
    method = str(body.get("method")) if isinstance(body, dict) else "?"
    if method == "Admin.login":
        return None
    params = body.get("params") if isinstance(body, dict) else None
    first = params[0] if isinstance(params, list) and params else None
    uid = str(first) if isinstance(first, int) and not isinstance(first, bool) else None
    return Call(name=method, writes=method.partition(".")[2] in WRITING, applied=False, external_id=uid)


def refuse(fault: Fault) -> Reply:
    """A planned status in Abicart's form, which for what its own rules refuse is an error in a success."""
    soft = _SOFT.get(fault.status)
    return refuse_plainly(fault) if soft is None else Reply(200, msgspec.json.encode(error_body(None, soft)))


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    asked = _arguments()
    stop = asked_to_stop()
    kept = StateFile(asked.state, State)
    setup = Setup(token=asked.token, webshop=asked.webshop)
    shop = Shop(setup, kept.load())
    if not shop.state.customers:
        fill(shop, asked.contractors, asked.seed)
    kept.save(shop.lock, shop.state)
    with serve(Rpc(shop), port=asked.port, controlled=True) as server:
        sys.stdout.write(f"{server.url}{PATH}/ webshop {setup.webshop}\n")
        sys.stdout.flush()
        kept.follow(shop.lock, shop.state, stop)
    kept.save(shop.lock, shop.state)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A simulated Abicart shop on loopback.")
    parser.add_argument("--port", type=int, default=8040, help="0 takes a free one, which is printed")
    parser.add_argument("--contractors", type=int, default=500, metavar="N", help="how many customers to start with")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which customers: the same for the same N")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file for the next start")
    parser.add_argument("--token", default=TOKEN, help="the administrator's token to accept")
    parser.add_argument("--webshop", type=int, default=22222, metavar="N", help="number of the shop")
    return parser.parse_args()


if __name__ == "__main__":
    main()
