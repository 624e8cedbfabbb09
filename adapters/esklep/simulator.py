"""What does the shop look like from its own side, and how does it fail on demand?

As a program it is the shop of a demonstration, with a bridge on loopback or a folder for the panel's files:

    python -m adapters.esklep.simulator --port 8070 --state shop.json
    python -m adapters.esklep.simulator --folder exports --busy 10

Over HTTP shoppers and admins have doors of their own: ``POST /storefront/registrations``,
``PATCH /storefront/customers/7`` and, with the token, ``POST /panel/customers/7/block``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

import msgspec

from adapters.esklep.simulated.customer import FIELDS_HELD, Customer, Status
from adapters.esklep.simulated.panel import Outcome, export_csv, export_xml, import_xml
from adapters.esklep.simulated.rules import NAME_LENGTH, Forbidden
from adapters.esklep.simulated.seed import edit_somebody, fill
from adapters.esklep.simulated.shop import Setup, Shop
from syncd.certify.bridge import BridgeHandler, describe_bridge, refuse_bridge, refused
from syncd.certify.faults import Faults
from syncd.certify.journal import Journal
from syncd.certify.sandbox import Call
from syncd.certify.server import Reply, Request, Server, problem
from syncd.domain.contractor import Contractor
from syncd.errors import NotFound, RecordError
from syncd.ports import Remote
from syncd.stopping import asked_to_stop

__all__ = ["BridgeShop", "FolderShop", "ShopHandler", "simulate", "simulate_folder"]

EDITS: Final = (FIELDS_HELD | {"active"}) - {"origin"}
SAMPLES: Final[Mapping[str, tuple[Any, Any]]] = {"tax_class": ("krajowy", "wewnatrzunijny")}
ACTIONS: Final[Mapping[str, Status]] = {
    "block": Status.BLOCKED,
    "activate": Status.ACTIVE,
    "accept": Status.ACTIVE,
    "reject": Status.REJECTED,
}
"""What an admin does to an account, by the last part of its address."""
SAVE_SECONDS: Final = 1.0
TOKEN: Final = "s1mulated-t0ken"  # noqa: S105 - of a simulator on loopback
_EPOCH_NS: Final = 1_760_000_000_000_000_000


LACKS: Final[Mapping[str, str]] = {
    "mails": "whether the shop writes to customers whom an ERP makes is not documented",
    "webhooks": "the shop has no public webhooks",
}
"""What is not known of the platform is not imitated."""


class ShopHandler:
    """The bridge of a shop: the protocol, as far as the shop's edition lets an ERP in."""

    def __init__(self, shop: Shop, token: str) -> None:
        self._shop = shop
        self._token = token
        self._protocol = BridgeHandler(shop, token)

    def handle(self, request: Request) -> Reply:
        if request.parts[:1] == ("storefront",):
            return self._at_door(lambda: self._shopper(request))
        if request.parts[:2] == ("panel", "customers"):
            if request.headers.get("authorization") != f"Bearer {self._token}":
                return problem(401, "the token is missing or wrong")
            return self._at_door(lambda: self._admin(request))
        if request.method in {"POST", "PUT"} and self._shop.setup.edition == "standard":
            return problem(403, "customers from an ERP need the edition Enterprise or B2B")
        return self._protocol.handle(request)

    def _at_door(self, act: Callable[[], Customer]) -> Reply:
        try:
            return Reply(200, act().wire())
        except Forbidden as error:
            return problem(403, error.message)
        except NotFound:
            return problem(404, "there is no such customer")
        except RecordError as error:
            return refused(error.field, error.code)
        except msgspec.ValidationError:
            return problem(400, "the body must be an object with a contractor in it")

    def _shopper(self, request: Request) -> Customer:
        body = msgspec.convert(request.json(), dict[str, dict[str, Any]])
        said = body.get("contractor", {})
        whole = msgspec.convert({"name": "-"} | said, Contractor, strict=False)
        match request.method, request.parts:
            case "POST", ("storefront", "registrations"):
                return self._shop.register(whole)
            case "PATCH", ("storefront", "customers", external_id):
                return self._shop.edit_profile(external_id, **{name: getattr(whole, name) for name in said})
            case _:
                raise NotFound("there is no such door")

    def _admin(self, request: Request) -> Customer:
        external_id, action = request.parts[2:4] if len(request.parts) == 4 else ("", "")
        if action == "anonymise":
            return self._shop.anonymise(external_id)
        if action not in ACTIONS:
            raise NotFound("there is no such action")
        return self._shop.set_status(external_id, ACTIONS[action])


