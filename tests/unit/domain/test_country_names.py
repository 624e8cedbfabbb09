"""Is a stated country read for what it means, and a text that means none for none?"""

from __future__ import annotations

import pytest
from babel import Locale

from syncd.domain.contractor import Address, Contractor
from syncd.domain.country import Names, alpha2, fold, recognise
from syncd.domain.country.codes import COUNTRIES, alpha3
from syncd.domain.country.former import former
from syncd.domain.country.names import LANGUAGES, nearest
from syncd.domain.country.normal import as_code, with_codes
from syncd.domain.country.spellings import spellings
from syncd.domain.country.territories import TERRITORIES


@pytest.mark.parametrize(
    ("stated", "code"), [("UK", "GB"), ("EL", "GR"), ("gr", "GR"), ("XK", "XK"), (" de ", "DE"), ("uk", "GB")]
)
def test_codes_in_common_use_are_understood(stated: str, code: str) -> None:
    assert alpha2(stated) == code


@pytest.mark.parametrize("stated", ["XI", "EU", "ZZ", "XX", "Polska", "POL", "P1", "", "--", "IC", "SU", "AC"])
def test_what_is_no_countrys_code_is_not_taken_for_one(stated: str) -> None:
    assert alpha2(stated) is None


@pytest.mark.parametrize(
    ("stated", "blank"), [("??????", True), ("🇩🇪", True), ("--", False), ("?", False), (" . ", False)]
)
def test_a_name_that_was_lost_is_not_taken_for_none(stated: str, blank: bool) -> None:
    assert recognise(stated).blank is not blank


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_known_by_its_name_in_each_of_the_languages(language: str) -> None:
    for code, name in Locale(language).territories.items():
        if code in COUNTRIES and name != "Saint-Martin":  # two countries share the one island
            assert recognise(name).country == code, name
            assert recognise(f" {name.upper()} ").country == code


def test_every_country_has_a_code_of_three_letters() -> None:
    assert set(alpha3().values()) == COUNTRIES
    assert all(recognise(code).country == country for code, country in alpha3().items())


def test_no_spelling_means_two_countries_or_one_of_the_past() -> None:
    seen: dict[str, str] = {}
    for code, name in spellings():
        assert seen.setdefault(fold(name), code) == code, name
        assert former(name) is None
        assert code in COUNTRIES


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("UNITED-KINGDOM", "GB"), ("U.S.A.", "US"), ("Cote d Ivoire", "CI"), ("Wegry", "HU"), ("Wyspa Man", "IM"),
        ("Polska (PL)", "PL"), ("DE - Niemcy", "DE"), ("Polska / Poland", "PL"), ("St. Lucia", "LC"),
        ("Trinidad and Tobago", "TT"), ("Аландские острова", "AX"), ("Соединенное Королевство", "GB"),
        ("(PL)", "PL"), ("DE.", "DE"), ("[pol]", "PL"), ("Nie\N{SOFT HYPHEN}mcy", "DE"), ("Belgique-België", "BE"),
        ("Niemcy (UE)", "DE"), ("Gt Britain", "GB"), ("GB-SCT", "GB"), ("Hong Kong SAR, China", "HK"),
        ("United Kingdom (excluding Northern Ireland)", "GB"), ("Fed. Rep. of Germany", "DE"), ("Mallorca", "ES"),
        ("Kosovo (UNSCR 1244)", "XK"), ("Państwo Izrael", "IL"), ("Reunion Island", "RE"), ("о. Мэн", "IM"),
        ("Vaticano", "VA"), ("Vatikanen", "VA"), ("Cité du Vatican", "VA"), ("Spitsbergen", "SJ"), ("Amerika", "US"),
        ("BR Deutschland", "DE"), ("Rep. Federalna Niemiec", "DE"), ("Rep. Ceca", "CZ"),
    ],
)  # fmt: skip
def test_case_accents_and_punctuation_do_not_matter(stated: str, code: str) -> None:
    assert recognise(stated).country == code


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ("Germany, Federal Republic of", "DE"), ("Korea, South", "KR"), ("Netherlands, The", "NL"),
        ("Tanzania, the United Republic of", "TZ"), ("Moldova (the Republic of)", "MD"),
        ("Иран, Исламская Республика", "IR"), ("Falkland Islands (the) [Malvinas]", "FK"),
    ],
)  # fmt: skip
def test_a_name_may_be_turned_round_as_lists_do(stated: str, code: str) -> None:
    assert recognise(stated).country == code


