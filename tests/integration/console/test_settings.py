"""Does every setting say what it is, what it means, and where it stands?"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from syncd.access.roles import Role
from syncd.console.settings.show import SECTIONS
from syncd.ports import Secret
from syncd.registry import tables
from syncd.settings import AlertSettings, Loaded
from tests.integration.pipeline.house import House

from .conftest import Site, serving


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_answers_everybody(site: Site, section: str) -> None:
    for role in Role:
        answer = site.browser(role).get(f"/settings/{section}")
        assert answer.status_code == 200, answer.text


def test_the_first_section_is_opened_and_an_unknown_one_is_not_there(site: Site) -> None:
    viewer = site.browser(Role.VIEWER)
    assert viewer.get("/settings").headers["location"] == "/settings/general"
    assert viewer.get("/settings/generl").status_code == 404


def test_each_value_says_where_it_stands_and_secrets_are_masked(staffed: House, tmp_path: Path) -> None:
    alerts = AlertSettings(webhook=Secret("https://hooks.example/s3cret"), signing_key=Secret("k3y"))
    settings = msgspec.structs.replace(staffed.app.settings, alerts=alerts, push_batch=50, push_tries=3)
    origins = {
        "push_batch": "environment SYNCD_PUSH_BATCH",
        "push_tries": str(tmp_path / "syncd.toml"),
        "alerts.webhook": "environment SYNCD_ALERTS_WEBHOOK_FILE",
    }
    staffed.change(settings=settings, loaded=Loaded(settings=settings, origins=origins))
    with serving(staffed) as site:
        viewer = site.browser(Role.VIEWER)
        general = viewer.get("/settings/general").text
        assert "<code>SYNCD_PUSH_BATCH</code>" in general
        assert "locked" in general
        assert str(tmp_path / "syncd.toml") in general
        told = viewer.get("/settings/notifications").text
        assert "***" in told
        assert "SYNCD_ALERTS_WEBHOOK_FILE" in told
        assert "s3cret" not in told + general
        assert "k3y" not in told + general


def test_an_admin_says_what_a_stated_country_means_and_takes_it_back(site: Site) -> None:
    admin = site.browser(Role.ADMIN)
    form = {"stated": "Zjedn. Król.", "country": "GB"}
    assert site.browser(Role.OPERATOR).post("/settings/countries/names", data=form).status_code == 403
    assert admin.post("/settings/countries/names", data=form).status_code == 303
    page = admin.get("/settings/countries").text
    assert "means GB from now on" in page
    assert "27 members" in page
    assert admin.post("/settings/countries/names", data={"stated": "x", "country": "Atlantyda"}).status_code == 422
    assert admin.post("/settings/countries/names/forget", data={"stated": "zjedn król"}).status_code == 303
    assert admin.post("/settings/countries/names/forget", data={"stated": "zjedn król"}).status_code == 404
    told = [(r["actor"], r["action"]) for r in site.house.rows(tables.Audit) if r["action"].endswith("-country")]
    assert told == [("console:admin", "map-country"), ("console:admin", "unmap-country")]


def test_health_says_what_helps(site: Site) -> None:
    text = site.browser(Role.VIEWER).get("/settings/health").text
    assert "Start <code>syncd worker</code>" in text
