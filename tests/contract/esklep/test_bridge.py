"""What of the shop's own rules is kept over the bridge, and what does a read cost?"""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
import pytest

from adapters.esklep import ADAPTER
from adapters.esklep.capabilities import capabilities
from adapters.esklep.options import Options
from adapters.esklep.simulated.shop import Setup, Shop
from adapters.esklep.simulator import BridgeShop, FolderShop, simulate
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, InvalidRecord, Misconfigured, Unstorable
from syncd.ports import Context, Endpoint, Secret, parse_options
from tests.fixtures.trusted import TRUSTED

from .conftest import Connect, company

GERMAN: dict[str, Any] = {"country": "DE", "tax_prefix": "DE", "tax_id": "811115368"}


def test_ten_changes_among_two_thousand_cost_one_call(connect: Connect, bridge: BridgeShop) -> None:
    ids = [bridge.add(company(number=f"K/{n}", email=f"k{n}@firma.example")) for n in range(2000)]
    endpoint = connect(bridge, page=1000)
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    for external_id in ids[::200]:
        bridge.edit(external_id, name="Firma Nowa")
    calls = len(bridge.journal)
    changed = [record for page in endpoint.read(cursor, full=False) for record in page.records]
    assert (len(changed), len(bridge.journal) - calls) == (10, 1)


def test_nothing_new_costs_one_call(connect: Connect, bridge: BridgeShop) -> None:
    bridge.add(company())
    endpoint = connect(bridge)
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    calls = len(bridge.journal)
    assert [record for page in endpoint.read(cursor, full=False) for record in page.records] == []
    assert len(bridge.journal) - calls == 1


def test_an_update_is_one_call_with_the_fields_that_differ(connect: Connect, bridge: BridgeShop) -> None:
    endpoint = connect(bridge)
    made = endpoint.create(company())
    calls = len(bridge.journal)
    endpoint.update(made, msgspec.structs.replace(made.contractor, groups=("Hurt", "VIP"), payment_days=30))
    assert len(bridge.journal) - calls == 1


def test_who_registers_from_abroad_is_domestic_until_the_residency_is_written(
    endpoint: Endpoint, sandbox: BridgeShop | FolderShop
) -> None:
    sandbox.shop.register(Contractor(name="Müller GmbH", email="m@firma.example", **GERMAN))
    if isinstance(sandbox, FolderShop):
        sandbox.export()
    list(endpoint.read(None, full=True))
    (remote,) = endpoint.find(Contractor(name="", email="m@firma.example"))
    assert remote.contractor.tax_class == "krajowy"
    wanted = msgspec.structs.replace(remote.contractor, tax_class="wewnatrzunijny")
    assert endpoint.update(remote, wanted).contractor.tax_class == "wewnatrzunijny"
    sandbox.holds()
    assert sandbox.shop.customers()[0].data.tax_class == "wewnatrzunijny"


def test_the_residency_of_a_zone_that_is_not_resolved_is_left_alone(
    endpoint: Endpoint, sandbox: BridgeShop | FolderShop
) -> None:
    made = endpoint.create(company(tax_class="pozaunijny"))
    writes = len([call for call in sandbox.journal if call.writes])
    told = endpoint.update(made, msgspec.structs.replace(made.contractor, tax_class=""))
    assert told.contractor.tax_class == "pozaunijny"
    assert len([call for call in sandbox.journal if call.writes]) == writes


def test_the_words_for_zones_are_the_shops(bridge: BridgeShop, connect: Connect) -> None:
    zones = connect(bridge, words={"residency.extra_eu": "eksport"}).capabilities.zones
    assert zones == {"domestic": "krajowy", "intra_eu": "wewnatrzunijny", "extra_eu": "eksport"}


def test_the_edition_standard_is_read_and_says_so(connect: Connect) -> None:
    with simulate(Shop(Setup(edition="standard"))) as sandbox:
        sandbox.add(company())
        endpoint = connect(sandbox)
        able = endpoint.capabilities
        assert (able.writes, able.many_groups, able.block) == (frozenset(), False, "none")
        assert "Standard" in able.degradations[0]
        assert "Standard" in endpoint.check().warnings[0]
        assert len(next(iter(endpoint.read(None, full=True))).records) == 1


