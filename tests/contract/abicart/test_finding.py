"""Is somebody found who is there, in whatever form the keys were typed? A double is the price of a miss."""

from __future__ import annotations

import msgspec
import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.simulator import Simulated
from syncd.domain.contractor import Contractor
from syncd.errors import Misconfigured
from tests.contract.abicart.conftest import Open, Start


def found(endpoint: AbicartEndpoint, **keys: str) -> list[str]:
    return [one.external_id for one in endpoint.find(msgspec.convert({"name": "?", **keys}, Contractor))]


@pytest.mark.parametrize("typed", ["556000-4615", "5560004615", "SE556000461501", "556000 4615", "se556000-461501"])
@pytest.mark.parametrize("keys", [{"tax_id": "5560004615"}, {"tax_id": "556000461501", "tax_prefix": "SE"}])
def test_a_swedish_number_is_found_in_every_form_in_which_people_type_it(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, typed: str, keys: dict[str, str]
) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, tax_id="", tax_id_stated=typed))
    shop.add(Contractor(name="Annan AB", number="2", tax_id_stated="556000-9999"))
    assert found(endpoint, **keys) == [external_id]


@pytest.mark.parametrize("typed", ["PL5213456783", "5213456783", "521-345-67-83"])
def test_another_countrys_number_is_found_with_and_without_prefix_and_as_it_was_typed(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, typed: str
) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, tax_id="", tax_id_stated=typed))
    assert found(endpoint, tax_id="5213456783", tax_prefix="PL", tax_id_stated="521-345-67-83") == [external_id]


@pytest.mark.parametrize("key", ["email", "username"])
def test_capitals_do_not_hide_anybody(shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, key: str) -> None:
    external_id = shop.add(msgspec.structs.replace(firm, email="Inkop@Bjork.example", username="Inkop@Bjork.example"))
    assert found(endpoint, **{key: "inkop@BJORK.example"}) == [external_id]


@pytest.mark.parametrize(
    "keys",
    [{}, {"email": "kop@bjork.example"}, {"number": "ERP-104"}, {"number": "erp-1042"}, {"username": "bjork"},
     {"tax_id": "556000"}, {"tax_id": "5560009999"}],
)  # fmt: skip
def test_a_part_of_a_key_and_no_key_at_all_find_nobody(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, keys: dict[str, str]
) -> None:
    shop.add(firm)
    assert found(endpoint, **keys) == []


def test_everybody_with_one_of_the_keys_is_found_once(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    one = shop.add(firm)
    other = shop.add(Contractor(name="Annan AB", number="2", tax_id_stated="556000-4615"))
    assert [remote.external_id for remote in endpoint.find(firm)] == [one, other]


def test_a_shop_that_does_not_filter_by_a_key_stops_the_connection_before_doubles_are_made(
    start: Start, connect_to: Open, firm: Contractor
) -> None:
    shop = start(ignores_filters=True)
    for number in range(600):
        shop.add(Contractor(name="Kund AB", number=f"{number}"))
    endpoint = connect_to(shop)
    endpoint._finder._pointers = {**endpoint._finder._pointers, "number": "/customernumber"}
    with pytest.raises(Misconfigured, match="/customernumber"):
        endpoint.find(firm)


def test_a_look_up_costs_a_call_for_each_key_and_one_for_the_groups(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    shop.add(firm)
    endpoint.check()
    calls = len(shop.journal)
    endpoint.find(firm)
    assert [call.name for call in shop.journal[calls:]] == ["Customer.getSchema", *["Customer.list"] * 4]


def test_a_key_that_the_shop_has_no_property_for_is_not_asked_for(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    endpoint = connect(properties={"number": "", "org_number": "", "username": ""})
    external_id = shop.add(firm)
    assert found(endpoint, number="ERP-1042", tax_id="5560004615", username="inkop@bjork.example") == []
    assert [one.external_id for one in endpoint.find(firm)] == [external_id]
