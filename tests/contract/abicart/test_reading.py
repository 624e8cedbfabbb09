"""Is everything seen, although the shop pages by position and tells nothing of what changed since?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.paging import walk
from adapters.abicart.simulated.seed import fill
from adapters.abicart.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import Misconfigured, SuspiciousRun
from tests.contract.abicart.conftest import Open, Start
from tests.contract.abicart.pages import age, calls, ids, read

LIGHT = {"uid": True, "changed": True}
CHANGED_LAST = "884006"


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


def test_a_shop_that_leaves_out_where_each_later_page_begins_is_no_endless_list() -> None:
    rows = list(range(1, 31))
    with pytest.raises(SuspiciousRun, match="cannot be joined"):
        list(walk(lambda offset, size: rows[offset + bool(offset) : offset + size], 10, 30, lambda row: row))


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


def test_a_lost_page_ends_the_read_without_a_proof(shop: Simulated, endpoint: AbicartEndpoint) -> None:
    fill(shop.shop, 50, seed=1)
    pages = endpoint.read(None, full=True)
    next(pages)
    shop.faults.plan(*[Fault(kind="drop")] * 20)
    with pytest.raises(Exception, match="did not arrive"):
        list(pages)
