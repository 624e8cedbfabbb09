"""Does every setting say what it is, what it means, and where it stands?"""

from __future__ import annotations

import html
import re
from pathlib import Path

import msgspec
import pytest

from syncd.access.roles import Role
from syncd.console.settings.show import SECTIONS
from syncd.domain.policy import Forbidden
from syncd.ports import Secret
from syncd.registry import tables
from syncd.registry.engine import writing
from syncd.registry.served import put_served
from syncd.settings import AlertSettings, Loaded
from syncd.sync.fields import Wish, list_rules, set_rule
from tests.fixtures.contractors import firm
from tests.fixtures.smtp import mail_server, make_certificate
from tests.integration.pipeline.house import House

from .conftest import Site, serving
from .files import in_files


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


def test_what_cannot_be_changed_here_says_how_it_is(staffed: House, tmp_path: Path) -> None:
    in_files(staffed, tmp_path)
    with serving(staffed) as site:
        admin = site.browser(Role.ADMIN)
        kept = html.unescape(admin.get("/settings/retention").text)
        assert "<code>history_days = …</code>" in kept
        assert str(tmp_path / "syncd.toml") in kept
        assert "<code>SYNCD_HISTORY_DAYS</code>" in kept
        assert "SYNCD_ALERTS_SMTP_PASSWORD_FILE" in admin.get("/settings/notifications").text
        assert 'href="/connections/shop/edit#when"' in admin.get("/settings/schedules").text
        assert 'href="/connections/shop/edit#guard"' in admin.get("/settings/limits").text
        assert "all countries" in admin.get("/settings/countries").text
        assert "/edit" not in site.browser(Role.OPERATOR).get("/settings/schedules").text


# Fields


def test_an_admin_sees_what_a_rule_would_change_and_changes_it(site: Site) -> None:
    admin = site.browser(Role.ADMIN)
    asked = {"field": ["website", "notes"], "change": "set", "edit": "always"}
    page = html.unescape(admin.get("/settings/fields", params=asked).text)
    assert "2 rules would change" in page
    assert "<del>never</del>" in page
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    assert admin.post("/settings/fields", data={**asked, "seen": "other"}).status_code == 303
    assert "the rules are others" in html.unescape(admin.get("/settings/fields").text)
    assert site.house.rows(tables.FieldRule) == []
    done = admin.post("/settings/fields", data={**asked, "seen": seen})
    assert (done.status_code, done.headers["location"]) == (303, "/settings/fields")
    assert "2 rules are changed." in admin.get("/settings/fields").text
    rows = {row.field: row for row in list_rules(site.house.app)}
    assert (rows["website"].edit, rows["notes"].edit, rows["website"].by) == ("always", "always", "console:admin")
    audited = [row for row in site.house.rows(tables.Audit) if row["action"] == "set-field-rule"]
    assert audited[0]["details"] == {"before": {"edit": "domestic"}, "after": {"edit": "always"}}
    assert site.browser(Role.OPERATOR).post("/settings/fields", data={**asked, "seen": seen}).status_code == 403


def test_a_rule_of_one_shop_goes_back_to_what_is_in_force_for_all(site: Site) -> None:
    admin, app = site.browser(Role.ADMIN), site.house.app
    set_rule(app, "notes", Wish(edit="always"), by="anna", shop="shop")
    asked = {"shop": "shop", "field": "notes", "change": "reset"}
    page = admin.get("/settings/fields", params=asked).text
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    assert "for all shops" not in page
    assert admin.post("/settings/fields", data={**asked, "seen": seen}).status_code == 303
    assert [row for row in list_rules(app) if row.shop] == []


def test_the_effect_is_that_of_the_last_records(site: Site) -> None:
    house = site.house
    house.erp.add(firm("A1", website="https://a.example"))
    house.settle()
    (record,) = house.shop.holds()
    set_rule(house.app, "website", Wish(edit="never", forbidden=Forbidden.LEAVE), by="anna")
    house.shop.edit(record, website="https://b.example")
    house.run("shop")
    page = site.browser(Role.ADMIN).get("/settings/fields?field=website&change=set&edit=always").text
    assert "would do something else" in page
    assert "K000001" in page


