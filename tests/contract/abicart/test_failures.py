"""Does an error inside of a success end in the error that says who has to act?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from adapters.abicart.endpoint import AbicartEndpoint
from adapters.abicart.refusal import RpcError, meaning
from adapters.abicart.simulator import Simulated
from syncd.certify.faults import Fault
from syncd.certify.server import Reply
from syncd.domain.contractor import Contractor
from syncd.errors import (
    AuthFailed,
    InvalidRecord,
    Misconfigured,
    NotFound,
    OutcomeUnknown,
    SyncError,
    Unavailable,
    Unstorable,
)
from tests.contract.abicart.conftest import Open, Start


@pytest.mark.parametrize(
    ("code", "reading", "writing"),
    [
        (-32700, Misconfigured, Misconfigured),
        (-32600, Misconfigured, Misconfigured),
        (-32601, Misconfigured, Misconfigured),
        (-32602, Misconfigured, InvalidRecord),
        (-32603, Unavailable, OutcomeUnknown),
        (-32000, Unavailable, OutcomeUnknown),
        (1006, AuthFailed, AuthFailed),
        (9001, Misconfigured, InvalidRecord),
        (9002, Misconfigured, InvalidRecord),
        (9003, NotFound, NotFound),
    ],
)
def test_each_number_of_an_error_says_who_has_to_act(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, code: int, reading: type, writing: type
) -> None:
    made = endpoint.create(firm)
    shop.rpc.broken = code
    with pytest.raises(reading):
        endpoint.get(made.external_id)
    with pytest.raises(writing):
        endpoint._api.change("Customer.set", int(made.external_id), {"notes": "x"}, True)


def test_a_failed_create_of_which_nobody_knows_is_sent_once(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    endpoint.create(msgspec.structs.replace(firm, number="1", email="a@a.example", username="a"))
    shop.rpc.broken = -32000
    calls = len(shop.journal)
    with pytest.raises(OutcomeUnknown):
        endpoint.create(firm)
    assert [call.name for call in shop.journal[calls:]] == ["Customer.set"]


@pytest.mark.parametrize(
    ("twin", "field"),
    [({"number": "ERP-1042"}, "number"), ({"username": "INKOP@bjork.example"}, "username"),
     ({"email": "inkop@bjork.example"}, "email")],
)  # fmt: skip
def test_a_value_that_another_customer_has_is_named_and_not_shown(
    endpoint: AbicartEndpoint, firm: Contractor, twin: dict[str, str], field: str
) -> None:
    endpoint.create(firm)
    other = msgspec.convert(
        {"name": "Annan AB", "number": "2", "email": "b@b.example", "username": "b", **twin}, Contractor
    )
    with pytest.raises(InvalidRecord) as caught:
        endpoint.create(other)
    assert (caught.value.code, caught.value.field) == ("value-taken" if field == "number" else "login-taken", field)
    assert twin[field].lower() not in str(caught.value).lower()


def test_what_a_refusal_quotes_is_not_repeated_but_for_the_names_of_properties() -> None:
    error = RpcError(9001, "Eva Lind is no name", {"/address/company": "Eva Lind AB", "Eva Lind": "x", "/a b": "y"})
    told = meaning(error, writes=True, fields={"/address/company": "name"})
    assert "/address/company" in str(told)
    assert "Eva" not in str(told)
    assert told.field == "name"


@pytest.mark.parametrize("data", [None, [], "text", {"/x": None}, {"/x": ["unique"]}, {1: "unique"}])
def test_data_of_an_error_in_any_form_makes_an_error_of_ours(data: Any) -> None:
    assert isinstance(meaning(RpcError(9001, "", data), writes=True, fields={}), InvalidRecord)


def answers(shop: Simulated, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], Any]) -> None:
    """Let every answer be changed on its way."""
    answer = shop.rpc.answer
    monkeypatch.setattr(shop.rpc, "answer", lambda *call: change(answer(*call) or {}))


@pytest.mark.parametrize(
    "change",
    [lambda a: {**a, "id": 999_999}, lambda a: {"jsonrpc": "2.0", "id": a["id"]}, lambda a: {**a, "error": "text"},
     lambda a: {"batch": [a]}],
    ids=["id", "empty", "error", "list"],
)  # fmt: skip
def test_an_answer_that_is_not_the_one_to_this_call_is_none(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    endpoint.check()
    endpoint.find(firm)
    answers(shop, monkeypatch, change)
    with pytest.raises(Unavailable) as caught:
        endpoint.check()
    assert caught.value.code == "not-json-rpc"
    with pytest.raises(OutcomeUnknown):
        endpoint.create(msgspec.structs.replace(firm, groups=()))


@pytest.mark.parametrize("result", ["text", 7, None, [{"uid": 1}]])
def test_a_create_that_is_answered_by_no_customer_is_unknown(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch, result: Any
) -> None:
    endpoint.check()
    endpoint.find(firm)
    answers(shop, monkeypatch, lambda a: {**a, "result": result})
    with pytest.raises(OutcomeUnknown):
        endpoint.create(msgspec.structs.replace(firm, groups=()))


def test_a_customer_that_is_stored_and_cannot_be_understood_is_unknown_and_not_refused(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.check()
    endpoint.find(firm)
    answers(shop, monkeypatch, lambda a: {**a, "result": {**a["result"], "isApproved": "perhaps"}})
    with pytest.raises(OutcomeUnknown):
        endpoint.create(msgspec.structs.replace(firm, groups=()))


@pytest.mark.parametrize("result", ["text", {"uid": 1}, None])
def test_a_list_that_is_none_is_no_empty_list(
    shop: Simulated, endpoint: AbicartEndpoint, monkeypatch: pytest.MonkeyPatch, result: Any
) -> None:
    endpoint.check()
    list(endpoint.read(None, full=True))
    answers(shop, monkeypatch, lambda a: a if isinstance(a.get("result"), int) else {**a, "result": result})
    with pytest.raises(Unavailable):
        list(endpoint.read(None, full=True))


def test_a_wrong_path_does_not_look_like_a_deleted_customer(shop: Simulated, connect: Open, firm: Contractor) -> None:
    external_id = shop.add(firm)
    with pytest.raises(Misconfigured) as caught:
        connect(url=f"{shop._server.url}/backend/").get(external_id)
    assert caught.value.field == "url"


def test_an_error_of_a_rule_with_a_status_of_its_own_is_understood_as_one(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b'{"jsonrpc":"2.0","id":null,"error":{"code":9003,"message":"Object not found"}}'
    made = endpoint.create(firm)
    monkeypatch.setattr(shop._server, "_handle", lambda _request: Reply(500, body))
    with pytest.raises(NotFound):
        endpoint.get(made.external_id)


def test_a_server_error_with_a_status_of_its_own_leaves_a_write_unknown(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    made = endpoint.create(firm)
    shop.faults.plan(Fault(kind="status", status=502, only="write"))
    with pytest.raises(OutcomeUnknown):
        endpoint.update(made, msgspec.structs.replace(made.contractor, notes="x"))


def test_a_shop_that_lacks_a_property_is_named_on_the_test_and_refused_on_reading(
    start: Start, connect_to: Open
) -> None:
    endpoint = connect_to(start(lacks=("/notes", "/info/phoneEvening")))
    warnings = endpoint.check().warnings
    assert [("notes" in one, "phoneEvening" in one) for one in warnings] == [(True, False), (False, True)]
    with pytest.raises(Misconfigured, match=r"notes = /notes.*phone_evening") as caught:
        list(endpoint.read(None, full=True))
    assert caught.value.code == "property-missing"


def test_a_property_that_the_options_empty_is_neither_read_nor_written(
    start: Start, connect_to: Open, firm: Contractor
) -> None:
    lacking = {"notes": "", "phone_evening": "", "newsletter": ""}
    endpoint = connect_to(start(lacks=("/notes", "/info/phoneEvening", "/wantsNewsletter")), properties=lacking)
    assert not {"notes", "newsletter"} & (endpoint.capabilities.reads | endpoint.capabilities.writes)
    made = endpoint.create(msgspec.structs.replace(firm, phones=("1", "2", "3")))
    assert made.contractor.phones == ("1", "2", "3")
    assert not endpoint.check().warnings


def test_a_shop_that_tells_no_schema_is_used_without_and_the_test_says_so(
    start: Start, connect_to: Open, firm: Contractor
) -> None:
    endpoint = connect_to(start(schema=False))
    assert "no schema" in endpoint.check().warnings[0]
    assert endpoint.create(firm).contractor.name == "Björk AB"


def test_a_schema_in_another_form_stops_the_connection(
    shop: Simulated, endpoint: AbicartEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(shop, monkeypatch, lambda a: {**a, "result": {"properties": {"uid": None}}})
    with pytest.raises(Misconfigured, match="schema"):
        list(endpoint.read(None, full=True))


def test_the_schema_is_asked_for_once_and_not_on_opening(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor
) -> None:
    assert not shop.journal
    for _ in range(3):
        endpoint.find(firm)
    assert [call.name for call in shop.journal].count("Customer.getSchema") == 1


@pytest.mark.parametrize("external_id", ["null", "", "1.5", "true", "-1", "²"])
def test_an_id_that_cannot_be_a_uid_is_not_found_and_makes_nobody(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, external_id: str
) -> None:
    made = endpoint.create(firm)
    strange = msgspec.structs.replace(made, external_id=external_id)
    with pytest.raises(NotFound):
        endpoint.update(strange, msgspec.structs.replace(firm, name="Annan AB"))
    assert list(shop.holds()) == [made.external_id]


def test_a_contractor_that_could_not_be_found_again_is_not_created(shop: Simulated, endpoint: AbicartEndpoint) -> None:
    with pytest.raises(Unstorable) as caught:
        endpoint.create(Contractor(name="Namnlös AB"))
    assert caught.value.code == "key-missing"
    assert not shop.holds()


@pytest.mark.parametrize("result", [{}, {"uid": None}, {"uid": True}, {"uid": [1]}, [], 7, "x"])
def test_errors_are_the_ones_of_syncd_whatever_an_answer_holds(
    shop: Simulated, endpoint: AbicartEndpoint, firm: Contractor, monkeypatch: pytest.MonkeyPatch, result: Any
) -> None:
    external_id = shop.add(firm)
    endpoint.check()
    answers(shop, monkeypatch, lambda a: {**a, "result": result})
    with pytest.raises(SyncError):
        endpoint.get(external_id)
