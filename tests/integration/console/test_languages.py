"""Does everybody read the console in their own language, with right plurals?"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from syncd.access import preferences
from syncd.access.preferences import Preferences
from syncd.access.roles import Role
from syncd.console.catalogs import best_of, catalog, locale_of
from syncd.console.locale.update import problems, texts_of_the_code
from syncd.console.moments import moment_of
from syncd.console.saying import say
from syncd.languages import LANGUAGES
from syncd.registry import tables
from syncd.registry.engine import writing
from syncd.sentence import Sentence, joined

from .conftest import Site

OTHERS = [language for language in LANGUAGES if language != "en"]
CUSTOMERS = ("%(num)s customer", "%(num)s customers")


@pytest.mark.slow  # `make check` looks at the same
@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_its_placeholders_and_plurals(language: str) -> None:
    assert list(problems(language, texts_of_the_code())) == []


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("pl", {1: "1 klient", 2: "2 klientów", 5: "5 klientów", 22: "22 klientów"}),
        ("ru", {1: "1 клиент", 2: "2 клиента", 5: "5 клиентов", 21: "21 клиент"}),
        ("fr", {0: "0 client", 1: "1 client", 2: "2 clients"}),
        ("it", {1: "1 cliente", 2: "2 clienti"}),
        ("sv", {1: "1 kund", 2: "2 kunder"}),
        ("de", {0: "0 Kunden", 1: "1 Kunde", 2: "2 Kunden"}),
    ],
)
def test_numbers_have_the_plural_of_the_language(language: str, forms: dict[int, str]) -> None:
    said = {number: catalog(language).ngettext(*CUSTOMERS, number) % {"num": number} for number in forms}
    assert said == forms


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("en;q=0.5,ru;q=0.7", "ru"),
        ("nl,fr;q=0.3", "fr"),
        ("nl", "en"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "en"),
        (",;q=x,it;q=,;;", "it"),
    ],
)
def test_a_browser_is_answered_in_the_first_language_that_it_asks_for_and_that_is_spoken(
    site: Site, asked: str, spoken: str
) -> None:
    page = site.browser(None, **{"accept-language": asked}).get("/log-in").text
    assert f'<html lang="{spoken}"' in page


def test_a_tag_that_is_no_language_is_english() -> None:
    assert best_of(["x-klingon", "../../etc"]) == "en"


def test_a_choice_stays_with_this_browser_and_follows_the_person(site: Site) -> None:
    one, other = site.browser(Role.VIEWER), site.browser(Role.VIEWER)
    said = one.post("/language", data={"language": "pl", "next": "/customers?filter=zone:eq:domestic"})
    assert (said.status_code, said.headers["location"]) == (303, "/customers?filter=zone:eq:domestic")
    for browser in (one, other):
        page = browser.get("/customers?filter=zone:eq:domestic").text
        assert '<html lang="pl"' in page
        assert "Krajowy" in page
    assert site.house.count(tables.UserPreferences) == 1


def test_parts_of_pages_and_streams_speak_the_language_of_whoever_looks(site: Site) -> None:
    run_id = site.house.run("erp")["id"]
    viewer = site.browser(Role.VIEWER, **{"accept-language": "pl"})
    part = viewer.get("/customers?q=nobody", headers={"hx-request": "true", "hx-target": "list"}).text
    assert "No customer matches" not in part
    assert "Żaden klient" in part
    told = viewer.get(f"/runs/{run_id}/events").text
    assert "Succeeded" not in told
    assert "Zakończony" in told


def test_what_was_done_is_said_in_the_same_language(site: Site) -> None:
    with writing(site.house.app.engine) as connection:
        (admin,) = [row["id"] for row in site.house.rows(tables.User) if row["name"] == "operator"]
        preferences.store(connection, admin, Preferences(language="pl"))
    operator = site.browser(Role.OPERATOR)
    operator.post("/connections/erp/pause", data={"reason": "remanent"})
    told = operator.get("/connections/erp").text
    assert "is paused" not in told


def test_a_language_that_is_not_spoken_changes_nothing(site: Site) -> None:
    viewer = site.browser(Role.VIEWER)
    assert viewer.post("/language", data={"language": "xx", "next": "//evil.example"}).headers["location"] == "/"
    assert site.house.count(tables.UserPreferences) == 0


def test_preferences_of_a_newer_syncd_do_not_shut_anybody_out(site: Site) -> None:
    with writing(site.house.app.engine) as connection:
        (viewer,) = [row["id"] for row in site.house.rows(tables.User) if row["name"] == "viewer"]
        connection.execute(
            tables.UserPreferences.__table__.insert().values(  # type: ignore[attr-defined]
                user_id=viewer, doc=msgspec.json.encode({"theme": "sepia"}).decode()
            )
        )
    assert site.browser(Role.VIEWER).get("/").status_code == 200


def test_sentences_that_are_put_together_have_the_signs_of_the_language() -> None:
    parts = joined([Sentence("%(name)s changed", name="a"), Sentence("%(name)s changed", name="b")], of="erp")
    assert [say(parts, language) for language in ("en", "fr")] == [
        "erp: a changed; b changed",
        "erp\xa0: a changed\xa0; b changed",
    ]


def test_french_leaves_a_blank_before_a_colon_that_a_template_sets(site: Site) -> None:
    for language, title in (("fr", "Paramètres\xa0: "), ("it", "Impostazioni: ")):
        assert (
            f"<title>{title}"
            in site.browser(Role.VIEWER, **{"accept-language": language}).get("/settings/general").text
        )


@pytest.mark.parametrize(("language", "said"), [("en", "4 May 2026 12:30 UTC"), ("de", "4. Mai 2026 12:30 UTC")])
def test_a_day_has_a_point_in_a_language_that_counts_days(language: str, said: str) -> None:
    assert f">{said}<" in moment_of(datetime(2026, 5, 4, 12, 30, tzinfo=UTC), locale_of(language), ZoneInfo("UTC"))


@pytest.mark.parametrize(("language", "share"), [("en", "0% of 0"), ("de", "0\xa0% von 0")])
def test_per_cent_stands_as_the_language_sets_it(site: Site, language: str, share: str) -> None:
    assert share in site.browser(Role.VIEWER, **{"accept-language": language}).get("/").text
