"""Does each of Vendure's ways to say no end in the error that names who has to act?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from adapters.vendure.api import Lacking
from adapters.vendure.endpoint import VendureEndpoint
from adapters.vendure.simulated.execution import Refused
from adapters.vendure.simulated.state import CustomField
from adapters.vendure.simulator import Simulated
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, Misconfigured, NotFound, OutcomeUnknown, Unavailable
from syncd.ports import Record
from tests.contract.vendure.conftest import Open


@pytest.mark.parametrize("option", ["vat_number", "company", "erp_code", "status"])
def test_a_custom_field_that_the_shop_lacks_is_named_on_reading(connect: Open, option: str) -> None:
    with pytest.raises(Misconfigured, match="the shop lacks noSuchField") as caught:
        list(connect(**{option: "noSuchField"}).read(None, full=True))
    assert caught.value.field == "noSuchField"


def test_a_custom_field_that_the_shop_lacks_is_named_on_looking_up_and_creating(
    connect: Open, firm: Contractor
) -> None:
    endpoint = connect(vat_number="noSuchField")
    for call in (endpoint.find, endpoint.create):
        with pytest.raises(Misconfigured, match="noSuchField"):
            call(firm)


def test_a_variable_that_does_not_fit_comes_with_status_200_and_is_understood_all_the_same(
    endpoint: VendureEndpoint,
) -> None:
    with pytest.raises(Lacking) as caught:
        endpoint._listing(False, {"filter": {"noSuchField": {"eq": "x"}}})
    assert caught.value.names == ("noSuchField",)


def test_a_shop_without_any_custom_field_is_named_as_such(start: Callable[..., Simulated], connect_to: Open) -> None:
    with pytest.raises(Misconfigured, match="custom field"):
        list(connect_to(start(customer_fields=())).read(None, full=True))


def test_check_warns_of_every_custom_field_that_the_shop_lacks(connect: Open) -> None:
    health = connect(vat_number="noVat", erp_code="noCode").check()
    assert [warning.split()[6] for warning in health.warnings[:2]] == ["noVat", "noCode"]


def test_check_warns_that_a_status_alone_may_not_stop_a_log_in(connect: Open) -> None:
    assert any("status_blocks_login" in warning for warning in connect().check().warnings)
    assert not connect(status_blocks_login=True).check().warnings


def test_check_warns_of_a_shop_that_lists_no_country(shop: Simulated, connect: Open) -> None:
    shop.shop.state.countries.clear()
    assert any("no country" in warning for warning in connect().check().warnings)


def test_an_email_that_another_customer_has_is_that_records_fault_and_a_success_to_http(
    endpoint: VendureEndpoint, firm: Contractor
) -> None:
    endpoint.create(firm)
    other = msgspec.structs.replace(firm, number="F/2", tax_id="1111111111", email="BIURO@firma.example")
    with pytest.raises(InvalidRecord) as caught:
        endpoint.create(other)
    assert (caught.value.field, caught.value.code) == ("email", "login-taken")
    assert caught.value.cure


def test_an_email_that_another_customer_has_is_refused_on_updating_and_names_the_record(
    endpoint: VendureEndpoint, firm: Contractor
) -> None:
    endpoint.create(firm)
    other = endpoint.create(msgspec.structs.replace(firm, number="F/2", email="inna@firma.example"))
    with pytest.raises(InvalidRecord) as caught:
        endpoint.update(other, msgspec.structs.replace(other.contractor, email=firm.email))
    assert (caught.value.field, caught.value.record) == ("email", other.external_id)


def test_the_email_of_a_deleted_customer_is_free_again(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor
) -> None:
    first = endpoint.create(firm)
    shop.remove(first.external_id)
    assert endpoint.create(firm).external_id != first.external_id


def test_a_deleted_customer_is_not_found(shop: Simulated, endpoint: VendureEndpoint, firm: Contractor) -> None:
    made = endpoint.create(firm)
    shop.remove(made.external_id)
    with pytest.raises(NotFound) as caught:
        endpoint.get(made.external_id)
    assert caught.value.record == made.external_id


def test_a_refusal_that_quotes_a_value_is_repeated_without_it(endpoint: VendureEndpoint) -> None:
    given = {"firstName": "Jan", "lastName": "Kowalski", "emailAddress": "j@k.example"}
    with pytest.raises(InvalidRecord) as caught:
        endpoint._api.mutate(endpoint._documents.create, input={**given, "customFields": {"status": "Kowalski"}})
    assert "Kowalski" not in str(caught.value)
    assert caught.value.code == "refused"


def test_a_misfit_that_quotes_a_value_is_repeated_without_it(endpoint: VendureEndpoint) -> None:
    given = {"firstName": "Jan", "lastName": "Kowalski", "emailAddress": "j@k.example"}
    with pytest.raises(Misconfigured) as caught:
        endpoint._api.mutate(endpoint._documents.create, input={**given, "noSuchField": "Kowalski"})
    assert "Kowalski" not in str(caught.value)


def test_the_shop_api_in_the_place_of_the_admin_api_is_named(shop: Simulated, connect: Open) -> None:
    with pytest.raises(Misconfigured, match="Admin API"):
        connect(url=f"{shop.url}/shop-api").check()


def test_a_url_without_an_api_is_named(shop: Simulated, connect: Open) -> None:
    with pytest.raises(Misconfigured) as caught:
        connect(url=shop.url).check()
    assert caught.value.field == "url"


def test_a_password_rule_that_refuses_random_passwords_is_the_connections_fault(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: Any, **_more: Any) -> None:
        raise Refused("", 'Unexpected error value: { __typename: "PasswordValidationError" }')

    monkeypatch.setattr(shop.shop, "create_customer", refuse)
    with pytest.raises(Misconfigured, match="passwords"):
        endpoint.create(firm)


def test_an_error_without_a_code_leaves_a_write_unknown_and_a_read_unavailable(
    shop: Simulated, endpoint: VendureEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: Any, **_more: Any) -> None:
        raise Refused("", "SqliteError: database is locked")

    monkeypatch.setattr(shop.shop, "create_customer", fail)
    monkeypatch.setattr(shop.shop, "customers", fail)
    with pytest.raises(OutcomeUnknown):
        endpoint.create(firm)
    with pytest.raises(Unavailable):
        endpoint.find(firm)


def test_a_customer_of_another_shape_is_that_records_fault_and_named(endpoint: VendureEndpoint) -> None:
    with pytest.raises(InvalidRecord) as caught:
        endpoint.parse(Record("5", b'{"id": "5", "updatedAt": "", "firstName": 7}'))
    assert caught.value.record == "5"


def test_a_public_status_field_lets_shoppers_lift_their_own_block(start: Callable[..., Simulated]) -> None:
    """Why the setup asks for a field that admins alone see: the sandbox would not stop it, and neither does Vendure."""
    fields = (CustomField(name="status", default="active"), CustomField(name="companyName"))
    shop = start(customer_fields=fields)
    assert "status" in shop.apis._shop.inputs["UpdateCustomerCustomFieldsInput"]
