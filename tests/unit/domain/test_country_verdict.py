"""Is every contractor put into the zone that the evidence proves, and into none where it contradicts itself?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.country import Evidence, Names, Said, VatAnswer, Verdict, Zone, alpha2, is_member, prefix_country
from syncd.domain.country import verdict as judge_evidence

TODAY = date(2026, 5, 4)


def judge(**evidence: Any) -> Verdict:
    return judge_evidence(Evidence(**{"home": "PL", "on": TODAY, **evidence}))


@pytest.mark.parametrize(
    ("country", "first_day"),
    [
        ("DK", date(1973, 1, 1)), ("GR", date(1981, 1, 1)), ("ES", date(1986, 1, 1)), ("SE", date(1995, 1, 1)),
        ("PL", date(2004, 5, 1)), ("RO", date(2007, 1, 1)), ("HR", date(2013, 7, 1)),
    ],
)  # fmt: skip
def test_a_country_is_inside_the_union_from_the_day_it_joined(country: str, first_day: date) -> None:
    assert is_member(country, first_day)
    assert not is_member(country, first_day - timedelta(days=1))


def test_great_britain_is_inside_until_the_last_day_of_2020() -> None:
    assert is_member("GB", date(2020, 12, 31))
    assert not is_member("GB", date(2021, 1, 1))


def test_monaco_follows_france_and_the_isle_of_man_great_britain() -> None:
    assert is_member("MC", TODAY)
    assert is_member("IM", date(2020, 12, 31))
    assert not is_member("IM", date(2021, 1, 1))


@pytest.mark.parametrize(("prefix", "country"), [("EL", "GR"), ("gr", "GR"), ("XI", "GB"), ("CHE", "CH"), ("DE", "DE")])
def test_a_prefix_tells_who_issued_the_number(prefix: str, country: str) -> None:
    assert prefix_country(prefix) == country


@pytest.mark.parametrize("prefix", ["EU", "IM", "QQ", ""])
def test_numbers_of_the_one_stop_shops_are_of_no_country(prefix: str) -> None:
    assert prefix_country(prefix) is None


def test_the_zone_is_seen_from_the_shops_home() -> None:
    assert judge(home="DE", declared="DE").zone is Zone.DOMESTIC
    assert judge(home="DE", declared="PL").zone is Zone.INTRA_EU
    assert judge(home="CH", declared="CH").zone is Zone.DOMESTIC


def test_a_contradiction_names_what_contradicts_what() -> None:
    ruling = judge(declared="PL", tax_prefix="DE")
    assert ruling.zone is Zone.UNRESOLVED
    assert ruling.reasons[-1] == "the country and the tax id prefix DE contradict each other"
    assert ruling.candidates == ("PL", "DE")


def test_the_prefix_is_found_in_the_tax_id_where_it_was_not_split_off() -> None:
    assert judge(tax_id=" de 136 695 976").country == "DE"


def test_a_tax_id_without_prefix_says_nothing_of_the_country() -> None:
    assert judge(tax_id="5260250274").zone is Zone.UNRESOLVED
    assert judge(declared="DE", tax_id="5260250274").zone is Zone.INTRA_EU


def test_an_unknown_home_is_said_and_resolves_nothing() -> None:
    ruling = judge(home="QQ", declared="PL")
    assert (ruling.zone, ruling.evidence) == (Zone.UNRESOLVED, (Said.HOME_UNKNOWN,))


def test_what_admins_say_of_a_name_comes_first() -> None:
    names = Names([("Zjedn. Król.", "GB"), ("Jugosławia", "RS")])
    assert judge(declared="ZJEDN KROL", names=names).country == "GB"
    assert judge(declared="Jugosławia", address_country="RS", names=names).zone is Zone.EXTRA_EU
    assert "an admin said so" in judge(declared="Jugosławia", names=names).reasons[0]


def test_an_unreadable_country_brings_what_it_may_mean() -> None:
    assert judge(declared="Niemyc").candidates == ("DE",)
    assert judge(declared="Atlantyda", address_country="SE").candidates == ("SE",)
    assert judge(declared="Jugosławia", address_country="RS").candidates[0] == "RS"
    assert judge(declared=" Atlantyda  Wielka ").unread == "Atlantyda Wielka"


def test_a_country_that_the_shop_does_not_serve_keeps_its_zone() -> None:
    ruling = judge(declared="FR", served=frozenset({"PL", "DE"}))
    assert (ruling.zone, ruling.evidence[-1]) == (Zone.INTRA_EU, Said.UNSERVED)
    assert Said.UNSERVED not in judge(declared="DE", served=frozenset({"PL", "DE"})).evidence


def test_a_postal_code_is_not_repeated_in_the_reasons() -> None:
    ruling = judge(declared="ES", postal_code="35001")
    assert "35001" not in "; ".join(ruling.reasons)


def test_a_code_that_a_special_territory_shares_is_pointed_out_where_no_town_decides() -> None:
    ruling = judge(declared="IT", postal_code="23030")
    assert (ruling.zone, ruling.evidence) == (Zone.INTRA_EU, (Said.DECLARED, Said.HINT, Said.MEMBER))
    assert "Livigno" in ruling.reasons[1]
    assert Said.HINT not in judge(declared="IT", postal_code="23030", city="Valdidentro").evidence


def test_a_postal_code_is_read_by_no_country_that_only_an_invalid_number_names() -> None:
    ruling = judge(tax_prefix="ES", postal_code="35001", vat=VatAnswer.INVALID)
    assert ruling.evidence == (Said.VAT_INVALID, Said.NOTHING)


def test_a_long_text_is_shortened_in_the_reasons() -> None:
    assert len(judge(declared="x" * 5000, erp_class="y" * 5000).reasons[0]) < 120


def test_an_italian_number_and_a_code_of_san_marino_contradict_each_other_whatever_is_declared() -> None:
    for declared in ("", "SM", "IT"):
        ruling = judge(declared=declared, tax_prefix="IT", postal_code="47890")
        assert (ruling.zone, Said.CONTRADICTION in ruling.evidence) == (Zone.UNRESOLVED, True)


PLACES = st.sampled_from(
    ["", "PL", "DE", "Niemcy", "GR", "GB", "XI", "MC", "FR", "IM", "CH", "ES", "IC", "AX", "FI", "IT", "SM", "JE", "RE",
     "XX", "Jugosławia", "Irlandia Północna", "DK", "GL", "-"]
)  # fmt: skip
CODES = st.sampled_from(
    ["", "00-001", "35001", "28001", "BT1 1AA", "SW1A 1AA", "98000", "97400", "22100", "47890", "x"]
)
PREFIXES = st.sampled_from(["", "PL", "DE", "EL", "GB", "XI", "FR", "ES", "FI", "IT", "QQ", "IM"])
CLASSES = st.sampled_from(["", "krajowy", "wewnątrzunijny", "pozaunijny", "foreign", "3", "EUVAT", "Nie"])
HOMES = st.sampled_from(["PL", "DE", "GB", "FR", "ES", "RU", "CH", "RE", "MC"])
DAYS = st.sampled_from([date(1950, 1, 1), date(2013, 6, 30), date(2020, 12, 31), date(2021, 1, 1), TODAY])
EVIDENCE = st.builds(
    Evidence, home=HOMES, on=DAYS, declared=PLACES, tax_prefix=PREFIXES, address_country=PLACES, postal_code=CODES,
    erp_class=CLASSES, vat=st.sampled_from([None, *VatAnswer]),
)  # fmt: skip
ANYTHING = st.builds(
    Evidence, home=st.text(max_size=8), on=st.dates(), declared=st.text(), tax_prefix=st.text(max_size=5),
    tax_id=st.text(max_size=20), address_country=st.text(), postal_code=st.text(max_size=12), city=st.text(max_size=20),
    erp_class=st.text(max_size=20), vat=st.sampled_from([None, *VatAnswer]),
    names=st.builds(Names, st.lists(st.tuples(st.text(max_size=4), st.just("DE")), max_size=2)),
)  # fmt: skip


@given(ANYTHING | EVIDENCE)
def test_there_is_a_verdict_on_whatever_is_stated(evidence: Evidence) -> None:
    ruling = judge_evidence(evidence)
    assert ruling.reasons
    assert len(ruling.reasons) == len(ruling.evidence)
    assert ruling.zone is Zone.UNRESOLVED or alpha2(ruling.country) == ruling.country


@given(EVIDENCE)
def test_an_outage_of_the_vat_register_changes_nothing(evidence: Evidence) -> None:
    without = msgspec.structs.replace(evidence, vat=None)
    assert judge_evidence(msgspec.structs.replace(evidence, vat=VatAnswer.UNKNOWN)) == judge_evidence(without)


@given(EVIDENCE, HOMES)
def test_another_home_exchanges_domestic_and_foreign_and_never_moves_between_inside_and_outside(
    evidence: Evidence, home: str
) -> None:
    evidence = msgspec.structs.replace(evidence, erp_class="")
    one, other = judge_evidence(evidence), judge_evidence(msgspec.structs.replace(evidence, home=home))
    assert one.country == other.country
    assert {one.zone, other.zone} != {Zone.INTRA_EU, Zone.EXTRA_EU}
    assert (one.zone is Zone.UNRESOLVED) == (other.zone is Zone.UNRESOLVED)


@given(EVIDENCE)
def test_which_of_two_countries_is_the_declared_one_does_not_matter(evidence: Evidence) -> None:
    evidence = msgspec.structs.replace(evidence, postal_code="")
    turned = msgspec.structs.replace(
        evidence, declared=evidence.address_country, address_country=evidence.declared
    )  # fmt: skip
    one, other = judge_evidence(evidence), judge_evidence(turned)
    assert one.zone is other.zone
    assert one.zone is Zone.UNRESOLVED or one.country == other.country


@given(EVIDENCE)
def test_evidence_that_agrees_never_takes_a_verdict_back(evidence: Evidence) -> None:
    ruling = judge_evidence(evidence)
    if ruling.zone is Zone.UNRESOLVED:
        return
    for more in (
        {"declared": evidence.declared or ruling.country},
        {"address_country": evidence.address_country or ruling.country},
        {"erp_class": evidence.erp_class or {"intra_eu": "EU", "extra_eu": "non-EU"}.get(ruling.zone, "domestic")},
        {"vat": evidence.vat or VatAnswer.VALID},
        {"served": frozenset({ruling.country})},
    ):
        again = judge_evidence(msgspec.structs.replace(evidence, **more))
        assert (again.zone, again.country) == (ruling.zone, ruling.country), (more, again.reasons)


@given(EVIDENCE)
def test_an_invalid_number_is_worth_as_much_as_none(evidence: Evidence) -> None:
    invalid = judge_evidence(msgspec.structs.replace(evidence, vat=VatAnswer.INVALID))
    without = judge_evidence(msgspec.structs.replace(evidence, vat=None, tax_prefix=""))
    assert (invalid.zone, invalid.country) == (without.zone, without.country)
