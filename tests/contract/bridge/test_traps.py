"""What do bridges do that the contract suite does not know of?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from adapters.bridge import ADAPTER, BridgeEndpoint, Options
from syncd.certify.samples import contractor
from syncd.certify.server import Reply, Request, Server
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, InvalidRecord, Misconfigured, SyncError, Unavailable, Unstorable
from syncd.ports import Context, Record, Rejected, Remote, parse_options

Answer = dict[str, Any] | list[Any]


class Bridge:
    """Answers whatever a test lays out, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.answers: dict[str, Reply] = {}

    def lay(self, target: str, answer: Answer, status: int = 200) -> None:
        self.answers[target] = Reply(status, msgspec.json.encode(answer))

    def handle(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.answers.get(request.target) or self.answers.get(request.path) or Reply(404)


@pytest.fixture
def bridge() -> Bridge:
    return Bridge()


@pytest.fixture
def connect(bridge: Bridge) -> Iterator[Callable[..., BridgeEndpoint]]:
    with Server(bridge.handle) as server:
        opened: list[BridgeEndpoint] = []

        def connect(**options: object) -> BridgeEndpoint:
            values = {"url": server.url, "token": "t", **options}
            checked = parse_options(Options, values, connection="bridge")
            endpoint = ADAPTER.open(checked, Context(connection="bridge", sleep=lambda _seconds: None))
            assert isinstance(endpoint, BridgeEndpoint)
            opened.append(endpoint)
            return endpoint

        yield connect
        for endpoint in opened:
            endpoint.close()


@pytest.fixture
def endpoint(connect: Callable[..., BridgeEndpoint]) -> BridgeEndpoint:
    return connect()


def item(external_id: str, **more: object) -> dict[str, Any]:
    return {"id": external_id, "version": "1", "contractor": {"name": "Firma"}, **more}


def listing(*items: object, **more: object) -> dict[str, Any]:
    return {"items": list(items), "next": None, "total": len(items), "cursor": "7", **more}


@pytest.mark.parametrize("total", [3, None])
def test_fewer_records_than_declared_or_none_declared_is_no_complete_read(
    bridge: Bridge, endpoint: BridgeEndpoint, total: int | None
) -> None:
    bridge.lay("/contractors", listing(item("1"), total=total))
    (page,) = endpoint.read(None, full=True)
    assert page.end is not None
    assert not page.end.complete


@pytest.mark.parametrize("pages", [1, 2, 5])
def test_pages_that_name_each_other_as_the_next_one_do_not_go_on_for_ever(
    bridge: Bridge, endpoint: BridgeEndpoint, pages: int
) -> None:
    for number in range(pages):
        after = f"{(number + 1) % pages}"
        bridge.lay(f"/contractors?limit=250&page={number}", listing(item("1"), next=after))
    bridge.lay("/contractors", listing(item("1"), next="0"))
    with pytest.raises(Unavailable, match="read already"):
        list(endpoint.read(None, full=True))
    assert pages < len(bridge.asked) < 4 * pages + 2


def test_an_item_without_an_id_is_rejected_by_its_place_and_the_others_go_on(
    bridge: Bridge, endpoint: BridgeEndpoint
) -> None:
    bridge.lay("/contractors", listing(item("1"), {"contractor": {"name": "x"}}, 5, item("2")))
    (page,) = endpoint.read(None, full=True)
    assert [(type(record), record.external_id) for record in page.records] == [
        (Record, "1"),
        (Rejected, "item 2"),
        (Rejected, "item 3"),
        (Record, "2"),
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"contractor": {"name": 5}}, "name"),
        ({"contractor": {"number": "K"}}, "name"),
        ({"contractor": {"name": ""}}, "name"),
        ({"contractor": {"name": "x", "payment_days": "soon"}}, "payment_days"),
        ({"contractor": {"name": "x", "addresses": [{"kind": "moon"}]}}, "addresses"),
        ({"modified": "2026-01-31T12:00:00"}, "modified"),
        ({"modified": "yesterday"}, "modified"),
    ],
)
def test_a_record_of_another_form_names_the_field(endpoint: BridgeEndpoint, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        endpoint.parse(Record("1", msgspec.json.encode(item("1", **wrong))))
    assert (caught.value.record, caught.value.field) == ("1", field)


def test_an_error_does_not_quote_the_value(endpoint: BridgeEndpoint) -> None:
    raw = msgspec.json.encode(item("1", contractor={"name": "x", "kind": "Jan Kowalski"}))
    with pytest.raises(InvalidRecord) as caught:
        endpoint.parse(Record("1", raw))
    assert "Kowalski" not in str(caught.value)


def test_groups_are_sorted_and_said_once(endpoint: BridgeEndpoint) -> None:
    raw = msgspec.json.encode(item("1", contractor={"name": "x", "groups": ["B", "A", "B"]}))
    assert endpoint.parse(Record("1", raw)).contractor.groups == ("A", "B")


@pytest.mark.parametrize(
    ("problem", "kind", "field"),
    [
        ({"field": "name", "reason": "too_long", "detail": "Jan"}, Unstorable, "name"),
        ({"field": "name", "reason": "unstorable"}, Unstorable, "name"),
        ({"field": "number", "reason": "duplicate"}, InvalidRecord, "number"),
        ({"field": "Jan Kowalski", "reason": "?"}, InvalidRecord, None),
        ([], InvalidRecord, None),
    ],
)
def test_a_refused_value_is_named_by_its_field_and_not_repeated(
    bridge: Bridge, endpoint: BridgeEndpoint, problem: Answer, kind: type[SyncError], field: str | None
) -> None:
    bridge.lay("/contractors", problem, status=422)
    with pytest.raises(kind) as caught:
        endpoint.create(contractor(1))
    assert caught.value.field == field
    assert "Jan" not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "code"), [("email", "login-taken"), ("employees", "login-taken"), ("tax_id", "invalid-record")]
)
def test_a_duplicate_of_what_somebody_logs_in_by_is_a_taken_log_in(
    bridge: Bridge, endpoint: BridgeEndpoint, field: str, code: str
) -> None:
    bridge.lay("/contractors", {"field": field, "reason": "duplicate"}, status=422)
    with pytest.raises(InvalidRecord) as caught:
        endpoint.create(contractor(1))
    assert caught.value.code == code


