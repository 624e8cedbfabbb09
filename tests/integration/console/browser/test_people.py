"""Can everybody use the pages about people, and what they did, on every screen?"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest

from syncd.access import sessions, setup, tokens, users
from syncd.access.roles import Role
from syncd.registry.audit import write_down
from syncd.registry.engine import writing
from tests.integration.console.conftest import PASSWORD, Site

from .conftest import Eyes

PICTURES = Path(os.environ["PICTURES"]) if os.environ.get("PICTURES") else None
LONG = "aleksandra.konstantynopolitanczykowianeczka@hurtownia-lodz.example"[:64]


@pytest.fixture
def busy(site: Site) -> Site:
    """A house in which people did things."""
    app = site.house.app
    setup.invite(app.engine, LONG, Role.OPERATOR, by="console:admin", now=app.now())
    setup.invite(app.engine, "ola", Role.VIEWER, by="console:admin", now=app.now())
    users.set_role(app.engine, "operator", Role.ADMIN, by="console:admin", now=app.now())
    tokens.create(
        app.engine, "Мониторинг северной площадки", user="admin", scopes=["read", "operate"], expires_at=None,
        by="console:admin", now=app.now(),
    )  # fmt: skip
    tokens.create(app.engine, "ci", user="admin", scopes=["read"], expires_at=None, by="cli:root", now=app.now())
    tokens.revoke(app.engine, "ci", by="cli:root", now=app.now())
    for address in ("198.51.100.7", "2001:db8:85a3::8a2e:370:7334"):
        sessions.log_in(app.engine, "admin", PASSWORD, address=address, old=None, now=app.now())
    with writing(app.engine) as connection:
        reason = "Nowa hurtownia „Łódź-Bud” przenosi swoich odbiorców, rozmawiałam z Северсталь w piątek"
        write_down(connection, app.now(), "console:operator", "approve-plan", "run 12", reason=reason)
        write_down(connection, app.now(), "schedule", "something-new", "customer K000231")
    return site


@pytest.mark.slow
def test_the_audit_log_is_right_for_everybody(busy: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.ADMIN)
    eyes.see("/audit", PICTURES)
    eyes.see("/audit?who=nobody-at-all&what=set-role", None)


@pytest.mark.slow
def test_users_are_right_for_everybody(busy: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.ADMIN)
    eyes.see("/users", PICTURES)
    eyes.see("/users/admin", PICTURES)
    eyes.see(f"/users/{LONG}", None)


@pytest.mark.slow
def test_the_profile_is_right_for_everybody(busy: Site, look: Callable[..., Eyes]) -> None:
    look(Role.ADMIN).see("/profile", PICTURES)


@pytest.mark.slow
def test_what_is_shown_once_is_right_for_everybody(busy: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.ADMIN)
    eyes.page.goto("/users")
    eyes.page.locator("#name").fill("nowy")
    eyes.page.get_by_role("button", name="Make a link").click()
    eyes.look_on("invited", PICTURES)
    link = eyes.page.locator("#secret").inner_text()
    other = look()
    other.see(urlsplit(link).path, None)
    other.page.get_by_label("Password").fill("several unrelated words indeed")
    other.page.get_by_role("button", name="Set the password").click()
    other.page.wait_for_url("**/")
    assert other.page.locator(".top-person").inner_text() == "nowy"


@pytest.mark.slow
def test_a_device_is_added_and_asked_for_at_the_next_log_in(busy: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.VIEWER)
    page = eyes.page
    page.goto("/profile")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Add a device").click()
    eyes.look_on("device", PICTURES)
    secret = page.locator("#secret").inner_text()
    page.get_by_label("The code that it shows now").fill(pyotp.TOTP(secret).at(busy.house.now))
    page.get_by_role("button", name="Ask for codes from now on").click()
    codes = page.locator("#secret code").all_inner_texts()
    assert len(codes) == 10
    eyes.look_on("recovery-codes", PICTURES)
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/profile")
    eyes.see("/profile", None)

    other = look()
    other.page.goto("/log-in?next=/audit")
    other.page.get_by_label("Name").fill("viewer")
    other.page.get_by_label("Password").fill(PASSWORD)
    other.page.get_by_role("button", name="Log in").click()
    other.page.wait_for_url("**/log-in/code?**")
    other.look_on("code", PICTURES)
    busy.house.pass_time(minutes=1)
    other.page.get_by_text("Device lost?").click()
    other.look_on("code-lost", PICTURES)
    other.page.get_by_text("Device lost?").click()
    other.page.get_by_label("Code of six digits").fill(pyotp.TOTP(secret).at(busy.house.now))
    other.page.get_by_role("button", name="Log in", exact=True).click()
    other.page.wait_for_url("**/audit")


@pytest.mark.slow
def test_the_door_says_how_long_to_wait_and_looks_right(look: Callable[..., Eyes]) -> None:
    eyes = look()
    for _ in range(6):
        eyes.page.goto("/log-in?next=/runs")
        eyes.page.get_by_label("Name").fill("admin")
        eyes.page.get_by_label("Password").fill("wrong")
        eyes.page.get_by_role("button", name="Log in").click()
    assert "Try again in" in eyes.page.get_by_role("alert").inner_text()
    eyes.complaints.clear()  # the browser says that it was a 401
    eyes.look_on("refused", PICTURES)


def test_what_was_typed_is_sent_again_after_the_log_in_ended_meanwhile(site: Site, look: Callable[..., Eyes]) -> None:
    eyes = look(Role.OPERATOR)
    page = eyes.page
    page.goto("/connections/erp")
    page.locator("summary", has_text="Pause").first.click()
    page.get_by_label("Why is erp paused?").fill("Przeprowadzka magazynu w Łodzi, wracamy w poniedziałek")
    site.house.pass_time(minutes=61)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="send it again").wait_for()
    eyes.complaints.clear()  # of the refusal
    eyes.look_on("/kept", PICTURES)
    with eyes.context.expect_page() as opened:
        page.get_by_role("link", name="Log in").click()
    other = opened.value
    other.get_by_label("Name").fill("operator")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Log in").click()
    other.get_by_text("send it again there").wait_for()
    other.close()
    page.get_by_role("button", name="send it again").click()
    page.get_by_text("wracamy w poniedziałek").first.wait_for()
    assert eyes.complaints == []
