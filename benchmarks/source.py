"""Who serves the list of contractors? A process of its own that speaks the bridge protocol from ready pages.

``/contractors`` is the ERP's list; ``POST /step/NAME`` takes the world one step further. The same list as one XML file
is written by `write_xml`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import msgspec

from benchmarks.children import child
from benchmarks.wire import json_answer, run_server
from benchmarks.world import PAGE, World

__all__ = ["running_source", "write_xml"]


class _Pages:
    """Answers of the present step, made before anybody asks."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._full = _paged([], 0)
        self._since: dict[int, list[bytes]] = {}

    def advance(self, step: str) -> None:
        before = self._world.last_change
        if step == "phones":
            self._world.change_all_phones()
        else:
            self._world.advance(step)
        self._full = _paged(self._world.items(), self._world.last_change)
        # Whoever reads on from here asks for just these, and is not to wait for a look at everybody.
        self._since = {before: _paged(self._world.items(before), self._world.last_change)}

    def answer(self, method: str, target: str, _body: bytes) -> bytes:
        path, _, query = target.partition("?")
        if method == "POST" and path.startswith("/step/"):
            self.advance(path.removeprefix("/step/"))
            return json_answer(b"{}")
        if path == "/health":
            return json_answer(b'{"name": "benchmark"}')
        if path != "/contractors":
            return json_answer(b"{}", 404)
        asked = dict(parse_qsl(query))
        page = int(asked.get("page", "0"))
        if "since" not in asked:
            return self._full[page]
        since = int(asked["since"])
        if since not in self._since:
            self._since[since] = _paged(self._world.items(since), self._world.last_change)
        return self._since[since][page]


def _paged(items: list[bytes], last_change: int) -> list[bytes]:
    pages = [items[start : start + PAGE] for start in range(0, len(items), PAGE)] or [[]]
    answers = []
    for number, page in enumerate(pages, 1):
        last = number == len(pages)
        tail = {
            "next": None if last else str(number),
            "total": len(items),
            "cursor": str(last_change) if last else None,
        }
        answers.append(json_answer(b'{"items":[' + b",".join(page) + b"]," + msgspec.json.encode(tail)[1:]))
    return answers


@contextmanager
def running_source(count: int) -> Iterator[str]:
    """A server with `count` contractors, at no step yet; gives its address."""
    with child(["-m", "benchmarks.source", str(count)]) as started:
        yield started.first_line()


def write_xml(world: World, path: Path) -> None:
    """The same list as one file, complete when it gets its name, and an export of its own even if nothing changed."""
    draft = path.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as file:
        items = world.items()
        file.write(
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Kontrahenci eksport="{path.stem}" liczba="{len(items)}">\n'
        )
        for item in items:
            file.write(_element(msgspec.json.decode(item)))
        file.write("</Kontrahenci>\n")
    draft.rename(path)


def _element(item: dict[str, Any]) -> str:
    contractor = item["contractor"]
    plain = {
        "Kod": contractor["number"],
        "Nazwa": contractor["name"],
        "Nip": contractor.get("tax_id", ""),
        "Prefiks": contractor.get("tax_prefix", ""),
        "Kraj": contractor["country"],
        "Email": contractor["email"],
        "Telefon": contractor["phones"][0],
        "Aktywny": "1" if contractor.get("active", True) else "0",
        "Zmieniono": item["modified"],
    }
    parts = [f"<{tag}>{escape(text)}</{tag}>" for tag, text in plain.items()]
    for address in contractor["addresses"]:
        inner = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in address.items())
        parts.append(f"<Adres>{inner}</Adres>")
    parts += [f"<Grupa>{escape(name)}</Grupa>" for name in contractor["groups"]]
    return f"<Kontrahent>{''.join(parts)}</Kontrahent>\n"


if __name__ == "__main__":
    run_server(_Pages(World(int(sys.argv[1]))).answer)
