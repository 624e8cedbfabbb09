"""Is a platform's call a hint that only the platform can give, and only once?"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
import pytest

from adapters.insales.webhook import HOOK
from syncd.domain.signature import is_signed
from syncd.errors import InvalidRecord, Misconfigured
from syncd.ports import Hook
from syncd.registry import tables
from syncd.registry.engine import writing
from syncd.registry.scrub import Whom, scrub
from syncd.secrets import Vault, key_file, new_key, open_vault
from syncd.sync import hooks
from syncd.sync.sweep import sweep
from tests.fixtures.contractors import firm
from tests.fixtures.trusted import TRUSTED
from tests.integration.pipeline.house import House

from .conftest import Site, replace_adapter, serving


def records(body: bytes) -> tuple[str, ...]:
    try:
        ids = msgspec.json.decode(body, type=dict[str, list[str]])["ids"]
    except (msgspec.MsgspecError, KeyError):
        raise InvalidRecord("cannot be read", code="hook-unreadable") from None
    return tuple(ids)


def verify(headers: Mapping[str, str], body: bytes, key: str) -> bool:
    return is_signed(headers.get("x-at", "").encode() + b"." + body, headers.get("x-signature", ""), key)


def sent_at(headers: Mapping[str, str]) -> datetime:
    return datetime.fromtimestamp(int(headers["x-at"]), UTC)


SIGNED = Hook(records=records, verify=verify, signature=lambda headers: headers["x-signature"], sent_at=sent_at)
UNSIGNED = Hook(records=records)


class Platform:
    """Calls as the shop's platform would."""

    def __init__(self, site: Site, address: hooks.Address) -> None:
        self.site = site
        self.house = site.house
        self.address = address

    def call(self, *ids: str, body: bytes | None = None, path: str | None = None, **headers: Any) -> httpx.Response:
        sent = body if body is not None else msgspec.json.encode({"ids": ids})
        url = f"{self.site.url}/hooks/{path or f'shop/{self.address.path}'}"
        return httpx.post(url, content=sent, headers={"content-type": "application/json", **headers}, verify=TRUSTED)

    def signed(self, *ids: str, ago: int = 0, key: str | None = None) -> dict[str, Any]:
        at = str(int(self.house.now.timestamp()) - ago)
        message = at.encode() + b"." + msgspec.json.encode({"ids": ids})
        made = hmac.new((key or self.address.key).encode(), message, hashlib.sha256).hexdigest()
        return {"x-at": at, "x-signature": made}

    def runs(self) -> list[tuple[str, list[str]]]:
        return [(run["asked_by"], msgspec.json.decode(run["only"])) for run in self.house.rows(tables.Run)]


def platform_of(house: House, hook: Hook) -> Iterator[Platform]:
    replace_adapter(house, "shop", hook=hook)
    address = hooks.make(house.app, house.app.connection("shop"), by="test")
    with serving(house) as site:
        yield Platform(site, address)


@pytest.fixture
def unsigned(house: House) -> Iterator[Platform]:
    yield from platform_of(house, UNSIGNED)


@pytest.fixture
def signing(house: House) -> Iterator[Platform]:
    yield from platform_of(house, SIGNED)


def test_a_call_makes_a_run_that_reads_what_it_names(unsigned: Platform) -> None:
    house = unsigned.house
    id_ = house.shop.add(firm("A1"))
    assert unsigned.call(id_).status_code == 200
    (run,) = house.rows(tables.Run)
    assert (run["mode"], run["asked_by"]) == ("only", "hook")
    assert house.execute(run["id"])["counts"]["read"] == 1
    assert len(house.contractors()) == 1
    assert [call["external_ids"] for call in house.rows(tables.HookCall)] == [None]  # names are not kept


def test_calls_that_come_before_a_run_begins_are_read_by_one(unsigned: Platform) -> None:
    for number in range(20):
        unsigned.call(f"c{number % 5}")
    assert unsigned.runs() == [("hook", ["c0", "c1", "c2", "c3", "c4"])]


def test_who_does_not_know_the_address_is_told_nothing(unsigned: Platform) -> None:
    good = unsigned.address.path
    for path in ("shop/x", f"shop/{good[:-1]}", f"shop/{good}x", f"erp/{good}", f"nothing/{good}", "shop/%00"):
        said = unsigned.call("c1", path=path)
        assert (said.status_code, good in said.text, "shop" in said.text) == (404, False, False)
    assert unsigned.runs() == []


@pytest.mark.parametrize("body", [b"", b"<xml/>", b"{}", b'{"ids": 7}', b"\xff", b"[" * 10_000])
def test_a_body_that_names_nobody_is_refused(unsigned: Platform, body: bytes) -> None:
    assert unsigned.call(body=body).status_code == 422
    assert unsigned.call(body=b"x" * 1_100_000).status_code == 413
    assert unsigned.runs() == []


def test_a_call_needs_no_browser_and_uses_no_cookie(unsigned: Platform) -> None:
    elsewhere: dict[str, Any] = {"sec-fetch-site": "cross-site", "origin": "https://shop.example"}
    assert unsigned.call("c1", **elsewhere).status_code == 200


def test_a_signed_call_is_taken_once(signing: Platform) -> None:
    headers = signing.signed("c1")
    assert [signing.call("c1", **headers).status_code for _ in range(3)] == [200, 200, 200]
    assert len(signing.house.rows(tables.HookCall)) == 1
    assert signing.runs() == [("hook", ["c1"])]