class BridgeShop:
    """A shop with a bridge beside it, seen by its admin."""

    supports: Final = frozenset({"latency", "status", "lose_answer", "drop", "cut", "html"})
    page_records: Final = 25
    edits: Final = EDITS
    samples: Final = SAMPLES
    limits: Final[Mapping[str, int]] = {"name": NAME_LENGTH}
    lacks: Final = LACKS

    def __init__(self, shop: Shop, server: Server, token: str) -> None:
        self.shop = shop
        self._server = server
        self._token = token

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "transport": "bridge",
            "url": self._server.url,
            "token": self._token,
            "page": self.page_records,
            "edition": self.shop.setup.edition,
        }

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {name: value for name, value in self.options.items() if name != "page"}

    @property
    def faults(self) -> Faults:
        return self._server.faults

    @property
    def journal(self) -> Sequence[Call]:
        return self._server.journal

    def add(self, contractor: Contractor) -> str:
        return self.shop.add(contractor).external_id

    def edit(self, external_id: str, **changes: Any) -> None:
        self.shop.edit(external_id, **changes)

    def remove(self, external_id: str) -> None:
        """Nobody is deleted here: who has to go is anonymised."""
        self.shop.anonymise(external_id)

    def holds(self) -> Mapping[str, Remote]:
        return {remote.external_id: remote for remote in _holds(self.shop)}

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the shop's clock stand still."""
        with _frozen(self.shop):
            yield

    def spoil(self, external_id: str) -> None:
        """Let the record be sent with a number where its name should be."""
        self.shop.spoil(external_id, msgspec.json.encode({"id": external_id, "contractor": {"name": 5}}))


class FolderShop:
    """A shop whose panel exports into a folder after every change, and imports what lies in ``outbox/``."""

    supports: Final = frozenset[str]()
    page_records: Final = 10
    edits: Final = EDITS
    samples: Final = SAMPLES
    limits: Final[Mapping[str, int]] = {"name": NAME_LENGTH}
    lacks: Final = LACKS

    def __init__(self, shop: Shop, folder: Path, kind: Literal["xml", "csv"] = "xml") -> None:
        self.shop = shop
        self.folder = folder
        self.kind = kind
        self.faults = Faults()
        self.outcomes: list[Outcome] = []
        self._journal = Journal()
        self._still = False

    @property
    def options(self) -> Mapping[str, Any]:
        return {
            "transport": "file",
            "folder": str(self.folder),
            "export": self.kind,
            "page": self.page_records,
            "edition": self.shop.setup.edition,
        }

    @property
    def journal(self) -> Sequence[Call]:
        self.take_in()
        return self._journal.calls()

    def add(self, contractor: Contractor) -> str:
        self.take_in()
        made = self.shop.add(contractor)
        self.export()
        return f"#{made.id}"

    def edit(self, external_id: str, **changes: Any) -> None:
        self.take_in()
        self.shop.edit(self._number(external_id), **changes)
        self.export()

    def remove(self, external_id: str) -> None:
        """Nobody is deleted here: who has to go is anonymised."""
        self.take_in()
        self.shop.anonymise(self._number(external_id))
        self.export()

    def holds(self) -> Mapping[str, Remote]:
        self.take_in()
        names = {customer.external_id: customer.erp_id for customer in self.shop.customers()}
        return {
            key: msgspec.structs.replace(remote, external_id=key, version=None, modified=None)
            for remote in _holds(self.shop)
            for key in [names[remote.external_id] or f"#{remote.external_id}"]
        }

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let all exports made inside have one and the same time."""
        self._still = True
        try:
            yield
        finally:
            self._still = False

    def spoil(self, external_id: str) -> None:
        """Let the next export have this customer without a name, as no panel would."""
        number = self._number(external_id)
        customer = self.shop.get(number)
        nameless = msgspec.structs.replace(customer, data=msgspec.structs.replace(customer.data, name=""))
        self.drop(self._document([nameless if one.id == customer.id else one for one in self.shop.customers()]))

    def feed(self, document: bytes) -> None:
        """Drop a document as the next export."""
        self.drop(document)

    def export(self) -> None:
        """Export everybody, as the panel's button does."""
        self.drop(self._document(self.shop.customers()))

    def drop(self, document: bytes) -> Path:
        """Put a whole file into the folder, over the one that nobody fetched."""
        path = self.folder / f"klienci.{self.kind}"
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(document)
        if self._still:
            os.utime(part, ns=(_EPOCH_NS, _EPOCH_NS))
        part.rename(path)
        return path

    def take_in(self) -> int:
        """Import what lies in ``outbox/``, oldest first; answer how many files that were."""
        with self.shop.lock:
            waiting = sorted((self.folder / "outbox").glob("[!.]*.xml"))
            for path in waiting:
                for outcome in import_xml(self.shop, path.read_bytes()):
                    self.outcomes.append(outcome)
                    name = "import create" if outcome.created else "import update"
                    self._journal.enter(
                        Call(name=name, writes=True, applied=not outcome.why, external_id=outcome.external_id)
                    )
                path.unlink()
        return len(waiting)

    def _document(self, customers: Sequence[Any]) -> bytes:
        return export_csv(customers) if self.kind == "csv" else export_xml(customers)

    def _number(self, external_id: str) -> str:
        customer = self.shop.by_erp_id(external_id)
        return customer.external_id if customer else external_id.removeprefix("#")


