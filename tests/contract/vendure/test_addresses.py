"""Does an address book end up as wanted, although each entry is a call of its own and shoppers write there too?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from adapters.vendure.endpoint import VendureEndpoint
from adapters.vendure.simulated.state import CustomField
from adapters.vendure.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.domain.contractor import Address, AddressKind, Contractor
from syncd.errors import OutcomeUnknown, Unstorable, VersionConflict
from syncd.ports import Remote
from tests.contract.vendure.conftest import Open
from tests.contract.vendure.visitors import ADD_ADDRESS, CHANGE_ADDRESS, Visitor


def replace(remote: Remote, **changes: Any) -> Contractor:
    return msgspec.structs.replace(remote.contractor, **changes)


def held(shop: Simulated) -> list[Address]:
    """Content of the addresses that the shop holds."""
    return [msgspec.structs.replace(a, key="") for a in shop.holds()["1"].contractor.addresses]


def calls(shop: Simulated) -> list[str]:
    return [call.name for call in shop.journal if call.writes and "Address" in call.name]


def test_addresses_go_there_and_back(shop: Simulated, endpoint: VendureEndpoint, firm: Contractor) -> None:
    told = endpoint.create(firm).contractor
    assert tuple(msgspec.structs.replace(a, key="") for a in told.addresses) == firm.addresses
    assert held(shop) == list(firm.addresses)


def test_a_changed_address_keeps_its_id(shop: Simulated, endpoint: VendureEndpoint, firm: Contractor) -> None:
    made = endpoint.create(firm)
    main, delivery = made.contractor.addresses
    moved = msgspec.structs.replace(main, street="Nowa 1", key="")
    told = endpoint.update(made, replace(made, addresses=(moved, delivery)))
    assert [a.key for a in told.contractor.addresses] == [main.key, delivery.key]
    assert calls(shop)[2:] == ["updateCustomerAddress"]


def test_a_country_that_the_shop_does_not_list_is_named_before_anything_is_written(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    greek = msgspec.structs.replace(firm, addresses=(Address(street="A", country="GR"),))
    with pytest.raises(Unstorable, match="GR") as caught:
        endpoint.create(greek)
    assert caught.value.field == "addresses"
    assert not [call for call in shop.journal if call.writes]


def test_a_country_that_the_shop_lists_since_a_minute_is_taken(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    greek = msgspec.structs.replace(firm, addresses=(Address(street="A", country="GR"),))
    with pytest.raises(Unstorable):
        endpoint.create(greek)
    shop.shop.state.countries[0].code = "GR"
    assert endpoint.create(greek).contractor.addresses[0].country == "GR"


def test_a_country_in_small_letters_is_sent_in_capital_ones(endpoint: VendureEndpoint, firm: Contractor) -> None:
    small = msgspec.structs.replace(firm, addresses=(Address(street="A", country="de"),))
    assert endpoint.create(small).contractor.addresses[0].country == "DE"


def test_an_address_without_a_country_is_where_its_contractor_is(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor
) -> None:
    fields = (CustomField(name="companyName"), CustomField(name="land"))
    shop = start(customer_fields=fields)
    endpoint = connect_to(shop, vat_number="", erp_code="", status="", more={"country": "land"})
    bare = msgspec.structs.replace(firm, country="SE", addresses=(Address(street="A"),))
    assert endpoint.create(bare).contractor.addresses[0].country == "SE"


def test_an_address_without_any_country_is_refused_with_a_cure(endpoint: VendureEndpoint, firm: Contractor) -> None:
    with pytest.raises(Unstorable, match="no country"):
        endpoint.create(msgspec.structs.replace(firm, addresses=(Address(street="A"),)))


def test_a_street_of_three_lines_is_refused_and_not_cut(endpoint: VendureEndpoint, firm: Contractor) -> None:
    with pytest.raises(Unstorable, match="3 lines"):
        endpoint.create(msgspec.structs.replace(firm, addresses=(Address(street="A\nB\nC", country="PL"),)))


def test_a_main_address_that_goes_does_not_make_another_one_main(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    endpoint.update(made, replace(made, addresses=made.contractor.addresses[1:]))
    assert held(shop) == [firm.addresses[1]]


def test_a_renamed_company_is_renamed_in_its_addresses(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    told = endpoint.update(made, replace(made, name="Nowa")).contractor
    assert [address.name for address in told.addresses] == ["", ""]
    assert {a.values["company"] for a in shop.shop.customer("1").addresses} == {"Nowa"}


def test_a_rename_that_broke_off_is_finished_by_the_next_attempt(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    passing = [Fault(kind="latency", only="write")]
    shop.faults.plan(*passing, Fault(kind="lose_answer", only="write"))
    wanted = replace(made, name="Nowa")
    with pytest.raises(OutcomeUnknown):
        endpoint.update(made, wanted)
    endpoint.update(made, wanted)
    assert {a.values["company"] for a in shop.shop.customer("1").addresses} == {"Nowa"}


def test_an_update_that_broke_off_is_finished_and_not_done_twice(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    new = (
        Address(street="Nowa 1", country="PL"),
        Address(kind=AddressKind.DELIVERY, street="Nowa 2", country="PL"),
        Address(kind=AddressKind.DELIVERY, street="Nowa 3", country="PL"),
    )
    wanted = replace(made, addresses=new)
    for _ in new:
        shop.faults.plan(Fault(kind="lose_answer", only="write"))
        with pytest.raises(OutcomeUnknown):
            endpoint.update(made, wanted)
    assert tuple(msgspec.structs.replace(a, key="") for a in endpoint.update(made, wanted).contractor.addresses) == new


def test_an_address_that_the_shopper_added_since_is_left_alone(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor, visit: Callable[[], Visitor]
) -> None:
    shopper = visit()
    shopper.register(firm.email, customFields={"companyName": "Firma"})
    shopper.log_in(firm.email)
    told = endpoint.get("1")
    shopper.ask(ADD_ADDRESS, input={"streetLine1": "Moja 1", "countryCode": "PL"})
    endpoint.update(told, replace(told, addresses=firm.addresses))
    assert [address.street for address in held(shop)] == ["Moja 1", *(a.street for a in firm.addresses)]


def test_an_address_that_the_shopper_changed_since_is_a_conflict(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor, visit: Callable[[], Visitor]
) -> None:
    shopper = visit()
    shopper.register(firm.email, customFields={"companyName": "Firma"})
    shopper.log_in(firm.email)
    shopper.ask(ADD_ADDRESS, input={"streetLine1": "Moja 1", "countryCode": "PL"})
    told = endpoint.get("1")
    shopper.ask(CHANGE_ADDRESS, input={"id": "1", "streetLine1": "Moja 2"})
    for wanted in ((), (msgspec.structs.replace(told.contractor.addresses[0], street="Nasza 3"),)):
        with pytest.raises(VersionConflict) as caught:
            endpoint.update(told, replace(told, addresses=wanted))
        assert caught.value.record == "1"
    assert [address.street for address in held(shop)] == ["Moja 2"]


def test_an_address_is_known_again_by_its_content_where_the_id_was_not_kept(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    without = tuple(msgspec.structs.replace(a, key="") for a in made.contractor.addresses)
    stored = msgspec.structs.replace(made, contractor=replace(made, addresses=without))
    endpoint.update(stored, replace(stored, addresses=without[:1]))
    assert held(shop) == [firm.addresses[0]]


def test_kinds_that_the_shop_lacks_are_kept_in_a_custom_field_of_the_address(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor
) -> None:
    shop = start(address_fields=(CustomField(name="purpose"),))
    endpoint = connect_to(shop, address_kind="purpose")
    every = tuple(Address(kind=kind, street=str(kind), country="PL") for kind in AddressKind)
    told = endpoint.create(msgspec.structs.replace(firm, addresses=every)).contractor
    assert tuple(msgspec.structs.replace(a, key="") for a in told.addresses) == every


def test_without_that_field_other_kinds_are_for_delivery_and_it_is_said(
    endpoint: VendureEndpoint, firm: Contractor
) -> None:
    postal = msgspec.structs.replace(firm, addresses=(Address(kind=AddressKind.POSTAL, street="A", country="PL"),))
    assert endpoint.create(postal).contractor.addresses[0].kind is AddressKind.DELIVERY
    assert any("address_kind" in sentence for sentence in endpoint.capabilities.degradations)
