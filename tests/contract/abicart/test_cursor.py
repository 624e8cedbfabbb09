"""Where does the next read begin, although the shop tells no time of its own?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.abicart.customer import moment
from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.simulated.seed import fill
from adapters.abicart.simulator import Simulated
from syncd.domain.contractor import Contractor
from tests.contract.abicart.conftest import Open, Start
from tests.contract.abicart.pages import age, ids, read


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
    again = read(endpoint, cursor)[-1].cursor
    assert cursor is not None
    assert again is not None
    assert datetime.fromisoformat(again) >= datetime.fromisoformat(cursor)


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
