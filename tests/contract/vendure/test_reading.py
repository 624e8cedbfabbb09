"""Is everything seen, although Vendure pages by position, counts whole seconds and moves no stamp for a group?"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from adapters.vendure.endpoint import VendureEndpoint
from adapters.vendure.options import Options
from adapters.vendure.paging import Slice, Step, walk
from adapters.vendure.simulator import Simulated
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from syncd.errors import Misconfigured, Unavailable
from syncd.ports import Record, parse_options
from tests.contract.vendure.conftest import Open
from tests.contract.vendure.visitors import Visitor


def read(endpoint: VendureEndpoint, cursor: str | None = None) -> dict[str, bytes]:
    """The last raw bytes of each customer."""
    return {
        r.external_id: r.raw
        for page in endpoint.read(cursor, full=cursor is None)
        for r in page.records
        if isinstance(r, Record)
    }


def cursor_of(endpoint: VendureEndpoint) -> str:
    cursor = list(endpoint.read(None, full=True))[-1].cursor
    assert cursor
    return cursor


@pytest.fixture
def old(shop: Simulated, endpoint: VendureEndpoint, firm: Contractor) -> tuple[str, str]:
    """A customer that was made a day ago, and the cursor of a read since then."""
    clock = shop.shop.now
    shop.pass_time(-24 * 3600)
    external_id = shop.add(firm)
    shop.shop.now = clock
    shop.shop.create_customer({"emailAddress": "b@b.example", "firstName": "B", "lastName": ""}, password=None, by="1")
    return external_id, cursor_of(endpoint)


def test_a_customer_who_did_not_change_is_not_delivered_again(endpoint: VendureEndpoint, old: tuple[str, str]) -> None:
    external_id, cursor = old
    assert external_id not in read(endpoint, cursor)


@pytest.mark.parametrize("field", ["groups", "addresses"])
def test_a_change_of_groups_or_addresses_moves_no_stamp_and_is_seen_by_a_full_read_only(
    shop: Simulated, endpoint: VendureEndpoint, old: tuple[str, str], field: str
) -> None:
    external_id, cursor = old
    before = read(endpoint)[external_id]
    shop.edit(external_id, **{field: ()})
    assert external_id not in read(endpoint, cursor)
    assert read(endpoint)[external_id] != before


def test_that_trap_is_told_to_the_admin(endpoint: VendureEndpoint) -> None:
    assert any("full read" in sentence for sentence in endpoint.capabilities.degradations)


def test_a_save_without_a_change_moves_no_stamp(shop: Simulated, old: tuple[str, str]) -> None:
    external_id, _ = old
    stamp = shop.shop.customer(external_id).updated
    shop.shop.update_customer(external_id, {"phoneNumber": "+48 22 555 01 23"}, by="1")
    assert shop.shop.customer(external_id).updated == stamp


def test_the_question_for_changes_looks_back_because_after_is_exclusive(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    with shop.frozen():
        external_id = shop.add(firm)
        endpoint = connect(overlap_seconds=2)
        cursor = cursor_of(endpoint)
        assert cursor == shop.shop.customer(external_id).updated
        assert list(read(endpoint, cursor)) == [external_id]


def test_the_cursor_is_the_shops_clock_and_not_ours(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    shop.pass_time(-10 * 24 * 3600)
    with shop.frozen():
        shop.add(firm)
        assert cursor_of(endpoint) == shop.shop.stamp()


def test_the_cursor_of_an_empty_shop_starts_at_the_beginning_of_time(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    cursor = cursor_of(endpoint)
    external_id = shop.add(firm)
    assert list(read(endpoint, cursor)) == [external_id]


def test_a_cursor_of_another_platform_is_refused(endpoint: VendureEndpoint) -> None:
    with pytest.raises(Misconfigured) as caught:
        list(endpoint.read("page 7", full=False))
    assert caught.value.field == "cursor"


def test_a_page_of_more_than_1000_is_refused_by_the_options_and_by_the_shop(
    shop: Simulated, endpoint: VendureEndpoint
) -> None:
    with pytest.raises(Misconfigured):
        parse_options(Options, {**shop.key_options, "page_size": 1001}, connection="shop")
    with pytest.raises(Exception, match="Cannot take more than 1000"):
        endpoint._listing(False, {"take": 1001})


def test_of_two_sort_keys_the_shop_takes_the_id_first_so_lists_are_sorted_by_it_alone(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    for number in range(3):
        shop.add(msgspec.structs.replace(firm, number=f"F/{number}", email=f"f{number}@firma.example"))
    shop.edit("1", name="Nowa")
    listing = endpoint._listing(False, {"sort": {"updatedAt": "DESC", "id": "ASC"}, "take": 3})
    assert [msgspec.json.decode(raw)["id"] for raw in listing.customers.items] == ["1", "2", "3"]


def test_groups_and_addresses_in_another_order_are_not_a_change(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, groups=("A", "B")))
    before = read(endpoint)
    customer = shop.shop.customer(external_id)
    customer.groups.reverse()
    customer.addresses[0].written = 99
    assert read(endpoint) == before


class Shelf:
    """A list that can be cut while it is read."""

    def __init__(self, size: int) -> None:
        self.ids = [str(number) for number in range(size)]
        self.meanwhile: dict[int, Callable[[], None]] = {}
        self.asked = 0

    def fetch(self, start: int, count: int) -> Slice:
        self.asked += 1
        self.meanwhile.get(self.asked, lambda: None)()
        found = [Record(id_, b"") for id_ in self.ids[start : start + count]]
        return Slice(len(self.ids), found)

    def read(self, size: int) -> list[Step]:
        return list(walk(self.fetch, size))


def ids(steps: list[Step]) -> list[str]:
    return [record.external_id for step in steps for record in step.records]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 6, 9, 10, 30])
def test_a_list_of_any_length_is_walked_once_and_proven(count: int) -> None:
    shelf = Shelf(count)
    steps = shelf.read(5)
    assert ids(steps) == shelf.ids
    assert steps[-1].proven


@pytest.mark.parametrize("gone", [1, 2, 5, 8, 12])
def test_customers_deleted_while_reading_hide_no_other(gone: int) -> None:
    shelf = Shelf(30)
    wanted = shelf.ids[15:]
    shelf.meanwhile[4] = lambda: shelf.ids.__delitem__(slice(0, gone))
    steps = shelf.read(5)
    seen = ids(steps)
    assert set(wanted) <= set(seen)
    assert len(seen) == len(set(seen))
    assert steps[-1].proven


def test_customers_deleted_at_the_end_while_reading_leave_a_list_that_ends() -> None:
    shelf = Shelf(30)
    shelf.meanwhile[4] = lambda: shelf.ids.__delitem__(slice(12, None))
    assert set(ids(shelf.read(5))) >= set(shelf.ids)


def test_customers_added_while_reading_are_read_as_well() -> None:
    shelf = Shelf(10)
    shelf.meanwhile[2] = lambda: shelf.ids.extend(["100", "101", "102"])
    assert ids(shelf.read(5)) == shelf.ids


def test_a_place_that_cannot_be_found_again_ends_the_read() -> None:
    shelf = Shelf(30)
    shelf.meanwhile[2] = lambda: shelf.ids.__delitem__(slice(0, 28))
    with pytest.raises(Unavailable):
        shelf.read(5)


def test_a_list_that_ends_before_its_declared_length_is_not_proven() -> None:
    shelf = Shelf(10)
    steps = list(walk(lambda start, count: Slice(12, shelf.fetch(start, count).records), 5))
    assert ids(steps) == shelf.ids
    assert not steps[-1].proven


def test_a_shop_that_leaves_out_where_each_later_page_begins_is_no_endless_list() -> None:
    def fetch(start: int, _count: int) -> Slice:
        return Slice(30, [Record(str(number), b"") for number in range(start + bool(start), start + 5)])

    with pytest.raises(Unavailable, match="the place in it was lost"):
        list(walk(fetch, 100))


def test_who_has_no_company_is_a_person_with_first_and_last_name(
    shop: Simulated, endpoint: VendureEndpoint, visit: Callable[[], Visitor]
) -> None:
    visit().register("ola@x.example", firstName="Ola", lastName="Kos")
    (told,) = (endpoint.parse(Record(*item)).contractor for item in read(endpoint).items())
    assert (told.kind, told.name, told.first_name, told.last_name) == (Kind.PERSON, "Ola Kos", "Ola", "Kos")


def test_the_default_billing_address_is_the_main_one_and_all_others_are_for_delivery(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    external_id = shop.add(firm)
    customer = shop.shop.customer(external_id)
    customer.addresses[0].billing, customer.addresses[1].billing = False, True
    kinds = [address.kind for address in endpoint.get(external_id).contractor.addresses]
    assert kinds == [AddressKind.DELIVERY, AddressKind.MAIN]


def test_a_companys_name_in_its_address_is_no_name_of_the_address(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    external_id = shop.add(firm)
    main = shop.shop.customer(external_id).addresses[0].values
    assert main["company"] == "Firma"
    main["fullName"] = "Anna Lis"
    other = Address(name="Magazyn", street="A", country="PL")
    shop.edit(external_id, addresses=(other,))
    assert endpoint.get(external_id).contractor.addresses[0].name == "Magazyn"


def test_a_tax_id_as_a_shopper_types_it_is_understood(
    shop: Simulated, endpoint: VendureEndpoint, visit: Callable[[], Visitor]
) -> None:
    visit().register("a@x.example", firstName="A", customFields={"vatNumber": "pl 526-025-02-74"})
    (told,) = (endpoint.parse(Record(*item)).contractor for item in read(endpoint).items())
    assert (told.tax_prefix, told.tax_id) == ("PL", "5260250274")


def test_several_phone_numbers_in_one_field_are_several(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, phones=("1234567", "7654321")))
    assert endpoint.get(external_id).contractor.phones == ("1234567", "7654321")


def test_a_self_registration_and_an_edit_by_the_shopper_arrive_as_changes(
    shop: Simulated, endpoint: VendureEndpoint, visit: Callable[[], Visitor]
) -> None:
    cursor = cursor_of(endpoint)
    shopper = visit()
    assert shopper.register("Ola@X.example", customFields={"companyName": "Ola"}) == "Success"
    first = read(endpoint, cursor)
    assert [endpoint.parse(Record(*item)).contractor.email for item in first.items()] == ["ola@x.example"]
    shopper.log_in("ola@x.example")
    shopper.ask(
        "mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) { id } }",
        input={"phoneNumber": "123 45 67"},
    )
    assert read(endpoint, cursor) != first


def test_a_registration_with_an_email_that_is_known_changes_nothing(
    shop: Simulated, visit: Callable[[], Visitor]
) -> None:
    visit().register("ola@x.example", firstName="Ola")
    assert visit().register("OLA@x.example", firstName="Zła") == "Success"
    assert [remote.contractor.first_name for remote in shop.holds().values()] == ["Ola"]


def test_a_registration_whose_password_was_refused_leaves_a_guest(
    shop: Simulated, endpoint: VendureEndpoint, visit: Callable[[], Visitor]
) -> None:
    assert visit().register("ola@x.example", firstName="Ola", password="x") == "PasswordValidationError"
    assert endpoint.get("1").contractor.registered is False
    assert visit().register("ola@x.example", firstName="Ola") == "Success"
    assert endpoint.get("1").contractor.registered is True
