"""Does the simulated shop behave as what is known of Abicart, whether or not that suits the adapter?"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from stdnum.se import orgnr

from adapters.abicart.simulated.schema import EMPTY
from adapters.abicart.simulated.seed import fill
from adapters.abicart.simulated.shop import Shop
from adapters.abicart.simulated.state import Setup
from adapters.abicart.simulator import Simulated
from syncd.domain.contractor import Contractor, Kind
from tests.contract.abicart.conftest import Open, Start

Say = Callable[..., Any]


def send(shop: Simulated, body: Any, cookie: str = "", **context: Any) -> Any:
    """The answer to a body; ``None`` for none."""
    connection = http.client.HTTPConnection("127.0.0.1", shop._server.port)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with contextlib.closing(connection):
        headers = {"content-type": "application/json-rpc", "cookie": cookie}
        connection.request("POST", f"/backend/jsonrpc/v1/?{urlencode(context)}", data, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status in {200, 204}
        return json.loads(content) if content else None


@pytest.fixture
def say(shop: Simulated) -> Say:
    """Calls a method with the token; answers the result, or the error's number."""

    def say(method: str, *params: Any) -> Any:
        setup = shop.shop.setup
        call = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
        answer = send(shop, call, webshop=setup.webshop, auth=setup.token)
        assert answer["id"] == 7
        return answer["result"] if "result" in answer else answer["error"]["code"]

    return say


def make(say: Say, **values: Any) -> int:
    made = say("Customer.set", None, {"address": {"company": "Björk AB"}, **values}, "uid")
    assert isinstance(made, dict), made
    return int(made["uid"])


def test_a_token_counts_in_the_query_and_in_a_cookie_and_nowhere_else(shop: Simulated) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "Customer.count", "params": [{}]}
    token = shop.shop.setup.token
    assert send(shop, call, webshop=22222, auth=token)["result"] == 0
    assert send(shop, call, cookie=f"a=b; auth={token}", webshop=22222)["result"] == 0
    assert send(shop, call, webshop=22222)["error"]["code"] == 1006
    assert send(shop, call, webshop=22223, auth=token)["error"]["code"] == 1006


def test_uid_null_makes_a_customer_each_time_it_is_sent(shop: Simulated, say: Say) -> None:
    assert make(say) != make(say)
    assert say("Customer.count", {}) == 2


def test_create_makes_one_as_well(say: Say) -> None:
    assert say("Customer.create", {"address": {"lastName": "Lind"}}, ["uid"])["uid"] > 0


@pytest.mark.parametrize("values", [{"customerNumber": "1"}, {"username": "a"}, {"info": {"email": "A@a.example"}}])
def test_numbers_usernames_and_emails_are_unique_whatever_their_capitals(say: Say, values: dict[str, Any]) -> None:
    make(say, customerNumber="1", username="A", info={"email": "a@A.example"})
    assert say("Customer.set", None, {"address": {"company": "B"}, **values}, True) == 9001
    assert say("Customer.count", {}) == 1


@pytest.mark.parametrize(
    "patch",
    [{"address": {}}, {"address": {"company": "B", "country": "Sweden"}}, {"colour": "red"}, {"uid": 5},
     {"address": {"company": "B"}, "groups": [1]}, {"address": {"company": "x" * 256}}, {"isApproved": "yes"},
     {"address": "B"}, {"address": {"company": 7}}],
)  # fmt: skip
def test_what_breaks_a_rule_is_refused_and_stores_nothing(say: Say, patch: dict[str, Any]) -> None:
    assert say("Customer.set", None, patch, True) == 9001
    assert say("Customer.count", {}) == 0


def test_a_password_is_written_and_never_told(say: Say) -> None:
    uid = make(say, password="hemligt")
    assert "password" not in say("Customer.get", uid, True)
    assert say("Customer.get", uid, "password") == -32602


@pytest.mark.parametrize(
    ("selection", "told"),
    [
        ("username", {"username": "a"}),
        (["username", "notes"], {"username": "a", "notes": ""}),
        ({"username": True, "address": {"city": True}}, {"username": "a", "address": {"city": ""}}),
        ({"username": False}, {}),
        ({"colour": True}, -32602),
        ({"username": {"x": True}}, -32602),
        (7, -32602),
    ],
)
def test_a_selection_shapes_the_answer(say: Say, selection: Any, told: Any) -> None:
    assert say("Customer.get", make(say, username="a"), selection) == told


def test_a_text_by_language_is_told_in_one_if_the_selection_names_it(say: Say) -> None:
    uid = say("CustomerGroup.set", None, {"name": {"sv": "Kund", "en": "Customer"}}, "uid")["uid"]
    assert say("CustomerGroup.list", {"name": "en"}, {}) == [{"name": "Customer"}]
    assert say("CustomerGroup.list", {"name": "fi"}, {}) == [{"name": "Kund"}]
    say("CustomerGroup.set", uid, {"name": {"en": "Client"}}, True)
    assert say("CustomerGroup.list", "name", {}) == [{"name": {"sv": "Kund", "en": "Client"}}]


def test_a_list_is_filtered_sorted_and_paged_and_gives_50_unless_asked(shop: Simulated, say: Say) -> None:
    for number in range(60):
        make(say, customerNumber=f"K{number:02}", notes="udda" if number % 2 else "")
    assert len(say("Customer.list", "uid", {})) == 50
    query = {"filters": {"/notes": {"equals": "udda"}}, "sort": "customerNumber", "offset": 5, "limit": 2}
    assert say("Customer.list", "customerNumber", query) == [{"customerNumber": "K11"}, {"customerNumber": "K13"}]
    assert say("Customer.count", {"filters": {"/customerNumber": {"contains": "k1"}}}) == 10


