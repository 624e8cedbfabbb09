"""Does a connection come about step by step, with nothing in force before the last?"""

from __future__ import annotations

import threading

import pytest

from adapters.bridge.simulator import BridgeSandbox
from syncd.bootstrap import renewed
from syncd.certify.faults import Fault
from syncd.checks.connections import check_connections
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, InvalidRecord, NotFound, Unavailable
from syncd.registry.engine import reading
from syncd.registry.tables import Contractor as ContractorTable
from syncd.sync.app import App
from syncd.sync.connecting import drafts
from syncd.sync.connecting.drafts import Draft
from syncd.sync.connecting.samples import read_samples
from tests.fixtures.contractors import firm

from .conftest import TOKEN


@pytest.fixture
def draft(app: App, bridge: BridgeSandbox) -> Draft:
    begun = drafts.find(app, drafts.begin(app, name="optima", kind="bridge", side="erp", by="anna"))
    return drafts.fill(app, begun, {"url": bridge.options["url"], "token": TOKEN})


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "bridg"}, "kind"),
        ({"kind": "vendure"}, "side"),
        ({"name": "../etc"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "shop"}, "name"),
    ],
)
def test_what_cannot_be_used_is_named(app: App, wrong: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        drafts.begin(app, **({"name": "optima", "kind": "bridge", "side": "erp", "by": "anna"} | wrong))
    assert caught.value.field == field


def test_a_draft_keeps_what_was_filled_in_and_shows_no_secret(app: App, draft: Draft) -> None:
    found = drafts.find(app, draft.id)
    assert (found.options, found.secrets) == (draft.options, {"token": TOKEN})
    assert TOKEN not in repr(found)
    with reading(app.engine) as connection:
        (row,) = connection.exec_driver_sql("SELECT options, sealed FROM connection_drafts").all()
    assert TOKEN not in row.options
    assert TOKEN.encode() not in row.sealed
    assert set(renewed(app).connections) == {"shop"}


def test_a_secret_that_is_left_empty_stays(app: App, draft: Draft) -> None:
    drafts.fill(app, draft, {"url": "http://127.0.0.1:1", "token": ""})
    found = drafts.find(app, draft.id)
    assert (found.options, found.secrets) == ({"url": "http://127.0.0.1:1"}, {"token": TOKEN})


def test_what_is_required_is_asked_for(app: App, draft: Draft) -> None:
    with pytest.raises(InvalidRecord, match="the option url is missing"):
        drafts.fill(app, draft, {"token": TOKEN})


def test_a_draft_is_kept_for_a_day(app: App, draft: Draft) -> None:
    with app.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE connection_drafts SET made_at = '2020-01-01 00:00:00.000000'")
    drafts.begin(app, name="another", kind="bridge", side="erp", by="anna")
    with pytest.raises(NotFound, match="there no more"):
        drafts.find(app, draft.id)


def test_a_draft_can_be_tested(app: App, draft: Draft) -> None:
    assert check_connections(app, [draft.connected])[0].state == "ok"


def test_records_are_shown_as_they_are_and_as_they_are_understood(
    app: App, draft: Draft, bridge: BridgeSandbox
) -> None:
    bridge.add(Contractor(name="Рога и Копыта", country="Szkocja", tax_id="5260250275", tax_prefix="PL"))
    bridge.spoil(bridge.add(firm("A9")))
    samples = read_samples(app, draft.connected)
    assert len(samples) == 5
    first = {one.field: one for one in samples[0].stated}
    assert first["number"].text == "A0"
    assert first["number"].found_in == ("contractor.number",)
    told = {sample.name: [message for message, _ in sample.warnings] for sample in samples}
    assert any("Szkocja" in message for message in told["Рога и Копыта"])
    assert [sample.refused for sample in samples] == [False, False, False, False, True]
    assert all(cure for sample in samples for _, cure in sample.warnings)
    with reading(app.engine) as connection:
        assert connection.execute(ContractorTable.__table__.select()).all() == []


def test_no_more_than_asked_for_are_read(app: App, draft: Draft, bridge: BridgeSandbox) -> None:
    for number in range(30):
        bridge.add(firm(f"B{number}"))
    assert len(read_samples(app, draft.connected)) == 20


def test_a_refusal_is_told(app: App, draft: Draft, bridge: BridgeSandbox) -> None:
    bridge.faults.plan(Fault(kind="status", status=401))
    with pytest.raises(AuthFailed):
        read_samples(app, draft.connected)


def test_a_side_that_hangs_is_given_up(app: App, draft: Draft, bridge: BridgeSandbox) -> None:
    with pytest.raises(Unavailable, match="no records within 0 s"):
        read_samples(app, draft.connected, seconds=0.0)
    for thread in threading.enumerate():
        if thread.name == "samples":
            thread.join()  # it ends by itself, and what it holds open with it
