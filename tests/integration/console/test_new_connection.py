"""Does an admin make a connection in four steps, and does nothing of it come before its time?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.bridge.simulator import BridgeSandbox
from adapters.bridge.simulator import simulate as simulate_bridge
from syncd import plugins
from syncd.access.roles import Role
from syncd.domain.contractor import Contractor
from syncd.registry import tables
from tests.fixtures.contractors import firm
from tests.integration.pipeline.house import House

from .conftest import Site, serving
from .files import in_files

TOKEN = "s1mulated-t0ken"


@pytest.fixture
def bridge() -> Iterator[BridgeSandbox]:
    with simulate_bridge() as bridge:
        bridge.add(firm("A1"))
        bridge.add(Contractor(name="Рога и Копыта", country="Atlantyda"))
        yield bridge


@pytest.fixture
def folder(staffed: House, tmp_path: Path) -> Path:
    return in_files(staffed, tmp_path)


@pytest.fixture
def site(staffed: House, folder: Path) -> Iterator[Site]:
    with serving(staffed) as site:
        yield site


def begin(admin: httpx.Client, **form: str) -> str:
    answer = admin.post("/connections/new", data={"kind": "bridge", "side": "erp", "name": "optima"} | form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def fill(admin: httpx.Client, draft: str, bridge: BridgeSandbox, token: str = TOKEN) -> httpx.Response:
    form = {"option.url": bridge.options["url"], "option.token": token}
    return admin.post(draft, data=form)


def test_four_steps_make_a_connection_and_its_first_plan(site: Site, folder: Path, bridge: BridgeSandbox) -> None:
    admin = site.browser(Role.ADMIN)
    assert plugins.load("bridge").title in admin.get("/connections/new").text
    draft = begin(admin)
    assert fill(admin, draft, bridge).headers["location"] == draft
    tested = admin.get(draft).text
    assert "It lets us in" in tested
    assert TOKEN not in tested
    sample = admin.get(f"{draft}/sample").text
    assert firm("A1").name in sample
    assert "1 of them needs a look." in sample
    assert "Atlantyda" in sample
    preview = html.unescape(admin.get(f"{draft}/preview?every=10m&routes=shop").text)
    assert 'every = "10m"' in preview
    assert 'shop = "shop"' in preview
    assert TOKEN not in preview
    assert list(folder.iterdir()) == []
    made = admin.post(f"{draft}/create", data={"every": "10m", "full_every": "1d", "routes": ["shop"]})
    assert made.status_code == 303, made.text
    assert [path.name for path in folder.iterdir()] == ["optima.toml"]
    (run,) = site.house.rows(tables.Run)
    assert (run["dry_run"], run["mode"], run["asked_by"]) == (True, "full", "console:admin")
    assert made.headers["location"] == f"/runs/{run['id']}"
    assert "every 10 min" in admin.get("/connections/optima").text
    assert admin.get(draft).status_code == 404
    assert site.house.rows(tables.ConnectionDraft) == []
    assert {r["action"] for r in site.house.rows(tables.Audit)} >= {"add-connection", "set-secret"}


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"name": "../../etc"}, "the name cannot be used"),
        ({"name": "shop"}, "there is a connection shop already"),
        ({"name": "new"}, "there is a connection new already"),
        ({"kind": "brige"}, "there is no such platform"),
        ({"side": ""}, "can be this side only: erp / shop"),
    ],
)
def test_a_wrong_beginning_is_named(site: Site, form: dict[str, str], told: str) -> None:
    answer = site.browser(Role.ADMIN).post(
        "/connections/new", data={"kind": "bridge", "side": "erp", "name": "optima"} | form
    )
    assert (answer.status_code, told in answer.text) == (422, True)


def test_a_wrong_option_is_named_and_no_secret_comes_back(site: Site, bridge: BridgeSandbox) -> None:
    admin = site.browser(Role.ADMIN)
    draft = begin(admin)
    form = {"option.url": bridge.options["url"], "option.token": TOKEN, "option.page": "many"}
    answer = admin.post(draft, data=form)
    assert (answer.status_code, "the option page is no number" in answer.text) == (422, True)
    assert TOKEN not in answer.text
    assert bridge.options["url"] in answer.text


def test_a_refusal_is_told_with_its_cure(site: Site, bridge: BridgeSandbox) -> None:
    admin = site.browser(Role.ADMIN)
    draft = begin(admin)
    fill(admin, draft, bridge, "wrong")
    page = admin.get(draft).text
    assert "The test failed" in page
    assert "Continue all the same" in page


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"every": "soon"}, "neither a duration nor a cron expression"),
        ({"blocks_percent": "half"}, "blocks_percent"),
        ({"routes": "nobody"}, "there is no connection"),
    ],
)
def test_wrong_terms_are_told_and_nothing_is_written(
    site: Site, folder: Path, bridge: BridgeSandbox, form: dict[str, Any], told: str
) -> None:
    admin = site.browser(Role.ADMIN)
    draft = begin(admin)
    fill(admin, draft, bridge)
    answer = admin.post(f"{draft}/create", data=form)
    assert (answer.status_code, told in html.unescape(answer.text)) == (422, True), answer.text
    assert list(folder.iterdir()) == []
    assert site.house.rows(tables.ConnectionSecret) == []


def test_without_a_folder_the_file_is_shown_and_the_secrets_are_kept(
    site: Site, folder: Path, bridge: BridgeSandbox
) -> None:
    folder.rmdir()
    admin = site.browser(Role.ADMIN)
    draft = begin(admin)
    fill(admin, draft, bridge)
    assert "syncd cannot write its configuration here." in admin.get(f"{draft}/preview").text
    answer = admin.post(f"{draft}/create", data={"every": "7m"})
    assert answer.headers["location"].startswith(f"{draft}/preview?every=7m")
    page = html.unescape(admin.get(answer.headers["location"]).text)
    assert "[connections.optima]" in page
    assert "In the registry: token." in page
    (kept,) = site.house.rows(tables.ConnectionSecret)
    assert (kept["connection"], kept["option"], TOKEN.encode() in kept["sealed"]) == ("optima", "token", False)


def test_a_draft_can_be_thrown_away(site: Site, bridge: BridgeSandbox) -> None:
    admin = site.browser(Role.ADMIN)
    draft = begin(admin)
    fill(admin, draft, bridge)
    assert admin.post(f"{draft}/discard").headers["location"] == "/connections"
    assert admin.get(draft).status_code == 404


@contextmanager
def connected(site: Site, bridge: BridgeSandbox) -> Iterator[httpx.Client]:
    admin = site.browser(Role.ADMIN)
    draft = begin(admin)
    fill(admin, draft, bridge)
    assert admin.post(f"{draft}/create", data={}).status_code == 303
    yield admin


def test_a_secret_is_replaced_and_never_shown(site: Site, bridge: BridgeSandbox) -> None:
    with connected(site, bridge) as admin:
        assert "set by admin" in admin.get("/connections/optima?tab=credentials").text
        assert "••••" not in admin.get("/connections/optima?tab=credentials").text  # too short to show any of it
        assert 'name="unkept" value="value"' in admin.get("/connections/optima?tab=credentials").text
        answer = admin.post("/connections/optima/secret", data={"option": "token", "value": "another"})
        assert (answer.status_code, "nothing was kept" in answer.text, "another" in answer.text) == (422, True, False)
        admin.post("/connections/optima/test")
        assert "passed the test" in admin.get("/connections/optima?tab=test").text
        form = {"option": "token", "value": "another-l0ng-token", "untested": "yes"}
        assert admin.post("/connections/optima/secret", data=form).status_code == 303
        assert "••••oken" in admin.get("/connections/optima?tab=credentials").text
        assert "••••" not in site.browser(Role.OPERATOR).get("/connections/optima?tab=credentials").text
        admin.post("/connections/optima/test")
        page = admin.get("/connections/optima?tab=test").text
        assert "did not pass" in page
        admin.post("/connections/optima/secret", data={"option": "token", "value": TOKEN})
        admin.post("/connections/optima/test")
        assert "passed the test" in admin.get("/connections/optima?tab=test").text
        for tab in ("credentials", "overview"):
            assert TOKEN not in admin.get(f"/connections/optima?tab={tab}").text
        assert admin.post("/connections/optima/secret", data={"option": "url", "value": "x"}).status_code == 422
        assert admin.post("/connections/optima/secret/forget", data={"option": "token"}).status_code == 303
        assert admin.post("/connections/optima/secret/forget", data={"option": "token"}).status_code == 404


def test_a_connection_is_removed_by_its_name_typed(site: Site, folder: Path, bridge: BridgeSandbox) -> None:
    with connected(site, bridge) as admin:
        admin.post("/connections/optima/remove", data={"confirm": "optma"})
        assert "Nothing was removed" in admin.get("/connections/optima").text
        assert admin.post("/connections/optima/remove", data={"confirm": "optima"}).status_code == 303
        assert admin.get("/connections/optima").status_code == 404
        assert list(folder.iterdir()) == []
        admin.post("/connections/erp/remove", data={"confirm": "erp"})
        assert "has no file of its own" in admin.get("/connections/erp").text


def test_every_platform_has_a_form(site: Site) -> None:

    admin = site.browser(Role.ADMIN)
    for kind in plugins.kinds():
        side = min(plugins.load(kind).sides).value
        page = admin.get(begin(admin, kind=kind, side=side, name=f"a-{kind}"))
        assert page.status_code == 200, page.text
        assert not re.search(r"type=\"password\"[^>]*value=", page.text)


def test_who_logs_in_is_asked_for_beside_the_password(site: Site) -> None:
    admin = site.browser(Role.ADMIN)
    page = admin.get(begin(admin, kind="vendure", side="shop", name="web")).text
    at_once, _, more = page.partition("more-options")
    assert ('name="option.username"' in at_once, 'name="option.password"' in at_once) == (True, True)
    assert 'name="option.username"' not in more
