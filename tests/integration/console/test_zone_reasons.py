"""Is the reader told in the own language why a customer is in its zone, whatever the reason?"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import insert, update

from syncd.access.roles import Role
from syncd.console.exchange.paper import words_of
from syncd.domain.code import code_of
from syncd.domain.contractor import Address
from syncd.domain.country import Said
from syncd.languages import LANGUAGES
from syncd.registry.engine import writing
from syncd.registry.tables import Contractor, Issue, VatNumber
from syncd.settings import ViesSettings
from syncd.sync.answers import answer
from syncd.sync.card.card import card_of, printed
from syncd.sync.card.personal_data import personal_data
from syncd.sync.card.personal_data import printed as reported
from syncd.sync.country_names import map_country
from syncd.sync.erase import erase
from syncd.sync.located import locate
from tests.fixtures.contractors import firm
from tests.fixtures.registries import bare, fresh
from tests.integration.pipeline.house import House, open_house

from .conftest import Site

OTHERS: Final = [language for language in LANGUAGES if language != "en"]
NEVER: Final = {Said.HOME_UNKNOWN, Said.VAT_VALID}
"""What no customer of a registry has: a home that is no country is refused, and that a number is known is not kept."""

ABROAD: Final[dict[str, Any]] = {"tax_prefix": "", "tax_id": ""}
NOWHERE: Final[dict[str, Any]] = ABROAD | {"country": "", "addresses": ()}
SECTION: Final = re.compile(r'aria-labelledby="zone".*?</section>', re.DOTALL)


def at(country: str, postal_code: str = "", city: str = "") -> tuple[Address, ...]:
    return (Address(street="1", postal_code=postal_code, city=city, country=country),)


CUSTOMERS: Final[tuple[dict[str, Any], ...]] = (
    {},
    NOWHERE,
    ABROAD | {"country": "Lechia"},
    ABROAD | {"country": "Atlantyda"},
    ABROAD | {"country": "Jugosławia"},
    ABROAD | {"country": "Cypr Północny"},
    ABROAD | {"country": "CH", "addresses": at("CH", "1", "Zürich")},
    ABROAD | {"country": "GB", "addresses": at("GB", "SW1A 1AA", "London")},
    ABROAD | {"country": "GB", "addresses": at("GB", "BT1 1AA", "Belfast")},
    ABROAD | {"country": "GB", "addresses": at("GB", "IM1 1AA", "Douglas")},
    ABROAD | {"country": "GB", "addresses": at("GB", "GX11 1AA", "Jersey")},
    ABROAD | {"country": "ES", "addresses": at("ES", "35001", "Las Palmas")},
    ABROAD | {"country": "ES", "addresses": at("ES", "28001", "Las Palmas de Gran Canaria")},
    ABROAD | {"country": "IT", "addresses": at("IT", "23030")},
    ABROAD | {"country": "CY", "addresses": at("CY", "99010")},
    ABROAD | {"country": "FR", "addresses": at("FR", "98000", "Monaco")},
    {"country": "DE", "addresses": at("DE", "10115", "Berlin"), "tax_prefix": "DE", "tax_id": "136695976"},
    {"country": "PL", "addresses": at("DE", "10115", "Berlin"), "tax_prefix": "", "tax_id": ""},
    {"country": "PL", "addresses": (), "tax_prefix": "DE", "tax_id": "811907980"},
    {"country": "PL", "addresses": (), "tax_prefix": "QQ"},
    {"tax_class": "krajowy"},
    {"tax_class": "pozaunijny"},
    {"tax_class": "SEVAT"},
    {"tax_class": "VIP"},
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Customers in every kind of place; the register does not know one's number, and a person decided on another."""
    with open_house(
        f"sqlite:///{fresh(bare())}",
        folder=tmp_path,
        connections={"shop": {"served": ["PL", "DE"]}},
        vies=ViesSettings(enabled=True, requester="PL5260250274"),
    ) as house:
        unregistered(house, "DE", "136695976")
        for number, stated in enumerate(CUSTOMERS):
            house.erp.add(firm(f"A{number}", **stated))
        house.run("erp")
        issue = next(row for row in house.rows(Issue) if "DE contradict each other" in row["message"])
        answer(house.app, issue["id"], "trust-tax-prefix", by="anna")
        house.finish()
        yield house


def unregistered(house: House, prefix: str, number: str) -> None:
    now = house.app.now()
    values = {"answer": "invalid", "answered_at": now, "asked_at": now, "ask_again_at": now + timedelta(days=30)}
    empty = {"consultation": "", "cause": "", "tries": 0}
    with writing(house.app.engine) as connection:
        connection.execute(insert(VatNumber).values(prefix=prefix, number=number, **values, **empty))


def mapped(house: House) -> House:
    """An admin said what a country means, and no run was since."""
    map_country(house.app, "Lechia", "PL", by="anna")
    return house


def customers(house: House) -> list[int]:
    return [row["id"] for row in house.rows(Contractor)]


def test_there_is_a_customer_for_every_reason(house: House) -> None:
    said = {one for id_ in customers(mapped(house)) for one in locate(house.app, id_).verdict.evidence}
    assert said == set(Said) - NEVER


@pytest.mark.parametrize("language", OTHERS)
def test_a_customers_page_says_every_reason_in_the_language_of_its_reader(site: Site, language: str) -> None:
    viewer = site.browser(Role.VIEWER, **{"accept-language": language})
    for id_ in customers(mapped(site.house)):
        (section,) = SECTION.findall(viewer.get(f"/customers/{code_of(id_)}?tab=explain").text)
        assert 'lang="en"' not in section


@pytest.mark.parametrize("language", OTHERS)
def test_paper_says_every_reason_in_the_language_of_its_reader(house: House, language: str) -> None:
    say = words_of(language)["say"]
    for id_ in customers(house):
        english = locate(house.app, id_).verdict.reasons
        assert card_of(house.app, id_).reasons == list(english)
        expected = [say(reason) for reason in english]
        assert not set(expected) & set(english)
        assert printed(card_of(house.app, id_), say)["reasons"] == expected
        assert reported(personal_data(house.app, id_, by="anna"), say)["reasons"] == expected


def test_a_kept_reason_that_nobody_would_give_today_is_shown_as_it_is(house: House) -> None:
    with writing(house.app.engine) as connection:
        kept = json.dumps(["declared country is PL", "as rules of old had it"])
        connection.execute(update(Contractor).where(Contractor.id == 1).values(reasons=kept))
    told = printed(card_of(house.app, 1), words_of("pl")["say"])["reasons"]
    assert told == ["podany kraj to PL", "as rules of old had it"]


def test_the_card_of_who_is_erased_says_in_the_language_of_its_reader_why_the_zone_stayed(house: House) -> None:
    erase(house.app, 1, by="anna")
    house.finish()
    assert printed(card_of(house.app, 1), words_of("pl")["say"])["reasons"] == ["jak przed usunięciem danych"]


def test_a_card_is_printed_where_no_connection_is_left_to_ask_which_countries_are_served(house: House) -> None:
    alone = dataclasses.replace(house.app, connections={})
    assert card_of(alone, 1).reasons == card_of(house.app, 1).reasons
