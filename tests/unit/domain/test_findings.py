"""Is a person told of what is wrong with a record, in words that name field and cure, and is the record kept?"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from syncd.domain.contractor import Account, Address, Contractor, Employee
from syncd.domain.country import Evidence, VatAnswer, verdict
from syncd.domain.findings import KEY_LENGTH, NAME_LENGTH, PART_LENGTH, Finding, check_storable, findings
from syncd.errors import InvalidRecord
from tests.fixtures.contractors import firm


def found(vat: VatAnswer | None = None, served: frozenset[str] = frozenset(), **more: Any) -> list[Finding]:
    contractor = firm("A1", **more)
    evidence = Evidence(
        home="PL",
        on=date(2026, 5, 4),
        declared=contractor.country,
        tax_prefix=contractor.tax_prefix,
        address_country=next((address.country for address in contractor.addresses), ""),
        vat=vat,
        served=served,
    )
    return findings(contractor, verdict(evidence), groups_most=20)


def codes(**more: Any) -> list[str]:
    return [finding.code for finding in found(**more)]


def test_a_plain_firm_is_nothing_to_look_at() -> None:
    assert codes() == []


def test_each_trouble_with_a_country_has_its_own_code() -> None:
    assert codes(country="Atlantyda") == ["country-unknown"]
    assert codes(country="KKTC") == ["country-unknown"]
    assert codes(country="Jugosławia") == ["country-former"]
    assert codes(country="DE") == ["country-contradiction"]
    assert codes(country="", tax_prefix="", addresses=()) == ["country-unresolved"]
    assert codes(served=frozenset({"DE"})) == ["country-unserved"]
    assert codes(vat=VatAnswer.UNKNOWN) == []


@pytest.mark.parametrize(
    "stated", ["kowalski(at)firma", "kowalski", "a@b@c.pl", "a@x.pl, b@x.pl", "a b@x.pl", "@x.pl", "a@", "a@x..pl"]
)
@pytest.mark.parametrize("field", ["email", "login_email", "employees"])
def test_an_e_mail_that_is_none_is_told_with_its_field(field: str, stated: str) -> None:
    value: Any = (Employee(name="Jan", email=stated, default_login=True),) if field == "employees" else stated
    (finding,) = found(**{field: value})
    assert (finding.code, finding.field) == ("email-invalid", field)
    assert stated not in finding.message + finding.cure
    assert "e-mail" in finding.cure


@pytest.mark.parametrize(
    "stated", ["", " a@x.pl ", "józef@żółw.pl", "o'neil+b2b@x.co.uk", "jan@localhost", "brak", "-"]
)
def test_an_e_mail_and_a_word_for_none_are_nothing_to_look_at(stated: str) -> None:
    assert codes(email=stated) == []


def test_a_part_of_an_address_that_nobody_meant_is_told_with_its_name() -> None:
    long = Address(street="Długa " * 500, city="Kraków", postal_code="30-001", country="PL")
    (finding,) = found(addresses=(long,))
    assert (finding.code, finding.field) == ("address-long", "addresses.street")
    assert "3000 characters" in finding.message


@pytest.mark.parametrize("part", ["street", "name", "city", "region", "postal_code", "phone"])
def test_a_part_of_an_address_may_be_as_long_as_the_limit_and_no_longer(part: str) -> None:
    plain = Address(city="Kraków", country="PL")
    for length, code in ((PART_LENGTH, []), (PART_LENGTH + 1, ["address-long"])):
        address = msgspec.structs.replace(plain, **{part: "1" * length})
        assert [one for one in codes(addresses=(address,)) if one == "address-long"] == code


def test_groups_that_nobody_meant_are_told() -> None:
    (finding,) = found(groups=tuple(f"G{number}" for number in range(40)))
    assert (finding.code, finding.field) == ("groups-many", "groups")
    assert "40 groups" in finding.message
    assert codes(groups=tuple(f"G{number}" for number in range(20))) == []


def test_a_contradiction_is_said_with_its_evidence() -> None:
    (finding,) = found(country="DE")
    assert finding.field == "country"
    assert [(answer.key, answer.label) for answer in finding.answers] == [
        ("trust-declared", "the declared country is right: DE"),
        ("trust-address", "the country of the main address is right: PL"),
        ("trust-tax-prefix", "the tax id's country is right: PL"),
        ("settle-country", "it is in another country"),
    ]
    assert "declared country is DE" in finding.message
    assert "PL" in finding.message
    assert finding.cure


def test_a_country_that_no_shop_serves_is_served_or_left_by_one_answer() -> None:
    contractor = firm("A1")
    evidence = Evidence(home="PL", on=date(2026, 5, 4), declared="CH", served=frozenset({"PL"}))
    (finding,) = findings(contractor, verdict(evidence), ("hurt", "detal"), groups_most=20)
    assert [(answer.key, answer.values) for answer in finding.answers] == [
        ("serve-country", {"at": "hurt", "country": "CH"}),
        ("serve-country", {"at": "detal", "country": "CH"}),
        ("leave-unserved", {}),
    ]


def test_an_unknown_country_is_settled_by_one_answer() -> None:
    (finding,) = found(country="Szkoszja", addresses=(), tax_prefix="")
    first, other = finding.answers
    assert first.label == "always map 'Szkoszja' to GB"
    assert (first.key, first.values, first.asks) == ("map-country", {"stated": "Szkoszja", "country": "GB"}, "")
    assert (other.key, other.values, other.asks) == ("map-country", {"stated": "Szkoszja"}, "country")


def test_a_country_whose_letters_were_lost_is_asked_of_one_customer_only() -> None:
    (finding,) = found(country="??????", addresses=(), tax_prefix="")
    assert (finding.code, [answer.key for answer in finding.answers]) == ("country-unknown", ["settle-country"])
    assert finding.cure.startswith("Say where it is")


def test_of_a_former_country_the_successor_that_the_rest_speaks_for_is_offered_first() -> None:
    (finding,) = found(country="Czechosłowacja", tax_prefix="SK", tax_id="2022749619", addresses=())
    assert [answer.values.get("country") for answer in finding.answers] == ["SK", "CZ", None]


def test_a_country_of_an_address_that_is_unknown_names_the_address() -> None:
    (finding,) = found(addresses=(Address(city="B", country="Atlantyda"),))
    assert (finding.code, finding.field) == ("country-unknown", "addresses")


def test_a_wrong_check_digit_is_a_finding_that_does_not_repeat_the_number() -> None:
    (finding,) = found(tax_id="5260250275")
    assert (finding.code, finding.field) == ("tax-id-invalid", "tax_id")
    assert "5260250275" not in finding.message + finding.cure


def test_the_prefix_decides_whose_rules_a_tax_id_follows() -> None:
    assert codes(country="GR", tax_prefix="EL", tax_id="094259216", addresses=()) == []
    assert codes(country="GB", tax_prefix="GB", tax_id="980780684", addresses=()) == []


def test_without_a_prefix_the_country_decides() -> None:
    assert codes(tax_prefix="", tax_id="5260250275") == ["tax-id-invalid"]


def test_northern_irelands_numbers_follow_the_british_rule() -> None:
    assert codes(country="GB", tax_prefix="XI", tax_id="980780684", addresses=()) == []
    assert codes(country="GB", tax_prefix="XI", tax_id="980780685", addresses=()) == ["tax-id-invalid"]


def test_a_name_of_250_characters_has_room() -> None:
    check_storable(Contractor(name="ż" * NAME_LENGTH), "7")


def test_a_longer_name_is_refused_and_not_cut() -> None:
    with pytest.raises(InvalidRecord, match="251 characters; at most 250") as caught:
        check_storable(Contractor(name="x" * (NAME_LENGTH + 1)), "7")
    assert (caught.value.code, caught.value.record, caught.value.field) == ("name-too-long", "7", "name")
    assert "Nothing was cut" in caught.value.cure


@pytest.mark.parametrize("name", ["", "  ", "\n"])
def test_a_contractor_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidRecord) as caught:
        check_storable(Contractor(name=name), "7")
    assert (caught.value.code, caught.value.record) == ("name-missing", "7")


@pytest.mark.parametrize("field", ["number", "tax_id", "email", "country"])
def test_what_is_searched_by_has_to_fit_into_an_index(field: str) -> None:
    check_storable(firm("A1", **{field: "ж" * KEY_LENGTH}), "7")
    with pytest.raises(InvalidRecord) as caught:
        check_storable(firm("A1", **{field: "ж" * (KEY_LENGTH + 1)}), "7")
    assert (caught.value.code, caught.value.field) == ("key-too-long", field)


def test_a_character_that_no_database_stores_is_refused() -> None:
    with pytest.raises(InvalidRecord) as caught:
        check_storable(firm("A1", groups=("Hurt", "VI\0P")), "7")
    assert (caught.value.code, caught.value.field) == ("unstorable-character", "groups")


def test_wrong_registrations_and_a_wrong_bik_are_findings_of_their_own() -> None:
    wrong = found(
        country="RU",
        tax_prefix="",
        tax_id="7707083893",
        addresses=(),
        registrations={"inn": "7707083894", "kpp": "773601001", "other": "x"},
        accounts=(Account(bik="054525225"), Account(bik="044525225")),
    )
    assert [(one.code, one.field) for one in wrong] == [
        ("tax-id-invalid", "registrations.inn"),
        ("tax-id-invalid", "accounts.bik"),
    ]
    assert all(one.cure for one in wrong)


def test_a_field_of_a_finding_has_room_in_an_issue() -> None:
    wrong = found(registrations={f"regon.{'9' * 40}": "1"})
    assert [len(one.field) <= 32 for one in wrong] == [True]


def test_a_birthday_in_the_field_of_a_tax_id_is_told_by_how_it_was_typed() -> None:
    (finding,) = found(tax_prefix="", tax_id="19750312", tax_id_stated="1975-03-12")
    assert "a date" in finding.message


def test_the_form_of_an_earlier_number_says_nothing_of_this_one() -> None:
    assert codes(tax_prefix="", tax_id="5260250274", tax_id_stated="1975-03-12") == []
