"""Is a customer found again by what the shop keeps of it?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from adapters.vendure.endpoint import VendureEndpoint
from adapters.vendure.simulator import Simulated
from syncd.domain.contractor import Contractor
from tests.contract.vendure.conftest import Open


def found(endpoint: VendureEndpoint, **keys: Any) -> list[str]:
    return [remote.external_id for remote in endpoint.find(Contractor(name="Inna", **keys))]


def test_an_email_is_looked_for_in_lower_case_because_the_shops_filter_is_case_sensitive(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(msgspec.structs.replace(firm, email="Biuro@Firma.Example"))
    assert made.contractor.email == "biuro@firma.example"
    assert found(endpoint, email="BIURO@firma.EXAMPLE") == [made.external_id]
    listing = endpoint._listing(False, {"filter": {"emailAddress": {"eq": "BIURO@firma.EXAMPLE"}}})
    assert not listing.customers.items


@pytest.mark.parametrize(("prefix", "stored"), [("PL", "5260250274"), ("", "PL5260250274"), ("PL", "PL5260250274")])
def test_a_tax_id_is_looked_for_with_and_without_its_prefix(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor, prefix: str, stored: str
) -> None:
    external_id = shop.add(firm)
    shop.shop.customer(external_id).custom["vatNumber"] = stored
    assert found(endpoint, tax_prefix=prefix, tax_id="5260250274") == [external_id]


def test_one_question_is_asked_for_all_keys(shop: Simulated, endpoint: VendureEndpoint, firm: Contractor) -> None:
    endpoint.find(firm)
    assert [call.name for call in shop.journal] == ["customers"]


def test_who_has_no_key_is_not_looked_for(shop: Simulated, endpoint: VendureEndpoint) -> None:
    assert found(endpoint) == []
    assert not shop.journal


def test_a_key_whose_custom_field_the_shop_lacks_is_left_out(shop: Simulated, connect: Open, firm: Contractor) -> None:
    external_id = shop.add(firm)
    endpoint = connect(erp_code="", vat_number="")
    assert found(endpoint, number="F/1", tax_id="5260250274") == []
    assert found(endpoint, number="F/1", email=firm.email) == [external_id]


def test_an_invented_email_is_found_again(connect: Open, firm: Contractor) -> None:
    endpoint = connect(placeholder_email_domain="no-mail.example")
    made = endpoint.create(msgspec.structs.replace(firm, email=""))
    assert found(endpoint, number="F/1") == [made.external_id]
