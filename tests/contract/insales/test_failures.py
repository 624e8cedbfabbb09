"""Does every failure of InSales end in the error that says who has to act, and is its limit never reached?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from adapters.insales import ADAPTER, Options
from adapters.insales.api import pause_for
from adapters.insales.endpoint import InSalesEndpoint
from adapters.insales.options import password_of, verify
from adapters.insales.refusal import explain, refused
from adapters.insales.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, InvalidRecord, Misconfigured, OutcomeUnknown, RateLimited, Unavailable
from syncd.ports import Rate, Secret, parse_options
from tests.contract.insales.conftest import Open, Pauses
from tests.contract.insales.looking import read

OPTIONS: dict[str, Any] = {"url": "https://shop.myinsales.ru", "login": "syncd"}


def test_the_limit_is_declared_for_all_processes() -> None:
    assert ADAPTER.rate == Rate(calls=500, seconds=300.0)


@pytest.mark.parametrize(
    ("usage", "least", "most"),
    [("", 0, 0), ("1/500", 0, 0), ("375/500", 0, 0.1), ("450/500", 0.5, 1), ("495/500", 3, 4), ("501/500", 4, 4),
     ("7", 0, 0), ("7/0", 0, 0)],
)  # fmt: skip
def test_the_nearer_the_limit_the_longer_the_pause(usage: str, least: float, most: float) -> None:
    assert least <= round(pause_for(usage), 3) <= most


def test_all_processes_slow_down_before_the_limit_is_reached(
    start: Callable[..., Simulated], connect_to: Open, pauses: Pauses
) -> None:
    endpoint = connect_to(start(limit=10))
    for _ in range(9):
        endpoint.find(Contractor(name="?", number="1"))
    assert pauses.asked
    assert max(pauses.asked) < 4
    assert pauses.asked == sorted(pauses.asked)


def test_beyond_the_limit_the_shops_own_pause_is_kept(
    start: Callable[..., Simulated], connect_to: Open, pauses: Pauses
) -> None:
    shop = start(limit=1)
    endpoint = connect_to(shop)
    endpoint.find(Contractor(name="?", number="1"))
    with shop.frozen(), pytest.raises(RateLimited) as caught:
        read(endpoint)
    assert 290 < (caught.value.retry_after or 0) <= 300
    assert pauses.asked[-1] == caught.value.retry_after


def test_a_refusal_for_the_rate_that_names_no_pause_is_given_two_and_a_half_minutes(
    shop: Simulated, endpoint: InSalesEndpoint, pauses: Pauses
) -> None:
    shop.faults.plan(Fault(kind="status", status=429))
    with pytest.raises(RateLimited) as caught:
        read(endpoint)
    assert (caught.value.retry_after, pauses.asked[-1]) == (150.0, 150.0)


def test_work_that_took_the_shop_too_long_is_read_again_and_not_written_again(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor
) -> None:
    shop.faults.plan(Fault(kind="status", status=504))
    assert read(endpoint)
    shop.faults.plan(Fault(kind="status", status=504, only="write"))
    with pytest.raises(OutcomeUnknown):
        endpoint.create(msgspec.structs.replace(firm, groups=()))
    assert sum(call.writes for call in shop.journal) == 1


@pytest.mark.parametrize("shape", ["fields", "list", "nested", "xml"])
def test_an_email_that_is_taken_is_understood_in_every_shape(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor, shape: str
) -> None:
    endpoint = connect_to(start(errors=shape))
    endpoint.create(firm)
    with pytest.raises(InvalidRecord) as caught:
        endpoint.create(msgspec.structs.replace(firm, number="К/2"))
    assert (caught.value.code, caught.value.field) == ("login-taken", "email")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"inn": ["\xd0\xbd\xd0\xb5\xd1\x82"]}', "tax_id"),
        (b'{"errors": {"phone": ["bad"]}}', "phones"),
        (b'{"errors": ["Email bad"]}', "email"),
        (b'["Phone bad"]', "phones"),
        (b'{"error": "bad"}', None),
        (b'{"kpp": "bad"}', "registrations"),
        (b'{"bik": [["bad"]]}', "accounts"),
        (b"<errors><error>Name bad</error></errors>", "name"),
        (b"<html><body>no", None),
        (b"{}", None),
        (b"", None),
        (b"null", None),
    ],
)
def test_a_refusal_in_any_shape_is_one_records_fault(body: bytes, field: str | None) -> None:
    error = explain(422, body)
    assert isinstance(error, InvalidRecord)
    assert error.field == field


def test_a_refusal_repeats_nothing_of_a_person() -> None:
    said = 'Имя "Лис" (anna@lis.example, +7 903 111-22-33, ИНН 500100732259) уже есть у «Анны»'
    error = refused({"base": [said]})
    for secret in ("Лис", "anna", "903", "500100732259", "Анны"):
        assert secret not in str(error)
    assert "уже есть у" in str(error)


def test_a_refusal_with_a_status_of_success_is_one_all_the_same(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = endpoint.create(firm)
    monkeypatch.setattr(shop.shop, "shown", lambda _client: {"errors": ["Email bad"]})
    with pytest.raises(InvalidRecord) as caught:
        endpoint.update(made, msgspec.structs.replace(made.contractor, email="b@b.example"))
    assert caught.value.field == "email"


def test_a_success_that_says_nothing_leaves_the_outcome_unknown(
    shop: Simulated, endpoint: InSalesEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = endpoint.create(firm)
    monkeypatch.setattr(shop.shop, "shown", lambda _client: {"status": "ok"})
    with pytest.raises(OutcomeUnknown):
        endpoint.update(made, msgspec.structs.replace(made.contractor, email="b@b.example"))
    with pytest.raises(Unavailable):
        endpoint.get(made.external_id)


@pytest.mark.parametrize("status", [400, 422])
def test_a_list_that_is_refused_is_no_records_fault(shop: Simulated, endpoint: InSalesEndpoint, status: int) -> None:
    shop.faults.plan(Fault(kind="status", status=status))
    with pytest.raises(Misconfigured) as caught:
        read(endpoint)
    assert caught.value.code == "refused-read"


def test_a_missing_right_names_the_right() -> None:
    error = explain(403, b"")
    assert isinstance(error, AuthFailed)
    assert "rights" in error.cure


def test_an_installed_applications_password_is_made_as_insales_makes_it() -> None:
    options = Options(**OPTIONS, install_token=Secret("token123"), app_secret=Secret("mysecret"))
    assert password_of(options) == "4c3f4c197336eb97475506e71c839c71"


def test_an_installed_application_is_let_in(start: Callable[..., Simulated], connect_to: Open) -> None:
    shop = start(password="4c3f4c197336eb97475506e71c839c71")
    endpoint = connect_to(shop, password="", install_token="token123", app_secret="mysecret")
    assert endpoint.check().detail == "0 clients, 0 groups"


def test_a_connection_without_a_password_is_refused() -> None:
    with pytest.raises(Misconfigured, match="password"):
        verify(Options(**OPTIONS), "shop")


def test_one_additional_field_cannot_be_two_things() -> None:
    with pytest.raises(Misconfigured, match="two things"):
        verify(Options(**OPTIONS, password=Secret("x"), country="erp_id"), "shop")


def test_a_password_is_not_sent_in_the_clear() -> None:
    with pytest.raises(Misconfigured, match="url"):
        parse_options(Options, {**OPTIONS, "url": "http://shop.myinsales.ru"}, connection="shop")
