"""What is a Vendure shop without Vendure: a stateful server of both its GraphQL APIs, faithful and unkind?

    with simulate() as shop:
        shop.options  # what a connection to it is configured with

The same runs as a process, for the demo: ``python -m adapters.vendure.simulator --port 8030``.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from adapters.vendure.simulated.api import Apis, forbidden
from adapters.vendure.simulated.execution import Answer, operation_of
from adapters.vendure.simulated.operator import EDITS, Operator
from adapters.vendure.simulated.shop import Shop
from adapters.vendure.simulated.state import Setup, State
from syncd.certify.faults import Faults
from syncd.certify.program import StateFile
from syncd.certify.sandbox import Call
from syncd.certify.server import Reply, Request, Server
from syncd.domain.contractor import Contractor
from syncd.ports import Remote
from syncd.stopping import asked_to_stop

__all__ = ["ADMIN_PATH", "SHOP_PATH", "Simulated", "serve", "simulate"]

ADMIN_PATH: Final = "/admin-api"
SHOP_PATH: Final = "/shop-api"

PAGE: Final = 20
"""Customers on one page in the tests: small, so that three pages are few customers."""


_UNWATCHED: Final = frozenset({"", "login", "logout"})


class Simulated:
    """A shop under our control. Offers what `syncd.certify.sandbox.Sandbox` asks, and both APIs at `url`."""

    edits = EDITS
    page_records = PAGE - 1  # each page but the first repeats the last customer of the one before

    def __init__(self, shop: Shop, server: Server, apis: Apis) -> None:
        self.shop = shop
        self.apis = apis
        self._server = server
        self._operator = Operator(shop)

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def options(self) -> Mapping[str, Any]:
        setup = self.shop.setup
        url = f"{self.url}{ADMIN_PATH}"
        return {"url": url, "username": setup.admin, "password": setup.password, "page_size": PAGE}

    @property
    def key_options(self) -> Mapping[str, Any]:
        """The same by API key, as a shop should be connected."""
        return {"url": f"{self.url}{ADMIN_PATH}", "api_key": self.shop.setup.api_key, "page_size": PAGE}

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
        return self._operator.add(contractor)

    def edit(self, external_id: str, **changes: Any) -> None:
        self._operator.edit(external_id, changes)

    def remove(self, external_id: str) -> None:
        with self.shop.lock:
            self.shop.delete_customer(external_id)

    def holds(self) -> Mapping[str, Remote]:
        return self._operator.holds()

    def spoil(self, external_id: str) -> None:
        self._operator.spoil(external_id)

    def pass_time(self, seconds: float) -> None:
        """Set the shop's clock forward, or back."""
        clock = self.shop.now
        self.shop.now = lambda: clock() + timedelta(seconds=seconds)

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
    shop = Shop(setup or Setup())
    apis = Apis(shop)
    with serve(apis) as server:
        yield Simulated(shop, server, apis)


def serve(apis: Apis, *, port: int = 0, controlled: bool = False) -> Server:
    """Start the HTTP server of both APIs."""

    def handle(request: Request) -> Reply:
        body = request.json()
        if request.path.rstrip("/") == "/health":
            return _reply(Answer(200, {"status": "ok"}, refused=False), {}, None)
        speak = {ADMIN_PATH: apis.admin, SHOP_PATH: apis.shopper}.get(request.path.rstrip("/"))
        if speak is None:
            return Reply(404, b'{"statusCode":404,"message":"Not found"}')
        answer, headers = speak(body, request.headers)
        return _reply(answer, headers, describe(request))

    def expire(_request: Request) -> Reply:
        apis.forget_sessions()
        refused = forbidden()
        error = {"message": refused.message, "extensions": {"code": refused.code}}
        return _reply(Answer(200, {"errors": [error], "data": None}, refused=True), {}, None)

    return Server(handle, describe=describe, expire=expire, port=port, controlled=controlled)


def describe(request: Request) -> Call | None:
    """The journal's entry of a call before it acts; log-ins and questions for the health are not counted."""
    body = request.json()
    kind, name = operation_of(body)
    if name in _UNWATCHED:
        return None
    variables = body.get("variables") or {}
    given = variables.get("input")
    id_ = variables.get("id") or (given.get("id") if isinstance(given, dict) else None)
    return Call(name=name, writes=kind == "mutation", applied=False, external_id=id_ if isinstance(id_, str) else None)


def _reply(answer: Answer, headers: Mapping[str, str], call: Call | None) -> Reply:
    applied = call is not None and call.writes and not answer.refused
    noted = msgspec.structs.replace(call, applied=applied) if call else None
    return Reply(answer.status, msgspec.json.encode(answer.body), headers, call=noted)


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    arguments = _arguments()
    given = {"admin": arguments.admin, "password": arguments.password, "api_key": arguments.api_key}
    setup = Setup(refuses_blocked=arguments.refuses_blocked, **{name: value for name, value in given.items() if value})
    stop = asked_to_stop()
    kept = StateFile(arguments.state, State)
    shop = Shop(setup, kept.load())
    with serve(Apis(shop), port=arguments.port, controlled=True) as server:
        sys.stdout.write(f"Admin API {server.url}{ADMIN_PATH}, Shop API {server.url}{SHOP_PATH}\n")
        if not arguments.api_key:
            sys.stdout.write(f"API key {setup.api_key}\n")
        sys.stdout.flush()
        kept.follow(shop.lock, shop.state, stop)
    kept.save(shop.lock, shop.state)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A simulated Vendure 3.7 shop on loopback: Admin API and Shop API.")
    parser.add_argument("--port", type=int, default=8030, help="0 takes a free one, which is printed")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file for the next start")
    parser.add_argument("--api-key", metavar="KEY", help="the key to accept; without it one is invented and printed")
    parser.add_argument("--admin", metavar="NAME", help="name of the administrator")
    parser.add_argument("--password", help="the administrator's password; without it nobody can log in by password")
    parser.add_argument("--refuses-blocked", action="store_true", help="as with a plugin that keeps blocked ones out")
    return parser.parse_args()


if __name__ == "__main__":
    main()
