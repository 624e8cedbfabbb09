"""Do changes reach the bridge by HTTP, and is each of its answers understood?"""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from syncd.certify.faults import Fault
from syncd.certify.server import Reply, Request, Server
from syncd.errors import (
    AuthFailed,
    InvalidRecord,
    Misconfigured,
    NotFound,
    OutcomeUnknown,
    SyncError,
    Unavailable,
    VersionConflict,
)
from tests.contract.xl.bases import FIRM, changed, company, opened

NEW = msgspec.structs.replace(FIRM, number="N1", groups=())


def answering(status: int, body: bytes) -> Server:
    """A bridge that says the same to everything."""

    def handle(request: Request) -> Reply:
        return Reply(status, body.replace(b"KEY", json.loads(request.body or b'{"id": "none"}')["id"].encode()))

    return Server(handle)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (422, b'{"id": "KEY", "state": "refused", "reason": "duplicate", "field": "NipE"}', InvalidRecord),
        (200, b'{"id": "KEY", "state": "refused", "reason": "duplicate", "field": "NipE"}', InvalidRecord),
        (409, b'{"id": "KEY", "state": "refused", "reason": "stale"}', VersionConflict),
        (404, b'{"id": "KEY", "state": "refused", "reason": "missing"}', NotFound),
        (404, b"<html>Not Found</html>", Misconfigured),
        (422, b"<html>no</html>", InvalidRecord),
        (401, b"", AuthFailed),
        (202, b'{"id": "KEY", "state": "waiting"}', OutcomeUnknown),
        (200, b'{"id": "other", "state": "imported", "GIDNumer": 1}', OutcomeUnknown),
        (200, b'{"id": "KEY", "state": "imported", "GIDNumer": 4711}', OutcomeUnknown),
        (200, b'{"id": "KEY", "state": "perhaps"}', OutcomeUnknown),
        (200, b'{"ok": true}', OutcomeUnknown),
        (200, b"", OutcomeUnknown),
        (500, b"XLNowyKontrahent", OutcomeUnknown),
    ],
)
def test_an_answer_to_a_create_has_its_error(status: int, body: bytes, kind: type[SyncError]) -> None:
    with company() as (sandbox, _), answering(status, body) as bridge:
        sandbox.add(FIRM)
        with opened(sandbox, bridge_url=bridge.url) as endpoint, pytest.raises(kind):
            endpoint.create(NEW)


def test_a_change_that_the_bridge_only_queued_is_in_doubt() -> None:
    with company() as (sandbox, endpoint):
        remote = endpoint.get(sandbox.add(FIRM))
        sandbox.importing = False
        with pytest.raises(OutcomeUnknown) as caught:
            changed(endpoint, remote, name="Nowa")
        assert (caught.value.code, caught.value.record) == ("import-waiting", "1")


def test_a_change_sent_again_after_a_lost_answer_is_imported_once() -> None:
    with company() as (sandbox, endpoint):
        sandbox.faults.plan(Fault(kind="lose_answer", only="write"))
        with pytest.raises(OutcomeUnknown):
            endpoint.create(NEW)
        (found,) = endpoint.find(NEW)
        assert found.contractor.number == "N1"
        document = {"contract": "syncd-xl/1", "id": "x", "operation": "create", "set": {"Akronim": "A", "Nazwa1": "A"}}
        importer: Any = sandbox._importer
        assert importer.take(document) == importer.take(document)
        assert len(sandbox.holds()) == 2


def test_the_same_change_has_the_same_id() -> None:
    with company() as (sandbox, _):
        seen: list[str] = []

        def handle(request: Request) -> Reply:
            seen.append(json.loads(request.body)["id"])
            return Reply(500)

        with Server(handle) as bridge, opened(sandbox, bridge_url=bridge.url) as endpoint:
            remote = endpoint.get(sandbox.add(FIRM))
            for name in ("Nowa", "Nowa", "Inna"):
                with pytest.raises(OutcomeUnknown):
                    changed(endpoint, remote, name=name)
        assert seen[0] == seen[1] != seen[2]


def test_a_bridge_that_is_not_there_has_certainly_not_written() -> None:
    with (
        company() as (sandbox, _),
        opened(sandbox, bridge_url="http://127.0.0.1:1") as endpoint,
        pytest.raises(Unavailable),
    ):
        endpoint.create(NEW)


def test_a_wrong_token_stops_the_connection() -> None:
    with company() as (sandbox, _), opened(sandbox, bridge_token="hidden-1") as endpoint:
        with pytest.raises(AuthFailed) as caught:
            endpoint.create(NEW)
        assert "hidden-1" not in f"{caught.value} {endpoint!r} {endpoint._options!r}"


def test_a_bridge_without_a_token_is_refused() -> None:
    with company() as (sandbox, _), pytest.raises(Misconfigured, match="token"), opened(sandbox, bridge_token=""):
        pass


def test_the_connection_test_names_the_bridge() -> None:
    with company() as (_, endpoint):
        assert endpoint.check().detail == "sqlite: 0 customers; bridge to XL (simulated)"


def test_something_else_at_the_address_is_no_bridge() -> None:
    with (
        company() as (sandbox, _),
        answering(200, b"[]") as other,
        opened(sandbox, bridge_url=other.url) as endpoint,
        pytest.raises(Misconfigured, match="health"),
    ):
        endpoint.check()


def test_nothing_is_kept_on_this_side() -> None:
    with company() as (sandbox, endpoint):
        changed(endpoint, endpoint.get(sandbox.add(FIRM)), name="Nowa")
        assert endpoint.scrub(["1"]) == ()
