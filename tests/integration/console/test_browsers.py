"""Does the console keep browsers, other sites and strangers apart?"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from syncd.access import setup
from syncd.access.roles import Role
from syncd.console.origin import safe_path
from syncd.registry import tables
from tests.fixtures.contractors import firm
from tests.fixtures.trusted import TRUSTED
from tests.integration.pipeline.house import House

from .conftest import PASSWORD, Site, serving
from .forms import forms

POSTS = ["/log-in", "/set-up/x", "/log-out", "/connections/erp/sync", "/plans/1/approve", "/plans/1/discard"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "OWN"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {},
    ],
    ids=str,
)
def test_what_another_site_makes_a_browser_send_is_refused(site: Site, path: str, headers: dict[str, str]) -> None:
    admin = site.browser(Role.ADMIN)
    del admin.headers["sec-fetch-site"]
    said = admin.post(path, headers={n: v.replace("OWN", site.url) for n, v in headers.items()}, data={"reason": "x"})
    assert said.status_code == 403
    assert site.house.count(tables.Run) == 0
    assert site.browser(Role.ADMIN).get("/").status_code == 200


def test_a_browser_that_only_says_its_origin_is_understood(site: Site) -> None:
    admin = site.browser(Role.ADMIN)
    del admin.headers["sec-fetch-site"]
    assert admin.post("/connections/erp/sync", headers={"origin": site.url}).status_code == 303


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8711", "127.0.0.1.evil.example", "", "169.254.169.254"])
def test_a_name_that_a_stranger_lets_point_here_is_not_ours(site: Site, host: str) -> None:
    for path in ("/", "/healthz", "/log-in"):
        assert site.browser().get(path, headers={"host": host}).status_code == 400


def test_every_answer_forbids_the_browser_what_it_need_not_do(site: Site) -> None:
    client = site.browser(Role.VIEWER)
    for path in ("/", "/log-in", "/nothing", "/healthz", "/plans/1/approve", "/static/console.css"):
        for said in (client.get(path), site.browser(host="evil.example").get(path)):
            policy = said.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert "frame-ancestors 'none'" in policy
            assert said.headers["x-content-type-options"] == "nosniff"
            assert "server" not in said.headers or "uvicorn" in said.headers["server"]
    assert client.get("/").headers["cache-control"] == "no-store"


def test_pages_need_no_script_and_no_style_of_their_own(site: Site) -> None:
    for page in (site.browser(Role.ADMIN).get("/"), site.browser().get("/log-in")):
        assert not [word for word in ("<style", " style=", " onclick", "http://", "https://") if word in page.text]
        scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page.text)
        assert [(attributes, text) for attributes, text in scripts if ' src="/static/' not in attributes or text] == []
        assert 'name="viewport"' in page.text


def test_the_cookie_is_out_of_reach_and_gone_after_the_log_out(site: Site) -> None:
    browser = site.browser()
    said = browser.post("/log-in", data={"name": "viewer", "password": PASSWORD})
    cookie = said.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age" not in cookie
    stolen = dict(browser.cookies)
    assert browser.get("/").status_code == 200
    assert browser.post("/log-out").headers["location"] == "/log-in"
    thief = httpx.Client(base_url=site.url, cookies=stolen, verify=TRUSTED)
    assert thief.get("/").status_code == 303
    thief.close()


def test_behind_a_proxy_the_cookie_is_for_https_and_this_host_only(serve: Callable[..., Any]) -> None:
    with serve(behind_tls_proxy=True, public_url="https://syncd.example") as site:
        browser = site.browser(host="syncd.example")
        said = browser.post("/log-in", data={"name": "viewer", "password": PASSWORD})
        cookie = said.headers["set-cookie"]
        assert cookie.startswith("__Host-syncd=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        assert said.headers["strict-transport-security"]
        del browser.headers["sec-fetch-site"]
        form = {"name": "viewer", "password": PASSWORD}
        assert browser.post("/log-in", data=form, headers={"origin": "https://syncd.example"}).status_code == 303
        assert browser.post("/log-in", data=form, headers={"origin": "http://syncd.example"}).status_code == 403


def test_a_session_that_was_planted_is_not_the_one_that_is_logged_in(site: Site) -> None:
    browser = site.browser()
    name = f"syncd-{site.house.app.settings.console.port}"
    browser.cookies.set(name, "planted")
    browser.post("/log-in", data={"name": "viewer", "password": PASSWORD})
    assert [cookie.value for cookie in browser.cookies.jar if cookie.value != "planted"]
    planted = httpx.Client(base_url=site.url, cookies={name: "planted"}, verify=TRUSTED)
    assert planted.get("/").status_code == 303
    planted.close()


def test_a_session_ends_when_nobody_uses_it(site: Site) -> None:
    browser = site.browser(Role.VIEWER)
    site.house.pass_time(minutes=59)
    assert browser.get("/").status_code == 200
    site.house.pass_time(minutes=61)
    assert browser.get("/").headers["location"] == "/log-in?next=%2F"


def test_whoever_was_logged_out_in_the_middle_of_a_form_is_led_back_to_it_by_the_log_in(site: Site) -> None:
    browser = site.browser(Role.OPERATOR)
    site.house.pass_time(minutes=61)
    said = browser.post("/connections/erp/pause", headers={"referer": f"{site.url}/connections/erp?tab=runs"})
    assert said.status_code == 401
    assert 'href="/log-in?next=%2Fconnections%2Ferp%3Ftab%3Druns"' in said.text


def test_what_was_typed_into_a_form_outlives_a_log_in_that_ended(site: Site) -> None:
    browser = site.browser(Role.OPERATOR)
    site.house.pass_time(minutes=61)
    reason = "\n stock-taking & “Łódź” <b>\nuntil Monday\n"
    said = browser.post("/connections/erp/pause?a=1", data={"reason": reason, "tag": ["x", "y"]})
    (form,) = forms(said.text)
    assert (said.status_code, form.action) == (401, "/connections/erp/pause?a=1")
    assert 'href="/log-in?next=/log-in/again" target="_blank"' in said.text
    assert "<b>" not in said.text
    (kept,) = re.findall(r'<textarea name="reason" hidden>\n(.*?)</textarea>', said.text, re.DOTALL)
    assert (unescape(kept), said.text.count('<textarea name="tag" hidden>')) == (reason, 2)
    browser.cookies.set(*site.cookie("operator"), domain="127.0.0.1")
    assert "send it again there" in browser.get("/log-in/again").text
    assert browser.post(form.action, data={"reason": unescape(kept)}).status_code == 303
    assert site.house.rows(tables.Connection)[0]["paused_because"] == reason.strip()


def test_secrets_and_files_do_not_come_back_from_a_log_in_that_ended(site: Site) -> None:
    guest = site.browser()
    data = {"option": "password", "value": "hunter2", "unkept": "value"}
    said = guest.post("/connections/erp/secret", data=data, files={"file": b"content of a file"})
    assert (said.status_code, "hunter2" in said.text, "content of" in said.text) == (401, False, False)
    assert '<textarea name="option" hidden>\npassword</textarea>' in said.text
    assert "secrets are not kept" in said.text
    assert "<kbd>upload</kbd>" in said.text


@pytest.mark.parametrize("size", [20, 200_000])
def test_which_file_has_to_be_chosen_again_is_said_at_the_log_in_and_after_it(site: Site, size: int) -> None:
    browser = site.browser(Role.OPERATOR)
    site.house.pass_time(minutes=61)
    said = browser.post("/customers/import", files={"file": ("klienci & łódź.csv", b"x" * size)})
    assert (said.status_code, "<kbd>klienci &amp; łódź.csv</kbd>" in said.text) == (401, True)
    (there,) = re.findall(r'href="(/log-in[^"]+)"', said.text)
    assert "<kbd>klienci &amp; łódź.csv</kbd>" in browser.get(unescape(there)).text
    form = {"name": "operator", "password": PASSWORD, "next": parse_qs(urlsplit(unescape(there)).query)["next"][0]}
    back = browser.post("/log-in", data=form).headers["location"]
    page = browser.get(back).text
    assert ('id="file"' in page, "<kbd>klienci &amp; łódź.csv</kbd>" in page) == (True, True)


def test_a_form_that_breaks_off_before_its_file_is_not_given_back(site: Site) -> None:
    said = site.browser().post("/customers/import", data={"a": "x" * 70_000}, files={"file": b"content"})
    assert (said.status_code, "<textarea" in said.text, "<kbd>" in said.text) == (401, False, False)


@pytest.mark.parametrize("body", [b"a=" + b"x" * 70_000, b"&".join(b"a=" for _ in range(6000))])
def test_more_than_a_form_is_not_read_for_whoever_is_not_logged_in(site: Site, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    said = site.browser().post("/connections/erp/pause", content=body, headers=headers)
    assert (said.status_code, "<textarea" in said.text) == (401, False)


def test_what_another_site_makes_somebody_send_who_is_logged_out_is_not_given_back(site: Site) -> None:
    elsewhere = {"sec-fetch-site": "cross-site"}
    said = site.browser().post("/connections/erp/pause", data={"reason": "x"}, headers=elsewhere)
    assert (said.status_code, "<textarea" in said.text) == (403, False)


@pytest.mark.parametrize("page", ["/profile", "/connections/new/1"])
def test_every_form_names_the_secrets_that_it_takes(site: Site, page: str) -> None:
    admin = site.browser(Role.ADMIN)
    admin.post("/connections/new", data={"kind": "bridge", "side": "erp", "name": "optima"})
    text = admin.get(page).text
    parts = re.findall(r'<form method="post".*?</form>', text, re.DOTALL)
    for part in parts:
        secret = re.findall(r'<input[^>]*name="([^"]+)"[^>]*type="password"|type="password"[^>]*name="([^"]+)"', part)
        named = re.findall(r'name="unkept" value="([^"]+)"', part)
        assert {one or other for one, other in secret} == set(named)
    assert 'type="password"' in text


@pytest.mark.parametrize(
    ("came", "back"),
    [("OWN/plans/7", True), ("https://evil.example/plans/7", False), ("OWN/", False), ("", False), ("http://[", False)],
)
def test_what_is_not_possible_leads_back_to_the_page_that_asked_for_it(site: Site, came: str, back: bool) -> None:
    said = site.browser(Role.ADMIN).post("/plans/7/discard", headers={"referer": came.replace("OWN", site.url)})
    assert (said.status_code, 'href="/plans/7"' in said.text, "evil" in said.text) == (422, back, False)


def test_whoever_watches_whether_it_lives_may_ask_for_the_head_only(site: Site) -> None:
    for path in ("/healthz", "/readyz"):
        said = site.browser().head(path)
        assert (said.status_code, said.content) == (200, b"")


def test_an_address_in_which_something_is_no_number_is_not_there(site: Site) -> None:
    for path in ("/runs/x", "/attention/x", "/plans/x", "/customers/import/x"):
        said = site.browser(Role.ADMIN).get(path)
        assert (said.status_code, "There is nothing here." in said.text) == (404, True)


def test_the_log_in_leads_back_to_the_page_asked_for_and_never_elsewhere(site: Site) -> None:
    form = {"name": "viewer", "password": PASSWORD}
    for path, to in (
        ("/", "/"),
        ("/plans/7", "/plans/7"),
        ("/groups/Hurt%20%2F%20%C5%81", "/groups/Hurt%20%2F%20%C5%81"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
    ):
        assert site.browser().post("/log-in", data={**form, "next": path}).headers["location"] == to


@pytest.mark.parametrize(
    "path",
    ["//e", "/\\e", "\\e", "https://e", "javascript:x", "/a\r\nset-cookie: x", "", "/%2f/e", "/%2Fe", "/%5Ce", "/a%zz"],
)
def test_a_path_that_is_not_plainly_ours_is_the_first_page(path: str) -> None:
    assert safe_path(path) == "/"


def test_the_log_in_leads_back_to_a_group_whatever_it_is_called(site: Site) -> None:
    browser = site.browser()
    asked = browser.get("/groups/Hurt%20%2F%20%C5%81").headers["location"]
    form = {"name": "viewer", "password": PASSWORD, "next": parse_qs(urlsplit(asked).query)["next"][0]}
    assert browser.post("/log-in", data=form).headers["location"] == "/groups/Hurt%20/%20%C5%81"


def test_another_language_is_shown_on_the_page_of_a_group_whatever_it_is_called(site: Site) -> None:
    site.house.erp.add(firm("A1", groups=("Hurt / Ł",)))
    site.house.run("erp")
    browser = site.browser(Role.VIEWER)
    there = re.findall(r'name="next" value="([^"]*)"', browser.get("/groups/Hurt%20%2F%20%C5%81").text)
    said = browser.post("/language", data={"language": "pl", "next": unescape(there[0])})
    assert said.headers["location"] == "/groups/Hurt%20/%20%C5%81"
    assert "Hurt / Ł" in browser.get(said.headers["location"]).text


def test_wrong_log_ins_are_told_alike_and_slowed_down(site: Site) -> None:
    browser = site.browser()
    said = [browser.post("/log-in", data={"name": name, "password": "wrong"}) for name in ("admin", "nobody")]
    assert {answer.status_code for answer in said} == {401}
    assert len({answer.text for answer in said}) == 1
    last = [browser.post("/log-in", data={"name": "admin", "password": "wrong"}) for _ in range(5)][-1]
    assert (last.status_code, int(last.headers["retry-after"]) > 0) == (429, True)
    assert browser.post("/log-in", data={"name": "admin", "password": PASSWORD}).status_code == 429


def test_what_was_typed_is_not_repeated(site: Site) -> None:
    browser = site.browser()
    for form in ({"name": "hunter2", "password": "hunter2"}, {"name": ["hunter2", "b"]}, {"password": "hunter2"}):
        assert "hunter2" not in browser.post("/log-in", data=form).text
    assert "hunter2" not in browser.post("/log-in", json={"password": "hunter2"}).text


def test_a_form_is_as_large_as_a_form(site: Site) -> None:
    assert site.browser().post("/log-in", data={"name": "x" * 100_000}).status_code == 413


def test_the_first_admin_gets_in_by_the_link_and_nobody_after(house: House) -> None:
    with serving(house) as site:
        key = setup.make_link(house.app.engine, house.now)
        browser = site.browser()
        assert "Make the admin" in browser.get(f"/set-up/{key}").text
        weak = browser.post(f"/set-up/{key}", data={"name": "anna", "password": "short"})
        assert (weak.status_code, "fewer than 12" in weak.text) == (422, True)
        assert browser.post(f"/set-up/{key}", data={"name": "anna", "password": PASSWORD}).status_code == 303
        assert "anna · Admin" in browser.get("/").text
        assert 'Last log-in</dt><dd class="datagrid-content"><time' in browser.get("/users/anna").text
        again = site.browser()
        assert again.get(f"/set-up/{key}").status_code == 404
        assert again.post(f"/set-up/{key}", data={"name": "eve", "password": PASSWORD}).status_code == 404


def test_an_unexpected_error_shows_and_logs_nothing_of_its_text(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("jan.kowalski@example.com")

    monkeypatch.setattr("syncd.console.dashboard.show.glance", broken)
    said = site.browser(Role.VIEWER).get("/")
    assert (said.status_code, "kowalski" in said.text) == (500, False)
    assert "kowalski" not in caplog.text
    assert "ValueError" in caplog.text


def test_a_database_that_is_away_is_told_in_words(site: Site) -> None:
    browser = site.browser(Role.VIEWER)
    with site.house.app.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE user_sessions")
    assert browser.get("/").status_code == 503
    assert browser.get("/healthz").status_code == 200
    with site.house.app.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert (browser.get("/readyz").status_code, browser.get("/readyz").json()["ready"]) == (503, False)
