"""Is a record the same when it is the same, and one bad one nobody else's fault?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.simulated.schema import EMPTY
from adapters.abicart.simulated.seed import fill
from adapters.abicart.simulator import Simulated
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, Misconfigured
from syncd.ports import Record, Rejected
from tests.contract.abicart.conftest import Open
from tests.contract.abicart.pages import calls, read


def test_a_row_that_is_no_customer_is_rejected_and_the_others_go_on(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    external_id = shop.add(firm)
    rows = endpoint._reader.rows
    monkeypatch.setattr(endpoint._reader, "rows", lambda *asked: [*rows(*asked), None, 7, {"uid": None}, {}])
    (page,) = read(endpoint)
    assert [record.external_id for record in page.records if isinstance(record, Record)] == [external_id]
    rejected = [record for record in page.records if isinstance(record, Rejected)]
    assert {one.error.code for one in rejected} == {"not-a-customer"}
    assert len(rejected) == 4


def test_a_cursor_of_another_platform_is_refused(endpoint: AbicartEndpoint) -> None:
    with pytest.raises(Misconfigured) as caught:
        read(endpoint, "page 7")
    assert (caught.value.code, caught.value.field) == ("bad-cursor", "cursor")


def test_groups_come_by_name_in_the_language_of_the_option_or_else_in_any(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, groups=("Storkund",)))
    (uid,) = shop.shop.state.groups
    shop.shop.state.groups[uid]["en"] = "Key account"
    assert connect(language="en").get(external_id).contractor.groups == ("Key account",)
    assert connect(language="sv").get(external_id).contractor.groups == ("Storkund",)
    assert connect(language="fi").get(external_id).contractor.groups == ("Key account",)


def test_a_group_without_a_name_is_one_all_the_same(shop: Simulated, connect: Open, firm: Contractor) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, groups=("Storkund",)))
    (uid,) = shop.shop.state.groups
    shop.shop.state.groups[uid] = {"sv": ""}
    assert connect().get(external_id).contractor.groups == (f"#{uid}",)


def test_a_renamed_group_is_a_change_of_its_members(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    shop.add(firm)
    before = read(endpoint)[0].records[0]
    uid = next(iter(shop.shop.state.groups))
    shop.shop.state.groups[uid]["sv"] = "Annan"
    after = read(endpoint)[0].records[0]
    assert isinstance(before, Record)
    assert isinstance(after, Record)
    assert before.raw != after.raw
    assert "Annan" in endpoint.parse(after).contractor.groups


def test_a_deleted_group_that_customers_still_name_is_looked_for_once_at_most(
    shop: Simulated, endpoint: AbicartEndpoint
) -> None:
    fill(shop.shop, 100, seed=1)
    shop.shop.delete_group(next(iter(shop.shop.state.groups)))
    read(endpoint)
    assert calls(shop, 0)["CustomerGroup.list"] <= 4


def test_records_are_equal_whatever_order_the_shop_answers_in(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.add(firm)
    before = read(endpoint)[0].records
    shown = shop.rpc._shown
    turned = lambda customer: dict(  # noqa: E731
        reversed({**shown(customer), "groups": list(reversed(customer["groups"]))}.items())
    )
    monkeypatch.setattr(shop.rpc, "_shown", turned)
    assert read(endpoint)[0].records == before


def test_a_group_list_in_another_form_is_no_customer_without_groups(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    external_id = shop.add(firm)
    shown = shop.rpc._shown
    monkeypatch.setattr(shop.rpc, "_shown", lambda customer: {**shown(customer), "groups": [{"uid": 311}]})
    with pytest.raises(InvalidRecord) as caught:
        endpoint.get(external_id)
    assert (caught.value.code, caught.value.field) == ("unexpected-form", "groups")


@pytest.mark.parametrize(
    ("pointer", "value", "field"),
    [
        ("notes", ["x"], "notes"),
        ("notes", True, "notes"),
        ("isApproved", "yes", "approved"),
        ("info", {"email": []}, "email"),
    ],
)
def test_a_value_in_another_form_is_the_fault_of_one_record_and_is_not_shown(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch, pointer: str,
    value: Any, field: str,
) -> None:  # fmt: skip
    external_id = shop.add(firm)
    shown = shop.rpc._shown
    monkeypatch.setattr(shop.rpc, "_shown", lambda customer: {**shown(customer), pointer: value})
    with pytest.raises(InvalidRecord) as caught:
        endpoint.get(external_id)
    assert (caught.value.field, caught.value.record) == (field, external_id)


def test_unmapped_and_volatile_properties_are_no_part_of_a_record(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    shop.add(firm)
    (record,) = read(endpoint)[0].records
    assert isinstance(record, Record)
    assert msgspec.json.decode(record.raw)["customer"].keys() == EMPTY.keys() - {"created", "language", "password"}


def test_a_connection_that_reads_fewer_fields_states_no_others(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    external_id = shop.add(firm)
    told = connect(fields=frozenset({"name", "number"})).get(external_id).contractor
    assert told == Contractor(name="Björk AB", number="ERP-1042")
