"""Does an identity provider let in whom it vouches for, and nobody else, whatever comes back from it?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pyotp
import pytest

from syncd.access import identity, second, setup, users
from syncd.access.roles import Role
from syncd.console.cookie import cookie_name
from syncd.errors import InvalidRecord
from syncd.oidc import BACK
from syncd.ports import Secret
from syncd.registry import tables
from syncd.secrets import new_key, open_vault
from syncd.settings import OidcSettings
from tests.fixtures.provider import CLIENT, SECRET, Simulator, providing, rsa_key
from tests.fixtures.trusted import TRUSTED
from tests.integration.pipeline.house import House

from .conftest import PASSWORD, Site, serving
from .test_routes import registry

ROLES = {"role_claim": "groups", "roles": {"syncd": "viewer", "syncd-ops": "operator", "syncd-admins": "admin"}}


@pytest.fixture
def provider(staffed: House) -> Iterator[Simulator]:
    with providing(staffed.app.now) as simulator:
        yield simulator


def settings(provider: Simulator, **more: Any) -> OidcSettings:
    own: dict[str, Any] = {"issuer": provider.url, "client_id": CLIENT, "client_secret": Secret(SECRET)}
    return OidcSettings(**own, label="Acme & Sons", **more)


Open = Callable[..., Site]


@pytest.fixture
def opened(staffed: House, provider: Simulator) -> Iterator[Open]:
    """A console with this provider, and what else `[console.oidc]` says."""
    running = []

    def open_site(**more: Any) -> Site:
        running.append(serving(staffed, oidc=settings(provider, **more)))
        site = running[-1].__enter__()
        provider.back = site.url + BACK
        return site

    yield open_site
    for one in running:
        one.__exit__(None, None, None)


def leave(browser: httpx.Client, **query: str) -> str:
    """Go to the provider; answer with which address it sends the browser back."""
    there = browser.get(f"/log-in/provider?{urlencode(query)}")
    assert there.status_code == 303, there.text
    answered = httpx.get(there.headers["location"], verify=TRUSTED)
    assert answered.status_code == 302, answered.text
    return str(answered.headers["location"])


def come(site: Site, browser: httpx.Client | None = None, **query: str) -> httpx.Response:
    """Log in by the provider."""
    browser = browser or site.browser()
    return browser.get(leave(browser, **query))


def expect(site: Site, name: str = "viewer", email: str = "anna@acme.example") -> None:
    app = site.house.app
    identity.expect(app.engine, name, email, by="test", now=app.now())


def known(site: Site, name: str) -> users.UserRow:
    return users.find_user(site.house.app.engine, name)


def refused(answer: httpx.Response, words: str, status: int = 401) -> bool:
    """Whether somebody was told so, and the browser was given nothing that opens anything."""
    assert (answer.status_code, words in answer.text) == (status, True), answer.text
    given = [one.partition("=")[0] for one in answer.headers.get_list("set-cookie")]
    return "<script>alert" not in answer.text and all(name.endswith("-provider") for name in given)


def audited(site: Site, action: str) -> list[dict[str, Any]]:
    return [row["details"] for row in site.house.rows(tables.Audit) if row["action"] == action]


# Coming in


def test_who_is_expected_by_a_verified_address_comes_in_and_is_known_from_then_on(
    opened: Open, provider: Simulator
) -> None:
    site = opened()
    expect(site)
    browser = site.browser()
    said = come(site, browser, next="/audit?what=erase")
    assert (said.status_code, said.headers["location"]) == (303, "/audit?what=erase")
    assert browser.get("/").status_code == 200
    assert known(site, "viewer").linked_at is not None
    assert audited(site, "log-in")[-1] == {"address": "127.0.0.1", "provider": "127.0.0.1"}
    provider.person = {"sub": "a-1", "email": "anna@other.example"}
    again = site.browser()
    assert come(site, again).headers["location"] == "/"
    assert again.get("/").status_code == 200


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_nobody_is_led_to_another_site_afterwards(opened: Open, next_: str) -> None:
    site = opened()
    expect(site)
    assert come(site, next=next_).headers["location"] == "/"


def test_a_page_whose_address_no_cookie_holds_is_the_first_one(opened: Open) -> None:
    site = opened()
    expect(site)
    assert come(site, next="/audit?what=" + "~" * 1900).headers["location"].startswith("/audit")
    assert come(site, next="/" + "a" * 5000).headers["location"] == "/"


@pytest.mark.parametrize("mark", [None, False, "false", 1, "yes", [True]])
def test_an_address_that_the_provider_did_not_make_sure_of_lets_nobody_in(
    opened: Open, provider: Simulator, mark: object
) -> None:
    site = opened()
    expect(site)
    provider.person = {"sub": "a-1", "email": "anna@acme.example", "email_verified": mark}
    browser = site.browser()
    assert refused(come(site, browser), "nobody has let you in here")
    assert (browser.get("/").status_code, known(site, "viewer").linked_at) == (303, None)


@pytest.mark.parametrize(
    "claims",
    [
        {"preferred_username": "admin", "name": "admin"},
        {"sub": "admin"},
        {"email": "admin", "email_verified": True},
        {"email": "\u212aatie@acme.example", "email_verified": True},  # a sign that becomes a k in lower case
    ],
    ids=str,
)
def test_a_name_or_what_only_looks_alike_lets_nobody_in(
    opened: Open, provider: Simulator, claims: dict[str, Any]
) -> None:
    site = opened()
    expect(site, "admin", "katie@acme.example")
    provider.person = {"sub": "stranger", **claims}
    browser = site.browser()
    assert refused(come(site, browser), "nobody has let you in here")
    assert browser.get("/").status_code == 303
    assert audited(site, "log-in-refused")[-1]["cause"] == "no-account"


def test_an_address_that_was_given_to_somebody_else_lets_only_the_first_in(opened: Open, provider: Simulator) -> None:
    site = opened()
    expect(site)
    assert come(site).status_code == 303
    provider.person = {"sub": "b-2", "email": "anna@acme.example", "email_verified": True}
    assert refused(come(site), "nobody has let you in here")


def test_who_is_shut_out_stays_out_linked_or_only_expected(opened: Open, provider: Simulator) -> None:
    site = opened(make_users=True, **ROLES)
    app = site.house.app
    provider.person |= {"groups": ["syncd-ops"]}
    expect(site, "operator")
    users.disable(app.engine, "operator", by="test", now=app.now())
    assert refused(come(site), "nobody has let you in here")
    users.enable(app.engine, "operator", by="test", now=app.now())
    assert come(site).status_code == 303
    users.disable(app.engine, "operator", by="test", now=app.now())
    assert refused(come(site), "nobody has let you in here")
    assert len(site.house.rows(tables.User)) == 3


def test_a_log_in_gives_a_new_key_and_ends_what_the_browser_held(opened: Open) -> None:
    site = opened()
    expect(site)
    browser = site.browser(Role.OPERATOR)
    name = cookie_name(site.house.app.settings.console)
    before = browser.cookies[name]
    come(site, browser)
    old = site.browser()
    old.cookies.set(name, before, domain="127.0.0.1")
    assert (browser.cookies[name] != before, old.get("/").status_code) == (True, 303)
    assert "viewer" in browser.get("/profile").text


# By a link


def invited(site: Site, name: str = "viewer") -> str:
    app = site.house.app
    return setup.renew(app.engine, name, by="test", now=app.now())


def test_a_set_up_link_tells_the_provider_s_account_whose_it_is_once(opened: Open, provider: Simulator) -> None:
    site = opened()
    provider.person = {"sub": "a-1"}
    key = invited(site)
    page = site.browser().get(f"/set-up/{key}").text
    assert (f"/log-in/provider?invited={key}" in page, "Acme &amp; Sons" in page) == (True, True)
    browser = site.browser()
    assert come(site, browser, invited=key).status_code == 303
    assert "viewer" in browser.get("/profile").text
    provider.person = {"sub": "b-2"}
    assert refused(come(site, invited=key), "nobody has let you in here")
    assert site.browser().get(f"/set-up/{key}").status_code == 404


def test_a_link_takes_no_account_that_is_another_s_and_no_user_who_has_one(opened: Open, provider: Simulator) -> None:
    site = opened()
    provider.person = {"sub": "a-1"}
    assert come(site, invited=invited(site)).status_code == 303
    assert refused(come(site, invited=invited(site, "operator")), "linked already")
    provider.person = {"sub": "b-2"}
    assert refused(come(site, invited=invited(site)), "linked already")
    assert (known(site, "operator").linked_at, known(site, "viewer").linked_at is None) == (None, False)


def test_a_link_does_not_get_around_one_time_codes(opened: Open) -> None:
    site = opened()
    app, vault = site.house.app, open_vault(site.house.app.settings, make=new_key)
    code = pyotp.TOTP(second.begin(app.engine, vault, "viewer", app.now())).at(app.now())
    second.confirm(app.engine, vault, "viewer", code, address="", by="test", now=app.now())
    key = invited(site)
    assert refused(come(site, invited=key), "does not get around")
    assert site.browser().get(f"/set-up/{key}").status_code == 200


# Roles


def test_the_provider_s_word_on_roles_counts_at_each_log_in_and_is_in_the_audit_log(
    opened: Open, provider: Simulator
) -> None:
    site = opened(**ROLES)
    expect(site)
    provider.person |= {"groups": ["x", "syncd", "syncd-admins"]}
    browser = site.browser()
    assert come(site, browser).status_code == 303
    assert browser.get("/users").status_code == 200
    provider.person |= {"groups": "syncd-ops"}
    assert come(site).status_code == 303
    assert (known(site, "viewer").role, browser.get("/users").status_code) == ("operator", 303)
    rows = [row for row in site.house.rows(tables.Audit) if row["action"] == "set-role"]
    assert [(row["actor"], row["details"]["after"]) for row in rows] == [
        ("identity provider", {"role": "admin"}),
        ("identity provider", {"role": "operator"}),
    ]


@pytest.mark.parametrize("groups", [None, [], ["Syncd"], "syncd,syncd-admins", {"syncd": True}, [["syncd"]], 7])
def test_who_has_no_role_there_does_not_come_in(opened: Open, provider: Simulator, groups: object) -> None:
    site = opened(make_users=True, **ROLES)
    expect(site)
    provider.person |= {"groups": groups}
    assert refused(come(site), "no role here")
    assert (known(site, "viewer").linked_at, len(site.house.rows(tables.User))) == (None, 3)


def test_the_last_admin_is_not_made_less_by_a_claim(opened: Open, provider: Simulator) -> None:
    site = opened(**ROLES)
    expect(site, "admin")
    provider.person |= {"groups": ["syncd"]}
    assert refused(come(site), "the only admin")
    assert known(site, "admin").role == "admin"


def test_whoever_has_a_role_there_becomes_a_user_where_that_is_configured(opened: Open, provider: Simulator) -> None:
    site = opened(make_users=True, **ROLES)
    provider.person |= {"groups": ["syncd-ops"], "preferred_username": "Admin"}
    browser = site.browser()
    assert come(site, browser).status_code == 303
    assert "admin-2" in browser.get("/profile").text
    assert (known(site, "admin-2").role, known(site, "admin-2").state) == ("operator", "active")
    assert known(site, "admin").linked_at is None
    assert come(site).status_code == 303
    assert len(site.house.rows(tables.User)) == 4


# Without passwords


def test_where_passwords_are_off_the_provider_is_the_only_way_in(opened: Open) -> None:
    site = opened(passwords=False)
    expect(site)
    page = site.browser().get("/log-in").text
    assert ("/log-in/provider?next=" in page, 'type="password"' in page) == (True, False)
    said = site.browser().post("/log-in", data={"name": "viewer", "password": PASSWORD})
    assert (said.status_code, "open nothing here" in said.text) == (403, True)
    key = invited(site, "operator")
    assert 'type="password"' not in site.browser().get(f"/set-up/{key}").text
    assert site.browser().post(f"/set-up/{key}", data={"password": PASSWORD}).status_code == 403
    assert come(site).status_code == 303
    program = site.program(site.token(Role.ADMIN, "admin"))
    assert program.get("/api/v1/users").status_code == 200


def test_without_a_provider_nothing_speaks_of_one(site: Site) -> None:
    assert "provider" not in site.browser().get("/log-in").text
    assert {site.browser().get(path).status_code for path in ("/log-in/provider", BACK)} == {404}


# Coming back with what one did not leave with


def test_an_answer_is_taken_once_from_the_browser_that_left_and_within_ten_minutes(
    opened: Open, provider: Simulator
) -> None:
    site = opened()
    expect(site)
    first, other = site.browser(), site.browser()
    back = leave(first)
    leave(other)
    for thief in (other, site.browser()):
        assert refused(thief.get(back), "began in another browser")
        assert thief.get("/").status_code == 303
    assert refused(first.get(f"{BACK}?state=led-here-by-another-site"), "began in another browser")
    held = dict(first.cookies)
    assert first.get(back).status_code == 303
    again = site.browser()
    for name, value in held.items():
        again.cookies.set(name, value, domain="127.0.0.1")
    asked = len(provider.asked)
    assert refused(again.get(back), "began in another browser")
    assert len(provider.asked) == asked
    late = site.browser()
    back = leave(late)
    site.house.pass_time(minutes=10)
    assert refused(late.get(back), "took too long")


@pytest.mark.parametrize(
    "change",
    [{"state": ""}, {"state": "x"}, {"code": ""}, {"code": "x" * 5000}, {"iss": "https://evil.example"}, {"iss": ""}],
    ids=str,
)
def test_an_answer_that_was_tampered_with_is_refused_before_the_provider_is_asked(
    opened: Open, provider: Simulator, change: dict[str, str]
) -> None:
    site = opened()
    expect(site)
    browser = site.browser()
    parts = {name: values[0] for name, values in parse_qs(urlsplit(leave(browser)).query).items()}
    before = list(provider.asked)
    assert refused(browser.get(BACK, params=parts | change), "took too long")
    assert (provider.asked, browser.get("/").status_code) == (before, 303)


def test_a_provider_that_names_itself_in_answers_has_to(opened: Open, provider: Simulator) -> None:
    site = opened()
    expect(site)
    provider.discovery = {"authorization_response_iss_parameter_supported": True}
    assert come(site).status_code == 303
    browser = site.browser()
    parts = {name: values[0] for name, values in parse_qs(urlsplit(leave(browser)).query).items()}
    del parts["iss"]
    assert refused(browser.get(BACK, params=parts), "took too long")


def test_looking_at_either_address_changes_nothing(opened: Open) -> None:
    site = opened()
    browser = site.browser()
    leave(browser)
    before = registry(site.house)
    for query in (
        {},
        {"state": "x", "code": "y"},
        {"error": "access_denied"},
        {"state": "\ud800".encode("utf-8", "surrogatepass")},
    ):
        assert browser.get(BACK, params=query).status_code == 401
        assert browser.get("/log-in/provider", params=query).status_code == 303
    assert registry(site.house) == before


def test_what_the_browser_holds_is_out_of_reach_and_tells_nothing(serve: Any, provider: Simulator) -> None:
    with serve(oidc=settings(provider), behind_tls_proxy=True, public_url="https://syncd.example") as site:
        there = site.browser().get("/log-in/provider")
        name, _, rest = there.headers["set-cookie"].partition("=")
        assert name == "__Host-syncd-provider"
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=600"} <= set(rest.split("; "))
        asked = parse_qs(urlsplit(there.headers["location"]).query)
        assert asked["redirect_uri"] == ["https://syncd.example" + BACK]
        assert asked["code_challenge_method"] == ["S256"]
        assert not any(asked[name][0] in rest for name in ("state", "nonce", "code_challenge"))
        assert SECRET not in there.headers["location"] + rest


# What the provider says


@pytest.mark.parametrize(
    ("error", "words"), [("access_denied", "did not let you in"), ("<b>x</b>", "did not let you in")]
)
def test_a_refusal_is_told_in_words_of_ours(opened: Open, provider: Simulator, error: str, words: str) -> None:
    provider.refuses = error
    site = opened()
    said = come(site)
    assert refused(said, f"Acme &amp; Sons {words}")
    assert not [text for text in ("<script>alert", "<b>", "access_denied") if text in said.text]


ATTACKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another provider": lambda claims: claims | {"iss": "https://evil.example"},
    "a slash more": lambda claims: claims | {"iss": claims["iss"] + "/"},
    "no provider": lambda claims: {name: value for name, value in claims.items() if name != "iss"},
    "another program": lambda claims: claims | {"aud": "somebody else"},
    "others, too": lambda claims: claims | {"aud": [CLIENT, "somebody else"]},
    "nobody": lambda claims: claims | {"aud": []},
    "used by another program": lambda claims: claims | {"azp": "somebody else"},
    "another log-in": lambda claims: claims | {"nonce": "x" * 43},
    "no log-in": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "over": lambda claims: claims | {"exp": claims["iat"] - 120},
    "without an end": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "an end that is none": lambda claims: claims | {"exp": "never"},
    "an end that is true": lambda claims: claims | {"exp": True},
    "made long ago": lambda claims: claims | {"iat": claims["iat"] - 3600},
    "made tomorrow": lambda claims: claims | {"iat": claims["iat"] + 86_400, "exp": claims["exp"] + 86_400},
    "good from tomorrow": lambda claims: claims | {"nbf": claims["iat"] + 86_400},
    "about nobody": lambda claims: {name: value for name, value in claims.items() if name != "sub"},
    "about a number": lambda claims: claims | {"sub": 1},
    "about an empty name": lambda claims: claims | {"sub": ""},
    "about too long a name": lambda claims: claims | {"sub": "a" * 256},
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_token_that_says_anything_else_than_it_must_is_refused(
    opened: Open, provider: Simulator, attack: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    site = opened()
    expect(site)
    provider.twist = attack
    browser = site.browser()
    assert refused(come(site, browser), "cannot be trusted")
    assert (browser.get("/").status_code, known(site, "viewer").linked_at) == (303, None)


def unsigned(provider: Simulator) -> None:
    provider.header, provider.sign = {"alg": "none"}, lambda _: b""


def by_what_everybody_knows(provider: Simulator) -> None:
    provider.sign_by_what_everybody_knows()


def by_a_key_of_the_same_name(provider: Simulator) -> None:
    provider.key = rsa_key()


def by_a_key_that_is_not_published(provider: Simulator) -> None:
    provider.key, provider.name = rsa_key(), "other"


def by_a_key_that_it_brings_along(provider: Simulator) -> None:
    provider.key = rsa_key()
    numbers = provider.key.public_key().public_numbers()
    provider.header = {"jwk": {"kty": "RSA", "n": hex(numbers.n), "e": "AQAB"}, "jku": provider.url + "/evil"}


def under_a_rule_that_nobody_knows(provider: Simulator) -> None:
    provider.header = {"crit": ["b64"], "b64": False}


def changed_afterwards(provider: Simulator) -> None:
    provider.sign = lambda _: b"\x00" * 256


def without_saying_how(provider: Simulator) -> None:
    provider.header = {"alg": None}


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        by_what_everybody_knows,
        by_a_key_of_the_same_name,
        by_a_key_that_is_not_published,
        by_a_key_that_it_brings_along,
        under_a_rule_that_nobody_knows,
        changed_afterwards,
        without_saying_how,
    ],
)
def test_a_token_that_the_provider_did_not_sign_by_a_published_key_is_refused(
    opened: Open, provider: Simulator, forge: Callable[[Simulator], None]
) -> None:
    site = opened()
    expect(site)
    forge(provider)
    assert refused(come(site), "cannot be trusted")
    assert known(site, "viewer").linked_at is None


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b'{"id_token": 7}', b'{"id_token": "x"}', b'{"id_token": "e30.e30.e30"}', b'{"id_token": ""}'],
)
def test_an_answer_without_a_token_lets_nobody_in(opened: Open, provider: Simulator, body: bytes) -> None:
    site = opened()
    expect(site)
    provider.answers["/token"] = (200, {}, body)
    assert refused(come(site), "cannot be trusted")


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b"<script>alert(1)</script>"),
        (302, {"location": "https://evil.example/"}, b""),
        (200, {}, b"<html>maintenance</html>"),
        (200, {}, json.dumps({"id_token": "x" * 600_000}).encode()),
        (429, {}, b""),
    ],
    ids=["failed", "redirects", "a page", "huge", "too often"],
)
def test_a_provider_that_fails_is_told_of_in_words_of_ours(
    opened: Open, provider: Simulator, answer: tuple[int, dict[str, str], bytes]
) -> None:
    site = opened()
    expect(site)
    provider.answers["/token"] = answer
    said = come(site)
    assert said.status_code in {502, 429}
    assert [text for text in ("does not answer", "Too many") if text in said.text]
    assert "<script>alert" not in said.text
    assert provider.asked.count("/token") == 1


def test_a_secret_that_the_provider_does_not_know_is_an_admin_s_matter_and_shown_to_nobody(
    opened: Open, provider: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    site = opened()
    provider.answers["/token"] = (401, {}, b'{"error": "invalid_client"}')
    assert refused(come(site), "syncd doctor", 502)
    assert "client id and secret" in caplog.text
    page = site.browser(Role.ADMIN).get("/settings/general").text
    assert ("console.oidc.client_id" in page, SECRET in page + caplog.text) == (True, False)


def test_who_fails_again_and_again_waits_and_the_provider_is_left_alone(opened: Open, provider: Simulator) -> None:
    site = opened()
    browser = site.browser()
    for _ in range(20):
        assert come(site, browser).status_code == 401
    asked = provider.asked.count("/token")
    said = come(site, browser)
    assert (said.status_code, int(said.headers["retry-after"]) > 0, provider.asked.count("/token")) == (
        429,
        True,
        asked,
    )
    expect(site)
    site.house.pass_time(minutes=15)
    assert come(site, browser).status_code == 303


# Who looks after it


def test_an_admin_notes_an_address_sees_who_is_linked_and_unlinks(opened: Open, provider: Simulator) -> None:
    site = opened()
    admin, browser = site.browser(Role.ADMIN), site.browser()
    assert "Logs in by" in admin.get("/users").text
    said = admin.post("/users/viewer/email", data={"email": " Anna@Acme.example "})
    assert (said.status_code, said.headers["location"]) == (303, "/users/viewer")
    assert 'value="anna@acme.example"' in admin.get("/users/viewer").text
    assert come(site, browser).status_code == 303
    page = admin.get("/users/viewer").text
    assert ("Linked since" in page, "/users/viewer/unlink" in page) == (True, True)
    assert "Acme &amp; Sons, password" in admin.get("/users").text
    assert admin.post("/users/viewer/unlink").status_code == 303
    assert browser.get("/").status_code == 303
    assert refused(come(site), "nobody has let you in here")
    told = [
        row["action"]
        for row in site.house.rows(tables.Audit)
        if "identity" in row["action"] or "email" in row["action"]
    ]
    assert told == ["set-email", "link-identity", "unlink-identity"]
    assert "acme.example" not in str([row["details"] for row in site.house.rows(tables.Audit)])


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("anna", "no e-mail address"),
        ("\u212aatie@acme.example", "no e-mail address"),
        ("taken@acme.example", "another user"),
    ],
)
def test_an_address_that_cannot_be_compared_or_is_another_user_s_is_refused_beside_the_form(
    opened: Open, email: str, words: str
) -> None:
    site = opened()
    expect(site, "operator", "taken@acme.example")
    said = site.browser(Role.ADMIN).post("/users/viewer/email", data={"email": email})
    assert (said.status_code, words in said.text, known(site, "viewer").email) == (422, True, None)


def test_the_address_of_somebody_who_is_linked_stays(opened: Open) -> None:
    site = opened()
    expect(site)
    come(site)
    said = site.browser(Role.ADMIN).post("/users/viewer/email", data={"email": "other@acme.example"})
    assert (said.status_code, known(site, "viewer").email) == (422, "anna@acme.example")


def test_programs_do_the_same(opened: Open) -> None:
    site = opened()
    program = site.program(site.token(Role.ADMIN, "admin"))
    assert program.post("/api/v1/users/viewer/email", json={"email": "anna@acme.example"}).json() == {"state": "noted"}
    come(site)
    shown = program.get("/api/v1/users/viewer").json()
    assert (shown["email"], shown["linked_at"] is None, shown["has_password"]) == ("anna@acme.example", False, True)
    assert program.post("/api/v1/users/viewer/unlink").json() == {"state": "unlinked"}
    assert program.post("/api/v1/users/viewer/unlink").json() == {"state": "none"}
    assert program.post("/api/v1/users/nobody/unlink").status_code == 404


def test_the_last_admin_without_a_password_stays_linked(opened: Open, provider: Simulator) -> None:
    site = opened(make_users=True, **ROLES)
    app = site.house.app
    provider.person |= {"groups": ["syncd-admins"]}
    come(site)
    users.disable(app.engine, "admin", by="test", now=app.now())
    (name,) = [row.name for row in users.list_users(app.engine) if row.linked_at]
    with pytest.raises(InvalidRecord, match="only admin"):
        identity.unlink(app.engine, name, by="test", now=app.now())


def test_somebody_without_a_password_is_not_asked_for_one_in_the_profile(opened: Open, provider: Simulator) -> None:
    site = opened(make_users=True, **ROLES)
    provider.person |= {"groups": ["syncd"]}
    browser = site.browser()
    come(site, browser)
    page = browser.get("/profile").text
    assert ("You log in by Acme &amp; Sons" in page, 'type="password"' in page) == (True, False)
