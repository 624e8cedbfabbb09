"""After an erasure, does any place still hold the person?

Before it, the customer leaves traces wherever there can be any: history, a waiting plan, a conflict, a record that
could not be used, archived and broken files. After it, all of that is searched as bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis import Redis as Client
from sqlalchemy import Engine, event, select

from adapters.bridge import simulator as bridge
from adapters.bridge.simulator import BridgeSandbox
from adapters.files import simulator as files
from adapters.files.simulator import FilesSandbox
from syncd.bootstrap import open_app
from syncd.domain.contractor import Address, Contractor, Employee, Kind
from syncd.domain.side import Side
from syncd.registry import tables
from syncd.registry.engine import reading
from syncd.registry.erasures import State, load_case
from syncd.registry.tables import Base, Issue
from syncd.sentence import template_of
from syncd.settings import ConnectionSettings, GuardSettings, RateSettings, RouteSettings, Settings
from syncd.sync import erase
from syncd.sync.app import App
from syncd.sync.erasure_report import report_of
from syncd.sync.execute import execute_run
from syncd.sync.mode import Mode
from syncd.sync.pursue import deliver_now, pursue
from syncd.sync.push import push_due
from syncd.sync.request import request_run
from syncd.sync.sweep import sweep
from tests.fixtures.contractors import firm, tax_id
from tests.real.redis import Redis

GUARD = GuardSettings(first_run="apply")

CANARIES = {
    "name": "Zielony Kanarek",
    "number": "KANAREK-77",
    "email": "kanarek@gniazdo.example",
    "second e-mail": "kanarek2@gniazdo.example",
    "log-in": "login-kanarek@gniazdo.example",
    "phone": "607714921",
    "tax id": tax_id(4711),
    "street": "Ptasia 17",
    "note": "lubi konopie",
}

PERSON = Contractor(
    name=CANARIES["name"],
    kind=Kind.PERSON,
    number=CANARIES["number"],
    tax_id=CANARIES["tax id"],
    tax_prefix="PL",
    country="PL",
    email=CANARIES["email"],
    phones=(CANARIES["phone"],),
    addresses=(Address(street=CANARIES["street"], postal_code="30-001", city="Kraków", country="PL"),),
    employees=(Employee(name=CANARIES["name"], email=CANARIES["log-in"]),),
    groups=("Detal",),
    notes=CANARIES["note"],
)


class World:
    """One installation with everything that keeps something."""

    def __init__(self, app: App, erp: FilesSandbox, shop: BridgeSandbox, redis: Redis, folder: Path) -> None:
        self.app = app
        self.erp = erp
        self.shop = shop
        self._redis = redis
        self._folder = folder

    def run(self, name: str, mode: Mode = "incremental", *, dry_run: bool = False) -> int:
        run_id = request_run(self.app, self.app.connection(name), mode=mode, asked_by="test", dry_run=dry_run)
        assert run_id is not None
        execute_run(self.app, run_id)
        return run_id

    def settle(self) -> None:
        for _ in range(3):
            for name in ("erp", "shop"):
                self.run(name, "full")
                for connected in self.app.connections.values():
                    push_due(self.app, connected.id)
            sweep(self.app)

    def issues(self, state: str = "open") -> list[str]:
        with reading(self.app.engine) as connection:
            return sorted(connection.scalars(select(Issue.code).where(Issue.state == state)))

    def places(self) -> Iterator[tuple[str, bytes]]:
        """Every place that keeps something, with all that it keeps."""
        with reading(self.app.engine) as connection:
            for table in Base.metadata.sorted_tables:
                for row in connection.execute(select(table)).mappings():
                    for column, value in row.items():
                        yield f"{table.name}.{column}", value if isinstance(value, bytes) else str(value).encode()
        for path in sorted(self._folder.rglob("*")):
            if path.is_file():
                yield f"file {path.relative_to(self._folder)}", path.read_bytes()
        for path in sorted(self.erp.folder.rglob("*")):
            if path.is_file():
                yield f"ERP's folder: {path.relative_to(self.erp.folder)}", path.read_bytes()
        with Client.from_url(self._redis.url) as client:
            for key in client.scan_iter():
                yield f"Redis {key!r}", key + repr(client.dump(key)).encode()

    def held(self) -> Iterator[tuple[str, bytes]]:
        """What both platforms hold."""
        for name, side in (("erp", self.erp), ("shop", self.shop)):
            for external_id, remote in side.holds().items():
                yield f"{name} {external_id}", msgspec.json.encode(remote.contractor)


def hits(places: Iterator[tuple[str, bytes]]) -> dict[str, set[str]]:
    """Places by what is found there, as UTF-8, escaped, or without regard to case."""
    found: dict[str, set[str]] = {}
    for place, data in places:
        for name, value in CANARIES.items():
            if value.encode().lower() in data.lower():
                found.setdefault(name, set()).add(place)
    return found


def keep_what_is_deleted(engine: Engine) -> None:
    """Let SQLite leave deleted bytes where they are, as most builds of it do."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _entry: connection.execute("PRAGMA secure_delete = OFF"))


