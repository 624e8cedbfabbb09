"""What does 1C look like from its own side? A catalogue that it sends to a site, and changes by what the site answers.

As a program it is the ERP of a demonstration. It drops files into a folder, or exchanges with the endpoint on a port:

    python -m adapters.commerceml.simulator --folder /tmp/1c --contractors 500 --seed 1 --state 1c.json --busy 5
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from adapters.commerceml.exchange import ExchangeServer
from adapters.commerceml.options import Options
from adapters.commerceml.simulated.book import Book, Refusal
from adapters.commerceml.simulated.client import SiteFailed
from adapters.commerceml.simulated.dialect import Dialect, documents_of, export, read_site
from adapters.commerceml.simulated.operator import PROPERTIES, card_of, contractor_seen
from adapters.commerceml.simulated.post import PASSWORD, USER, Post
from adapters.commerceml.simulated.saved import load, save
from adapters.commerceml.simulated.seed import busy, fill
from syncd.certify.faults import Faults
from syncd.certify.journal import Journal
from syncd.certify.sandbox import Call
from syncd.domain.contractor import Account, Contractor
from syncd.ports import Context, Remote, Secret
from syncd.stopping import asked_to_stop

__all__ = ["CommerceMLSandbox", "simulate"]

LIST: Final = "contragents.xml"
QUIET_SECONDS: Final = 5.0
AGAIN_SECONDS: Final = 1.0
"""Pause after an exchange that failed."""


class CommerceMLSandbox:
    """A 1C with an empty catalogue, a folder, and between them the exchange endpoint or nothing.

    Args:
        exchanges: Whether it exchanges over HTTP; else it drops files and takes them from ``outbox/``.
        snapshot: Whether each file lists everybody; else the one who changed.
        packed: Whether it sends zips.
    """

    page_records = 4
    fed = LIST
    supports: frozenset[str] = frozenset()
    samples: Final[Mapping[str, tuple[Any, Any]]] = {
        "registrations": ({"okpo": "00032537", "ogrn": "1027700132195"}, {"okpo": "00032537"}),
        "accounts": (
            (
                Account(
                    bank="ПАО СБЕРБАНК",
                    bik="044525225",
                    settlement="40702810938000060473",
                    correspondent="30101810400000000225",
                ),
            ),
            (Account(iban="KZ86125KZT5004100100"),),
        ),
    }

    def __init__(
        self,
        folder: Path,
        dialect: Dialect,
        *,
        exchanges: bool = True,
        snapshot: bool = True,
        packed: bool = False,
        adopts: bool = True,
        options: Mapping[str, Any] | None = None,
        book: Book | None = None,
    ) -> None:
        self.folder = folder
        self.book = book or Book(adopts=adopts)
        self.dialect = dialect
        self.faults = Faults()
        self.refused: list[str] = []
        self._snapshot = snapshot
        self._journal = Journal()
        self._lock = threading.RLock()
        self._still: datetime | None = None
        self._orders: set[str] = set()
        self._names = 0
        self._more = options or {}
        self._server = ExchangeServer(self._checked(1), Context(connection="1c"), port=0) if exchanges else None
        self.post = Post(folder, self._server.port if self._server else 0, packed=packed)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()

    @property
    def edits(self) -> frozenset[str]:
        """Fields that an operator can change there."""
        standard = "name kind tax_id tax_prefix registrations accounts first_name last_name contact_person email phones"
        named = {field.partition(".")[0] for field in PROPERTIES}
        return frozenset(f"{standard} website addresses notes active".split()) | named

    @property
    def options(self) -> Mapping[str, Any]:
        return self._options(self._server.port if self._server else 0)

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {name: value for name, value in self.options.items() if name != "page"}

    @property
    def journal(self) -> Sequence[Call]:
        self.fetch()
        return self._journal.calls()

    def add(self, contractor: Contractor) -> str:
        with self._lock:
            self.fetch()
            card = self.book.add(card_of(contractor))
            self.send([card.code])
        return card.code

    def add_many(self, contractors: Iterable[Contractor]) -> Sequence[str]:
        """Create many, and export once."""
        with self._lock:
            self.fetch()
            codes = [self.book.add(card_of(contractor)).code for contractor in contractors]
            self.send(codes)
        return codes

    def edit(self, external_id: str, **changes: Any) -> None:
        with self._lock:
            self.fetch()
            code = self._code(external_id)
            card = self.book.cards[code]
            seen = msgspec.structs.replace(contractor_seen(card), **changes)
            self.book.cards[code] = card_of(seen, code, keep=card)
            self.send([code])

    def remove(self, external_id: str) -> None:
        """Delete for good, which 1C does after the mark; only a list of everybody tells."""
        with self._lock:
            self.fetch()
            del self.book.cards[self._code(external_id)]
            if self._snapshot:
                self.send([])

    def holds(self) -> Mapping[str, Remote]:
        with self._lock:
            self.fetch()
            return {
                card.site if card.site.startswith("S-") else card.code: Remote(
                    external_id=card.code, contractor=contractor_seen(card)
                )
                for card in self.book.cards.values()
            }

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let all files say that they were formed at one moment."""
        self._still = datetime.now(UTC)
        try:
            yield
        finally:
            self._still = None

    def spoil(self, external_id: str) -> None:
        """Take a contractor's names away, the last of which 1C insists on in its forms only."""
        with self._lock:
            card = self.book.cards[external_id]
            names = {"Наименование", "ОфициальноеНаименование", "ПолноеНаименование", "Фамилия", "Имя"}
            texts = {tag: text for tag, text in card.texts.items() if tag not in names}
            self.book.cards[external_id] = msgspec.structs.replace(card, texts=texts)
            self.send([external_id])

    def feed(self, document: bytes) -> None:
        """Drop a document into the folder as the next list."""
        self.post.drop(LIST, document)

    def feed_archive(self, data: bytes) -> None:
        """Drop a zip in the place of the next list."""
        self.post.drop(LIST, data)

    def document(self, codes: Sequence[str]) -> bytes:
        """The export of these contractors."""
        formed = (self._still or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S")
        return export([self.book.cards[code] for code in codes], self.dialect, formed)

    def whole_document(self) -> bytes:
        """The export of everybody."""
        return self.document(list(self.book.cards))

    def send(self, changed: Sequence[str]) -> None:
        """Export: everybody, or who changed."""
        self._names += 1
        name = LIST if self._snapshot else f"orders-{self._names:06d}.xml"
        self.post.send(name, self.document(list(self.book.cards) if self._snapshot else changed))

    def fetch(self) -> None:
        """Ask the site for what waits, and take it in."""
        with self._lock:
            self.post.fetch(self.take)

    def take(self, document: bytes) -> None:
        """Take a site's document in; what 1C refuses it leaves out. An order that it knows is no order again."""
        orders = documents_of(document)
        known = set(orders) & self._orders
        self._orders |= set(orders)
        if orders and known == set(orders):
            return
        for stated in read_site(document, standard=not self.dialect.rule):
            call = Call(name="import", writes=True, applied=True, external_id=stated.id)
            try:
                _, new = self.book.take(stated)
                self._journal.enter(msgspec.structs.replace(call, name="import create" if new else "import update"))
            except Refusal as why:
                self.refused.append(f"{stated.id}: {why}")
                self._journal.enter(msgspec.structs.replace(call, applied=False))

    def _code(self, external_id: str) -> str:
        """1C's reference of a contractor that a site may call otherwise."""
        cards = self.book.cards.values()
        return next((card.code for card in cards if external_id in (card.code, card.site)), external_id)

    def _options(self, port: int) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            "snapshot": "contragents*.xml" if self._snapshot else "",
            "declared_count": self.dialect.count,
            "properties": dict(PROPERTIES),
            "page": self.page_records,
            "settle_seconds": 0.0,
            "writes": "exchange" if port else "outbox",
            "deletion_mark": True,
            "port": port,
            "user": USER,
            "password": PASSWORD,
            **self._more,
        }

    def _checked(self, port: int) -> Options:
        values = self._options(port)
        return msgspec.convert(values, Options, strict=False, dec_hook=lambda kind, text: _TYPES[kind](text))


