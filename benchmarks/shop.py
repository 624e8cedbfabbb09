"""Who takes the pushes? A shop behind the bridge protocol, in a process of its own, at once or after a delay."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from benchmarks.children import child
from benchmarks.wire import json_answer, run_server
from benchmarks.world import PAGE, World

__all__ = ["Shop", "running_shop"]


class Shop:
    """Customers by id, each with its version; the same contractors as the ERP's at first."""

    def __init__(self, world: World) -> None:
        self._held: dict[str, tuple[int, dict[str, Any]]] = {
            f"S{number}": (1, contractor) for number, contractor in enumerate(world.contractors.values())
        }
        self._ids = list(self._held)
        self.writes = 0

    def answer(self, method: str, target: str, body: bytes) -> bytes:
        path, _, query = target.partition("?")
        if path.startswith("/contractors/"):
            return self._one(method, unquote(path.removeprefix("/contractors/")), body)
        if path == "/contractors":
            return self._create(body) if method == "POST" else self._list(dict(parse_qsl(query)))
        if path == "/health":
            return json_answer(msgspec.json.encode({"name": "benchmark shop", "writes": self.writes}))
        return json_answer(b"{}", 404)

    def _one(self, method: str, external_id: str, body: bytes) -> bytes:
        version, contractor = self._held[external_id]
        if method == "PUT":
            self.writes += 1
            version, contractor = version + 1, contractor | msgspec.json.decode(body)["contractor"]
            self._held[external_id] = version, contractor
        return json_answer(_item(external_id, version, contractor))

    def _create(self, body: bytes) -> bytes:
        self.writes += 1
        external_id = f"S{len(self._ids)}"
        self._ids.append(external_id)
        self._held[external_id] = 1, msgspec.json.decode(body)["contractor"]
        return json_answer(_item(external_id, *self._held[external_id]), 201)

    def _list(self, asked: dict[str, str]) -> bytes:
        if not asked.keys().isdisjoint({"number", "tax_id", "email"}):
            return json_answer(b'{"items":[],"next":null,"total":0}')  # nobody is there twice in a benchmark
        start = int(asked.get("page", "0"))
        ids = self._ids[start : start + PAGE]
        more = start + PAGE < len(self._ids)
        tail = {"next": str(start + PAGE) if more else None, "total": len(self._ids), "cursor": None if more else "1"}
        items = b",".join(_item(external_id, *self._held[external_id]) for external_id in ids)
        return json_answer(b'{"items":[' + items + b"]," + msgspec.json.encode(tail)[1:])


def _item(external_id: str, version: int, contractor: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"id": external_id, "version": str(version), "contractor": contractor})


@contextmanager
def running_shop(count: int, seconds: float) -> Iterator[str]:
    """A shop with `count` customers whose writes take `seconds`; gives its address."""
    with child(["-m", "benchmarks.shop", str(count), str(seconds)]) as started:
        yield started.first_line()


def main() -> None:
    """Serve until asked to end."""
    world = World(int(sys.argv[1]))
    world.advance("w1")
    delay = float(sys.argv[2])
    run_server(Shop(world).answer, lambda: delay)


if __name__ == "__main__":
    main()