@pytest.mark.parametrize(
    "query", [{"filters": {"/changed": {"min": "2026"}}}, {"filters": {"/colour": {"equals": "x"}}}, {"sort": "colour"},
              {"limit": 0}, {"offset": -1}, {"where": 1}],
)  # fmt: skip
def test_what_a_query_may_not_ask_is_refused(say: Say, query: dict[str, Any]) -> None:
    make(say)
    assert say("Customer.list", "uid", query) == -32602


def test_a_change_moves_the_time_and_a_save_without_one_does_not(shop: Simulated, say: Say) -> None:
    uid = make(say)
    before = say("Customer.get", uid, "changed")["changed"]
    shop.pass_time(60)
    say("Customer.set", uid, {"notes": ""}, True)
    assert say("Customer.get", uid, "changed")["changed"] == before
    say("Customer.set", uid, {"notes": "x"}, True)
    assert say("Customer.get", uid, "changed")["changed"] > before


@pytest.mark.parametrize(("replaces", "city"), [(True, ""), (False, "Umeå")])
def test_an_inner_object_is_replaced_or_filled_up(start: Start, replaces: bool, city: str) -> None:
    shop = Shop(Setup(replaces=replaces))
    uid = shop.set_customer(None, {"address": {"company": "A", "city": "Umeå"}})["uid"]
    assert shop.set_customer(uid, {"address": {"company": "B"}})["address"]["city"] == city


def test_a_deleted_customer_leaves_nothing_and_frees_its_keys(say: Say) -> None:
    uid = make(say, username="a")
    assert say("Customer.delete", uid) is True
    assert say("Customer.get", uid, True) == 9003
    assert say("Customer.set", uid, {"notes": "x"}, True) == 9003
    make(say, username="a")


def test_a_method_that_is_not_there_is_said_not_to_be(say: Say) -> None:
    assert say("Horse.list") == -32601
    assert say("Customer.ride") == -32601


def test_what_is_no_call_is_refused_and_a_notification_is_not_answered(shop: Simulated) -> None:
    assert send(shop, b"{")["error"]["code"] == -32700
    assert send(shop, [{"jsonrpc": "2.0", "id": 1, "method": "Customer.count"}])["error"]["code"] == -32600
    assert send(shop, {"jsonrpc": "2.0", "method": "Customer.count", "params": []}) is None


def test_a_batch_is_answered_where_the_shop_is_set_up_so(start: Start) -> None:
    shop = start(batches=True)
    call = {"jsonrpc": "2.0", "method": "Customer.count", "params": [{}]}
    answers = send(shop, [{**call, "id": 1}, {**call, "id": 2}], webshop=22222, auth=shop.shop.setup.token)
    assert [(answer["id"], answer["result"]) for answer in answers] == [(1, 0), (2, 0)]


def test_the_schema_names_all_properties_and_which_are_only_to_be_read(say: Say) -> None:
    schema = say("Customer.getSchema")
    assert schema["properties"].keys() == EMPTY.keys()
    assert {name for name, one in schema["properties"].items() if one.get("readonly")} == {"uid", "created", "changed"}


def test_the_journal_names_methods_and_no_addresses(shop: Simulated, say: Say) -> None:
    make(say)
    assert [(call.name, call.writes, call.applied) for call in shop.journal] == [("Customer.set", True, True)]


def test_the_seed_is_the_same_for_the_same_number_and_speaks_swedish() -> None:
    shops = [Shop(Setup()) for _ in range(3)]
    for shop, seed in zip(shops, (1, 1, 2), strict=True):
        shop.now = lambda: 1_790_000_000.0
        fill(shop, 300, seed)
    one, same, other = (msgspec.json.encode(shop.state) for shop in shops)
    assert one == same != other
    assert "Göteborg" in one.decode()


def test_the_seed_has_what_a_real_register_has(shop: Simulated, connect: Open) -> None:
    fill(shop.shop, 300, seed=1)
    told = [one.contractor for one in shop.holds().values()]
    swedish = [one for one in told if one.country == "SE" and one.kind is Kind.ORGANISATION and one.tax_id]
    assert sum(not orgnr.is_valid(one.tax_id) for one in swedish) <= 12
    assert any(one.country in {"NO", "DE"} and one.tax_id for one in told)
    assert any(len(one.groups) > 1 for one in told)
    assert any(one.kind is Kind.PERSON for one in told)
    assert any(len(one.addresses) > 1 for one in told)
    assert {one.active for one in told} == {True, False}
    assert {one.approved for one in told} == {True, False}
    assert len(told) == 300 - 6


def test_as_a_program_it_keeps_its_state_for_the_next_start(tmp_path: Path) -> None:
    state = tmp_path / "shop.json"
    counts = []
    for contractors in ("12", "99"):
        command = [sys.executable, "-m", "adapters.abicart.simulator", "--port", "0", "--contractors", contractors]
        command += ["--state", str(state), "--token", "t"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
            assert process.stdout is not None
            url = process.stdout.readline().split()[0]
            connection = http.client.HTTPConnection(url.split("/")[2])
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "Customer.count", "params": [{}]})
            connection.request("POST", "/backend/jsonrpc/v1/?webshop=22222&auth=t", body)
            counts.append(json.loads(connection.getresponse().read())["result"])
            connection.request("GET", "/-/journal")
            assert json.loads(connection.getresponse().read())[0]["name"] == "Customer.count"
            connection.close()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    assert counts == [12, 12]


def test_an_operator_sees_what_it_wrote(shop: Simulated, firm: Contractor) -> None:
    external_id = shop.add(firm)
    told = shop.holds()[external_id].contractor
    assert msgspec.structs.replace(told, addresses=(), registered=None) == msgspec.structs.replace(firm, addresses=())