@pytest.fixture
def world(registry_url: str, tmp_path: Path, empty_redis: Redis) -> Iterator[World]:
    with ExitStack() as stack:
        erp = stack.enter_context(files.simulate("csv"))
        shop = stack.enter_context(bridge.simulate())
        settings = Settings(
            database=registry_url,
            redis=empty_redis.url,
            folder=tmp_path,
            connections={
                "erp": ConnectionSettings(
                    kind="files", side=Side.ERP, options={**erp.options, "settle_seconds": 0}, guard=GUARD
                ),
                "shop": ConnectionSettings(
                    kind="bridge",
                    side=Side.SHOP,
                    options=dict(shop.options),
                    rate=RateSettings(calls=500, seconds=1),
                    guard=GUARD,
                ),
            },
            routes=[RouteSettings(erp="erp", shop="shop")],
        )
        app = open_app(settings)
        stack.callback(app.close)
        keep_what_is_deleted(app.engine)
        yield World(app, erp, shop, empty_redis, tmp_path)


def leave_traces(world: World) -> int:
    """Let the person get into every place there is; answer the contractor's number."""
    for number in range(3):
        world.erp.add(firm(f"F{number}"))
    external_id = world.erp.add(PERSON)
    world.settle()
    with reading(world.app.engine) as connection:
        id_ = connection.execute(
            select(tables.Contractor.id).where(tables.Contractor.number == PERSON.number)
        ).scalar_one()
    # a conflict keeps both values
    (at_shop,) = [x for x, remote in world.shop.holds().items() if remote.contractor.number == PERSON.number]
    world.shop.edit(at_shop, email=CANARIES["second e-mail"])
    world.erp.edit(external_id, email="trzeci@gniazdo.example")
    world.run("erp")
    world.run("shop")
    world.settle()
    # a plan waits
    world.erp.edit(external_id, phones=(CANARIES["phone"], "607714999"))
    world.run("erp", dry_run=True)
    # a broken file is set aside
    world.erp.drop("zepsuty.csv", world.erp.document([external_id])[:-30])
    world.run("erp")
    # a record that cannot be used is kept
    world.erp.edit(external_id, name="")
    world.run("erp", "full")
    assert "invalid-record" in world.issues()
    assert "edit-conflict" in world.issues("open")
    return int(id_)


def carry_out(world: World, id_: int) -> Any:
    erasure_id = erase.erase(world.app, id_, by="anna")
    pursue(world.app, erasure_id)
    deliver_now(world.app, erasure_id)
    pursue(world.app, erasure_id)
    with reading(world.app.engine) as connection:
        case = load_case(connection, erasure_id)
        assert case is not None
        return report_of(connection, world.app, case)


def test_an_erased_person_is_nowhere_and_stays_so(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    id_ = leave_traces(world)
    before = hits(world.places())
    assert CANARIES.keys() == before.keys(), "each canary is somewhere, or the test proves nothing"
    assert any("archive/" in place for place in before["email"])
    assert any("quarantine/" in place for place in before["email"])

    done = carry_out(world, id_)

    assert done.state == State.DONE, done
    assert {one.connection: one.proof for one in done.systems} == {"erp": "flag_only", "shop": "verified"}
    removed = [one for system in done.systems for one in system.copies]
    assert "file %(number)s in %(place)s/" in map(template_of, removed)  # to be said in any language
    assert (hits(world.held()), hits(world.places())) == ({}, {})

    world.settle()  # the ERP took the change in, and exports the person no more
    assert (hits(world.held()), hits(world.places())) == ({}, {})

    (external_id,) = [x for x, remote in world.erp.holds().items() if remote.contractor.name.startswith("Erased")]
    world.erp.edit(external_id, **{name: getattr(PERSON, name) for name in ("name", "email", "phones", "addresses")})
    world.settle()  # somebody typed the person in again: the ERP states it, and syncd does not keep it
    assert hits(world.places()) == {}
    assert "erased-returns" in world.issues()
    assert {name for places in hits(world.held()).values() for name in places} == {f"erp {external_id}"}

    said = "\n".join([caplog.text, *(str(record.__dict__) for record in caplog.records)])
    assert [value for value in CANARIES.values() if value in said] == []
