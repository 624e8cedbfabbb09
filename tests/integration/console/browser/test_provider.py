"""Can somebody log in by an identity provider in a real browser, and do its pages look right to everybody?"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from syncd.access import identity, setup
from syncd.access.roles import Role
from syncd.oidc import BACK, Proven
from syncd.ports import Secret
from syncd.settings import OidcSettings
from tests.fixtures.provider import CLIENT, SECRET, Simulator, providing
from tests.integration.console.conftest import Site, serving
from tests.integration.pipeline.house import House

from .conftest import Eyes

PICTURES = Path(os.environ["PICTURES"]) if os.environ.get("PICTURES") else None
LABEL = "Hurtownia Łódź-Bud · Северсталь"


@pytest.fixture
def provider(staffed: House) -> Iterator[Simulator]:
    with providing(staffed.app.now) as simulator:
        simulator.asks = True
        yield simulator


@pytest.fixture
def site(staffed: House, door: socket.socket, provider: Simulator) -> Iterator[Site]:
    own = OidcSettings(issuer=provider.url, client_id=CLIENT, client_secret=Secret(SECRET), label=LABEL)
    with serving(staffed, door=door, oidc=own) as site:
        provider.back = site.url + BACK
        identity.expect(staffed.app.engine, "viewer", "anna@acme.example", by="test", now=staffed.app.now())
        yield site


@pytest.mark.parametrize("java_script", [True, False])
def test_somebody_logs_in_by_the_provider_and_comes_to_the_page_they_asked_for(
    look: Callable[..., Eyes], provider: Simulator, java_script: bool
) -> None:
    eyes = look(None) if java_script else look(None, java_script_enabled=False)
    page = eyes.page
    page.goto("/audit?what=log-in")
    page.get_by_role("link", name=f"Log in with {LABEL}").click()
    page.get_by_role("button", name="I am Anna").click()
    page.wait_for_url("**/audit?what=log-in")
    expect(page.locator("h1")).to_have_text("Audit log")
    assert [said for said in eyes.complaints if provider.url not in said] == []
    held = {one["name"]: one for one in eyes.context.cookies()}
    assert not [name for name in held if name.endswith("-provider")]
    assert all(one["httpOnly"] and one["sameSite"] == "Lax" for one in held.values())


def test_who_is_nobody_here_is_told_so_in_the_browser(look: Callable[..., Eyes], provider: Simulator) -> None:
    provider.person = {"sub": "stranger"}
    page = look(None).page
    page.goto("/log-in")
    page.get_by_role("link", name=f"Log in with {LABEL}").click()
    page.get_by_role("button", name="I am Anna").click()
    expect(page.get_by_role("alert")).to_contain_text("nobody has let you in here")
    page.goto("/")
    expect(page.locator("h1")).to_have_text("Log in")


@pytest.mark.slow
def test_pages_about_the_provider_are_right_for_everybody(
    site: Site, provider: Simulator, look: Callable[..., Eyes]
) -> None:
    app = site.house.app
    key = setup.invite(app.engine, "aleksandra.konstantynopolitanczykowianeczka", Role.VIEWER, by="test", now=app.now())
    known = Proven(issuer=provider.url, subject="a-1", email="anna@acme.example", name="")
    own = app.settings.console.oidc
    assert own is not None
    identity.let_in(app.engine, own, known, invited="", address="198.51.100.7", old=None, now=app.now())
    identity.expect(
        app.engine, "operator", "aleksandra.konstantynopolitanczyk@hurtownia-lodz.example", by="test", now=app.now()
    )
    guest = look(None)
    guest.see("/log-in?next=%2Fruns", PICTURES)
    guest.see(f"/set-up/{key}", PICTURES)
    eyes = look(Role.ADMIN, locale="en-GB")
    eyes.see("/users", PICTURES)
    eyes.see("/users/viewer", PICTURES)
    eyes.see("/users/operator", PICTURES)
