"""How does a bridge behave? A faithful one, with a whole small system behind it.

As a program: ``python -m adapters.bridge.simulator --port 8765 --seed contractors.jsonl --state state.jsonl``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from adapters.bridge.book import Book
from syncd.certify.bridge import BridgeHandler, describe_bridge, refuse_bridge
from syncd.certify.faults import Faults
from syncd.certify.sandbox import Call
from syncd.certify.server import Server
from syncd.domain.contractor import Contractor
from syncd.ports import Remote
from syncd.stopping import asked_to_stop

__all__ = ["BridgeSandbox", "simulate"]

_decode_contractor = msgspec.json.Decoder(Contractor).decode
_encode = msgspec.json.encode


class BridgeSandbox:
    """The system behind the bridge, seen by its operator."""

    supports: Final = frozenset({"latency", "status", "lose_answer", "drop", "cut", "html"})
    page_records: Final = 25

    def __init__(self, book: Book, server: Server, token: str) -> None:
        self._book = book
        self._server = server
        self._token = token

    @property
    def options(self) -> Mapping[str, Any]:
        return {"url": self._server.url, "token": self._token, "page": self.page_records}

    @property
    def faults(self) -> Faults:
        return self._server.faults

    @property
    def journal(self) -> Sequence[Call]:
        return self._server.journal

    def add(self, contractor: Contractor) -> str:
        return self._book.add(contractor).external_id

    def edit(self, external_id: str, **changes: Any) -> None:
        self._book.edit(external_id, **changes)

    def remove(self, external_id: str) -> None:
        self._book.remove(external_id)

    def holds(self) -> Mapping[str, Remote]:
        return {
            row.external_id: Remote(
                external_id=row.external_id,
                contractor=row.contractor,
                version=str(row.change),
                modified=row.modified,
            )
            for row in self._book.rows()
        }

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {name: value for name, value in self.options.items() if name != "page"}

    def pass_time(self, seconds: float) -> None:
        """Put the system's clock ahead, or back."""
        clock = self._book.now
        self._book.now = lambda: clock() + timedelta(seconds=seconds)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the system's clock stand still."""
        clock, still = self._book.now, self._book.now()
        self._book.now = lambda: still
        try:
            yield
        finally:
            self._book.now = clock

    def spoil(self, external_id: str) -> None:
        """Let the record be sent with a number where its name should be."""
        self._book.spoil(external_id, _encode({"id": external_id, "contractor": {"name": 5}}))


@contextlib.contextmanager
def simulate() -> Iterator[BridgeSandbox]:
    """A bridge on a free port with an empty system behind it."""
    book, token = Book(), "s1mulated-t0ken"
    with Server(BridgeHandler(book, token).handle, describe=describe_bridge, refuse=refuse_bridge) as server:
        yield BridgeSandbox(book, server, token)


def contractors_in(file: Path) -> Iterator[Contractor]:
    """One contractor from each line of a file, in the shape of `syncd.domain.contractor.dump`."""
    with file.open("rb") as lines:
        yield from (_decode_contractor(line) for line in lines if line.strip())


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the process is asked to end."""
    parser = argparse.ArgumentParser(prog="python -m adapters.bridge.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one, which is printed")
    parser.add_argument("--seed", type=Path, help="contractors to start with, one JSON object a line")
    parser.add_argument("--state", type=Path, help="file that keeps the state over a restart; the seed counts once")
    chosen = parser.parse_args(arguments)
    token = os.environ.get("BRIDGE_TOKEN", "simulator")
    stop = asked_to_stop()
    book = Book(chosen.state)
    if chosen.seed is not None:
        book.fill(contractors_in(chosen.seed))
    handler = BridgeHandler(book, token)
    with Server(
        handler.handle, describe=describe_bridge, refuse=refuse_bridge, port=chosen.port, controlled=True
    ) as server:
        sys.stdout.write(f"{server.url} {len(book)} contractors\n")
        sys.stdout.flush()
        stop.wait()
    book.close()


if __name__ == "__main__":
    main()
