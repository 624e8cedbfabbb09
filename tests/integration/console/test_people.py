"""Can an admin say who gets in, and everybody look after their own account?"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import httpx
import pyotp
import pytest
import segno

from syncd.access import second as codes
from syncd.access import setup, tokens, users
from syncd.access.roles import Role
from syncd.console.cookie import cookie_name
from syncd.registry import tables

from .conftest import PASSWORD, Site

OTHER = "several unrelated words indeed"
SECRET = re.compile(r'id="secret">([^<]+)<')


def shown_once(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    found = SECRET.search(answer.text)
    assert found
    return found[1]


def told(client: httpx.Client, answer: httpx.Response) -> str:
    """What the page after an action says of it."""
    assert answer.status_code == 303, answer.text
    page = client.get(answer.headers["location"]).text
    return page.partition('told" role="status">')[2].partition("<")[0]


def user(site: Site, name: str) -> users.UserRow:
    return users.find_user(site.house.app.engine, name)


# Users


def test_an_admin_invites_somebody_who_sets_a_password_and_is_in(site: Site) -> None:
    link = shown_once(site.browser(Role.ADMIN).post("/users", data={"name": "Ola", "role": "operator"}))
    path = link.removeprefix(site.url)
    guest = site.browser()
    assert "Welcome, ola" in guest.get(path).text
    weak = guest.post(path, data={"password": "short"})
    assert (weak.status_code, "12 characters" in weak.text) == (422, True)
    assert guest.post(path, data={"name": "somebody-else", "password": OTHER}).headers["location"] == "/"
    assert "ola" in guest.get("/").text
    again = site.browser().get(path)
    assert (again.status_code, "does not work" in again.text) == (404, True)
    assert user(site, "ola").role == "operator"


def test_a_name_that_is_taken_is_said_beside_the_form(site: Site) -> None:
    said = site.browser(Role.ADMIN).post("/users", data={"name": "viewer", "role": "viewer"})
    assert (said.status_code, "there is a user viewer already" in said.text) == (422, True)


@pytest.mark.parametrize("role", ["", "root"])
def test_a_role_that_is_none_is_refused(site: Site, role: str) -> None:
    assert site.browser(Role.ADMIN).post("/users", data={"name": "ola", "role": role or "x"}).status_code == 422
    assert site.browser(Role.ADMIN).post("/users/viewer/role", data={"role": role}).status_code == 422


def test_an_admin_changes_a_role_disables_and_enables(site: Site) -> None:
    admin, viewer = site.browser(Role.ADMIN), site.browser(Role.VIEWER)
    assert "role was changed" in told(admin, admin.post("/users/viewer/role", data={"role": "operator"}))
    assert viewer.get("/").status_code == 303  # they log in anew
    assert "shut out" in told(admin, admin.post("/users/viewer/disable"))
    assert user(site, "viewer").state == "disabled"
    assert "log in again" in told(admin, admin.post("/users/viewer/enable"))
    assert (user(site, "viewer").state, user(site, "viewer").role) == ("active", "operator")


@pytest.mark.parametrize(("path", "data"), [("disable", {}), ("role", {"role": "viewer"})])
def test_the_last_admin_is_neither_disabled_nor_demoted(site: Site, path: str, data: dict[str, str]) -> None:
    said = site.browser(Role.ADMIN).post(f"/users/admin/{path}", data=data)
    assert (said.status_code, "the only admin" in said.text) == (422, True)
    assert (user(site, "admin").state, user(site, "admin").role) == ("active", "admin")


def test_an_admin_sees_and_ends_log_ins_of_others(site: Site) -> None:
    admin, first, second = site.browser(Role.ADMIN), site.browser(Role.VIEWER), site.browser(Role.VIEWER)
    page = admin.get("/users/viewer").text
    sign = re.findall(r'name="session" value="([0-9a-f]{16})"', page)[0]
    assert "1 log-in" in told(admin, admin.post("/users/viewer/sessions/end", data={"session": sign}))
    assert sorted(one.get("/").status_code for one in (first, second)) == [200, 303]
    assert admin.post("/users/viewer/sessions/end", data={"session": sign}).status_code == 404
    told(admin, admin.post("/users/viewer/sessions/end", data={"session": "all"}))
    assert {one.get("/").status_code for one in (first, second)} == {303}


def test_an_admin_makes_and_revokes_a_token_that_is_shown_once(site: Site) -> None:
    admin = site.browser(Role.ADMIN)
    text = shown_once(
        admin.post("/users/operator/tokens", data={"token": "ci", "scopes": ["read", "operate"], "days": "30"})
    )
    assert site.program(text).get("/").status_code == 200
    assert text not in admin.get("/users/operator").text
    assert "ci was revoked" in told(admin, admin.post("/users/operator/tokens/revoke", data={"token": "ci"}))
    assert site.program(text).get("/").status_code == 401


@pytest.mark.parametrize(
    "data",
    [
        {"token": "", "scopes": "read", "days": "30"},
        {"token": "ci", "days": "30"},
        {"token": "ci", "scopes": "read", "days": "99999"},
        {"token": "ci", "scopes": "admin", "days": "30"},
        {"token": "ci", "scopes": "everything", "days": "30"},
    ],
)
def test_a_token_without_a_name_a_scope_or_an_end_or_with_too_much_is_refused(site: Site, data: dict[str, str]) -> None:
    assert site.browser(Role.OPERATOR).post("/profile/tokens", data=data).status_code == 422
    assert tokens.list_tokens(site.house.app.engine) == []


def test_users_that_are_not_there_are_not_found(site: Site) -> None:
    admin = site.browser(Role.ADMIN)
    assert admin.get("/users/nobody").status_code == 404
    assert admin.post("/users/nobody/link").status_code == 404


# Profile


def test_somebody_chooses_how_to_see_the_console(site: Site) -> None:
    viewer = site.browser(Role.VIEWER)
    chosen = {"language": "pl", "zone": "Europe/Warsaw", "theme": "dark", "page_size": "25"}
    assert viewer.post("/profile/preferences", data=chosen).status_code == 303
    page = site.browser(Role.VIEWER).get("/profile").text
    for shown in ('lang="pl"', 'data-bs-theme="dark"', 'data-shortcuts="off"', "<option selected>Europe/Warsaw<",
                  "<option selected>25<"):  # fmt: skip
        assert shown in page, shown
    viewer.post("/profile/preferences", data={**chosen, "language": "", "shortcuts": "on"})
    assert 'lang="en"' in viewer.get("/profile").text


@pytest.mark.parametrize(
    "wrong", [{"zone": "Mars/Olympus"}, {"language": "tlh"}, {"theme": "pink"}, {"page_size": "26"}]
)
def test_what_cannot_be_chosen_is_refused(site: Site, wrong: dict[str, str]) -> None:
    assert site.browser(Role.VIEWER).post("/profile/preferences", data=wrong).status_code == 422


def test_somebody_changes_their_password_and_only_this_browser_stays_in(site: Site) -> None:
    here, there = site.browser(Role.VIEWER), site.browser(Role.VIEWER)
    wrong = here.post("/profile/password", data={"old": "wrong", "new": OTHER})
    assert (wrong.status_code, "The password is wrong" in wrong.text) == (422, True)
    weak = here.post("/profile/password", data={"old": PASSWORD, "new": "short"})
    assert (weak.status_code, "fewer than 12" in weak.text) == (422, True)
    assert "1 other log-in" in told(here, here.post("/profile/password", data={"old": PASSWORD, "new": OTHER}))
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 303)
    assert site.browser().post("/log-in", data={"name": "viewer", "password": OTHER}).status_code == 303


def test_who_guesses_at_the_old_password_has_to_wait(site: Site) -> None:
    viewer = site.browser(Role.VIEWER)
    said = [viewer.post("/profile/password", data={"old": "x", "new": OTHER}) for _ in range(6)]
    assert [one.status_code for one in said] == [422] * 5 + [429]
    assert "Try again in" in said[-1].text


def test_somebody_ends_their_other_log_ins(site: Site) -> None:
    here, there = site.browser(Role.VIEWER), site.browser(Role.VIEWER)
    assert "this browser" in here.get("/profile").text
    told(here, here.post("/profile/sessions/end", data={"session": "all"}))
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 303)


def test_a_token_does_not_change_its_owner(site: Site) -> None:
    program = site.program(site.token(Role.ADMIN, "admin"))
    for path, data in (
        ("/profile/tokens", {"token": "more", "scopes": "admin", "days": "365"}),
        ("/profile/password", {"old": PASSWORD, "new": OTHER}),
        ("/profile/preferences", {"theme": "dark"}),
        ("/profile/second-factor", {"factor": PASSWORD}),
    ):
        assert program.post(path, data=data).json()["code"] == "person-only"


def test_tokens_of_others_are_not_ones_own(site: Site) -> None:
    site.token(Role.ADMIN, "read")
    viewer = site.browser(Role.VIEWER)
    assert "admin-read" not in viewer.get("/profile").text
    assert viewer.post("/profile/tokens/revoke", data={"token": "admin-read"}).status_code == 404


# One-time codes


def with_device(site: Site) -> str:
    viewer = site.browser(Role.VIEWER)
    assert viewer.post("/profile/second-factor", data={"factor": "wrong"}).status_code == 422
    secret = shown_once(viewer.post("/profile/second-factor", data={"factor": PASSWORD}))
    wrong = viewer.post("/profile/second-factor/confirm", data={"secret": secret, "code": "000000"})
    assert (wrong.status_code, secret in wrong.text) == (422, True)
    code = pyotp.TOTP(secret).at(site.house.now)
    shown = viewer.post("/profile/second-factor/confirm", data={"code": code})
    assert shown.status_code == 200
    assert len(codes_in(shown)) == 10
    site.house.pass_time(minutes=1)
    return secret


def codes_in(answer: httpx.Response) -> list[str]:
    return re.findall(r'<code class="once">([a-z2-9-]{19})</code>', answer.text)


def test_with_a_device_the_password_alone_opens_nothing(site: Site) -> None:
    secret = with_device(site)
    guest = site.browser()
    said = guest.post("/log-in", data={"name": "viewer", "password": PASSWORD, "next": "/audit?what=erase"})
    assert said.headers["location"] == "/log-in/code?next=%2Faudit%3Fwhat%3Derase"
    assert guest.get("/").status_code == 303
    assert guest.get(said.headers["location"]).status_code == 200
    wrong = guest.post("/log-in/code", data={"code": "000000"})
    assert (wrong.status_code, "code is wrong" in wrong.text) == (401, True)
    right = guest.post(
        "/log-in/code", data={"code": pyotp.TOTP(secret).at(site.house.now), "next": "/audit?what=erase"}
    )
    assert (right.status_code, right.headers["location"]) == (303, "/audit?what=erase")
    assert guest.get("/").status_code == 200


def test_without_the_password_there_is_no_form_for_a_code(site: Site) -> None:
    with_device(site)
    guest = site.browser()
    assert guest.get("/log-in/code").headers["location"].startswith("/log-in?")
    assert guest.post("/log-in/code", data={"code": "1"}).headers["location"].startswith("/log-in?")


def test_a_device_is_removed_by_its_owner_or_an_admin(site: Site) -> None:
    with_device(site)
    admin = site.browser(Role.ADMIN)
    assert "asked for" in admin.get("/users").text
    assert "without a code" in told(admin, admin.post("/users/viewer/second-factor/remove"))
    viewer = site.browser(Role.VIEWER)
    shown_once(viewer.post("/profile/second-factor", data={"factor": PASSWORD}))
    assert viewer.post("/profile/second-factor/remove", data={"factor": "wrong"}).status_code == 422
    assert viewer.post("/profile/second-factor/remove", data={"factor": PASSWORD}).status_code == 303


def test_the_device_reads_a_picture_of_what_it_makes_codes_from(site: Site) -> None:
    viewer = site.browser(Role.VIEWER)
    page = viewer.post("/profile/second-factor", data={"factor": PASSWORD}).text
    (picture,) = re.findall(r'<div class="qr" role="img"[^>]*>(<svg.*?</svg>)</div>', page, re.DOTALL)
    assert "style=" not in picture
    assert "<script" not in picture
    uri = html.unescape(re.findall(r'href="(otpauth:[^"]+)"', page)[0])
    assert segno.make(uri, micro=False).svg_inline(border=2, light="#fff", omitsize=True) == picture


def test_a_code_that_was_written_down_opens_once(site: Site) -> None:
    with_device(site)
    viewer = site.browser()
    first, second = new_codes(site)[:2]

    def log_in(**form: str) -> httpx.Response:
        viewer.post("/log-in", data={"name": "viewer", "password": PASSWORD})
        return viewer.post("/log-in/code", data=form)

    assert log_in(recovery=first.upper().replace("-", " ")).status_code == 303
    assert "9 recovery codes are left" in viewer.get("/profile").text
    again = log_in(recovery=first)
    assert (again.status_code, "code is wrong" in again.text, "<details" in again.text) == (401, True, True)
    assert log_in(recovery=second).status_code == 303
    used = [row["details"] for row in site.house.rows(tables.Audit) if row["action"] == "use-recovery-code"]
    assert used == [{"left": 9}, {"left": 8}]


def new_codes(site: Site) -> list[str]:
    """Made anew by an open session."""
    app = site.house.app
    return codes.new_codes(app.engine, "viewer", by="console:viewer", now=app.now())


def test_new_codes_need_the_password_and_end_the_old_ones(site: Site) -> None:
    secret = with_device(site)
    old = new_codes(site)
    viewer = site.browser()
    viewer.post("/log-in", data={"name": "viewer", "password": PASSWORD})
    viewer.post("/log-in/code", data={"code": pyotp.TOTP(secret).at(site.house.now)})
    assert viewer.post("/profile/second-factor/codes", data={"factor": "wrong"}).status_code == 422
    fresh = codes_in(viewer.post("/profile/second-factor/codes", data={"factor": PASSWORD}))
    assert (len(fresh), set(fresh) & set(old)) == (10, set())
    guest = site.browser()
    guest.post("/log-in", data={"name": "viewer", "password": PASSWORD})
    assert guest.post("/log-in/code", data={"recovery": old[0]}).status_code == 401
    assert guest.post("/log-in/code", data={"recovery": fresh[0]}).status_code == 303


def test_a_link_for_another_password_does_not_get_around_the_device(site: Site) -> None:
    with_device(site)
    app = site.house.app
    key = setup.renew(app.engine, "viewer", by="test", now=app.now())
    guest = site.browser()
    said = guest.post(f"/set-up/{key}", data={"password": OTHER})
    assert said.headers["location"] == "/log-in"
    assert cookie_name(app.settings.console) not in guest.cookies
    assert "The password was set" in guest.get("/log-in").text


# The door


def test_who_guesses_is_told_how_long_to_wait_in_their_language(site: Site) -> None:
    guest = site.browser()
    for _ in range(5):
        guest.post("/log-in", data={"name": "viewer", "password": "wrong"})
    said = guest.post("/log-in", data={"name": "viewer", "password": "wrong", "next": "/runs"})
    assert (said.status_code, int(said.headers["retry-after"]) > 0) == (429, True)
    assert "Try again in" in said.text
    assert 'name="next" value="/runs"' in said.text


# Flower


def test_flower_is_linked_only_where_the_configuration_says_so(site: Site) -> None:
    assert "Flower" not in site.browser(Role.OPERATOR).get("/").text


def test_flower_is_linked_for_those_who_operate(serve: Callable[..., Any]) -> None:
    with serve(flower_url="http://127.0.0.1:5555/") as site:
        run = site.house.run("erp")["id"]
        operator = site.browser(Role.OPERATOR)
        assert 'href="http://127.0.0.1:5555"' in operator.get("/").text
        assert 'href="http://127.0.0.1:5555/tasks"' in operator.get(f"/runs/{run}").text
        assert "5555" not in site.browser(Role.VIEWER).get("/").text