def test_json_that_is_no_listing_is_a_wrong_address(bridge: Bridge, endpoint: BridgeEndpoint) -> None:
    bridge.lay("/contractors", {"customers": []})
    with pytest.raises(Misconfigured, match="no listing"):
        list(endpoint.read(None, full=True))


def test_a_server_that_is_no_bridge_fails_the_check(bridge: Bridge, endpoint: BridgeEndpoint) -> None:
    bridge.lay("/health", ["ok"])
    bridge.lay("/contractors", listing())
    with pytest.raises(Misconfigured, match="names no system"):
        endpoint.check()


def test_an_update_sends_the_fields_that_differ_and_the_version_it_saw(
    bridge: Bridge, endpoint: BridgeEndpoint
) -> None:
    bridge.lay("/contractors/K%2F1", item("K/1"))
    told = Remote(external_id="K/1", contractor=Contractor(name="A", notes="old", active=False), version="42")
    endpoint.update(told, Contractor(name="A", notes="", active=True))
    (request,) = bridge.asked
    assert request.headers["if-match"] == '"42"'
    assert request.json() == {"contractor": {"notes": "", "active": True}}


def test_an_update_of_a_record_without_a_version_compares_none(bridge: Bridge, endpoint: BridgeEndpoint) -> None:
    bridge.lay("/contractors/1", item("1"))
    endpoint.update(Remote(external_id="1", contractor=Contractor(name="A")), Contractor(name="B"))
    assert "if-match" not in bridge.asked[0].headers


def test_a_contractor_found_by_several_keys_is_found_once(bridge: Bridge, endpoint: BridgeEndpoint) -> None:
    bridge.lay("/contractors", listing(item("1")))
    assert [remote.external_id for remote in endpoint.find(contractor(1))] == ["1"]
    assert len(bridge.asked) == 3


def test_an_error_names_the_record_that_was_asked_for(endpoint: BridgeEndpoint) -> None:
    with pytest.raises(SyncError) as caught:
        endpoint.get("K/9")
    assert caught.value.record == "K/9"


def test_a_bridge_that_is_only_read_writes_no_field(connect: Callable[..., BridgeEndpoint]) -> None:
    assert connect(writes=False).capabilities.writes == frozenset()


def test_an_incremental_read_passes_the_cursor_on_every_page(bridge: Bridge, endpoint: BridgeEndpoint) -> None:
    bridge.lay("/contractors", listing(item("2"), total=2))
    bridge.lay("/contractors?limit=250&since=5", listing(item("1"), next="p2", total=2))
    pages = list(endpoint.read("5", full=False))
    assert [request.query.get("since") for request in bridge.asked] == ["5", "5"]
    assert [page.cursor for page in pages] == ["7", "7"]
    assert pages[1].end is not None
    assert pages[1].end.complete


def test_a_wrong_token_is_refused(connect: Callable[..., BridgeEndpoint], bridge: Bridge) -> None:
    bridge.lay("/contractors", {}, status=401)
    with pytest.raises(AuthFailed):
        list(connect().read(None, full=True))


@pytest.mark.parametrize("version", ["wersja-ł", "1\n", "\x7f"])
def test_a_version_that_no_header_can_hold_is_the_matter_of_its_record(
    bridge: Bridge, endpoint: BridgeEndpoint, version: str
) -> None:
    bridge.lay("/contractors/1", item("1", version=version))
    remote = endpoint.get("1")
    with pytest.raises(InvalidRecord) as caught:
        endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="Inna firma"))
    assert (caught.value.record, caught.value.field) == ("1", "version")
    assert [one.method for one in bridge.asked] == ["GET"]
