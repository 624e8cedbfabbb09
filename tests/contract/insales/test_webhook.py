"""Is a webhook a hint and nothing more?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.insales.simulated.state import Setup
from adapters.insales.simulator import simulate
from adapters.insales.webhook import TOPICS, clients_of
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from syncd.ports import Secret

SECRET = Secret("an-address-nobody-can-guess")


def hear(body: Any, token: str = SECRET.reveal()) -> tuple[str, ...]:
    return clients_of(body if isinstance(body, bytes) else json.dumps(body).encode(), token=token, secret=SECRET)


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ({"id": 7, "name": "ООО"}, ("7",)),
        ({"client": {"id": 7}}, ("7",)),
        ([{"id": 7}, {"client": {"id": 8}}, {"id": 7}], ("7", "8")),
        ([{"id": 7}, {"name": "?"}], ("7",)),
    ],
)
def test_only_the_ids_are_taken(body: Any, ids: tuple[str, ...]) -> None:
    assert hear(body) == ids


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"id": "7"},
        {"id": True},
        {"id": -7},
        {"client": None},
        b"",
        b"<client><id>7</id></client>",
        b'{"id": 7',
        b"\xff",
        b"[" * 100_000,
        json.dumps({"id": 7, "x": "x" * 1024 * 1024}).encode(),
    ],
    ids=lambda body: str(body)[:20],
)
def test_a_body_that_names_nobody_is_refused(body: Any) -> None:
    with pytest.raises(InvalidRecord) as caught:
        hear(body)
    assert caught.value.code == "hook-unreadable"


@pytest.mark.parametrize("token", ["", "another-address", "адрес"])
def test_an_address_that_was_not_given_out_is_refused(token: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        hear({"id": 7}, token)
    assert caught.value.code == "hook-not-ours"


def test_a_secret_that_could_be_guessed_lets_nobody_in() -> None:
    with pytest.raises(InvalidRecord):
        clients_of(b'{"id": 7}', token="", secret=Secret(""))
    with pytest.raises(InvalidRecord):
        clients_of(b'{"id": 7}', token="short", secret=Secret("short"))


def test_hooks_that_are_lost_and_doubled_name_the_clients_that_were_made() -> None:
    with simulate(Setup(hook_double=2)) as shop:
        for topic in TOPICS:
            shop.shop.make_hook({"address": "https://x.example/", "topic": topic, "format_type": "json"})
        made = shop.add(Contractor(name="ООО"))
        shop.edit(made, name="ООО Новое")
        bodies = [json.dumps(body).encode() for _, body in shop.shop.state.sent]
        assert len(bodies) > 2
        assert {hear(body) for body in bodies} == {(made,)}
