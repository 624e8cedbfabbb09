"""Is every contractor put into the zone that the evidence proves, and into none where it contradicts itself?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.country import Verdict, Zone, alpha2, is_member, prefix_country, verdict

TODAY = date(2026, 5, 4)


def judge(**evidence: Any) -> Verdict:
    return verdict(**{"home": "PL", "declared": "", "prefix": "", "address": "", "on": TODAY, **evidence})


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("PL", "domestic"),
        ("DE", "intra_eu"),
        ("HR", "intra_eu"),
        ("CH", "extra_eu"),
        ("GB", "extra_eu"),
        ("US", "extra_eu"),
    ],
)
def test_a_declared_country_gives_the_zone(country: str, zone: str) -> None:
    assert judge(declared=country).zone == zone
    assert judge(declared=country).country == country


def test_the_zone_is_seen_from_the_shops_home() -> None:
    assert judge(home="DE", declared="DE").zone is Zone.DOMESTIC
    assert judge(home="DE", declared="PL").zone is Zone.INTRA_EU
    assert judge(home="CH", declared="CH").zone is Zone.DOMESTIC


def test_a_country_is_read_in_any_case_and_with_blanks_around() -> None:
    assert judge(declared=" de ").country == "DE"


@pytest.mark.parametrize(("stated", "code"), [("UK", "GB"), ("EL", "GR"), ("gr", "GR"), ("XK", "XK")])
def test_codes_in_common_use_are_understood(stated: str, code: str) -> None:
    assert alpha2(stated) == code


@pytest.mark.parametrize("stated", ["XI", "EU", "ZZ", "XX", "Polska", "POL", "P1", "", "--"])
def test_what_is_no_country_is_not_taken_for_one(stated: str) -> None:
    assert alpha2(stated) is None


@pytest.mark.parametrize(
    ("country", "first_day"),
    [("PL", date(2004, 5, 1)), ("RO", date(2007, 1, 1)), ("BG", date(2007, 1, 1)), ("HR", date(2013, 7, 1))],
)
def test_a_country_is_inside_the_union_from_the_day_it_joined(country: str, first_day: date) -> None:
    assert is_member(country, first_day)
    assert not is_member(country, first_day - timedelta(days=1))


def test_great_britain_is_inside_until_the_last_day_of_2020() -> None:
    assert is_member("GB", date(2020, 12, 31))
    assert not is_member("GB", date(2021, 1, 1))
    assert judge(declared="GB", on=date(2020, 6, 1)).zone is Zone.INTRA_EU


def test_monaco_follows_france_and_the_isle_of_man_great_britain() -> None:
    assert is_member("MC", TODAY)
    assert is_member("IM", date(2020, 12, 31))
    assert not is_member("IM", date(2021, 1, 1))


@pytest.mark.parametrize(
    ("declared", "prefix"), [("MC", "FR"), ("IM", "GB"), ("GR", "EL"), ("GB", "XI"), ("CH", "CHE")]
)
def test_a_prefix_that_belongs_to_the_territory_contradicts_nothing(declared: str, prefix: str) -> None:
    assert judge(declared=declared, prefix=prefix).zone is not Zone.UNRESOLVED


def test_greece_writes_el_before_its_tax_ids() -> None:
    assert prefix_country("EL") == "GR"
    assert judge(prefix="EL") == Verdict(Zone.INTRA_EU, "GR", ("tax id prefix is EL", "GR is inside the EU's VAT area"))


def test_northern_ireland_is_inside_the_union_since_great_britain_left() -> None:
    assert judge(declared="GB", prefix="XI").zone is Zone.INTRA_EU
    assert judge(prefix="XI").country == "GB"


def test_northern_irelands_prefix_is_not_a_country() -> None:
    ruling = judge(declared="XI")
    assert ruling.zone is Zone.UNRESOLVED
    assert "'XI'" in ruling.reasons[0]


def test_an_unknown_country_is_unresolved_whatever_else_is_known() -> None:
    assert judge(declared="Polska", prefix="PL", address="PL").zone is Zone.UNRESOLVED


def test_without_any_evidence_nothing_is_guessed() -> None:
    assert judge() == Verdict(
        Zone.UNRESOLVED, "", ("no country is declared, and neither tax id nor address tells one",)
    )


def test_the_address_tells_the_country_where_none_is_declared() -> None:
    assert judge(address="SE").country == "SE"


def test_the_prefix_tells_the_country_where_nothing_else_does() -> None:
    assert judge(prefix="DE").country == "DE"


@pytest.mark.parametrize(
    "evidence",
    [
        {"declared": "PL", "address": "DE"},
        {"declared": "PL", "prefix": "DE"},
        {"address": "PL", "prefix": "DE"},
        {"declared": "DE", "prefix": "XI"},
        {"declared": "FR", "prefix": "FR", "address": "MC"},
    ],
)
def test_evidence_that_contradicts_itself_is_unresolved_and_says_so(evidence: dict[str, str]) -> None:
    ruling = judge(**evidence)
    assert ruling.zone is Zone.UNRESOLVED
    assert ruling.reasons[-1] == "the two contradict each other"


def test_a_prefix_that_nobody_issues_proves_nothing() -> None:
    assert judge(declared="PL", prefix="QQ").zone is Zone.DOMESTIC


CODES = st.sampled_from(["", "PL", "DE", "GR", "EL", "GB", "XI", "MC", "IM", "CH", "CHE", "XX", "Polska"])


@given(home=st.sampled_from(["PL", "DE", "CH"]), declared=CODES, prefix=CODES, address=CODES, on=st.dates())
def test_a_verdict_always_has_a_reason_and_a_resolved_one_a_country(
    home: str, declared: str, prefix: str, address: str, on: date
) -> None:
    ruling = verdict(home=home, declared=declared, prefix=prefix, address=address, on=on)
    assert ruling.reasons
    assert (alpha2(ruling.country) == ruling.country) if ruling.zone is not Zone.UNRESOLVED else True
    assert (ruling.zone is Zone.DOMESTIC) <= (ruling.country == home)
