"""How fast are the list of customers and its search at 100,000? ``python -m benchmarks.customers --target sqlite``.

Pages are asked for over loopback by one browser that is logged in, the console's own process beside it: what is
measured is the whole answer, as it leaves. CPU is that of both together, without PostgreSQL's; on a machine that does
other work it tells more than the clock. The registry is filled by its own bulk statements, without a run.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from benchmarks.servers import running_postgres, scratch
from syncd.access import users
from syncd.access.passwords import hash_password
from syncd.access.roles import Role
from syncd.domain.contractor import Address, Contractor, Kind
from syncd.registry import listings, schema
from syncd.registry import tables as t
from syncd.registry.bulk import analyze, insert_rows
from syncd.registry.engine import open_engine, writing
from syncd.registry.lines import snapshot
from tests.integration.console.conftest import PASSWORD, serving
from tests.integration.pipeline.house import open_house

_PAGE: Final = 5000
_NOW: Final = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
_FIRST: Final = "Kowal Nowak Żubr Łódź-Bud Malinowski Северсталь Éclair Wiśniewski Lewandowski Zieliński".split()
_SECOND: Final = "Handel Usługi Transport Budowa Серв Import Export Hurt Detal Produkcja".split()
_CITIES: Final = "Łódź Kraków Warszawa Gdańsk Poznań Wrocław Москва Paris Roma Berlin".split()
_GROUPS: Final = ("Hurt", "VIP", "Detal", "Darmowa dostawa")

ASKED: Final[Mapping[str, Mapping[str, str]]] = {
    "page 1": {},
    "last pages": {"page": "3900"},
    "sort by name": {"sort": "name"},
    "sort by last change": {"sort": "-changed"},
    "sort by city, far down": {"sort": "city", "page": "2000"},
    "sort by last sync": {"sort": "-synced"},
    "status": {"filter": "status:eq:blocked_by_erp"},
    "status and country or zone": {
        "filter": "status:eq:active AND (country:eq:PL OR zone:eq:intra_eu)",
        "sort": "name",
    },
    "group": {"filter": "group:has:hurt", "sort": "name"},
    "stuck anywhere": {"filter": "sync:eq:stuck"},
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
            users.store(connection, "operator", Role.OPERATOR, hash_password(PASSWORD), by="bench", now=_NOW)
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
            answer = browser.get(f"/customers?{urlencode({'size': '25', **params})}")
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


def fill(url: str, number: int) -> dict[str, float]:
    """Make a registry; answer how long its parts took."""
    engine = open_engine(url)
    schema.upgrade(engine)
    chance = random.Random(1)
    took = {"rows": 0.0, "lists": 0.0, "index": 0.0}
    with writing(engine) as connection:
        insert_rows(
            connection, t.Group, ("id", "name"), [(1, "Hurt"), (2, "VIP"), (3, "Detal"), (4, "Darmowa dostawa")]
        )
    for first in range(1, number + 1, _PAGE):
        ids = range(first, min(first + _PAGE, number + 1))
        start = time.perf_counter()
        with writing(engine) as connection:
            _store(connection, ids, chance)
        took["rows"] += time.perf_counter() - start
        start = time.perf_counter()
        with writing(engine) as connection:
            listings.refresh(connection, ids)
        took["lists"] += time.perf_counter() - start
    with writing(engine) as connection:
        for table in (t.Contractor, t.Listing, t.Membership, t.Binding, t.Push, t.Delivery):
            analyze(connection, table)
    start = time.perf_counter()
    listings.make_index(engine)
    took["index"] = time.perf_counter() - start
    engine.dispose()
    return took


def _store(connection: Any, ids: range, chance: random.Random) -> None:
    columns = (
        "id", "name", "country", "zone", "reasons", "status", "holds", "doc", "version", "created_at", "updated_at",
    )  # fmt: skip
    contractors = []
    for id_ in ids:
        doc = _contractor(id_, chance)
        zone, country = chance.choices([("domestic", "PL"), ("intra_eu", "DE"), ("unresolved", "")], [90, 9.9, 0.1])[0]
        status = chance.choices(["active", "blocked_by_erp", "blocked"], [94, 5, 1])[0]
        made = _NOW - timedelta(minutes=chance.randrange(2_000_000))
        row = (id_, doc.name, country, zone, "[]", status, "[]", snapshot(doc), 1, made, made + timedelta(minutes=5))
        contractors.append(row)
    insert_rows(connection, t.Contractor, columns, contractors)
    members = [(id_, group) for id_ in ids for group in chance.sample((1, 2, 3, 4), chance.choice((1, 1, 2)))]
    insert_rows(connection, t.Membership, ("contractor_id", "group_id"), members)
    bound = [(side, f"x{id_}", id_, "{}", b"x" * 16) for id_ in ids for side in (1, 2)]
    names = ("connection_id", "external_id", "contractor_id", "agreed", "settled_hash")
    insert_rows(connection, t.Binding, names, bound)
    pushes = [(2, id_, 1, 1, _NOW, None, 3, 0, 0) for id_ in ids if id_ % 500 == 0]
    names = ("connection_id", "contractor_id", "wanted", "run_id", "since", "due_at", "attempts", "deaths", "fence")
    insert_rows(connection, t.Push, names, pushes)


def _contractor(id_: int, chance: random.Random) -> Contractor:
    city = chance.choice(_CITIES)
    name = f"{chance.choice(_FIRST)} {chance.choice(_SECOND)} {chance.randrange(10_000)} Sp. z o.o."
    return Contractor(
        name=name,
        kind=Kind.ORGANISATION,
        number=f"KH{id_:06d}",
        tax_prefix="PL",
        tax_id=f"{5_260_000_000 + id_}",
        country="PL",
        email=f"biuro{id_}@firma{id_ % 977}.example",
        phones=(f"+48 600 {id_:06d}",),
        addresses=(
            Address(street="Długa 1", city=city, postal_code="30-001", country="PL"),
            Address(street="Krótka 2", city=city, postal_code="30-001", country="PL"),
        ),
        groups=("Hurt",),
    )


if __name__ == "__main__":
    main()
