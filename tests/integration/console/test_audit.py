"""Do people find who did what, and can they take it with them?"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from syncd.access import users
from syncd.access.known import user_id_of
from syncd.access.preferences import Preferences, store
from syncd.access.roles import Role
from syncd.registry.audit import write_down
from syncd.registry.engine import writing

from .conftest import PASSWORD, Site


def act(site: Site, actor: str, action: str, subject: str, **details: Any) -> None:
    engine: Engine = site.house.app.engine
    with writing(engine) as connection:
        write_down(connection, site.house.app.now(), actor, action, subject, **details)


def test_an_act_is_shown_with_who_from_where_what_and_what_it_changed(site: Site) -> None:
    app = site.house.app
    users.set_role(app.engine, "viewer", Role.OPERATOR, by="cli:root", now=app.now())
    act(site, "console:anna", "approve-plan", "run 12", reason="new wholesalers")
    page = site.browser(Role.ADMIN).get("/audit").text
    for shown in ("Changed a role", "Command line", 'href="/users/viewer"', "<del>Viewer</del>", "<ins>Operator</ins>",
                  "Approved a plan", 'href="/runs/12"', "new wholesalers"):  # fmt: skip
        assert shown in page, shown


def test_nobody_is_led_from_an_act_to_a_page_that_is_for_admins(site: Site) -> None:
    act(site, "cli:root", "add-user", "user viewer")
    act(site, "cli:root", "approve-plan", "run 12")
    page = site.browser(Role.OPERATOR).get("/audit").text
    assert ('href="/runs/12"' in page, "/users/" in page) == (True, False)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("who=anna", {"run 1"}),
        ("from=api", {"issue 2"}),
        ("what=erase", {"customer K000003"}),
        ("object=K000003", {"customer K000003"}),
        ("since=2026-05-04&until=2026-05-04&object=run", {"run 1"}),
        ("until=2026-05-03", set()),
    ],
)
def test_acts_are_filtered_by_what_stands_in_the_address(site: Site, query: str, shown: set[str]) -> None:
    act(site, "console:anna", "approve-plan", "run 1")
    act(site, "token:ci", "retry-issue", "issue 2")
    act(site, "cli:root", "erase", "customer K000003")
    page = site.browser(Role.VIEWER).get(f"/audit?{query}").text
    assert {one for one in ("run 1", "issue 2", "customer K000003") if f">{one}<" in page} == shown


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("whom=anna", "Did you mean who?"),
        ("from=moon", "from:"),
        ("since=yesterday", "since:"),
        ("before=x", "before:"),
    ],
)
def test_a_filter_that_means_nothing_is_named(site: Site, query: str, named: str) -> None:
    for path in ("/audit", "/audit.csv"):
        said = site.browser(Role.VIEWER).get(f"{path}?{query}")
        assert said.status_code == 400 or (path, named) == ("/audit.csv", "before:")
        assert named in said.text or said.status_code == 200


def test_empty_fields_of_the_form_do_not_stay_in_the_address(site: Site) -> None:
    said = site.browser(Role.VIEWER).get("/audit?who=&what=erase&until=")
    assert (said.status_code, said.headers["location"]) == (303, "/audit?what=erase")


def test_days_are_those_of_whoever_looks(site: Site) -> None:
    house = site.house
    with writing(house.app.engine) as connection:
        user_id = user_id_of(connection, "viewer")
        store(connection, user_id, Preferences(zone="Asia/Tokyo"))
    act(site, "cli:root", "erase", "customer K000003")  # noon of the 4th in UTC, 21:00 in Tokyo
    house.pass_time(hours=4)
    act(site, "cli:root", "erase", "customer K000004")  # 01:00 of the 5th there
    page = site.browser(Role.VIEWER).get("/audit?until=2026-05-04&what=erase").text
    assert ("K000003" in page, "K000004" in page) == (True, False)


def test_pages_lead_to_older_acts_and_back(site: Site) -> None:
    for number in range(120):
        act(site, "cli:root", "erase", f"customer K{number:06}")
    viewer = site.browser(Role.VIEWER)
    path, page, seen = "/audit?what=erase", "", 0
    for _ in range(3):
        page = viewer.get(path).text
        seen += page.count('href="/customers/K')
        path = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert (seen, path) == (120, "")
    assert 'rel="prev" href="/audit?what=erase"' in page


def test_the_export_has_all_that_the_filters_leave_and_no_cell_that_is_a_formula(site: Site) -> None:
    act(site, "cli:root", "create-token", "=cmd()", reason="-1+1")
    act(site, "cli:root", "erase", "customer K000003")
    said = site.browser(Role.VIEWER).get("/audit.csv?what=create-token")
    assert said.headers["content-type"].startswith("text/csv")
    lines = said.content.decode("utf-8").split("\r\n")
    assert lines[0] == "\ufeffid,at,actor,via,action,subject,before,after,details"
    assert len(lines) == 3
    assert ",'=cmd()," in lines[1]


def test_from_where_colleagues_logged_in_is_for_admins(site: Site) -> None:
    site.browser().post("/log-in", data={"name": "operator", "password": PASSWORD})
    for role, sees in ((Role.VIEWER, False), (Role.ADMIN, True)):
        client = site.browser(role)
        for path in ("/audit?what=log-in", "/audit.csv"):
            assert ("127.0.0.1" in client.get(path).text) is sees


def test_what_was_acted_on_is_said_in_the_readers_language_and_a_name_as_it_is(site: Site) -> None:
    for action, subject in (
        ("retry-run", "run 12"), ("customers-block", "8000 customers"), ("set-role", "user ola"),
        ("pause-connection", "connection erp"), ("rename-group", "user ola"), ("x", "Something else"),
        ("set-field-rule", "field name at sklep"), ("restore-backup", "registry"),
    ):  # fmt: skip
        act(site, "console:admin", action, subject)
    page = site.browser(Role.ADMIN, **{"accept-language": "pl"}).get("/audit").text.replace("\xa0", "")
    for words in (
        "przebieg 12", "8000 klientów", "użytkownik ola", "połączenie erp", ">user ola<", "Something else",
        "pole Nazwa w sklep", "Zmieniono regułę pola", "Przywrócono kopię zapasową",
    ):  # fmt: skip
        assert words in page, words


def test_what_changed_is_said_in_the_readers_language_and_what_somebody_wrote_as_it_is(site: Site) -> None:
    act(site, "console:admin", "set-role", "user ola", before={"role": "viewer"}, after={"role": "operator"})
    act(site, "console:admin", "create-token", "token t", scopes=["read", "operate"])
    act(site, "console:admin", "customers-newsletter", "9000 customers", value="yes", changed=18000,
        left_out={"said_no": 12, "erased": 1})  # fmt: skip
    act(site, "console:admin", "customers-group-add", "2 customers", value="yes")
    act(site, "console:admin", "answer-issue", "issue 4", answer="map-country", stated="Szkocja", country="GB")
    act(site, "console:admin", "answer-issue", "issue 5", answer="settle-country")
    act(site, "console:admin", "snooze-issue", "issue 6", until="2026-05-06T10:00:00+00:00")
    act(site, "console:admin", "set-field-rule", "field name", before={"owner": "erp"}, after={"owner": "shop"})
    act(site, "console:admin", "match-undo", "run 3", what="unlink", run=12000)
    act(site, "console:admin", "export", "customers", format="csv", columns=["code", "tax_id"], rows=100000)
    page = site.browser(Role.ADMIN, **{"accept-language": "pl"}).get("/audit").text.replace("\xa0", " ")
    for words in (
        "<del>Podgląd</del>", "<ins>Operator</ins>", "Odczyt, Obsługa", "</span> Tak<", "18 000",
        "Klient sam odmówił: 12", "Zanonimizowany: 1", "</span> yes<",
        "Zawsze mapuj na GB", "Jest w innym kraju", ">6 maj 2026 10:00 UTC</time>",
        "<ins>Sklep</ins>", "koniec powiązania", "</span> 12000<", "CSV", "Kod, Numer podatkowy", "100 000",
    ):  # fmt: skip
        assert words in page, words
