"""What stands in a registry that has been at work for two months? Customers, groups, runs, deliveries, open issues.

Names are as long as names are, a third of them in Cyrillic or with marks; everybody is in one to four of ten groups and
at two connections. Filled by the registry's own bulk statements, without a run.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from syncd.domain.contractor import Address, Contractor, Kind
from syncd.domain.holds import Hold, Reason, dump_holds
from syncd.domain.side import Side
from syncd.registry import connections, listings, outbox, schema
from syncd.registry import tables as t
from syncd.registry.bulk import analyze, insert_rows
from syncd.registry.engine import open_engine, writing
from syncd.registry.lines import snapshot

__all__ = ["NOW", "fill"]

NOW: Final = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

_PAGE: Final = 5000
_RUNS: Final = 3000
_ISSUES: Final = 300
_FORM: Final = (
    "", "Przedsiębiorstwo Handlowo-Usługowe ", "Zakład Produkcyjny ", "Общество с ограниченной ответственностью ",
)  # fmt: skip
_FIRST: Final = "Kowal Nowak Żubr Łódź-Bud Malinowski Северсталь Éclair Wiśniewski Lewandowski Zieliński".split()
_SECOND: Final = "Handel Usługi Transport Budowa Серв Import Export Hurt Detal Produkcja".split()
_CITIES: Final = "Łódź Kraków Warszawa Gdańsk Poznań Wrocław Москва Paris Roma Berlin".split()
_GROUPS: Final = (
    "Hurt", "VIP", "Detal", "Darmowa dostawa", "Stali klienci", "Przelew 14 dni", "Eksport", "Оптовые покупатели",
    "Rabat 5 %", "Nowi",
)  # fmt: skip
_HELD: Final = {
    "active": "[]",
    "blocked_by_erp": dump_holds((Hold(Reason.ERP_INACTIVE, "erp", NOW),)),
    "blocked": dump_holds((Hold(Reason.ADMIN_BLOCK, "anna", NOW),)),
}
_LOOKED_AT: Final = (
    t.Contractor, t.Listing, t.Membership, t.Binding, t.Push, t.Delivery, t.Told, t.Run, t.Issue,
)  # fmt: skip
_COUNTS: Final = {"read": 120, "created": 2, "updated": 11, "blocked": 1, "unchanged": 106}


def fill(url: str, number: int) -> dict[str, float]:
    """Make a registry; answer how many seconds its parts took."""
    engine = open_engine(url)
    schema.upgrade(engine)
    chance = random.Random(1)
    took = {"rows": 0.0, "lists": 0.0, "index": 0.0}
    with writing(engine) as connection:
        connections.ensure(connection, {side.value: ("memory", side) for side in (Side.ERP, Side.SHOP)})
        insert_rows(connection, t.Group, ("name",), [(name,) for name in _GROUPS])  # the database numbers them
        _store_work(connection, number, chance)
    for first in range(1, number + 1, _PAGE):
        ids = range(first, min(first + _PAGE, number + 1))
        start = time.perf_counter()
        with writing(engine) as connection:
            _store(connection, ids, chance)
        took["rows"] += time.perf_counter() - start
        start = time.perf_counter()
        with writing(engine) as connection:
            listings.refresh(connection, ids)
            _deliver(connection, ids, chance)
        took["lists"] += time.perf_counter() - start
    with writing(engine) as connection:
        for table in _LOOKED_AT:
            analyze(connection, table)
    start = time.perf_counter()
    listings.make_indexes(engine)
    took["index"] = time.perf_counter() - start
    engine.dispose()
    return took


def _store(connection: Connection, ids: range, chance: random.Random) -> None:
    columns = (
        "id", "name", "country", "zone", "reasons", "status", "holds", "doc", "version", "created_at", "updated_at",
        "listed",
    )  # fmt: skip
    contractors, members, bound = [], [], []
    for id_ in ids:
        groups = sorted(chance.sample(range(len(_GROUPS)), chance.choice((1, 2, 2, 3, 4))))
        contractor = _contractor(id_, chance, [_GROUPS[one] for one in groups])
        zone, country = chance.choices([("domestic", "PL"), ("intra_eu", "DE"), ("unresolved", "")], [90, 9.9, 0.1])[0]
        if country != contractor.country:
            contractor = _moved(contractor, country)
        status = chance.choices(["active", "blocked_by_erp", "blocked"], [94, 5, 1])[0]
        doc = snapshot(msgspec.structs.replace(contractor, active=status == "active"))
        made = NOW - timedelta(minutes=chance.randrange(2_000_000))
        changed = made + (NOW - made) * chance.random()
        contractors.append((id_, contractor.name, country, zone, "[]", status, _HELD[status], doc, 1, made, changed, 1))
        first = min(groups, key=_GROUPS.__getitem__)
        members += [(id_, group + 1, _GROUPS[group] if group == first else None) for group in groups]
        bound += [(side, f"x{id_}", id_, doc, b"x" * 16) for side in (1, 2)]
    insert_rows(connection, t.Contractor, columns, contractors)
    insert_rows(connection, t.Membership, ("contractor_id", "group_id", "sorted_by"), members)
    names: tuple[str, ...] = ("connection_id", "external_id", "contractor_id", "agreed", "settled_hash")
    insert_rows(connection, t.Binding, names, bound)
    pushes = [(2, id_, 1, 1, NOW, None, 3, 0, 0) for id_ in ids if id_ % 500 == 0]
    names = ("connection_id", "contractor_id", "wanted", "run_id", "since", "due_at", "attempts", "deaths", "fence")
    insert_rows(connection, t.Push, names, pushes)


def _deliver(connection: Connection, ids: Sequence[int], chance: random.Random) -> None:
    outbox.delivered(connection, [(2, id_, 1, _lately(chance), "update", "name,groups", None, 4.5) for id_ in ids])


def _store_work(connection: Connection, number: int, chance: random.Random) -> None:
    """Runs every half hour, and what waits for a person."""
    names: tuple[str, ...] = (
        "connection_id", "mode", "dry_run", "state", "asked_by", "asked_at", "started_at", "planned_at", "finished_at",
        "attempts", "received", "applied_seq", "listed_seq", "counts", "told",
    )  # fmt: skip
    runs: list[tuple[Any, ...]] = []
    for back in range(_RUNS, 0, -1):
        at = NOW - timedelta(minutes=30 * back)
        state = "failed" if back % 97 == 0 else "partial" if back % 31 == 0 else "succeeded"
        moments = (at, at, at + timedelta(seconds=2), at + timedelta(seconds=3))
        runs.append((1 + back % 2, "incremental", False, state, "schedule", *moments, 1, 120, 14, 14, _COUNTS, state))
    insert_rows(connection, t.Run, names, runs)
    names = (
        "fingerprint", "code", "connection_id", "contractor_id", "message", "cure", "details", "state", "seen",
        "first_at", "last_at", "told_at",
    )  # fmt: skip
    issues: list[tuple[Any, ...]] = [
        (
            f"f{one}", ("country-unknown", "group-unmapped", "no-default-login")[one % 3], 1 + one % 2,
            chance.randrange(1, number + 1), "“Szkocja” is not a country", "Say which country it is.", {}, "open", 3,
            _lately(chance), NOW, NOW,
        )
        for one in range(_ISSUES)
    ]  # fmt: skip
    insert_rows(connection, t.Issue, names, issues)


def _lately(chance: random.Random) -> datetime:
    return NOW - timedelta(minutes=chance.randrange(60 * 24 * 60))


def _contractor(id_: int, chance: random.Random, groups: Sequence[str]) -> Contractor:
    city = chance.choice(_CITIES)
    form = chance.choices(_FORM, [40, 30, 20, 10])[0]
    name = f"{form}{chance.choice(_FIRST)} {chance.choice(_SECOND)} {chance.randrange(10_000)} Sp. z o.o."
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
        groups=tuple(sorted(groups)),
    )


def _moved(contractor: Contractor, country: str) -> Contractor:
    """Somebody abroad, as the rules see it as well: whoever is changed in something else stays in the zone."""
    addresses = tuple(msgspec.structs.replace(one, country=country) for one in contractor.addresses)
    return msgspec.structs.replace(contractor, country=country, tax_prefix="", tax_id="", addresses=addresses)
