"""Do two systems' statements of one tax id compare equal, and is a wrong one found out without refusing a right one?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.tax import TaxId, fault, split


@pytest.mark.parametrize(
    ("stated", "prefix", "number"),
    [
        ("5260250274", "", "5260250274"),
        ("526-025-02-74", "", "5260250274"),
        ("PL 526 025 02 74", "PL", "5260250274"),
        ("pl5260250274", "PL", "5260250274"),
        ("EL094259216", "EL", "094259216"),
        ("XI980780684", "XI", "980780684"),
        ("NL004495445B01", "NL", "004495445B01"),
        ("ATU13585627", "AT", "U13585627"),
        ("CHE-116.281.710 MWST", "CHE", "116281710MWST"),
        ("B58378431", "", "B58378431"),
        ("7707083893", "", "7707083893"),
        ("", "", ""),
    ],
)
def test_a_stated_tax_id_is_taken_apart(stated: str, prefix: str, number: str) -> None:
    assert split(stated) == TaxId(prefix, number)


@given(st.text(alphabet="PLDEU0123456789 .-/", max_size=16))
def test_taking_apart_twice_changes_nothing(stated: str) -> None:
    once = split(stated)
    assert split(once.prefix + once.number) == once


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("5260250274", "PL"),
        ("136695976", "DE"),
        ("094259216", "GR"),
        ("7707083893", "RU"),
        ("556703748501", "SE"),
        ("5567037485", "SE"),
        ("995525828MVA", "NO"),
        ("995525828", "NO"),
        ("116281710MWST", "CH"),
        ("116281710", "CH"),
    ],
)
def test_a_right_number_has_no_fault_in_any_form_in_which_systems_state_it(number: str, country: str) -> None:
    assert fault(number, country) is None


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("5260250275", "PL"),
        ("12345", "PL"),
        ("136695970", "DE"),
        ("116281711", "CH"),
        ("995525829", "NO"),
        ("5567037486", "SE"),
    ],
)
def test_a_wrong_check_digit_or_length_is_said_in_words(number: str, country: str) -> None:
    said = fault(number, country)
    assert said is not None
    assert number not in said


@pytest.mark.parametrize(("number", "country"), [("", "PL"), ("5260250275", ""), ("anything", "US"), ("1", "ZZ")])
def test_where_no_rule_is_known_nothing_is_wrong(number: str, country: str) -> None:
    assert fault(number, country) is None