@pytest.mark.parametrize(
    ("stated", "place"),
    [
        ("Canary Islands, Spain", "the Canary Islands"), ("Hiszpania (Wyspy Kanaryjskie)", "the Canary Islands"),
        ("Northern Ireland, UK", "Northern Ireland"), ("France - La Réunion", "Réunion"),
        ("Finland/Åland", "the Åland Islands"), ("Jersey (UK)", "Jersey"), ("Teneriffa", "the Canary Islands"),
        ("Kanaren", "the Canary Islands"), ("GB-NIR", "Northern Ireland"), ("Шпицберген", "Svalbard and Jan Mayen"),
    ],
)  # fmt: skip
def test_a_place_named_with_its_state_is_the_place(stated: str, place: str) -> None:
    territory = recognise(stated).territory
    assert territory is not None
    assert territory.name == place


@pytest.mark.parametrize("stated", ["Canary Islands, Portugal", "Réunion / Martinique", "France, Réunion, Martinique"])
def test_a_place_named_with_another_is_not_guessed(stated: str) -> None:
    assert recognise(stated) == recognise("Atlantyda")


@pytest.mark.parametrize("language", ["de", "sv"])
def test_a_name_may_be_spelt_out_where_a_keyboard_has_no_such_letters(language: str) -> None:
    spelt_out = {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"}
    for code, name in Locale(language).territories.items():
        if code in COUNTRIES and set(spelt_out).intersection(name):
            assert recognise(name.translate(str.maketrans(spelt_out))).country == code, name


@pytest.mark.parametrize(
    "stated",
    [
        "Polska / Niemcy",
        "Korea, Europe",
        "S.A.",
        "Polska-Niemcy",
        "of, Republic",
        "Polska (Atlantyda)",
        "Korea",
        "Europa",
        "Zagranica",
    ],
)
def test_what_means_several_countries_or_none_is_not_guessed(stated: str) -> None:
    assert recognise(stated).country == ""


@pytest.mark.parametrize("stated", ["", "  ", "-", "---", "n/a", "brak", "?"])
def test_what_stands_for_nothing_is_nothing(stated: str) -> None:
    assert recognise(stated).blank


@pytest.mark.parametrize("code", ["SU", "YU", "CS", "DD", "AN", "SUN", "YUG", "DDR", "ANT", "CSK", "SCG"])
def test_codes_of_the_past_are_known_as_such(code: str) -> None:
    gone = recognise(code).former
    assert gone is not None
    assert set(gone.successors) <= COUNTRIES


def test_a_territory_is_known_by_all_its_names() -> None:
    for territory in TERRITORIES:
        for name in (*territory.places, territory.code, *territory.other_codes):
            assert not name or recognise(name).territory == territory, name


def test_a_typing_error_is_near_to_what_was_meant() -> None:
    assert nearest("Polsak") == ["PL"]
    assert nearest("Atlantyda") == []


@pytest.mark.parametrize(
    ("stated", "code"), [("616", "PL"), ("643", "RU"), ("D", "DE"), ("GER", "DE"), ("SUI", "CH"), ("ROM", "RO")]
)
def test_a_code_of_another_standard_is_asked_about_and_not_believed(stated: str, code: str) -> None:
    assert recognise(stated).country == ""
    assert nearest(stated) == [code]


@pytest.mark.parametrize(
    ("stated", "codes"),
    [
        ("Korea", ["KR", "KP"]),
        ("Wyspy Normandzkie", ["JE", "GG"]),
        ("Конго", ["CG", "CD"]),
        ("Jungferninseln", ["VG", "VI"]),
    ],
)
def test_a_name_of_several_countries_is_asked_about(stated: str, codes: list[str]) -> None:
    assert recognise(stated).country == ""
    assert nearest(stated) == codes


def test_a_number_of_a_country_of_the_past_is_near_to_nothing() -> None:
    assert nearest("891") == nearest("999") == []  # Serbia and Montenegro; nobody's


def test_two_mappings_of_the_same_names_are_equal_in_any_order() -> None:
    one, other = Names([("A", "PL"), ("Ł", "DE")]), Names([("l", "DE"), ("a", "PL")])
    assert (one, hash(one)) == (other, hash(other))
    assert one != Names([("A", "PL")])


def test_a_name_is_kept_as_its_code_unless_the_code_says_less() -> None:
    assert [as_code(text) for text in ("Polska", "pl", "UK", "Monako", "Szkocja")] == ["PL", "PL", "GB", "MC", "GB"]
    kept = ["Irlandia Północna", "Wyspy Kanaryjskie", "Jugosławia", "Atlantyda", "XI"]
    assert [as_code(text) for text in kept] == kept
    assert as_code("Atlantyda", Names([("ATLANTYDA", "GR")])) == "GR"


def test_a_contractor_gets_codes_for_itself_and_its_addresses() -> None:
    stated = Contractor(name="A", country="Polska", addresses=(Address(city="B", country="Niemcy"), Address(city="C")))
    coded = with_codes(stated)
    assert (coded.country, [address.country for address in coded.addresses]) == ("PL", ["DE", ""])
    assert with_codes(coded) is coded
