"""How long do people wait for the console when twenty of them use it at once?

    python -m benchmarks.crowd --target sqlite|postgresql [--users 20] [--think 0] [--consoles 1] [--json]

Each has a session and a connection of their own and asks for the next page as soon as the one before has come, or after
`--think` seconds; so without it there are as many requests under way as users, all the time. The console is a process
of its own, served as `syncd console` does, or several that share people as a proxy in front of them would. Its CPU for
a request says more than the clock where the machine does other work too; PostgreSQL's is not in it.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import random
import statistics
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from sqlalchemy import select

from benchmarks.children import Child, child
from benchmarks.measure import cpu_of_tree
from benchmarks.registry import NOW, fill
from benchmarks.servers import running_postgres, scratch
from syncd.access import sessions, users
from syncd.access.passwords import hash_password
from syncd.access.roles import Role
from syncd.console.serving import serve
from syncd.domain.code import code_of
from syncd.registry.engine import open_engine, writing
from syncd.registry.tables import User
from tests.integration.pipeline.house import open_house
from tests.real.processes import free_port

_READY_SECONDS: Final = 30.0
_SHARES: Final = {"list": 6, "next page": 5, "sorted": 3, "search": 6, "filter": 2, "customer": 5, "dashboard": 3}
"""Of thirty pages that somebody looks at."""

_SEARCHES: Final = ("kowal", "lodz", "żubr", "северсталь", "eclair", "wisniewski detal", "biuro97815", "526-009-78-15")
_FILTERS: Final = ("status:eq:blocked_by_erp", "group:has:hurt", "sync:eq:stuck", "zone:eq:intra_eu", "created:ge:30d")
_SORTS: Final = ("name", "-changed", "-created", "status")


class _Answer(msgspec.Struct, frozen=True):
    """One page that was waited for."""

    page: str
    milliseconds: float
    size: int


def main() -> None:
    """Fill, let them in, and print one line for each kind of page."""
    asked = _arguments()
    if asked.serve:
        _serve(asked.serve, asked.port, Path(asked.folder))
        return
    found = []
    with ExitStack() as stack:
        folder = stack.enter_context(scratch("crowd"))
        url = f"sqlite:///{folder / 'registry.db'}"
        if asked.target == "postgresql":
            url = stack.enter_context(running_postgres()).create_database("crowd")
        fill(url, asked.n)
        keys = _let_in(url, asked.users)
        consoles = {}
        for _ in range(asked.consoles):
            port = free_port()
            line = ["-m", "benchmarks.crowd", "--serve", url, "--port", str(port), "--folder", str(folder)]
            console = stack.enter_context(child(line))
            _wait_for(console, port)
            consoles[port] = console.pid
        about = {name: getattr(asked, name) for name in ("target", "n", "users", "think", "consoles")}
        for measured in measure(consoles, keys, asked):
            found.append(about | measured)
            if asked.json:
                print(json.dumps(found[-1]), flush=True)
    if not asked.json:
        print(_table(found))


def measure(consoles: Mapping[int, int], keys: list[str], asked: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Let everybody look at their pages.

    Args:
        consoles: Process by port.
    """
    for port in consoles:  # templates and statements are made when they are first needed
        _Person(port, keys[0], list(_SHARES), asked.n, seed=0, think=0).run()
    ports = itertools.cycle(consoles)
    people = [
        _Person(next(ports), key, _journey(asked.requests, seed), asked.n, seed=seed, think=asked.think)
        for seed, key in enumerate(keys, 1)
    ]
    cpu, start = _cpu(consoles), time.perf_counter()
    threads = [threading.Thread(target=person.run, daemon=True) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, cpu = time.perf_counter() - start, _cpu(consoles) - cpu
    answers = [answer for person in people for answer in person.answers]
    wrong = [line for person in people for line in person.wrong]
    if wrong:
        sys.exit(f"{len(wrong)} requests failed, the first with {wrong[0]}")
    by_page: dict[str, list[_Answer]] = defaultdict(list)
    for answer in answers:
        by_page[answer.page].append(answer)
    for page in _SHARES:
        if page in by_page:
            yield _line(page, by_page[page])
    yield _line("all", answers) | {
        "seconds": round(seconds, 1),
        "pages_a_second": round(len(answers) / seconds),
        "console_cpu_ms": round(1000 * cpu / len(answers), 1),
    }


def _cpu(consoles: Mapping[int, int]) -> float:
    return sum(map(cpu_of_tree, consoles.values()))


def _line(page: str, answers: list[_Answer]) -> dict[str, Any]:
    times = [answer.milliseconds for answer in answers]
    cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    return {
        "page": page,
        "asked": len(times),
        "p50_ms": round(cuts[49]),
        "p95_ms": round(cuts[94]),
        "p99_ms": round(cuts[98]),
        "most_bytes": max(answer.size for answer in answers),
    }


def _journey(requests: int, seed: int) -> list[str]:
    """The same shares for everybody, each in another order."""
    pages = [page for page, share in _SHARES.items() for _ in range(share)]
    chance = random.Random(seed)
    return [page for _ in range(0, requests, len(pages)) for page in chance.sample(pages, len(pages))][:requests]


class _Person:
    """Somebody who looks at pages, one after the other."""

    def __init__(self, port: int, key: str, pages: list[str], customers: int, *, seed: int, think: float) -> None:
        self.answers: list[_Answer] = []
        self.wrong: list[str] = []
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"cookie": f"syncd-{port}={key}", "accept-language": "en"}
        self._pages = pages
        self._customers = customers
        self._chance = random.Random(seed)
        self._think = think

    def run(self) -> None:
        try:
            for page in self._pages:
                time.sleep(self._chance.uniform(0, 2 * self._think))
                self._look(page)
        except OSError as error:
            self.wrong.append(type(error).__name__)
        finally:
            self._connection.close()

    def _look(self, page: str) -> None:
        address = self._address(page)
        start = time.perf_counter()
        self._connection.request("GET", address, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        milliseconds = 1000 * (time.perf_counter() - start)
        if answer.status != http.client.OK:
            self.wrong.append(f"{answer.status} for {address}")
        self.answers.append(_Answer(page, milliseconds, len(body)))

    def _address(self, page: str) -> str:
        chance = self._chance
        if page == "dashboard":
            return "/"
        if page == "customer":
            return f"/customers/{code_of(chance.randrange(1, self._customers + 1))}"
        said: Mapping[str, Mapping[str, Any]] = {
            "list": {},
            "next page": {"page": chance.randrange(2, 20)},
            "sorted": {"sort": chance.choice(_SORTS)},
            "search": {"q": chance.choice(_SEARCHES)},
            "filter": {"filter": chance.choice(_FILTERS)},
        }
        return f"/customers?{urlencode(said[page])}"


def _let_in(url: str, number: int) -> list[str]:
    """Make people and their sessions; answer what their browsers hold."""
    engine = open_engine(url)
    password = hash_password("correct horse battery staple")
    keys = []
    for one in range(number):
        with writing(engine) as connection:
            users.store(connection, f"person{one}", Role.OPERATOR, password, by="bench", now=NOW)
            id_ = connection.scalars(select(User.id).where(User.name == f"person{one}")).one()
            keys.append(sessions.begin(connection, id_, address="127.0.0.1", now=NOW))
    engine.dispose()
    return keys


def _serve(url: str, port: int, folder: Path) -> None:
    with open_house(url, folder=folder) as house:
        own = msgspec.structs.replace(house.app.settings.console, port=port)
        house.change(settings=msgspec.structs.replace(house.app.settings, console=own))
        serve(house.app, lambda: None)


def _wait_for(console: Child, port: int) -> None:
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end and console.process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    sys.exit("the console does not answer")


def _table(found: list[dict[str, Any]]) -> str:
    columns = ("page", "asked", "p50_ms", "p95_ms", "p99_ms", "most_bytes", "pages_a_second", "console_cpu_ms")
    rows = [columns, *(tuple(str(line.get(name, "")) for name in columns) for line in found)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(columns))]
    return "\n".join("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--n", type=int, default=100_000, help="customers")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--requests", type=int, default=30, help="pages that each of them looks at")
    parser.add_argument("--consoles", type=int, default=1, help="processes that share them")
    parser.add_argument("--think", type=float, default=0.0, help="seconds between a page and the next, on average")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    for name in ("--serve", "--port", "--folder"):
        parser.add_argument(name, help=argparse.SUPPRESS, default="")
    asked = parser.parse_args()
    asked.port = int(asked.port or 0)
    return asked


if __name__ == "__main__":
    main()