def test_no_edit_flows_back_once_a_direction_says_so(site: Site) -> None:
    admin = site.browser(Role.ADMIN)
    asked = {"shop": "shop", "field": "profile", "change": "set", "edit": "never"}
    page = admin.get("/settings/fields", params=asked).text
    seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
    done = admin.post("/settings/fields", data={**asked, "seen": seen, "follow": "plan"})
    assert done.headers["location"].startswith("/plans")
    assert {row.edit for row in list_rules(site.house.app) if row.shop == "shop"} == {"never"}
    (name,) = [row for row in list_rules(site.house.app) if row.shop == "shop" and row.field == "name"]
    assert name.by == "console:admin"


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("shop=erp", 400, "shop: it can be shop"),
        ("field=nmae", 400, "field: there is no rule"),
        ("field=name&change=set&owner=us", 400, "owner: it can be"),
        ("field=name&change=set&edit=atlantis", 422, "of no zone"),
        ("fields=name", 400, "Did you mean field?"),
        ("change=set&edit=never", 200, "Choose fields"),
    ],
)
def test_a_wrong_wish_is_named(site: Site, query: str, status: int, told: str) -> None:
    answer = site.browser(Role.ADMIN).get(f"/settings/fields?{query}")
    assert (answer.status_code, told in html.unescape(answer.text)) == (status, True)


# Alerts


def test_an_admin_tries_who_is_told(staffed: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(certificate) as box:
        alerts = AlertSettings(
            mail_to=["ops@example.com"], mail_from="syncd@example.com", smtp_host="localhost", smtp_port=box.port
        )
        staffed.change(settings=msgspec.structs.replace(staffed.app.settings, alerts=alerts))
        with serving(staffed) as site:
            admin = site.browser(Role.ADMIN)
            assert "ops@example.com" in admin.get("/settings/notifications").text
            admin.post("/settings/notifications/test")
            assert "was taken by: email" in admin.get("/settings/notifications").text
            box.answers = "451 later"
            admin.post("/settings/notifications/test")
            assert "the mail server answered 451" in admin.get("/settings/notifications").text
    assert len(box.mails) == 1


def test_what_a_shop_serves_by_an_answer_is_listed_and_taken_back(site: Site) -> None:
    app = site.house.app
    with writing(app.engine) as connection:
        put_served(connection, app.connection("shop").id, "CH", by="anna", at=app.now())
    admin, form = site.browser(Role.ADMIN), {"shop": "shop", "country": "CH"}
    assert "Countries that shops serve by an answer" in admin.get("/settings/countries").text
    assert site.browser(Role.OPERATOR).post("/settings/countries/served/forget", data=form).status_code == 403
    assert admin.post("/settings/countries/served/forget", data=form).status_code == 303
    assert "shop serves CH only if its configuration says so." in admin.get("/settings/countries").text
    for wrong in (form, {"shop": "nowhere", "country": "CH"}):
        assert admin.post("/settings/countries/served/forget", data=wrong).status_code == 404


def test_a_program_lists_and_takes_back_what_a_shop_serves_by_an_answer(site: Site) -> None:
    app, path = site.house.app, "/api/v1/settings/countries/served"
    with writing(app.engine) as connection:
        put_served(connection, app.connection("shop").id, "CH", by="anna", at=app.now())
    program = site.program(site.token(Role.ADMIN, "admin"))
    assert [(one["shop"], one["country"]) for one in program.get(path).json()["items"]] == [("shop", "CH")]
    refused = program.post(path, json={"shop": "shop", "country": "GB"})
    assert (refused.status_code, refused.json()["detail"]) == (422, "shop serves every country")
    assert program.post(f"{path}/forget", json={"shop": "shop", "country": "CH"}).status_code == 200
    assert program.get(path).json()["items"] == []


def test_a_program_that_tries_alerts_is_told_when_there_is_nobody_to_tell(site: Site) -> None:
    said = site.program(site.token(Role.ADMIN, "admin")).post("/api/v1/settings/notifications/test")
    assert (said.status_code, said.json()["detail"]) == (422, "alerts go to the log alone")


def test_health_says_what_helps(site: Site) -> None:
    text = site.browser(Role.VIEWER).get("/settings/health").text
    assert "Start <code>syncd worker</code>" in text
