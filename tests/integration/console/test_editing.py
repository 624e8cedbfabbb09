"""Can an admin change a connection in the console, and is everybody told what they need to know?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from adapters.bridge.simulator import BridgeSandbox
from adapters.bridge.simulator import simulate as simulate_bridge
from syncd.access.roles import Role
from syncd.registry import tables
from syncd.sync.connecting.adding import add
from tests.integration.pipeline.house import House

from .conftest import Site, serving
from .files import another_erp, in_files

TOKEN = "s1mulated-t0ken"
EDIT = "/connections/optima/edit"


@pytest.fixture
def bridge() -> Iterator[BridgeSandbox]:
    with simulate_bridge() as bridge:
        yield bridge


@pytest.fixture
def file(staffed: House, tmp_path: Path) -> Path:
    return in_files(staffed, tmp_path) / "optima.toml"


@pytest.fixture
def site(staffed: House, file: Path, bridge: BridgeSandbox) -> Iterator[Site]:
    """With a connection that the console made."""
    with serving(staffed) as site:
        add(staffed.app, another_erp(bridge.options["url"]), {"token": TOKEN}, by="anna")
        assert file.exists()
        yield site


def renewed(site: Site) -> httpx.Client:
    """An admin of a console that has noticed the new file."""
    from syncd.bootstrap import renewed  # noqa: PLC0415

    site.console.state.syncd = renewed(site.console.state.syncd)
    return site.browser(Role.ADMIN)


def seen_in(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(re.findall(r'name="seen" value="(\w+)"', answer.text)[0])


def preview(admin: httpx.Client, **form: str) -> httpx.Response:
    """Fill the form in as a browser sends it: all of it."""
    page = admin.get(EDIT).text
    inputs = re.findall(r'<input type="text" id="[^"]+" name="([^"]+)" value="([^"]*)"', page)
    whole = {name: html.unescape(value) for name, value in inputs} | {"seen": seen_in(admin.get(EDIT))} | form
    answer = admin.get(f"{EDIT}/preview", params=whole)
    return admin.get(answer.headers["location"]) if answer.status_code == 303 else answer


def test_what_changes_is_shown_before_it_is_written_and_counts_at_once(site: Site, file: Path) -> None:
    admin = renewed(site)
    before = file.read_text(encoding="utf-8")
    shown = preview(admin, every="10m", **{"guard.blocks_percent": "12.5"})
    text = html.unescape(shown.text)
    assert "2 settings change" in text
    assert '<del class="lined">5m</del>' in text
    assert '<ins class="lined">10m</ins>' in text
    assert 'every = "10m"' in text
    assert str(shown.url.query, "ascii").split("&seen")[0] == "every=10m&guard.blocks_percent=12.5"
    assert file.read_text(encoding="utf-8") == before
    form = {"every": "10m", "guard.blocks_percent": "12.5", "seen": seen_in(shown)}
    assert site.browser(Role.OPERATOR).post(EDIT, data=form).status_code == 403
    answer = admin.post(EDIT, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/connections/optima")
    page = admin.get("/connections/optima").text
    assert "2 settings of optima are changed" in page
    assert "every 10 min" in page
    (act,) = [row for row in site.house.rows(tables.Audit) if row["action"] == "edit-connection"]
    assert act["details"]["before"] == {"every": "5m", "guard.blocks_percent": "5"}
    assert act["details"]["after"] == {"every": "10m", "guard.blocks_percent": "12.5"}


def test_what_was_emptied_stays_in_the_address(site: Site) -> None:
    admin = renewed(site)
    seen = seen_in(admin.get(EDIT))
    admin.post(EDIT, data={"fresh_within": "1h", "seen": seen})
    shown = preview(admin, fresh_within="")
    assert "fresh_within=&" in str(shown.url)
    assert '<del class="lined">1h</del>' in shown.text


def test_a_stale_form_is_refused_and_told(site: Site, file: Path) -> None:
    admin = renewed(site)
    seen = seen_in(admin.get(EDIT))
    other = site.browser(Role.ADMIN)
    assert other.post(EDIT, data={"every": "20m", "seen": seen}).status_code == 303
    for answer in (
        admin.get(f"{EDIT}/preview", params={"every": "10m", "seen": seen}),
        admin.post(EDIT, data={"every": "10m", "seen": seen}),
    ):
        assert (answer.status_code, "was changed since you opened it" in answer.text) == (409, True)
        assert 'value="20m"' in answer.text
    assert 'every = "20m"' in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"every": "soon"}, "neither a duration nor a cron expression"),
        ({"guard.blocks_most": "-1"}, "blocks_most"),
        ({"routes.0.zones": "mars"}, "zones"),
        ({"evry": "5m"}, "there is no setting 'evry'"),
    ],
)
def test_a_wrong_answer_is_told_in_the_form(site: Site, file: Path, form: dict[str, str], told: str) -> None:
    admin = renewed(site)
    before = file.read_text(encoding="utf-8")
    seen = seen_in(admin.get(EDIT))
    for answer in (
        admin.get(f"{EDIT}/preview", params={**form, "seen": seen}),
        admin.post(EDIT, data={**form, "seen": seen}),
    ):
        assert (answer.status_code, told in html.unescape(answer.text)) == (422, True), answer.text
    assert file.read_text(encoding="utf-8") == before


def test_another_address_is_tried_before_it_is_written(site: Site, file: Path) -> None:
    admin = renewed(site)
    seen = seen_in(admin.get(EDIT))
    form = {"options.url": "http://127.0.0.9:9", "seen": seen}
    assert "would be sent to 127.0.0.9" in html.unescape(admin.get(f"{EDIT}/preview", params=form).text)
    refused = admin.post(EDIT, data=form)
    assert (refused.status_code, "The test failed, so nothing was written" in refused.text) == (422, True)
    assert "127.0.0.9" not in file.read_text(encoding="utf-8")
    (tried,) = [row for row in site.house.rows(tables.Audit) if row["action"] == "try-elsewhere"]
    assert (tried["actor"], tried["details"]) == ("console:admin", {"hosts": ["127.0.0.9"]})
    assert admin.post(EDIT, data=form | {"untested": "yes"}).status_code == 303
    assert "127.0.0.9" in file.read_text(encoding="utf-8")


def test_a_program_changes_a_connection_after_a_look(site: Site, file: Path) -> None:
    renewed(site)
    program, path = site.program(site.token(Role.ADMIN, "admin")), f"/api/v1{EDIT}"
    before = file.read_text(encoding="utf-8")
    look = program.post(path, json={"set": {"every": "10m"}, "dry_run": True}).json()
    assert (look["written"], look["changes"]) == (False, [{"key": "every", "before": "5m", "after": "10m"}])
    assert file.read_text(encoding="utf-8") == before
    assert program.post(path, json={"set": {"every": "10m"}}).json()["written"] is True
    assert file.read_text(encoding="utf-8") == look["toml"]
    refused = program.post(path, json={"set": {"options.url": "http://127.0.0.9:9"}})
    assert (refused.status_code, "optima was not changed" in refused.json()["detail"]) == (422, True)
    assert "127.0.0.9" not in file.read_text(encoding="utf-8")


def test_what_people_wrote_is_locked_and_shows_the_lines(site: Site, file: Path, tmp_path: Path) -> None:
    admin = renewed(site)
    file.write_text(file.read_text(encoding="utf-8") + "# ask Ewa\n", encoding="utf-8")
    page = html.unescape(admin.get(EDIT).text)
    assert "Locked" in page
    assert "such as comments, would be lost" in page
    shown = html.unescape(admin.get(f"{EDIT}/preview?every=10m").text)
    assert '[connections.optima]\nevery = "10m"' in shown
    assert "It was checked and would be right." in shown
    assert "Save" not in shown
    for form in ({"every": "10m"}, {"options.url": "http://127.0.0.9:9"}):
        assert admin.post(EDIT, data=form).status_code == 422
    assert [row for row in site.house.rows(tables.Audit) if row["action"] == "try-elsewhere"] == []
    assert file.read_text(encoding="utf-8").endswith("# ask Ewa\n")
    shop = html.unescape(admin.get("/connections/shop/edit").text)
    assert str(tmp_path / "syncd.toml") in shop
    assert "Direction and edit rights" in shop
    lines = html.unescape(admin.get("/connections/shop/edit/preview?served=PL+DE").text)
    assert 'served = ["PL", "DE"]' in lines
    assert admin.get("/connections/shop/edit/preview?served=XX").status_code == 422


def test_files_that_cannot_be_read_are_told(site: Site, file: Path) -> None:
    admin = renewed(site)
    file.with_name("more.toml").write_text("[connections", encoding="utf-8")
    answer = admin.get(EDIT)
    assert (answer.status_code, "is not TOML" in answer.text) == (422, True)


def test_nothing_is_written_where_nothing_changes(site: Site, file: Path) -> None:
    admin = renewed(site)
    shown = preview(admin)
    assert "Nothing changes" in shown.text
    before = file.stat().st_mtime_ns
    assert admin.post(EDIT, data={"every": "5m", "seen": seen_in(admin.get(EDIT))}).status_code == 303
    assert file.stat().st_mtime_ns == before
