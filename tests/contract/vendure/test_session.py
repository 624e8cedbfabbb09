"""Who are we to the shop, and what happens when we are nobody any more?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapters.vendure import Options
from adapters.vendure.endpoint import VendureEndpoint
from adapters.vendure.simulator import Simulated
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, Misconfigured
from syncd.ports import Context, parse_options
from tests.contract.vendure.conftest import Open


def count_log_ins(shop: Simulated, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that grows with each log-in of an administrator."""
    seen: list[int] = []
    log_in = shop.apis._admin_log_in

    def counted(given: Mapping[str, Any], new: dict[str, str]) -> dict[str, Any]:
        seen.append(1)
        return log_in(given, new)

    monkeypatch.setattr(shop.apis, "_admin_log_in", counted)
    return seen


def test_an_api_key_needs_no_log_in(shop: Simulated, connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    log_ins = count_log_ins(shop, monkeypatch)
    assert "API key" in connect().check().detail
    assert not log_ins


def test_a_user_logs_in_once_for_many_calls(shop: Simulated, connect: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    log_ins = count_log_ins(shop, monkeypatch)
    endpoint = connect(username="superadmin")
    endpoint.check()
    list(endpoint.read(None, full=True))
    assert len(log_ins) == 1


def test_threads_to_which_one_dead_token_was_refused_log_in_once(
    shop: Simulated, connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = connect(username="superadmin")
    endpoint.check()
    shop.apis.forget_sessions()
    log_ins = count_log_ins(shop, monkeypatch)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: list(endpoint.read(None, full=True)), range(4)))
    assert len(log_ins) == 1


def test_a_wrong_password_stops_the_connection_and_names_the_option(connect: Open) -> None:
    with pytest.raises(AuthFailed) as caught:
        connect(username="superadmin", password="not-it").check()
    assert caught.value.field == "password"


def test_a_dead_api_key_stops_the_connection_and_names_the_option(connect: Open) -> None:
    with pytest.raises(AuthFailed) as caught:
        list(connect(api_key="dead:key").read(None, full=True))
    assert caught.value.field == "api_key"


def test_a_missing_permission_looks_like_a_dead_key_and_the_cure_names_both(
    start: Callable[..., Simulated], connect_to: Open, firm: Contractor
) -> None:
    shop = start(permissions=frozenset({"ReadCustomer", "ReadCountry", "CreateCustomer"}))
    endpoint = connect_to(shop)
    list(endpoint.read(None, full=True))
    with pytest.raises(AuthFailed, match=r"dead or its role lacks a permission.*CreateCustomerGroup"):
        endpoint.create(firm)


def test_a_session_that_dies_again_at_once_is_not_renewed_again(
    shop: Simulated, connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = connect(username="superadmin")
    log_ins = count_log_ins(shop, monkeypatch)
    monkeypatch.setattr(shop.apis, "_permissions", lambda _headers: frozenset())
    with pytest.raises(AuthFailed):
        endpoint.check()
    assert len(log_ins) == 2


def test_a_shop_that_gives_its_token_in_a_cookie_only_is_named_as_such(
    start: Callable[..., Simulated], connect_to: Open
) -> None:
    with pytest.raises(Misconfigured, match=r"tokenMethod"):
        connect_to(start(bearer=False), username="superadmin").check()


def test_a_connection_without_key_and_user_is_refused_before_any_call() -> None:
    options = parse_options(Options, {"url": "http://127.0.0.1:9/admin-api", "username": "x"}, connection="shop")
    with pytest.raises(Misconfigured) as caught:
        VendureEndpoint(options, Context(connection="shop"))
    assert caught.value.field == "api_key"
