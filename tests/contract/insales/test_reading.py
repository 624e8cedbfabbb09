"""Is every client met, and every change, although the list moves while it is read?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from adapters.insales.api import Batch
from adapters.insales.endpoint import InSalesEndpoint
from adapters.insales.mapping import moment
from adapters.insales.reading import BEGINNING, Mark, load, pages, walk
from adapters.insales.simulator import Simulated
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, InvalidRecord, Misconfigured, SuspiciousRun
from syncd.ports import Record, Rejected
from tests.contract.insales.conftest import Open
from tests.contract.insales.looking import calls, client, cursor_of, ids, read, told


def populate(shop: Simulated, count: int) -> list[str]:
    return [shop.add(Contractor(name=f"ООО {number}", groups=("Опт",))) for number in range(count)]


def test_ten_changes_among_two_thousand_clients_cost_three_calls(shop: Simulated, endpoint: InSalesEndpoint) -> None:
    made = populate(shop, 2000)
    shop.pass_time(600)
    cursor = cursor_of(read(endpoint))
    for external_id in made[::200]:
        shop.edit(external_id, name="ООО Новое")
    before = len(shop.journal)
    assert sorted(ids(read(endpoint, cursor))) == sorted(made[::200])
    assert calls(shop, before) == {
        "GET /admin/clients.json": 1,
        "GET /admin/fields.json": 1,
        "GET /admin/client_groups.json": 1,
    }


def test_a_read_in_which_nothing_changed_costs_one_call(shop: Simulated, endpoint: InSalesEndpoint) -> None:
    populate(shop, 3)
    shop.pass_time(600)
    cursor = cursor_of(read(endpoint))
    before = len(shop.journal)
    assert ids(read(endpoint, cursor)) == []
    assert calls(shop, before) == {"GET /admin/clients.json": 1}


def test_a_full_read_asks_for_a_hundred_at_a_time(shop: Simulated, endpoint: InSalesEndpoint) -> None:
    populate(shop, 250)
    assert len(ids(read(endpoint))) == 250
    assert calls(shop, 0)["GET /admin/clients.json"] == 3


def test_a_full_read_does_not_trust_a_short_page_where_the_shop_may_have_cut_it(
    start: Callable[..., Simulated], connect_to: Open
) -> None:
    shop = start(largest_page=100)
    populate(shop, 230)
    found = read(connect_to(shop, page_size=250))
    assert len(ids(found)) == 230
    assert found[-1].end is not None
    assert found[-1].end.complete


def test_a_client_of_a_lower_id_that_changes_in_the_second_just_read_is_not_lost(
    shop: Simulated, endpoint: InSalesEndpoint
) -> None:
    one, two = populate(shop, 2)
    with shop.frozen():
        shop.edit(two, name="ООО Второе")
        cursor = cursor_of(read(endpoint))
        shop.edit(one, name="ООО Первое")
    assert one in ids(read(endpoint, cursor))


def test_a_client_of_a_lower_id_is_not_lost_either_when_the_next_read_comes_much_later(
    shop: Simulated, endpoint: InSalesEndpoint
) -> None:
    one, two = populate(shop, 2)
    with shop.frozen():
        shop.edit(two, name="ООО Второе")
        cursor = cursor_of(read(endpoint))
        shop.edit(one, name="ООО Первое")
    shop.pass_time(86_400)
    assert one in ids(read(endpoint, cursor))


def test_a_change_that_is_stored_late_with_an_earlier_stamp_is_not_lost(
    shop: Simulated, endpoint: InSalesEndpoint
) -> None:
    one, two = populate(shop, 2)
    shop.pass_time(600)
    shop.edit(two, name="ООО Второе")
    cursor = cursor_of(read(endpoint))
    shop.pass_time(-50)
    shop.edit(one, name="ООО Первое")
    shop.pass_time(60)
    assert one in ids(read(endpoint, cursor))


def test_a_client_changed_while_the_list_is_read_is_met_again_at_its_end(shop: Simulated, connect: Open) -> None:
    made = populate(shop, 5)
    endpoint = connect(page_size=2)
    reading = endpoint.read(None, full=True)
    first = next(reading)
    shop.pass_time(1)
    shop.edit(made[0], name="ООО Новое")
    rest = list(reading)
    assert made[0] in ids([first])
    assert made[0] in ids(rest)


def test_a_client_deleted_while_the_list_is_read_hides_nobody_and_the_read_proves_nothing(
    shop: Simulated, connect: Open
) -> None:
    made = populate(shop, 6)
    reading = connect(page_size=2).read(None, full=True)
    first = next(reading)
    shop.remove(made[0])
    rest = list(reading)
    assert ids([first, *rest]) == made
    assert rest[-1].end is not None
    assert not rest[-1].end.complete


def test_a_deleted_client_is_missing_from_the_next_full_read(shop: Simulated, endpoint: InSalesEndpoint) -> None:
    one, two = populate(shop, 2)
    shop.remove(one)
    found = read(endpoint)
    assert ids(found) == [two]
    assert found[-1].end is not None
    assert (found[-1].end.complete, found[-1].end.declared) == (True, 1)


def test_a_cursor_keeps_the_shops_own_offset(shop: Simulated, endpoint: InSalesEndpoint) -> None:
    populate(shop, 1)
    stamp, _, _ = cursor_of(read(endpoint)).rpartition(" ")
    assert stamp.endswith("+03:00")


def test_a_cursor_of_another_adapter_is_refused() -> None:
    with pytest.raises(Misconfigured, match="cursor"):
        load("2026-01-01T00:00:00Z")
    with pytest.raises(Misconfigured, match="cursor"):
        load("yesterday 17")


def test_old_time_stamps_with_blanks_are_understood() -> None:
    assert moment("2013-02-18 00:20:01 +0400") == moment("2013-02-17T23:20:01+03:00")
    assert moment("2017-06-14 17:00:27") is None


def feed(*batches: Sequence[Any]) -> Callable[[Mapping[str, str | int]], Batch]:
    waiting = [*batches, []]
    return lambda _params: Batch(waiting.pop(0), None)


def row(id_: int, stamp: str = "2026-11-21T14:11:26+03:00") -> dict[str, Any]:
    return {"id": id_, "updated_at": stamp}


def test_a_list_out_of_order_is_not_believed() -> None:
    with pytest.raises(SuspiciousRun, match="order"):
        list(walk(feed([row(1), row(2, "2026-11-21T14:11:20+03:00")]), BEGINNING, size=2, overlap=120))


def test_ids_out_of_order_within_a_second_are_believed() -> None:
    steps = list(walk(feed([row(7), row(3)], [row(9)]), BEGINNING, size=2, overlap=120))
    assert [one["id"] for step in steps for one in step.rows] == [7, 3, 9]


def test_a_shop_that_sends_one_page_for_ever_does_not_keep_syncd_for_ever() -> None:
    with pytest.raises(SuspiciousRun, match="cannot be read on"):
        list(walk(feed(*[[row(1), row(2)]] * 5), BEGINNING, size=2, overlap=120))


def test_without_the_shops_clock_the_next_read_looks_back_from_the_last_change() -> None:
    (step,) = walk(feed([row(1)]), BEGINNING, size=2, overlap=120)
    assert step.resume == Mark("2026-11-21T14:09:26+03:00", 0)


def test_an_entry_without_an_id_is_rejected_and_the_rest_read() -> None:
    steps = walk(feed([{"name": "?"}, row(2)]), BEGINNING, size=100, overlap=120)
    (page,) = pages(steps, lambda one: Record(str(one["id"]), b""), None)
    assert [type(record) for record in page.records] == [Rejected, Record]


@pytest.mark.parametrize("counted", [0, 1, 3])
def test_a_count_that_does_not_fit_proves_nothing(counted: int) -> None:
    steps = walk(feed([row(1), row(2)]), BEGINNING, size=100, overlap=120)
    (page,) = pages(steps, lambda one: Record(str(one["id"]), b""), lambda: counted)
    assert page.end is not None
    assert (page.end.complete, page.end.declared) == (False, counted)


def test_a_client_whose_group_was_renamed_states_the_new_name_on_a_full_read(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    made = shop.add(firm)
    read(endpoint)
    next(iter(shop.shop.state.groups.values())).title = "Крупный опт"
    (record,) = read(endpoint)[0].records
    assert isinstance(record, Record)
    assert endpoint.parse(record).contractor.groups == ("Крупный опт",)
    assert record.external_id == made


def test_a_group_made_after_the_lists_were_read_is_looked_up(shop: Simulated, endpoint: InSalesEndpoint) -> None:
    (made,) = populate(shop, 1)
    read(endpoint)
    shop.operator.move(made, "Новая")
    assert told(endpoint, made).groups == ("Новая",)


def test_a_group_that_is_gone_is_no_group(shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor) -> None:
    made = shop.add(firm)
    client(shop, made).group = 1  # dangling: as left behind by an import
    assert told(endpoint, made).groups == ()


def test_points_and_browsers_do_not_make_a_record_look_changed(shop: Simulated, endpoint: InSalesEndpoint) -> None:
    (made,) = populate(shop, 1)
    (before,) = read(endpoint)[0].records
    client(shop, made).values.update(bonus_points=500, ip_addr="203.0.113.9")
    (after,) = read(endpoint)[0].records
    assert before == after


def test_numbers_that_came_as_numbers_are_texts(shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor) -> None:
    made = shop.add(firm)
    client(shop, made).values["inn"] = 7701234560
    assert told(endpoint, made).tax_id == "7701234560"


def test_a_client_without_a_name_is_an_issue_of_its_own(shop: Simulated, endpoint: InSalesEndpoint) -> None:
    (made,) = populate(shop, 1)
    client(shop, made).values["name"] = None
    with pytest.raises(InvalidRecord) as caught:
        endpoint.get(made)
    assert (caught.value.code, caught.value.record) == ("name-missing", made)


def test_a_country_that_somebody_typed_in_stays_as_it_is(shop: Simulated, endpoint: InSalesEndpoint) -> None:
    one, two = populate(shop, 2)
    shop.edit(one, country="ru")
    shop.edit(two, country="Россия")
    assert (told(endpoint, one).country, told(endpoint, two).country) == ("RU", "Россия")


def test_a_shop_under_another_address_is_not_an_empty_shop(shop: Simulated, connect: Open) -> None:
    endpoint = connect(url=f"{shop.url}/en")
    for ask in (lambda: read(endpoint), endpoint.check):
        with pytest.raises(Misconfigured, match="InSales"):
            ask()


def test_a_key_without_the_right_to_write_is_told_so(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor
) -> None:
    endpoint = connect_to(start(right=False))
    with pytest.raises(AuthFailed) as caught:
        endpoint.create(firm)
    assert caught.value.code == "no-rights"


def test_the_connection_test_names_the_fields_that_the_first_write_will_make(
    start: Callable[..., Simulated], connect_to: Open
) -> None:
    health = connect_to(start(fields=("erp_id",))).check()
    assert health.detail == "0 clients, 0 groups"
    assert "erp_country, erp_groups, erp_status, erp_details" in health.warnings[0]
