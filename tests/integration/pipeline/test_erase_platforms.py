"""Is somebody erased at the platforms that there are, each with its own idea of what a customer must have?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from adapters.bridge import simulator as bridge
from adapters.sql import simulator as sql
from adapters.tryton import simulator as tryton
from adapters.vendure import simulator as vendure
from syncd.bootstrap import open_app
from syncd.certify.sandbox import Sandbox
from syncd.domain.contractor import Address, Contractor
from syncd.domain.side import Side
from syncd.registry.engine import reading
from syncd.registry.queries.issues import list_issues
from syncd.settings import ConnectionSettings, ErasureSettings, GuardSettings, RouteSettings, Settings
from syncd.sync import erase
from syncd.sync.app import App
from syncd.sync.erasure_report import Report, report_of
from syncd.sync.execute import execute_run
from syncd.sync.pursue import deliver_now, pursue
from syncd.sync.push import push_due
from syncd.sync.request import request_run

GUARD = GuardSettings(first_run="apply")

PERSON = Contractor(
    name="Zielony Kanarek",
    number="KANAREK-77",
    tax_id="5260250274",
    tax_prefix="PL",
    country="PL",
    email="kanarek@gniazdo.example",
    phones=("607714921",),
    addresses=(Address(street="Ptasia 17", postal_code="30-001", city="Kraków", country="PL"),),
)
CANARIES = (PERSON.name, PERSON.number, PERSON.tax_id, PERSON.email, *PERSON.phones, "Ptasia 17")

Opened = tuple[App, Sandbox, Sandbox]


@pytest.fixture
def opened(registry_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Opened]:
    (erp_kind, erp_simulate), (shop_kind, shop_simulate) = request.param
    with ExitStack() as stack:
        erp, shop = stack.enter_context(erp_simulate()), stack.enter_context(shop_simulate())
        connections = {
            "erp": ConnectionSettings(kind=erp_kind, side=Side.ERP, options=dict(erp.options), guard=GUARD),
            "shop": ConnectionSettings(kind=shop_kind, side=Side.SHOP, options=dict(shop.options), guard=GUARD),
        }
        settings = Settings(
            database=registry_url,
            folder=tmp_path,
            connections=connections,
            routes=[RouteSettings(erp="erp", shop="shop")],
            erasure=ErasureSettings(retain_organisation=()),
        )
        app = open_app(settings)
        stack.callback(app.close)
        erp.add(PERSON)
        settle(app)
        assert hits(erp, shop) == {"erp": list(CANARIES), "shop": list(CANARIES)}
        yield app, erp, shop


def settle(app: App) -> None:
    for name in app.connections:
        run_id = request_run(app, app.connection(name), mode="full", asked_by="test")
        assert run_id is not None
        execute_run(app, run_id)
        for other in app.connections.values():
            push_due(app, other.id)


def hits(erp: Sandbox, shop: Sandbox) -> dict[str, list[str]]:
    """What each side still holds of the person; blanks do not count, because Tryton puts some into phones."""
    texts = {
        name: b"".join(msgspec.json.encode(remote.contractor) for remote in side.holds().values())
        .decode()
        .replace(" ", "")
        for name, side in (("erp", erp), ("shop", shop))
    }
    return {name: [word for word in CANARIES if word.replace(" ", "") in text] for name, text in texts.items()}


def carry_out(app: App) -> Report:
    erasure_id = erase.erase(app, 1, by="anna")
    pursue(app, erasure_id)
    deliver_now(app, erasure_id)
    pursue(app, erasure_id)
    with reading(app.engine) as connection:
        (case,) = erase.load_cases(connection, [erasure_id])
        return report_of(connection, app, case)


def issues(app: App) -> list[str]:
    with reading(app.engine) as connection:
        return [issue.code for issue in list_issues(connection)]


SQL = ("sql", sql.simulate)
TRYTON = ("tryton", tryton.simulate)
BRIDGE = ("bridge", bridge.simulate)
VENDURE = ("vendure", vendure.simulate)


@pytest.mark.parametrize(
    "opened", [(SQL, BRIDGE), (BRIDGE, VENDURE)], indirect=True, ids=["sql-bridge", "bridge-vendure"]
)
def test_both_platforms_forget_and_stay_so(opened: Opened) -> None:
    app, erp, shop = opened
    report = carry_out(app)
    assert (report.state, hits(erp, shop)) == ("done", {"erp": [], "shop": []})
    settle(app)
    assert (hits(erp, shop), issues(app)) == ({"erp": [], "shop": []}, [])


@pytest.mark.parametrize("opened", [(TRYTON, VENDURE)], indirect=True, ids=["tryton-vendure"])
def test_a_field_that_a_platform_never_changes_is_left_to_a_person(opened: Opened) -> None:
    app, erp, shop = opened
    report = carry_out(app)
    assert hits(erp, shop) == {"erp": [PERSON.number], "shop": []}
    assert {one.connection: one.proof for one in report.systems} == {"erp": "by_hand", "shop": "flag_only"}
    assert (report.state, issues(app)) == ("incomplete", ["erase-by-hand"])
    assert "number" in report.by_hand[0]
