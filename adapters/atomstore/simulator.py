"""What is an AtomStore shop without AtomStore: a stateful server of its SOAP interface, faithful and unkind?

    with simulate() as shop:
        shop.options  # what a connection to it is configured with

The same runs as a process, for the demo: ``python -m adapters.atomstore.simulator --port 8040``.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from adapters.atomstore.simulated import wire
from adapters.atomstore.simulated.seed import fill
from adapters.atomstore.simulated.shop import OK, UNAUTHORIZED, Shop
from adapters.atomstore.simulated.staff import EDITS, Staff
from adapters.atomstore.simulated.state import Setup, State, User
from syncd.certify.faults import Fault, Faults
from syncd.certify.program import StateFile
from syncd.certify.sandbox import FAULT_KINDS, Call
from syncd.certify.server import Reply, Request, Server
from syncd.domain.contractor import Activity, Contractor
from syncd.ports import Remote
from syncd.stopping import asked_to_stop

__all__ = ["CALL_PATH", "WSDL_PATH", "AtomStore", "simulate"]

WSDL_PATH: Final = "/atom_api/wsdl/atom_api"
CALL_PATH: Final = "/atom_api/call/atom_api"

PAGE: Final = 20

_XML: Final = {"content-type": "text/xml; charset=utf-8"}
_HTML: Final = {"content-type": "text/html; charset=utf-8"}
_USER_ID: Final = re.compile(rb"&lt;atom_id&gt;(\d+)&lt;|<atomId>([1-9]\d*)<")

SENTENCES: Final[Mapping[int, str]] = {
    401: UNAUTHORIZED,
    409: "Rekord jest właśnie edytowany",
    422: "Nieprawidłowa wartość pola e-mail: jan.kowalski@poczta.example",
}
"""What the shop says in a success, where others answer with a status."""


class AtomStore:
    """A shop under our control. Offers what `syncd.certify.sandbox.Sandbox` asks, and the SOAP interface at `url`.

    Args:
        controlled: Whether other processes may plan faults and see the journal, over HTTP.
    """

    supports = FAULT_KINDS - {"expired"}  # each call brings the password: there is no session
    edits = EDITS
    page_records = PAGE
    lacks: Final[Mapping[str, str]] = {
        "mails": "whether the shop writes to customers whom its API makes is not documented",
        "limits": "no length of the shop's fields is documented",
        "webhooks": "the shop's webhooks tell of orders; whether of customers is not documented",
    }
    samples: Final[Mapping[str, tuple[Any, Any]]] = {
        "groups": (("Detal",), ("Hurt",)),  # a customer is in one
        "activity": (Activity(points=5), Activity(points=9)),  # the only thing that it counts in this list
    }

    def __init__(self, setup: Setup, state: State | None = None, *, port: int = 0, controlled: bool = False) -> None:
        self.setup = setup
        self.shop = Shop(setup, state)
        self._staff = Staff(self.shop)
        self._fed: list[bytes | str] = []
        self.server = Server(self._handle, describe=describe, refuse=refuse, port=port, controlled=controlled)

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "url": self.url,
            "login": self.setup.login,
            "password": self.setup.password,
            "page_size": PAGE,
            "caretakers": {"Jan Kos": "jan.kos@sklep.example", "Maria Kos": "maria.kos@sklep.example"},
        }

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {name: value for name, value in self.options.items() if name != "page_size"}

    @property
    def faults(self) -> Faults:
        return self.server.faults

    @property
    def journal(self) -> Sequence[Call]:
        return self.server.journal

    def add(self, contractor: Contractor) -> str:
        return self._staff.add(contractor)

    def edit(self, external_id: str, **changes: Any) -> None:
        self._staff.edit(external_id, changes)

    def remove(self, external_id: str) -> None:
        self._staff.remove(external_id)

    def holds(self) -> Mapping[str, Remote]:
        return self._staff.holds()

    def user(self, external_id: str) -> User:
        """An account as the shop has it."""
        return self.shop.state.users[int(external_id)]

    def spoil(self, external_id: str) -> None:
        """Let nobody know whether the account is active."""
        self.user(external_id).texts["active"] = "tak"

    def feed(self, document: bytes) -> None:
        """Answer the next call with this body."""
        self._fed.append(document)

    def say(self, value: str) -> None:
        """Answer the next call with this value."""
        self._fed.append(value)

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

    def _handle(self, request: Request) -> Reply:
        if (request.method, request.path) == ("GET", WSDL_PATH):
            return Reply(200, wire.wsdl(self.setup), _XML)
        if (request.method, request.path) != ("POST", CALL_PATH):
            return Reply(404, b"<html><body>Nie znaleziono</body></html>", _HTML)
        if self._fed:
            fed = self._fed.pop(0)
            return Reply(200, fed if isinstance(fed, bytes) else wire.said(fed).body, _XML, _called(request))
        spoken = wire.answer(self.shop, request.body)
        applied = spoken.value == OK or spoken.value.startswith("<savedUsers><")
        call = _called(request)
        return Reply(spoken.status, spoken.body, _XML, msgspec.structs.replace(call, applied=call.writes and applied))


@contextlib.contextmanager
def simulate(**setup: Any) -> Iterator[AtomStore]:
    """A fresh shop on a free port of loopback."""
    shop = AtomStore(Setup(**setup))
    with shop.server:
        yield shop


def describe(request: Request) -> Call | None:
    """The journal's entry of a call before it acts; the WSDL is a file and no call."""
    return None if request.method == "GET" else _called(request)


def refuse(fault: Fault) -> Reply:
    """A planned status in this platform's form: a sentence in a success, a SOAP fault, or the web server's page."""
    if fault.status in SENTENCES:
        return Reply(200, wire.said(SENTENCES[fault.status]).body, _XML)
    if fault.status == 500:
        return Reply(500, wire.fault("Server", "SQLSTATE[HY000]: Jan Kowalski").body, _XML)
    pause = {"retry-after": fault.retry_after} if fault.retry_after else {}
    return Reply(fault.status, b"<html><body>as planned</body></html>", {**_HTML, **pause})


def _called(request: Request) -> Call:
    method = wire.method_of(request.body)
    found = _USER_ID.search(request.body)
    external_id = (found[1] or found[2]).decode() if found else None
    return Call(name=method, writes=method.startswith("Set"), applied=False, external_id=external_id)


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    asked = _arguments()
    setup = Setup(login=asked.login, password=asked.password)
    stop = asked_to_stop()
    kept = StateFile(asked.state, State)
    shop = AtomStore(setup, kept.load(), port=asked.port, controlled=True)
    with shop.server:
        if not shop.shop.state.users:
            fill(shop.shop, asked.contractors, asked.seed)
        sys.stdout.write(f"{shop.url} login {setup.login}, {len(shop.shop.state.users)} customers\n")
        sys.stdout.flush()
        kept.follow(shop.shop.lock, shop.shop.state, stop)
    kept.save(shop.shop.lock, shop.shop.state)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A simulated AtomStore shop on loopback: its SOAP interface.")
    parser.add_argument("--port", type=int, default=8040, help="0 takes a free one, which is printed")
    parser.add_argument("--contractors", type=int, default=500, metavar="N", help="how many customers to start with")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which customers: the same for the same N")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file for the next start")
    parser.add_argument("--login", default=Setup().login, help="the administrator's account")
    parser.add_argument("--password", default=Setup().password, help="its password")
    return parser.parse_args()


if __name__ == "__main__":
    main()