def test_an_edition_that_is_not_the_configured_one_is_a_warning(connect: Connect, bridge: BridgeShop) -> None:
    assert connect(bridge).check().warnings == ()
    (warning,) = connect(bridge, edition="b2b").check().warnings
    assert "'enterprise'" in warning


def test_a_shop_whose_edition_refuses_writes_stops_the_connection(connect: Connect) -> None:
    with simulate(Shop(Setup(edition="standard"))) as sandbox, pytest.raises(AuthFailed):
        connect(sandbox, edition="enterprise").create(company())


def test_a_domestic_customer_edits_the_own_profile_and_a_foreign_one_does_not(bridge: BridgeShop) -> None:
    home = bridge.add(company())
    abroad = bridge.add(company(number="K/2", email="m@firma.example", tax_class="wewnatrzunijny"))
    with httpx.Client(base_url=str(bridge.options["url"]), trust_env=False, verify=TRUSTED) as shopper:
        body = {"contractor": {"phones": ["+48 600 100 200"]}}
        assert shopper.patch(f"/storefront/customers/{home}", json=body).status_code == 200
        assert shopper.patch(f"/storefront/customers/{abroad}", json=body).status_code == 403
    assert bridge.shop.get(home).data.phones == ("+48 600 100 200",)
    assert bridge.shop.get(abroad).data.phones == ()


def test_a_profile_edit_is_read_as_a_change(connect: Connect, bridge: BridgeShop) -> None:
    external_id = bridge.add(company())
    endpoint = connect(bridge)
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    bridge.shop.edit_profile(external_id, phones=("+48 600 100 200",))
    (record,) = [record for page in endpoint.read(cursor, full=False) for record in page.records]
    assert record.external_id == external_id


@pytest.mark.parametrize(
    ("field", "value"), [("name", "x" * 251), ("country", "Irlandia Północna"), ("country", "Polska")]
)
def test_what_has_no_room_is_refused_by_its_field_before_it_is_sent(
    connect: Connect, bridge: BridgeShop, field: str, value: str
) -> None:
    endpoint = connect(bridge)
    with pytest.raises(Unstorable) as caught:
        endpoint.create(company(**{field: value}))
    assert caught.value.field == field
    assert value not in str(caught.value)
    assert not [call for call in bridge.journal if call.writes]


def test_an_email_that_somebody_has_is_refused_by_its_field_without_naming_it(
    connect: Connect, bridge: BridgeShop
) -> None:
    bridge.add(company())
    with pytest.raises(InvalidRecord) as caught:
        connect(bridge).create(company(number="K/2", name="Inna"))
    assert caught.value.field == "email"
    assert "brzoza" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"transport": "bridge", "url": "https://x"}, "token"),
        ({"transport": "bridge", "token": "t"}, "url"),
        ({"transport": "file"}, "folder"),
        ({"transport": "file", "folder": "x", "encoding": "klingon"}, "encoding"),
        ({"transport": "file", "folder": "x", "names": {"colour": "Kolor"}}, "names"),
        ({"transport": "file", "folder": "x", "words": {"status.gone": "x"}}, "words"),
        ({"transport": "file", "folder": "x", "export": "csv", "columns": {"colour": "Kolor"}}, "columns"),
    ],
)
def test_options_that_contradict_each_other_are_named(options: dict[str, object], field: str) -> None:
    checked = parse_options(Options, {"edition": "b2b", **options}, connection="shop")
    with pytest.raises(Misconfigured) as caught:
        ADAPTER.open(checked, Context(connection="shop"))
    assert caught.value.field == field


def test_a_token_never_shows_itself() -> None:
    assert "t0ken" not in repr(Options(transport="bridge", edition="b2b", token=Secret("t0ken")))


def test_what_the_shop_has_no_place_for_is_said() -> None:
    said = " ".join(capabilities(Options(transport="bridge", edition="b2b")).degradations)
    for lacking in ("REGON", "bank accounts", "consents", "notes", "anonymised", "currency"):
        assert lacking in said