_TYPES: Final[Mapping[type, Any]] = {Secret: Secret, Path: Path}


def main() -> None:
    """Be a 1C until asked to stop."""
    parser = argparse.ArgumentParser(description="A simulated 1C that sends its contractors and takes in a site's.")
    parser.add_argument("--folder", type=Path, help="drop files here, and take those in its outbox/")
    parser.add_argument("--port", type=int, help="or exchange with the endpoint on this port of loopback")
    parser.add_argument("--password", default=PASSWORD, help=f"of the user {USER} at the endpoint")
    parser.add_argument("--contractors", type=int, default=500, metavar="N", help="how many to start with")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which contractors: the same for the same N")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep everything in this file for the next start")
    parser.add_argument(
        "--busy", type=float, default=0.0, metavar="SECONDS", help="edit one, exchange, and wait so long"
    )
    asked = parser.parse_args()
    if (asked.folder is None) == (asked.port is None):
        parser.error("either --folder or --port")
    stop = asked_to_stop()
    book = Book()
    if asked.state and asked.state.exists():
        load(book, asked.state)
    else:
        fill(book, asked.contractors, asked.seed)
    sandbox = CommerceMLSandbox(asked.folder or Path(), Dialect(), exchanges=False, book=book)
    sandbox.post = Post(asked.folder or Path(), asked.port or 0, asked.password)

    def take(document: bytes) -> None:
        sandbox.take(document)
        save(book, asked.state)  # before the site is told: what it was told of is not sent again

    random = Random(asked.seed)  # noqa: S311 - a pretence, not a secret
    sys.stdout.write(f"1C with {len(book.cards)} contractors\n")
    sys.stdout.flush()
    while True:
        pause = asked.busy or QUIET_SECONDS
        try:
            sandbox.post.fetch(take)
            sandbox.send([])
        except (OSError, SiteFailed) as why:
            sys.stdout.write(f"the exchange failed: {why}\n")
            sys.stdout.flush()
            pause = AGAIN_SECONDS
        save(book, asked.state)
        if stop.wait(pause):
            return
        if asked.busy:
            busy(book, random)


@contextlib.contextmanager
def simulate(
    dialect: Dialect = Dialect(),  # noqa: B008 - frozen
    *,
    exchanges: bool = True,
    snapshot: bool = True,
    packed: bool = False,
    adopts: bool = True,
    options: Mapping[str, Any] | None = None,
) -> Iterator[CommerceMLSandbox]:
    """A 1C of its own for each call."""
    with (
        tempfile.TemporaryDirectory(prefix="syncd-1c-") as folder,
        CommerceMLSandbox(
            Path(folder),
            dialect,
            exchanges=exchanges,
            snapshot=snapshot,
            packed=packed,
            adopts=adopts,
            options=options,
        ) as sandbox,
    ):
        yield sandbox


if __name__ == "__main__":
    main()
