"""Which address is which, and does a change touch no other?"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from adapters.atomstore.addresses import Place, entries, merge, places_of
from adapters.atomstore.endpoint import AtomStoreEndpoint
from adapters.atomstore.simulator import AtomStore
from syncd import xml
from syncd.domain.contractor import Address, AddressKind, Contractor, Kind
from tests.contract.atomstore.conftest import Connect, Start

MAIN = Address(street="ul. Długa 5", postal_code="00-238", city="Warszawa", country="PL")
STORE = Address(kind=AddressKind.DELIVERY, street="ul. Polna 1", city="Łódź", country="PL", phone="+48 42 600 00 00")
BILL = Address(kind=AddressKind.INVOICE, name="Centrum Faktur", street="Rynek 3", city="Kraków", country="PL")


def book(*addresses: dict[str, str]) -> list[Place]:
    user = xml.build("user")
    parent = xml.add(user, "addresses")
    for number, texts in enumerate(addresses, 1):
        address = xml.add(parent, "address")
        for name, text in {"address_id": str(number), **texts}.items():
            xml.add(address, name, text)
    return places_of(user)


def plain(contractor: Contractor) -> tuple[Address, ...]:
    return tuple(replace(one, key="") for one in contractor.addresses)


@pytest.mark.parametrize(
    ("addresses", "main"),
    [
        ([{"invoice": "0", "city": "A"}, {"invoice": "1", "city": "B"}], "2"),
        ([{"invoice": "1", "city": "A"}, {"invoice": "1", "city": "B", "nip": "1"}], "2"),
        ([{"invoice": "1", "city": "A"}, {"invoice": "1", "city": "B", "default": "1"}], "2"),
        ([{"invoice": "1", "nip": "1"}, {"invoice": "1", "city": "B"}], "2"),
        ([{"invoice": "1", "city": "A"}, {"invoice": "1", "city": "B"}], "1"),
        ([{"invoice": "0", "city": "A"}, {"default": "1", "city": "B"}], "2"),
        ([{"invoice": "0", "city": "A"}, {"city": "B"}], None),
        ([], None),
    ],
)
def test_the_main_address_is_the_one_that_invoices_go_to(addresses: list[dict[str, str]], main: str | None) -> None:
    assert next((place.id for place in book(*addresses) if place.main), None) == main


def test_addresses_of_all_kinds_are_stored_and_read_again(endpoint: AtomStoreEndpoint, firm: Contractor) -> None:
    made = endpoint.create(replace(firm, addresses=(STORE, BILL, MAIN)))
    assert plain(made.contractor) == (MAIN, STORE, BILL)


@pytest.mark.parametrize("kind", [AddressKind.POSTAL, AddressKind.OTHER])
def test_a_kind_that_the_shop_lacks_is_for_delivery_and_that_is_said(
    endpoint: AtomStoreEndpoint, firm: Contractor, kind: AddressKind
) -> None:
    wanted = replace(firm, addresses=(MAIN, replace(STORE, kind=kind)))
    made = endpoint.create(wanted)
    assert plain(made.contractor) == (MAIN, STORE)
    assert endpoint.update(made, wanted) == made
    assert any("postal" in sentence for sentence in endpoint.capabilities.degradations)


def test_a_tax_number_without_an_address_is_carried_by_one_that_is_no_place(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(replace(firm, addresses=()))
    assert (made.contractor.addresses, made.contractor.tax_id) == ((), firm.tax_id)
    moved = endpoint.update(made, replace(made.contractor, addresses=(MAIN,)))
    assert (plain(moved.contractor), moved.contractor.tax_id) == ((MAIN,), firm.tax_id)
    assert len(shop.user(made.external_id).addresses) == 1
    gone = endpoint.update(moved, replace(moved.contractor, addresses=()))
    assert (gone.contractor.addresses, gone.contractor.tax_id) == ((), firm.tax_id)


@pytest.mark.parametrize("keeps", [False, True])
def test_an_address_that_the_shopper_added_meanwhile_survives(
    start: Start, connect_to: Connect, firm: Contractor, *, keeps: bool
) -> None:
    shop = start(keeps_addresses=keeps)
    endpoint = connect_to(shop)
    made = endpoint.create(firm)
    shop.shop.state.last_address += 1
    added = {"address_id": str(shop.shop.state.last_address), "default": "0", "invoice": "0", "city": "Gdynia"}
    shop.user(made.external_id).addresses.append(added)
    moved = (replace(made.contractor.addresses[0], city="Radom"), made.contractor.addresses[1])
    changed = endpoint.update(made, replace(made.contractor, addresses=moved))
    assert [one.city for one in changed.contractor.addresses] == ["Radom", "Łódź", "Gdynia"]


def test_an_address_that_does_not_change_is_sent_by_its_id_alone(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.user(made.external_id).addresses[1] |= {"firstname": "Jan", "lastname": "Kos"}
    moved = (replace(made.contractor.addresses[0], city="Radom"), made.contractor.addresses[1])
    endpoint.update(made, replace(made.contractor, addresses=moved))
    held = shop.user(made.external_id).addresses[1]
    assert (held["firstname"], held["lastname"], held["city"]) == ("Jan", "Kos", "Łódź")


def test_an_address_that_changes_keeps_what_syncd_does_not_answer_for(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.user(made.external_id).addresses[1] |= {"firstname": "Jan", "lastname": "Kos", "nip": "1234"}
    moved = (made.contractor.addresses[0], replace(made.contractor.addresses[1], city="Radom"))
    endpoint.update(made, replace(made.contractor, addresses=moved))
    held = shop.user(made.external_id).addresses[1]
    assert (held["firstname"], held["nip"], held["city"]) == ("Jan", "1234", "Radom")


def test_a_removed_address_goes_where_the_shop_lets_it_go(start: Start, connect_to: Connect, firm: Contractor) -> None:
    for keeps, left in ((False, 1), (True, 2)):
        endpoint = connect_to(start(keeps_addresses=keeps))
        made = endpoint.create(firm)
        changed = endpoint.update(made, replace(made.contractor, addresses=made.contractor.addresses[:1]))
        assert len(changed.contractor.addresses) == left, "what the shop then holds is told as it is"


def test_another_default_address_for_delivery_stays_the_default(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(replace(firm, addresses=(STORE,), tax_id="", phones=(), first_name="", last_name=""))
    shop.user(made.external_id).addresses[0]["default"] = "1"
    told = endpoint.get(made.external_id)
    changed = endpoint.update(told, replace(told.contractor, addresses=(*told.contractor.addresses, BILL)))
    flags = [(one["default"], one["invoice"]) for one in shop.user(made.external_id).addresses]
    assert flags == [("1", "0"), ("0", "1")]
    assert len(changed.contractor.addresses) == 2


def test_an_address_repeats_the_company_and_follows_its_name(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(replace(firm, addresses=(MAIN, STORE, BILL)))
    companies = [one["company"] for one in shop.user(made.external_id).addresses]
    assert companies == ["Hurtownia Brzoza", "Hurtownia Brzoza", "Centrum Faktur"]
    renamed = endpoint.update(made, replace(made.contractor, name="Brzoza i Syn"))
    companies = [one["company"] for one in shop.user(made.external_id).addresses]
    assert companies == ["Brzoza i Syn", "Brzoza i Syn", "Centrum Faktur"]
    assert plain(renamed.contractor) == (MAIN, STORE, BILL)


STREETS = {
    "ul. Długa 5": ("ul. Długa", "5", ""),
    "ul. Długa 5/7": ("ul. Długa", "5", "7"),
    "Rynek 12A/3b": ("Rynek", "12A", "3b"),
    "ul. 3 Maja 2": ("ul. 3 Maja", "2", ""),
    "ul. 3 Maja": ("ul. 3 Maja", "", ""),
    "Polna 1 lok. 4": ("Polna 1 lok. 4", "", ""),
    "Polna 1 m 4": ("Polna 1 m 4", "", ""),
    "Polna  5": ("Polna  5", "", ""),
    "Polna 5 / 7": ("Polna 5 / 7", "", ""),
    "Polna 1\nHala B 5": ("Polna 1\nHala B 5", "", ""),
    "5": ("5", "", ""),
    "Budynek 1/2/3": ("Budynek 1/2/3", "", ""),
}


@pytest.mark.parametrize("street", STREETS)
def test_a_street_is_taken_apart_only_where_it_can_be_put_together_again(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor, street: str
) -> None:
    made = endpoint.create(replace(firm, addresses=(replace(MAIN, street=street),)))
    held = shop.user(made.external_id).addresses[0]
    parts = tuple(held.get(f"street{end}", "") for end in ("", "_number_1", "_number_2"))
    assert (made.contractor.addresses[0].street, parts) == (street, STREETS[street])


def test_a_street_that_the_shop_holds_in_one_piece_is_replaced_as_a_whole(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    id_ = shop.add(replace(firm, addresses=(MAIN,)))
    told = endpoint.get(id_)
    assert shop.user(id_).addresses[0]["street"] == "ul. Długa 5"
    moved = (replace(told.contractor.addresses[0], street="ul. Długa 7"),)
    changed = endpoint.update(told, replace(told.contractor, addresses=moved))
    assert changed.contractor.addresses[0].street == "ul. Długa 7"


def test_a_telephone_of_the_main_address_is_the_contractors(endpoint: AtomStoreEndpoint, firm: Contractor) -> None:
    wanted = replace(firm, addresses=(replace(MAIN, phone="+48 1"),), phones=("+48 2", "+48 3"))
    made = endpoint.create(wanted)
    assert made.contractor.phones == ("+48 2", "+48 3", "+48 1")
    assert (
        endpoint.update(made, replace(made.contractor, addresses=(MAIN,))).contractor.phones == made.contractor.phones
    )


def test_countries_are_sent_in_capitals_and_compared_without_them(
    shop: AtomStore, endpoint: AtomStoreEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(replace(firm, addresses=(replace(MAIN, country="pl"),)))
    assert shop.user(made.external_id).addresses[0]["country_code"] == "PL"
    shop.user(made.external_id).addresses[0]["country_code"] = "pl"
    assert endpoint.get(made.external_id) == made


def test_nothing_to_change_is_no_list_of_addresses() -> None:
    contractor = Contractor(name="A", kind=Kind.ORGANISATION, addresses=(MAIN, STORE))
    assert merge(entries(contractor), entries(contractor), book({"city": "Inne"}), ()) is None
