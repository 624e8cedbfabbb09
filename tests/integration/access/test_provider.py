"""Is a provider asked as little as possible, and does one that misbehaves cost nobody more than a moment?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from syncd.errors import InvalidRecord, Misconfigured, RetryableError, SyncError, Unavailable
from syncd.http import hurried
from syncd.oidc import Proven, Provider, begin, keep, kept
from syncd.ports import Secret
from syncd.secrets import Vault, new_key
from syncd.settings import OidcSettings
from tests.fixtures.provider import CLIENT, SECRET, Key, Simulator, providing, public, rsa_key
from tests.fixtures.trusted import TRUSTED

from .conftest import Clock

BACK = "http://127.0.0.1:8711/back"
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def simulator(clock: Clock) -> Iterator[Simulator]:
    with providing(lambda: clock.now) as simulator:
        simulator.back = BACK
        yield simulator


@pytest.fixture
def provider(simulator: Simulator, clock: Clock) -> Provider:
    own = OidcSettings(issuer=simulator.url, client_id=CLIENT, client_secret=Secret(SECRET), role_claim="groups")
    return Provider(own, BACK, lambda: clock.now)


def log_in(provider: Provider, clock: Clock) -> Proven:
    step = begin("/", "", clock.now)
    answered = httpx.get(provider.address_of(step), verify=TRUSTED).headers["location"]
    return provider.prove(step, parse_qs(urlsplit(answered).query)["code"][0])


def test_whom_it_vouches_for_is_what_it_signed(provider: Provider, simulator: Simulator, clock: Clock) -> None:
    simulator.person |= {"groups": ["a", "b"], "preferred_username": "Anna"}
    assert log_in(provider, clock) == Proven(
        issuer=simulator.url, subject="a-1", email="anna@acme.example", name="anna", values=("a", "b")
    )


def test_what_does_not_stand_in_its_token_is_asked_for(provider: Provider, simulator: Simulator, clock: Clock) -> None:
    simulator.person |= {"groups": ["a"], "preferred_username": "Anna"}
    simulator.thin = frozenset({"email", "email_verified", "groups", "preferred_username"})
    assert log_in(provider, clock) == Proven(
        issuer=simulator.url, subject="a-1", email="anna@acme.example", name="anna", values=("a",)
    )
    assert simulator.asked.count("/me") == 1


def test_nothing_is_asked_for_that_stands_in_its_token(provider: Provider, simulator: Simulator, clock: Clock) -> None:
    simulator.person |= {"groups": ["a"]}
    simulator.beside = {"sub": "a-1", "groups": ["b"]}
    assert log_in(provider, clock).values == ("a",)
    assert "/me" not in simulator.asked


@pytest.mark.parametrize("told", [{"sub": "b-2", "groups": ["a"]}, {"groups": ["a"]}], ids=["another's", "nobody's"])
def test_what_is_told_of_somebody_else_lets_nobody_in(
    provider: Provider, simulator: Simulator, clock: Clock, told: dict[str, Any]
) -> None:
    simulator.beside = told
    with pytest.raises(InvalidRecord, match="of somebody else"):
        log_in(provider, clock)


def test_an_address_is_not_made_sure_of_by_what_is_told_beside_it(
    provider: Provider, simulator: Simulator, clock: Clock
) -> None:
    simulator.person |= {"email_verified": False}
    simulator.beside = {"sub": "a-1", "email": "boss@acme.example", "email_verified": True, "groups": ["a"]}
    assert log_in(provider, clock).email is None


def test_who_takes_back_its_access_token_lets_nobody_in(provider: Provider, simulator: Simulator, clock: Clock) -> None:
    simulator.thin = frozenset({"email"})
    simulator.answers["/me"] = (401, {}, b"")
    with pytest.raises(InvalidRecord, match="access token"):
        log_in(provider, clock)


def test_where_it_answers_and_its_keys_are_asked_for_once_an_hour(
    provider: Provider, simulator: Simulator, clock: Clock
) -> None:
    for _ in range(3):
        log_in(provider, clock)
    assert [simulator.asked.count(path) for path in (DISCOVERY, "/keys", "/token")] == [1, 1, 3]
    clock.forward(minutes=61)
    log_in(provider, clock)
    assert [simulator.asked.count(path) for path in (DISCOVERY, "/keys")] == [2, 2]


@pytest.mark.parametrize(
    ("make", "algorithm"),
    [
        (rsa_key, "RS256"),
        (lambda: ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ed25519.Ed25519PrivateKey.generate, "Ed25519"),
    ],
    ids=["RSA", "EC", "Ed25519"],
)
def test_a_new_key_is_asked_for_when_a_token_names_it(
    provider: Provider, simulator: Simulator, clock: Clock, make: Callable[[], Key], algorithm: str
) -> None:
    log_in(provider, clock)
    clock.forward(minutes=1)
    simulator.rotate(make(), algorithm)
    assert log_in(provider, clock).subject == "a-1"
    assert simulator.asked.count("/keys") == 2


def test_a_key_that_nobody_publishes_is_not_asked_for_again_and_again(
    provider: Provider, simulator: Simulator, clock: Clock
) -> None:
    log_in(provider, clock)
    clock.forward(minutes=1)
    simulator.name = "never heard of"
    for _ in range(4):
        with pytest.raises(InvalidRecord, match="no key of the provider's"):
            log_in(provider, clock)
    assert simulator.asked.count("/keys") == 2


def test_a_key_without_a_name_is_taken_where_there_is_only_one(
    provider: Provider, simulator: Simulator, clock: Clock
) -> None:
    simulator.name, simulator.keys = None, [public(None, simulator.key), {"kty": "RSA"}, {"kty": "oct", "k": "AA"}]
    assert log_in(provider, clock).subject == "a-1"
    simulator.keys.append(public("second", rsa_key()))
    clock.forward(minutes=61)
    with pytest.raises(InvalidRecord, match="no key of the provider's"):
        log_in(provider, clock)


@pytest.mark.parametrize("use", [{"use": "enc"}, {"alg": "RS512"}, {"kty": "oct"}, {"kty": 7}, {"n": 7}, {"e": ""}])
def test_a_key_for_something_else_signs_nothing(
    provider: Provider, simulator: Simulator, clock: Clock, use: dict[str, object]
) -> None:
    simulator.keys = [public("first", simulator.key) | use, public("other", rsa_key())]
    with pytest.raises(InvalidRecord, match="no key of the provider's"):
        log_in(provider, clock)


def test_a_weak_key_signs_nothing(provider: Provider, simulator: Simulator, clock: Clock) -> None:
    simulator.rotate(rsa_key(1024), "RS256")
    with pytest.raises(Misconfigured, match="no key by which"):
        log_in(provider, clock)


def test_the_secret_goes_in_the_form_where_the_provider_wants_that(
    provider: Provider, simulator: Simulator, clock: Clock
) -> None:
    simulator.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert log_in(provider, clock).subject == "a-1"


def test_a_code_is_worth_nothing_without_what_its_browser_left_with(
    provider: Provider, simulator: Simulator, clock: Clock
) -> None:
    step, other = begin("/", "", clock.now), begin("/", "", clock.now)
    answered = httpx.get(provider.address_of(step), verify=TRUSTED).headers["location"]
    with pytest.raises(InvalidRecord, match="does not take its code back"):
        provider.prove(other, parse_qs(urlsplit(answered).query)["code"][0])
    assert simulator.asked.count("/token") == 1


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b""),
        (302, {"location": "http://169.254.169.254/"}, b""),
        (200, {}, b"<html>"),
        (200, {}, b"{"),
        (200, {}, json.dumps({"keys": ["x" * 600_000]}).encode()),
        (404, {}, b""),
    ],
    ids=["failed", "redirects", "a page", "cut", "huge", "not there"],
)
@pytest.mark.parametrize("path", [DISCOVERY, "/keys"])
def test_a_provider_that_fails_is_left_alone_for_a_moment_and_asked_again_afterwards(
    provider: Provider, simulator: Simulator, clock: Clock, path: str, answer: tuple[int, dict[str, str], bytes]
) -> None:
    simulator.answers[path] = answer
    for _ in range(3):
        with pytest.raises(SyncError):
            log_in(provider, clock)
    assert simulator.asked.count(path) <= 3  # tries of one reading
    simulator.answers.clear()
    clock.forward(seconds=16)
    assert log_in(provider, clock).subject == "a-1"


def test_a_provider_that_has_no_document_there_is_configured_wrongly(
    provider: Provider, simulator: Simulator, clock: Clock
) -> None:
    simulator.answers[DISCOVERY] = (404, {}, b"")
    with pytest.raises(Misconfigured, match="HTTP 404") as told:
        log_in(provider, clock)
    assert (told.value.field, simulator.asked.count(DISCOVERY)) == ("console.oidc.issuer", 1)


def test_a_provider_that_hangs_holds_nobody_for_long(provider: Provider, simulator: Simulator, clock: Clock) -> None:
    simulator.slow[DISCOVERY] = 3
    with hurried(0.3), pytest.raises(Unavailable):
        log_in(provider, clock)
    simulator.slow.clear()
    clock.forward(seconds=16)
    simulator.slow["/token"] = 3
    step = begin("/", "", clock.now)
    answered = httpx.get(provider.address_of(step), verify=TRUSTED).headers["location"]
    with hurried(0.3), pytest.raises(RetryableError):
        provider.prove(step, parse_qs(urlsplit(answered).query)["code"][0])


def test_a_document_that_leads_into_the_own_network_is_not_followed(
    provider: Provider, simulator: Simulator, clock: Clock
) -> None:
    port = urlsplit(simulator.url).port
    simulator.discovery = {"token_endpoint": f"http://localhost:{port}/token"}
    with pytest.raises(Misconfigured, match="not on the internet"):
        log_in(provider, clock)
    assert "/token" not in simulator.asked


def test_the_doctor_s_look_finds_a_provider_that_is_called_otherwise(
    simulator: Simulator, provider: Provider, clock: Clock
) -> None:
    assert provider.look() == 1
    own = OidcSettings(issuer=simulator.url + "/", client_id=CLIENT, client_secret=Secret(SECRET))
    with pytest.raises(Misconfigured, match="calls itself otherwise"):
        Provider(own, BACK, lambda: clock.now).look()


# What a browser holds


def test_a_step_is_read_by_who_sealed_it_and_in_time(clock: Clock) -> None:
    vault, step = Vault(new_key()), begin("/runs", "", clock.now)
    text = keep(step, vault)
    assert kept(text, vault, clock.now) == step
    assert [kept(other, vault, clock.now) for other in ("", "x", text[:-4], "\udcff", "x" * 5000)] == [None] * 5
    assert kept(vault.seal("{}").decode(), vault, clock.now) is None
    assert kept(text, Vault(new_key()), clock.now) is None
    assert kept(text, vault, clock.forward(minutes=10)) is None


def test_every_step_is_another_and_tells_the_provider_no_verifier(clock: Clock) -> None:
    one, other = begin("/", "", clock.now), begin("/", "", clock.now)
    assert not {one.state, one.nonce, one.verifier, one.challenge} & {other.state, other.nonce, other.verifier}
    assert (len(one.verifier), len(one.challenge), one.challenge != one.verifier) == (43, 43, True)
    assert one.is_answered_by(one.state)
    assert not one.is_answered_by(other.state)
