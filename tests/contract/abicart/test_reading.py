"""Is everything seen, although the shop pages by position and says nothing of what changed since?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from adapters.abicart.customer import moment
from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.paging import walk
from adapters.abicart.simulated.schema import EMPTY
from adapters.abicart.simulated.seed import fill
from adapters.abicart.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, Misconfigured, SuspiciousRun
from syncd.ports import Page, Record, Rejected
from tests.contract.abicart.conftest import Open, Start

LIGHT = {"uid": True, "changed": True}
CHANGED_LAST = "884006"


def read(endpoint: AbicartEndpoint, cursor: str | None = None) -> list[Page]:
    return list(endpoint.read(cursor, full=cursor is None))


def ids(pages: Sequence[Page]) -> list[str]:
    return [record.external_id for page in pages for record in page.records]


def calls(shop: Simulated, since: int) -> Counter[str]:
    return Counter(call.name for call in shop.journal[since:])


def age(shop: Simulated, days: float = 1.0) -> None:
    """Let everything that the shop holds be so old."""
    for customer in shop.shop.state.customers.values():
        customer["changed"] -= int(days * 24 * 3600)


@pytest.fixture
def crowd(shop: Simulated) -> list[str]:
    """2,000 customers, of whom one changed lately."""
    fill(shop.shop, 2000, seed=3)
    age(shop)
    shop.edit(CHANGED_LAST, notes="x")
    return [str(uid) for uid in shop.shop.state.customers]


def test_an_incremental_read_of_10_changes_among_2000_costs_18_calls(
    shop: Simulated, connect: Open, crowd: list[str]
) -> None:
    endpoint = connect(page_size=500)
    cursor = read(endpoint)[-1].cursor
    changed = crowd[5::200]
    for external_id in changed:
        shop.edit(external_id, notes="y")
    since = len(shop.journal)
    assert sorted(ids(read(endpoint, cursor))) == sorted(changed)
    assert calls(shop, since) == {"Customer.count": 1, "Customer.list": 5, "Customer.get": 10, "CustomerGroup.list": 2}


def test_an_incremental_read_of_nothing_among_2000_lists_two_properties_and_reads_who_changed_last_once_more(
    shop: Simulated, connect: Open, crowd: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = connect(page_size=500)
    cursor = read(endpoint)[-1].cursor
    asked: list[Any] = []
    ask = endpoint._api.ask

    def watched(method: str, *params: Any) -> bytes:
        asked.extend(params[:1] if method == "Customer.list" else ())
        return ask(method, *params)

    monkeypatch.setattr(endpoint._api, "ask", watched)
    since = len(shop.journal)
    assert ids(read(endpoint, cursor)) == [CHANGED_LAST]
    assert calls(shop, since) == {"Customer.count": 1, "Customer.list": 5, "Customer.get": 1}
    assert asked == [LIGHT] * 5


def test_many_changes_on_one_page_are_read_as_a_page(shop: Simulated, connect: Open, crowd: list[str]) -> None:
    endpoint = connect(page_size=500)
    cursor = read(endpoint)[-1].cursor
    for external_id in crowd[:300]:
        shop.shop.set_customer(int(external_id), {"address": {"company": "Ny AB", "country": "SE"}})
    since = len(shop.journal)
    assert ids(read(endpoint, cursor)) == crowd[:300]
    assert calls(shop, since)["Customer.list"] == 6
    assert calls(shop, since)["Customer.get"] == 0


def test_a_full_read_of_2000_costs_8_calls(shop: Simulated, connect: Open, crowd: list[str]) -> None:
    endpoint = connect(page_size=500)
    assert ids(read(endpoint)) == crowd
    assert calls(shop, 0) == {
        "Customer.getSchema": 1, "Customer.count": 1, "Customer.list": 5, "CustomerGroup.list": 2,
    }  # fmt: skip


def test_a_shop_that_is_known_to_filter_is_asked_for_changes_only(start: Start, connect_to: Open) -> None:
    shop = start(since=("min",))
    fill(shop.shop, 300, seed=3)
    age(shop)
    external_id = CHANGED_LAST
    shop.edit(external_id, notes="x")
    endpoint = connect_to(shop, changed_since="min")
    cursor = read(endpoint)[-1].cursor
    shop.edit(external_id, notes="y")
    since = len(shop.journal)
    pages = read(endpoint, cursor)
    assert ids(pages) == [external_id]
    assert calls(shop, since) == {"Customer.count": 1, "Customer.list": 1}
    assert pages[-1].end is not None
    assert pages[-1].end.declared is None


def test_a_filter_that_the_shop_refuses_stops_the_read_and_names_the_option(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    shop.add(firm)
    endpoint = connect(changed_since="min")
    cursor = read(endpoint)[-1].cursor
    with pytest.raises(Misconfigured, match="changed_since"):
        read(endpoint, cursor)


def test_a_filter_that_the_shop_ignores_costs_calls_and_loses_nothing(
    start: Start, connect_to: Open, firm: Contractor
) -> None:
    shop = start(ignores_filters=True)
    external_id = shop.add(firm)
    endpoint = connect_to(shop, changed_since="min")
    assert ids(read(endpoint, read(endpoint)[-1].cursor)) == [external_id]


def test_the_shop_answers_fewer_than_asked_for_and_the_list_goes_on(start: Start, connect_to: Open) -> None:
    shop = start(cap=7)
    fill(shop.shop, 60, seed=1)
    pages = read(connect_to(shop))
    assert ids(pages) == [str(uid) for uid in shop.shop.state.customers]
    assert pages[-1].end is not None
    assert pages[-1].end.complete


def test_more_groups_than_one_answer_has_are_all_known(start: Start, connect_to: Open, firm: Contractor) -> None:
    shop = start(cap=7)
    groups = tuple(f"G{number:02}" for number in range(30))
    external_id = shop.add(msgspec.structs.replace(firm, groups=groups))
    assert connect_to(shop).get(external_id).contractor.groups == groups


@pytest.mark.parametrize("gone", [slice(0, 1), slice(18, 19), slice(19, 20), slice(0, 25), slice(10, 20)])
def test_customers_deleted_while_reading_hide_no_other(shop: Simulated, endpoint: AbicartEndpoint, gone: slice) -> None:
    fill(shop.shop, 70, seed=1)
    everybody = [str(uid) for uid in shop.shop.state.customers]
    pages = endpoint.read(None, full=True)
    seen = [next(pages)]
    for external_id in everybody[gone]:
        shop.remove(external_id)
    seen += pages
    assert set(everybody) - set(everybody[gone]) <= set(ids(seen))
    assert len(ids(seen)) == len(set(ids(seen)))
    assert seen[-1].end is not None
    assert seen[-1].end.complete


def test_a_list_that_is_shorter_than_the_shop_counts_is_not_proven(
    shop: Simulated, endpoint: AbicartEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shop.shop, 50, seed=1)
    monkeypatch.setattr(endpoint._reader, "count", lambda _filters=None: 51)
    end = read(endpoint)[-1].end
    assert end is not None
    assert not end.complete
    assert end.declared == 51


def test_a_list_in_another_order_than_asked_for_is_in_doubt_as_a_whole(
    shop: Simulated, endpoint: AbicartEndpoint
) -> None:
    fill(shop.shop, 50, seed=1)
    shop.shop.state.customers = dict(reversed(shop.shop.state.customers.items()))
    with pytest.raises(SuspiciousRun, match="order"):
        read(endpoint)


def test_pages_of_one_row_end() -> None:
    steps = list(walk(lambda offset, _size: [5][offset : offset + 1], 2, 9, lambda row: row))
    assert [row for step in steps for row in step.rows] == [5]
    assert steps[-1].reached < 9


def test_a_shop_that_ignores_where_a_page_begins_is_not_taken_for_read_to_the_end(
    shop: Simulated, endpoint: AbicartEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shop.shop, 100, seed=1)
    rows = endpoint._reader.rows
    monkeypatch.setattr(endpoint._reader, "rows", lambda select, filters, _offset, size: rows(select, filters, 0, size))
    since = len(shop.journal)
    end = read(endpoint)[-1].end
    assert end is not None
    assert not end.complete
    assert calls(shop, since)["Customer.list"] == 2


def test_a_row_without_uid_at_the_end_of_a_list_that_is_too_short_ends_it() -> None:
    rows = [1, 2, 3, None]
    steps = list(walk(lambda offset, size: rows[offset : offset + size], 3, 9, lambda row: row))
    assert len(steps) < 5
    assert [row for step in steps for row in step.rows][:4] == rows


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


def test_a_customer_who_did_not_change_is_not_delivered_again(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    shop.add(firm)
    age(shop)
    later = shop.add(Contractor(name="Ny AB", number="2"))
    cursor = read(endpoint)[-1].cursor
    shop.edit(later, notes="x")
    assert ids(read(endpoint, cursor)) == [later]


def test_the_cursor_is_the_shops_clock_and_not_ours(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    shop.pass_time(-10 * 24 * 3600)
    shop.add(firm)
    cursor = read(endpoint)[-1].cursor
    assert cursor is not None
    assert datetime.now(UTC) - datetime.fromisoformat(cursor) > timedelta(days=9)
    later = shop.add(Contractor(name="Ny AB", number="2"))
    assert later in ids(read(endpoint, cursor))


def test_a_time_of_the_future_does_not_hide_what_changes_until_then(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    shop.pass_time(400 * 24 * 3600)
    shop.add(firm)
    shop.pass_time(-400 * 24 * 3600)
    cursor = read(endpoint)[-1].cursor
    later = shop.add(Contractor(name="Ny AB", number="2"))
    assert later in ids(read(endpoint, cursor))


def test_a_read_that_took_long_begins_the_next_one_where_it_began_itself(
    shop: Simulated, connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shop.shop, 50, seed=1)
    age(shop)
    endpoint = connect(overlap_seconds=1)
    passed = 0.0
    monkeypatch.setattr(endpoint._reader, "_clock", lambda: passed)
    pages = endpoint.read(None, full=True)
    seen = [next(pages)]
    early, *_, late = (str(uid) for uid in shop.shop.state.customers)
    shop.edit(early, notes="changed when it was read already")
    passed = 1800.0
    shop.pass_time(1800)
    shop.edit(late, notes="changed before it was read")
    seen += pages
    assert early in ids(read(endpoint, seen[-1].cursor))


def test_a_read_of_nothing_new_does_not_move_the_cursor_back(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    shop.add(firm)
    cursor = read(endpoint)[-1].cursor
    assert read(endpoint, cursor)[-1].cursor == cursor


def test_a_cursor_of_another_platform_is_refused(endpoint: AbicartEndpoint) -> None:
    with pytest.raises(Misconfigured) as caught:
        read(endpoint, "page 7")
    assert (caught.value.code, caught.value.field) == ("bad-cursor", "cursor")


@pytest.mark.parametrize("naive", [True, False])
def test_changes_in_the_hour_that_october_has_twice_are_all_seen(
    start: Start, connect_to: Open, firm: Contractor, naive: bool
) -> None:
    shop = start(naive=naive)
    endpoint = connect_to(shop, overlap_seconds=1)
    # 02:59 summer time, and six minutes later: 02:05 winter time.
    at = datetime(2026, 10, 25, 0, 59, tzinfo=UTC).timestamp()
    shop.shop.now = lambda: at
    shop.add(firm)
    cursor = read(endpoint)[-1].cursor
    at += 360
    later = shop.add(Contractor(name="Ny AB", number="2"))
    assert later in ids(read(endpoint, cursor))


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ("2026-11-21T10:02:11+01:00", datetime(2026, 11, 21, 9, 2, 11, tzinfo=UTC)),
        ("2026-07-21 10:02:11", datetime(2026, 7, 21, 8, 2, 11, tzinfo=UTC)),
        ("yesterday", None), (None, None), (7, None), ("0001-01-01T00:00:00+14:00", None),
    ],
)  # fmt: skip
def test_a_time_is_understood_with_and_without_its_offset(
    endpoint: AbicartEndpoint, stated: Any, meant: datetime | None
) -> None:
    assert moment(stated, endpoint._reader._zone) == meant


def test_a_customer_without_a_time_may_have_changed(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    external_id = shop.add(firm)
    age(shop)
    shop.add(Contractor(name="Ny AB", number="2"))
    cursor = read(endpoint)[-1].cursor
    shown = shop.rpc._shown
    monkeypatch.setattr(shop.rpc, "_shown", lambda customer: {**shown(customer), "changed": None})
    assert external_id in ids(read(endpoint, cursor))


def test_a_customer_deleted_between_its_time_and_its_record_is_left_out(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = read(endpoint)[-1].cursor
    external_id = shop.add(firm)
    ask = endpoint._api.ask

    def deleting(method: str, *params: Any) -> bytes:
        if method == "Customer.get":
            shop.remove(external_id)
        return ask(method, *params)

    monkeypatch.setattr(endpoint._api, "ask", deleting)
    (page,) = read(endpoint, cursor)
    assert page.records == []


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


def test_a_lost_page_ends_the_read_without_a_proof(shop: Simulated, endpoint: AbicartEndpoint) -> None:
    fill(shop.shop, 50, seed=1)
    pages = endpoint.read(None, full=True)
    next(pages)
    shop.faults.plan(*[Fault(kind="drop")] * 20)
    with pytest.raises(Exception, match="did not arrive"):
        list(pages)


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
