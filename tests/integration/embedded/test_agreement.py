"""Does the comparison of both sides with the registry see what is wrong?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.bridge.simulator import simulate
from syncd.bootstrap import open_app
from syncd.domain.side import Side
from syncd.embedded.summary import Compared, compare
from syncd.registry.runs import RunState
from syncd.settings.shape import ConnectionSettings, RouteSettings
from syncd.sync.execute import execute_run
from syncd.sync.push import push_due
from syncd.sync.request import request_run
from tests.fixtures.daemon import Daemon, customer, running_daemon


@pytest.fixture
def synced(tmp_path: Path) -> Iterator[Daemon]:
    """Three customers, the same in ERP, registry and shop; no worker is needed for that."""
    with running_daemon(tmp_path, f"sqlite:///{tmp_path / 'registry.db'}", "redis://127.0.0.1:1/0") as daemon:
        for number in range(3):
            daemon.erp.add(customer(number))
        pull(daemon, "erp")
        push_due(daemon.app, daemon.app.connection("shop").id)
        yield daemon


def pull(daemon: Daemon, name: str) -> None:
    run_id = request_run(daemon.app, daemon.app.connection(name), mode="full", asked_by="test")
    assert run_id is not None
    execute_run(daemon.app, run_id)
    assert daemon.rows(f"SELECT state FROM runs WHERE id = {run_id}")[0][0] in {RunState.SUCCEEDED, RunState.PARTIAL}


def at(daemon: Daemon, name: str) -> Compared:
    return compare(daemon.app, daemon.app.connection(name))


def test_sides_that_were_just_synchronized_agree(synced: Daemon) -> None:
    for name in ("erp", "shop"):
        told = at(synced, name)
        assert (told.compared, told.differences, told.examples) == (3, 0, [])


@pytest.mark.parametrize("field", ["name", "email", "phones"])
def test_a_value_that_was_changed_at_a_side_is_a_difference(synced: Daemon, field: str) -> None:
    changed = next(iter(synced.shop.holds()))
    synced.shop.edit(changed, **{field: ("+48 22 1",) if field == "phones" else "other@firma.example"})
    assert at(synced, "shop").examples == [f"{changed} changed there: {field}"]


def test_a_record_that_the_registry_never_heard_of_is_a_difference(synced: Daemon) -> None:
    new = synced.erp.add(customer(7))
    assert at(synced, "erp").examples == [f"{new} is not known to the registry"]


def test_a_record_that_is_gone_is_a_difference(synced: Daemon) -> None:
    gone = next(iter(synced.shop.holds()))
    synced.shop.remove(gone)
    assert at(synced, "shop").examples == [f"{gone} is not there"]


def test_what_was_not_delivered_is_a_difference(synced: Daemon) -> None:
    synced.erp.add(customer(7))
    renamed = next(iter(synced.erp.holds()))
    synced.erp.edit(renamed, name="Later Ltd")
    pull(synced, "erp")
    examples = at(synced, "shop").examples
    assert len(examples) == 2
    assert all(example.endswith(" is behind; a push is due") for example in examples)


def test_a_record_with_an_open_issue_is_excused(synced: Daemon) -> None:
    broken = synced.erp.add(customer(7))
    synced.erp.spoil(broken)
    assert at(synced, "erp").differences == 1
    pull(synced, "erp")
    told = at(synced, "erp")
    assert (told.compared, told.excused, told.differences) == (4, 1, 0)


def test_a_contractor_that_no_route_brings_to_a_side_is_not_missed_there(synced: Daemon) -> None:
    with simulate() as erp, simulate() as shop:
        more = {
            name: ConnectionSettings(kind="bridge", side=side, options=dict(sandbox.options))
            for name, side, sandbox in (("erp2", Side.ERP, erp), ("shop2", Side.SHOP, shop))
        }
        settings = synced.app.settings
        routes = [*settings.routes, RouteSettings(erp="erp2", shop="shop2")]
        app = open_app(replace(settings, connections={**settings.connections, **more}, routes=routes))
        assert [compare(app, one).examples for one in app.connections.values()] == [[], [], [], []]
        app.engine.dispose()
