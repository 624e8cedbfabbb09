"""What is an InSales shop without InSales: a stateful server of its Admin API, faithful and unkind?

    with simulate() as shop:
        shop.options  # what a connection to it is configured with

The same runs as a process, for the demo: ``python -m adapters.insales.simulator --port 8060``.
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

from adapters.insales.simulated.api import Api, refusal
from adapters.insales.simulated.operator import EDITS, Operator
from adapters.insales.simulated.seed import fill
from adapters.insales.simulated.shop import LONGEST, Refused, Shop
from adapters.insales.simulated.state import Setup, State
from syncd.certify.faults import Fault, Faults
from syncd.certify.program import StateFile
from syncd.certify.sandbox import FAULT_KINDS, Call
from syncd.certify.server import Reply, Request, Server
from syncd.certify.webhooks import Webhooks
from syncd.domain.contractor import Account, Address, Consent, Contractor, Kind
from syncd.ports import Remote
from syncd.stopping import asked_to_stop

__all__ = ["Simulated", "serve", "simulate"]

PAGE: Final = 20
"""Clients on one page in the tests: small, so that three pages are few clients."""


_ACCOUNT: Final = Account(
    bank="ПАО Сбербанк", bik="044525225", settlement="40702810938000060474", correspondent="30101810400000000225"
)
SAMPLES: Final[Mapping[str, tuple[Any, Any]]] = {
    # A type is final and a client is in one group: there is no second value to change to, and no second group.
    "kind": (Kind.ORGANISATION, Kind.ORGANISATION),
    "groups": (("Опт",), ("VIP",)),
    "country": ("RU", "KZ"),
    "registrations": (
        {"kpp": "770101001", "ogrn": "1027700132195"},
        {"kpp": "784201001", "ogrn": "1037843002212", "okpo": "00032537"},
    ),
    "accounts": ((_ACCOUNT,), (msgspec.structs.replace(_ACCOUNT, settlement="40702810100000001234"),)),
    "addresses": (
        (Address(street="ул. Лесная, 5", postal_code="125047", city="Москва", country="RU"),),
        (Address(street="Невский пр., 28", postal_code="191186", city="Санкт-Петербург", country="RU"),),
    ),
    "phones": (("+79161234567",), ("+79161234599",)),
    "consents": ((Consent(kind="personal_data", given=True),), ()),
    "custom": ({"erp_groups": "Опт; VIP"}, {"erp_groups": "VIP"}),
}


class Simulated:
    """A shop under our control. Offers what `syncd.certify.sandbox.Sandbox` asks, and its API at `url`."""

    edits = EDITS
    page_records = PAGE
    supports = FAULT_KINDS - {"expired"}  # the log-in is in each call
    samples = SAMPLES
    limits: Final[Mapping[str, int]] = {"name": LONGEST, "email": LONGEST}

    def __init__(self, shop: Shop, server: Server, api: Api, hooks: Webhooks) -> None:
        self.shop = shop
        self.api = api
        self.operator = Operator(shop)
        self.webhooks = hooks
        self._server = server

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def options(self) -> Mapping[str, Any]:
        setup = self.shop.setup
        return {"url": self.url, "login": setup.login, "password": setup.password, "page_size": PAGE}

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

    @property
    def mails(self) -> Sequence[str]:
        return [f"to client {id_}: you are registered" for id_ in self.shop.state.mails]

    def add(self, contractor: Contractor) -> str:
        made = self.operator.add(contractor)
        tell(self.shop, self.webhooks)
        return made

    def edit(self, external_id: str, **changes: Any) -> None:
        self.operator.edit(external_id, changes)
        tell(self.shop, self.webhooks)

    def remove(self, external_id: str) -> None:
        with self.shop.lock:
            self.shop.delete(self.shop.state.clients[int(external_id)])

    def holds(self) -> Mapping[str, Remote]:
        return self.operator.holds()

    def spoil(self, external_id: str) -> None:
        """Let somebody type into the field that syncd keeps its details in."""
        self.operator.type_in(external_id, "erp_details", "{позвонить в понедельник")

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
    api = Api(shop)
    hooks = Webhooks(subscribe=lambda: _subscribe(shop))
    with serve(api, shop, hooks=hooks) as server:
        yield Simulated(shop, server, api, hooks)


def _subscribe(shop: Shop) -> None:
    """Have the shop call for each client that is made or changed, as its owner sets it up."""
    with shop.lock:
        for topic in ("client/create", "client/update"):
            shop.make_hook({"address": "https://syncd.example/hooks/shop", "topic": topic, "format_type": "json"})


def tell(shop: Shop, hooks: Webhooks) -> None:
    """Send the hooks that are due. Whoever is called may ask the shop at once, so nothing is locked."""
    with shop.lock:
        due, shop.told = shop.told, []
    for id_ in due:
        hooks.send(str(id_))


def serve(api: Api, shop: Shop, *, port: int = 0, controlled: bool = False, hooks: Webhooks | None = None) -> Server:
    """Start the HTTP server of the shop."""

    def handle(request: Request) -> Reply:
        answer = api.answer(request.method, request.parts, request.query, request.headers, request.json())
        if hooks is not None:
            tell(shop, hooks)
        return Reply(answer.status, answer.body, answer.headers)

    def refuse(fault: Fault) -> Reply:
        """A planned status in the shop's form, with what it always sends."""
        headers = {**api.usage(), **({"retry-after": fault.retry_after} if fault.retry_after else {})}
        if fault.status == 422:
            refused = refusal(Refused(name="имеет неверное значение"), shop.setup)
            return Reply(422, refused.body, {**refused.headers, **headers})
        return Reply(fault.status, b"", {"content-type": "text/plain", **headers})

    return Server(handle, describe=describe, refuse=refuse, port=port, controlled=controlled)


def describe(request: Request) -> Call:
    """The journal's entry of a call before it acts."""
    last = request.parts[-1].removesuffix(".json") if request.parts else ""
    return Call(
        name=f"{request.method} {request.path}",
        writes=request.method != "GET",
        applied=False,
        external_id=last if last.isdecimal() else None,
    )


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    asked = _arguments()
    setup = Setup(**({"password": asked.password} if asked.password else {}))
    stop = asked_to_stop()
    kept = StateFile(asked.state, State)
    shop = Shop(setup, kept.load())
    if not shop.state.clients:
        fill(shop, asked.contractors, asked.seed)
    with serve(Api(shop), shop, port=asked.port, controlled=True) as server:
        sys.stdout.write(f"{server.url} login {setup.login} password {setup.password}\n")
        sys.stdout.flush()
        kept.follow(shop.lock, shop.state, stop)
    kept.save(shop.lock, shop.state)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A simulated InSales shop on loopback: its Admin API.")
    parser.add_argument("--port", type=int, default=8060, help="0 takes a free one, which is printed")
    parser.add_argument("--contractors", type=int, default=500, metavar="N", help="how many clients to start with")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which clients: the same for the same N")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file for the next start")
    parser.add_argument("--password", help="the API key's password; without it a well-known one")
    return parser.parse_args()


if __name__ == "__main__":
    main()