def _holds(shop: Shop) -> Iterator[Remote]:
    for customer in shop.customers():
        if customer.status is not Status.ANONYMISED:
            yield Remote(
                external_id=customer.external_id,
                contractor=customer.stated(),
                version=str(customer.change),
                modified=customer.modified,
            )


@contextlib.contextmanager
def _frozen(shop: Shop) -> Iterator[None]:
    clock, still = shop.now, datetime.now(UTC)
    shop.now = lambda: still
    try:
        yield
    finally:
        shop.now = clock


@contextlib.contextmanager
def simulate(shop: Shop | None = None) -> Iterator[BridgeShop]:
    """A shop without customers, its bridge on a free port."""
    shop = shop or Shop()
    handler = ShopHandler(shop, TOKEN)
    with Server(handler.handle, describe=describe_bridge, refuse=refuse_bridge) as server:
        yield BridgeShop(shop, server, TOKEN)


@contextlib.contextmanager
def simulate_folder(kind: Literal["xml", "csv"] = "xml") -> Iterator[FolderShop]:
    """A shop without customers, and a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="syncd-esklep-") as folder:
        yield FolderShop(Shop(), Path(folder), kind)


def main() -> None:
    """Serve until asked to stop."""
    asked = _arguments()
    stop = asked_to_stop()
    shop = Shop(Setup(edition=asked.edition, accepts_by_hand=asked.accepts_by_hand))
    if asked.state is not None and asked.state.exists():
        shop.load(asked.state.read_bytes())
    else:
        fill(shop, asked.contractors, asked.seed)
    if asked.folder is None:
        _serve(shop, asked, stop)
    else:
        _work(FolderShop(shop, asked.folder), asked, stop)
    _save(shop, asked.state)


def _serve(shop: Shop, asked: argparse.Namespace, stop: threading.Event) -> None:
    handler = ShopHandler(shop, asked.token)
    with Server(
        handler.handle, describe=describe_bridge, refuse=refuse_bridge, port=asked.port, controlled=True
    ) as server:
        sys.stdout.write(f"{server.url} {len(shop.customers())} customers\n")
        sys.stdout.flush()
        while not stop.wait(SAVE_SECONDS):
            _save(shop, asked.state)


def _work(panel: FolderShop, asked: argparse.Namespace, stop: threading.Event) -> None:
    """Import, let an admin change somebody, export: again and again."""
    random = Random(asked.seed)  # noqa: S311 - the same edits each time
    asked.folder.mkdir(parents=True, exist_ok=True)
    panel.export()
    sys.stdout.write(f"{asked.folder} {len(panel.shop.customers())} customers\n")
    sys.stdout.flush()
    while not stop.wait(asked.busy or SAVE_SECONDS):
        before = panel.shop.last_change
        panel.take_in()
        if asked.busy:
            edit_somebody(panel.shop, random)
        if panel.shop.last_change != before:
            panel.export()
        _save(panel.shop, asked.state)


def _save(shop: Shop, state: Path | None) -> None:
    """Keep everything, whole or not at all."""
    if state is not None:
        draft = state.with_name(f"{state.name}.draft")
        draft.write_bytes(shop.dump())
        draft.replace(state)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A simulated Comarch e-Sklep on loopback, or in a folder.")
    parser.add_argument("--port", type=int, default=8070, help="of the bridge; 0 takes a free one, which is printed")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="export to and import from this folder instead")
    parser.add_argument("--busy", type=float, default=0, metavar="SECONDS", help="folder: how often an admin works")
    parser.add_argument("--contractors", type=int, default=500, metavar="N", help="how many customers to start with")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which customers: the same for the same N")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file for the next start")
    parser.add_argument("--token", default=TOKEN, help="bearer token of the bridge")
    parser.add_argument("--edition", choices=("standard", "enterprise", "b2b"), default="enterprise")
    parser.add_argument("--accepts-by-hand", action="store_true", help="an admin accepts each registration")
    return parser.parse_args()


if __name__ == "__main__":
    main()
