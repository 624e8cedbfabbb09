"""Who are we to the shop, and does the token stay out of everything that somebody reads?"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.options import Options
from adapters.abicart.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, Misconfigured, SyncError
from syncd.http import Client
from syncd.ports import Context, parse_options
from tests.contract.abicart.conftest import Open, Start

TOKEN = "s3cret/t0ken+&= \n"


def read(endpoint: AbicartEndpoint) -> list[str]:
    return [record.external_id for page in endpoint.read(None, full=True) for record in page.records]


def texts(error: BaseException) -> str:
    """All that a log would print of an error, causes included, hidden ones too."""
    shown = "".join(traceback.format_exception(error))
    inner = error.__cause__ or error.__context__
    return f"{shown} {error!r} {texts(inner) if inner else ''}"


@pytest.mark.parametrize("kind", ["status", "drop", "cut", "html", "expired"])
def test_the_token_is_in_no_error_whatever_fails(start: Start, connect_to: Open, kind: Any) -> None:
    shop = start(token=TOKEN)
    endpoint = connect_to(shop)
    read(endpoint)
    shop.faults.plan(*[Fault(kind=kind, status=400)] * 20)
    with pytest.raises(SyncError) as caught:
        read(endpoint)
    assert "s3cret" not in texts(caught.value)


def test_the_token_is_in_no_error_of_a_shop_that_is_not_there(connect: Open) -> None:
    endpoint = connect(url="http://127.0.0.1:9/backend/jsonrpc/v1/", token=TOKEN)
    with pytest.raises(SyncError) as caught:
        endpoint.check()
    assert "s3cret" not in texts(caught.value)


@pytest.mark.parametrize("auth_in", ["query", "cookie"])
def test_the_token_is_in_no_log_line_of_any_library_even_when_everything_is_logged(
    start: Start, connect_to: Open, firm: Contractor, caplog: pytest.LogCaptureFixture, auth_in: str
) -> None:
    caplog.set_level(logging.DEBUG)
    shop = start(token=TOKEN)
    endpoint = connect_to(shop, auth_in=auth_in)
    endpoint.create(firm)
    read(endpoint)
    shop.faults.plan(Fault(kind="status", status=500))
    read(endpoint)
    shown = "\n".join(f"{record.getMessage()} {record.args!r} {record.__dict__!r}" for record in caplog.records)
    assert shown
    assert "s3cret" not in shown
    assert "auth=" not in shown


def test_the_token_is_in_no_repr_and_in_no_journal(start: Start, connect_to: Open) -> None:
    shop = start(token=TOKEN)
    endpoint = connect_to(shop)
    read(endpoint)
    assert "s3cret" not in f"{endpoint!r} {endpoint._api!r} {endpoint._options!r} {shop.journal!r}"


@pytest.mark.parametrize(("auth_in", "where"), [("query", "?webshop="), ("cookie", "auth=s3cret%2Ft0ken")])
def test_the_token_is_sent_where_the_option_says_and_whatever_signs_it_has(
    start: Start, connect_to: Open, monkeypatch: pytest.MonkeyPatch, auth_in: str, where: str
) -> None:
    sent: list[str] = []
    write = Client._request

    def spied(self: Client, method: str, url: str, **request: Any) -> Any:
        sent.append(f"{url} {request.get('headers')}")
        return write(self, method, url, **request)

    monkeypatch.setattr(Client, "_request", spied)
    endpoint = connect_to(start(token=TOKEN), auth_in=auth_in)
    assert read(endpoint) == []
    assert all(where in one for one in sent)
    assert all(("auth=s3cret" in one.partition(" ")[0]) is (auth_in == "query") for one in sent)


def test_an_address_without_https_is_refused_because_the_token_would_travel_readably() -> None:
    options = parse_options(
        Options, {"url": "http://shop.textalk.se/backend/jsonrpc/v1/", "webshop": 1, "token": "x"}, connection="shop"
    )
    with pytest.raises(Misconfigured, match="https"):
        AbicartEndpoint(options, Context(connection="shop"))


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({}, "token"),
        ({"token": "x", "url": "https://a.example/v1/?auth=secret"}, "url"),
        ({"token": "x", "properties": {"colour": "/colour"}}, "properties"),
        ({"token": "x", "properties": {"email": ""}}, "properties"),
        ({"token": "x", "properties": {"groups": "/info/groups"}}, "properties"),
        ({"token": "x", "blocked_group": "B", "blocked_unapproved_group": "B"}, "blocked_group"),
        ({"token": "x", "timezone": "Mars/Olympus"}, "timezone"),
        ({"token": "x", "csv_encoding": "rot13"}, "csv_encoding"),
        ({"token": "x", "csv_columns": ["colour"]}, "csv_columns"),
    ],
)
def test_options_that_contradict_each_other_are_refused_before_any_call(options: dict[str, Any], field: str) -> None:
    checked = parse_options(Options, {"webshop": 1, **options}, connection="shop")
    with pytest.raises(Misconfigured) as caught:
        AbicartEndpoint(checked, Context(connection="shop"))
    assert caught.value.field == field
    assert "secret" not in str(caught.value)


def test_a_user_logs_in_once_for_many_calls(shop: Simulated, connect: Open) -> None:
    endpoint = connect(username=shop.shop.setup.admin)
    endpoint.check()
    read(endpoint)
    assert shop.rpc.log_ins == 1


def test_a_log_in_that_ended_after_24_hours_is_renewed_without_being_seen(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    endpoint = connect(username=shop.shop.setup.admin)
    read(endpoint)
    shop.pass_time(24 * 3600 + 1)
    made = endpoint.create(firm)
    assert list(shop.holds()) == [made.external_id]
    assert shop.rpc.log_ins == 2


def test_a_log_in_that_is_refused_by_a_status_is_renewed_as_well(
    shop: Simulated, connect: Open, firm: Contractor
) -> None:
    endpoint = connect(username=shop.shop.setup.admin)
    read(endpoint)
    shop.faults.plan(Fault(kind="status", status=401, only="write"))
    endpoint.create(msgspec.structs.replace(firm, groups=()))
    assert len(shop.holds()) == 1
    assert shop.rpc.log_ins == 2


def test_threads_to_which_one_dead_token_was_refused_log_in_once(shop: Simulated, connect: Open) -> None:
    endpoint = connect(username=shop.shop.setup.admin)
    read(endpoint)
    shop.rpc.forget_sessions()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: read(endpoint), range(4)))
    assert shop.rpc.log_ins == 2


def test_a_wrong_password_stops_the_connection_and_names_the_option(shop: Simulated, connect: Open) -> None:
    with pytest.raises(AuthFailed) as caught:
        connect(username="admin@butiken.example", password="not-it").check()
    assert caught.value.field == "password"
    assert shop.rpc.log_ins == 1


@pytest.mark.parametrize("wrong", [{"token": "dead"}, {"webshop": 1}])
def test_a_dead_token_and_another_shop_look_alike_and_the_cure_names_both(
    shop: Simulated, connect: Open, wrong: dict[str, Any]
) -> None:
    with pytest.raises(AuthFailed, match="option webshop"):
        read(connect(**wrong))
    assert len(shop.journal) == 1


def test_an_administrator_without_rights_is_not_logged_in_again_and_again(start: Start, connect_to: Open) -> None:
    shop = start(rights=False)
    with pytest.raises(AuthFailed):
        read(connect_to(shop, username=shop.shop.setup.admin))
    assert shop.rpc.log_ins == 2


def test_the_language_and_the_shop_are_in_every_address(
    shop: Simulated, connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Mapping[str, str]] = []
    answer = shop.rpc.answer

    def watched(body: Any, query: Mapping[str, str], cookie: str) -> dict[str, Any] | None:
        seen.append(query)
        return answer(body, query, cookie)

    monkeypatch.setattr(shop.rpc, "answer", watched)
    read(connect(language="fi"))
    assert {(query["webshop"], query["language"]) for query in seen} == {("22222", "fi")}


def test_a_log_in_without_an_answer_worth_the_name_is_no_log_in(
    shop: Simulated, connect: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.rpc, "_log_in", lambda _params: None)
    with pytest.raises(SyncError) as caught:
        connect(username=shop.shop.setup.admin).check()
    assert caught.value.code == "not-json-rpc"


def test_options_show_no_secret_when_they_are_written_down(shop: Simulated) -> None:
    options = parse_options(Options, shop.token_options, connection="shop")
    assert shop.shop.setup.token not in repr(msgspec.structs.asdict(options))