@pytest.mark.parametrize("ago", [3600, 301, -301])
def test_a_signed_call_from_another_time_is_refused(signing: Platform, ago: int) -> None:
    said = signing.call("c1", **signing.signed("c1", ago=ago), accept="application/json")
    assert (said.status_code, said.json()["code"]) == (422, "hook-too-old")
    assert signing.runs() == []


def test_a_call_that_is_not_signed_with_the_key_over_the_raw_body_is_refused(signing: Platform) -> None:
    good = signing.signed("c1")
    wrong = [
        signing.call("c2", **good),
        signing.call("c1", **signing.signed("c1", key="another")),
        signing.call("c1", **{**good, "x-signature": ""}),
        signing.call("c1", **{**good, "x-signature": "zz"}),
        signing.call("c1", **{**good, "x-at": str(int(good["x-at"]) + 1)}),
        signing.call(body=b'{"ids": ["c1"]}', **good),  # the same, written otherwise
        signing.call("c1"),
    ]
    assert {said.status_code for said in wrong} == {422}
    assert signing.runs() == []


def test_so_many_calls_wait_and_no_more(unsigned: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "MOST_CALLS", 5)
    said = [unsigned.call(f"c{number}") for number in range(8)]
    assert [answer.status_code for answer in said] == [200] * 5 + [429] * 3
    assert int(said[-1].headers["retry-after"]) > 0
    unsigned.house.pass_time(minutes=11)
    assert unsigned.call("late").status_code == 200
    assert len(unsigned.house.rows(tables.HookCall)) == 1


def test_a_run_that_names_enough_grows_no_further(unsigned: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "_MOST_NAMED", 30)
    for number in range(10):
        unsigned.call(f"customer-{number}")
    ((_, only),) = unsigned.runs()
    assert len(only) < 5
    (run,) = unsigned.house.rows(tables.Run)
    unsigned.house.execute(run["id"])
    sweep(unsigned.house.app)
    assert sorted({one for _, names in unsigned.runs() for one in names}) == [f"customer-{n}" for n in range(10)]


def test_what_a_console_took_in_before_it_died_is_read_after_the_next_sweep(
    unsigned: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(hooks, "drain", lambda *_: None)
        unsigned.call("c1")
    assert unsigned.runs() == []
    sweep(unsigned.house.app)
    assert unsigned.runs() == [("hook", ["c1"])]


def test_an_erased_customer_is_in_no_call(unsigned: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "drain", lambda *_: None)
    unsigned.call("c1")
    unsigned.call("c12")
    shop = unsigned.house.id("shop")
    with writing(unsigned.house.app.engine) as connection:
        assert scrub(connection, Whom(1, [(shop, "c1")], "{}"))["hook_calls"] == 1
    assert [call["external_ids"] for call in unsigned.house.rows(tables.HookCall)] == [None, '["c12"]']


def test_the_address_is_encrypted_shown_again_and_replaced_on_request(house: House) -> None:
    replace_adapter(house, "shop", hook=UNSIGNED)
    shop = house.app.connection("shop")
    made = hooks.make(house.app, shop, by="anna")
    (row,) = house.rows(tables.Hook)
    assert made.path.encode() not in row["sealed"]
    assert made.path not in repr(made)
    assert hooks.make(house.app, shop, by="anna") == made
    assert hooks.make(house.app, shop, by="anna", new=True) != made
    hooks.remove(house.app, shop, by="anna")
    assert [(r["actor"], r["action"]) for r in house.rows(tables.Audit)] == [
        ("anna", "make-hook"), ("anna", "make-hook"), ("anna", "remove-hook"),
    ]  # fmt: skip
    with pytest.raises(Misconfigured):
        hooks.make(house.app, house.app.connection("erp"), by="anna")


def test_secrets_are_opened_by_old_keys_until_they_are_sealed_anew(house: House) -> None:
    replace_adapter(house, "shop", hook=UNSIGNED)
    shop = house.app.connection("shop")
    made = hooks.make(house.app, shop, by="anna")
    file = key_file(house.app.settings)
    old = file.read_text(encoding="ascii").strip()
    assert file.stat().st_mode & 0o077 == 0
    newer = new_key()
    assert hooks.reseal(house.app, Vault(f"{newer},{old}"), by="anna") == 1
    with pytest.raises(Misconfigured, match="another key"):
        hooks.make(house.app, shop, by="anna")
    file.write_text(newer, encoding="ascii")
    assert hooks.make(house.app, shop, by="anna") == made
    with pytest.raises(Misconfigured):
        Vault("not a key")
    file.unlink()
    with pytest.raises(Misconfigured, match="cannot be read"):
        open_vault(house.app.settings)


def test_insales_calls_are_understood(house: House) -> None:
    assert HOOK.records(b'{"client": {"id": 7}}') == ("7",)
    assert HOOK.verify is None


@pytest.mark.parametrize("form", ["hex", "base64"])
def test_a_signature_is_over_the_very_bytes(form: Any) -> None:
    made = hmac.new(b"key", b"body", hashlib.sha256).digest()
    signature = made.hex() if form == "hex" else base64.b64encode(made).decode()
    assert is_signed(b"body", signature, "key", form=form)
    for wrong in (("body ", signature, "key"), ("body", signature, "kez"), ("body", "", "key"), ("body", "é", "key")):
        assert not is_signed(wrong[0].encode(), wrong[1], wrong[2], form=form)
    assert not is_signed(b"body", hmac.new(b"", b"body", hashlib.sha256).hexdigest(), "", form="hex")
