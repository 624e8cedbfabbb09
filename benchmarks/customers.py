"""How fast are the list of customers and its search at 100,000? ``python -m benchmarks.customers --target sqlite``.

Pages are asked for over loopback by one browser that is logged in, the console's own process beside it: what is
measured is the whole answer, as it leaves. CPU is that of both together, without PostgreSQL's; on a machine that does
other work it tells more than the clock. The registry is filled by its own bulk statements, without a run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from benchmarks.registry import NOW, fill
from benchmarks.servers import running_postgres, scratch
from syncd.access import users
from syncd.access.passwords import hash_password
from syncd.access.roles import Role
from syncd.registry.engine import writing
from tests.integration.console.conftest import PASSWORD, serving
from tests.integration.pipeline.house import open_house

ASKED: Final[Mapping[str, Mapping[str, str]]] = {
    "page 1": {},
    "last pages": {"page": "1950"},
    "sort by name": {"sort": "name"},
    "sort by last change": {"sort": "-changed"},
    "sort by city, far down": {"sort": "city", "page": "1000"},
    "sort by last sync": {"sort": "-synced"},
    "sort by e-mail, far down": {"sort": "email", "page": "1000"},
    "sort by number, from high to low, far down": {"sort": "-number", "page": "700"},
    "sort by last sync, far down": {"sort": "synced", "page": "1000"},
    "sort by group, far down": {"sort": "groups", "page": "1000"},
    "status": {"filter": "status:eq:blocked_by_erp"},
    "status and country or zone": {
        "filter": "status:eq:active AND (country:eq:PL OR zone:eq:intra_eu)",
        "sort": "name",
    },
    "group": {"filter": "group:has:hurt", "sort": "name"},
    "stuck anywhere": {"filter": "sync:eq:stuck"},
    "in sync": {"filter": "sync:eq:in_sync"},
    "in sync with the ERP, by name": {"filter": "sync.erp:eq:in_sync", "sort": "name"},
    "status, by e-mail, far down": {"filter": "status:eq:active", "sort": "email", "page": "300"},
    "search, many hits": {"q": "kowal", "sort": "name"},
    "search, one hit": {"q": "biuro97815"},
    "search, no hit": {"q": "nobody at all"},
    "search, two letters": {"q": "zu"},
    "search, as a tax number is written": {"q": "526-009-78-15"},
}


def main() -> None:
    """Fill, ask, and print one line for each kind of question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--target", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=20)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(scratch("customers"))
        url = f"sqlite:///{folder / 'registry.db'}"
        if asked.target == "postgresql":
            url = stack.enter_context(running_postgres()).create_database("customers")
        for name, seconds in fill(url, asked.n).items():
            print(json.dumps({"target": asked.target, "n": asked.n, "step": name, "seconds": round(seconds, 2)}))
        house = stack.enter_context(open_house(url, folder=folder))
        with writing(house.app.engine) as connection:
            users.store(connection, "operator", Role.OPERATOR, hash_password(PASSWORD), by="bench", now=NOW)
        site = stack.enter_context(serving(house))
        for line in measure(site.browser(Role.OPERATOR), asked.rounds):
            print(json.dumps({"target": asked.target, "n": asked.n, **line}), flush=True)


def measure(browser: httpx.Client, rounds: int) -> Iterator[dict[str, Any]]:
    """Ask each question some times, in turns."""
    taken: dict[str, list[float]] = {name: [] for name in ASKED}
    worked: dict[str, list[float]] = {name: [] for name in ASKED}
    size: dict[str, int] = {}
    for number in range(rounds + 1):
        for name, params in ASKED.items():
            start, work = time.perf_counter(), time.process_time()
            answer = browser.get(f"/customers?{urlencode(params)}")
            if number:  # the first warms up
                taken[name].append((time.perf_counter() - start) * 1000)
                worked[name].append((time.process_time() - work) * 1000)
            answer.raise_for_status()
            size[name] = len(answer.content)
    for name, times in taken.items():
        cuts = statistics.quantiles(times, n=20, method="inclusive")
        cpu = round(statistics.median(worked[name]))
        yield {
            "asked": name, "p50_ms": round(cuts[9]), "p95_ms": round(cuts[18]), "cpu_ms": cpu, "html_bytes": size[name],
        }  # fmt: skip


if __name__ == "__main__":
    main()
