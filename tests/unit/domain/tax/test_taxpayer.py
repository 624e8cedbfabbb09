"""Is a company the same by its register's number and by the VAT number made of it?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import Contractor
from syncd.domain.match import Key, Link, New, decide, keys
from syncd.domain.tax import taxpayer


@pytest.mark.parametrize(
    ("number", "prefix", "country", "known_as"),
    [
        ("556056625801", "SE", "", "5560566258"),
        ("556056625801", "", "SE", "5560566258"),
        ("5560566258", "", "SE", "5560566258"),
        ("196408233201", "", "SE", "196408233201"),
        ("165560125790", "", "SE", "5560125790"),
        ("165560125790", "SE", "", "5560125790"),
        ("196408233234", "", "SE", "6408233234"),
        ("165560125791", "", "SE", "165560125791"),
        ("10625790444", "", "HU", "10625790"),
        ("10625790444", "HU", "", "10625790"),
        ("10625790", "HU", "", "10625790"),
        ("10625791444", "", "HU", "10625791444"),
        ("40303265045", "FR", "", "303265045"),
        ("303265045", "", "FR", "303265045"),
        ("40303265045", "", "FR", "303265045"),
        ("41303265045", "", "FR", "41303265045"),
        ("995525828MVA", "", "NO", "995525828"),
        ("100155212MWST", "CHE", "", "100155212"),
        ("143605704021", "UA", "", "14360570"),
        ("215607626656", "", "UA", "21560766"),
        ("21560766", "", "UA", "21560766"),
        ("21560766", "UA", "", "21560766"),
        ("215607626657", "", "UA", "215607626657"),
        ("1759013776", "UA", "", "1759013776"),
        ("143605704021", "", "PL", "143605704021"),
        ("5260250274", "PL", "", "5260250274"),
        ("556056625801", "", "PL", "556056625801"),
    ],
)
def test_a_number_is_reduced_to_the_registers_own(number: str, prefix: str, country: str, known_as: str) -> None:
    assert taxpayer(number, prefix, country) == known_as


@given(
    st.text("0123456789MVATWS", max_size=16),
    st.sampled_from(["", "SE", "FR", "HU", "CHE", "PL"]),
    st.sampled_from(["SE", "NO", "CH", "FR", "HU", "DE", ""]),
)
def test_reducing_twice_changes_nothing_for_who_has_no_prefix_any_more(number: str, prefix: str, country: str) -> None:
    once = taxpayer(number, prefix, country)
    assert number.startswith(once) or number.endswith(once)
    assert taxpayer(once, "", "DE") == once


def test_a_swedish_shop_and_a_swedish_erp_mean_the_same_company() -> None:
    erp = Contractor(name="Ab Volvo", number="100", tax_id="556012579001", tax_prefix="SE", country="SE")
    shop = Contractor(name="Volvo", tax_id="5560125790", country="SE", email="info@volvo.example")
    (key,) = [key for key in keys(shop) if key[0] is Key.TAX]
    assert key in list(keys(erp))
    assert decide(shop, {key: {7}}, {7: erp}) == Link(7, Key.TAX)


def test_another_swedish_company_with_the_same_e_mail_is_still_another() -> None:
    erp = Contractor(name="Ab Volvo", tax_id="556012579001", tax_prefix="SE", country="SE", email="a@b.example")
    shop = Contractor(name="Ab Volvo", tax_id="5560566258", country="SE", email="a@b.example")
    (key,) = [key for key in keys(shop) if key[0] is Key.EMAIL]
    assert decide(shop, {key: {7}}, {7: erp}) == New()


@pytest.mark.parametrize(("vat", "own"), [("143605704021", "14360570"), ("1759013776", "1759013776")])
def test_a_ukrainian_vat_number_and_the_number_in_its_register_mean_the_same_taxpayer(vat: str, own: str) -> None:
    erp = Contractor(name="Privatbank", number="100", tax_id=vat, tax_prefix="UA", country="UA")
    shop = Contractor(name="Privat", tax_id=own, country="UA", email="info@privat.example")
    (key,) = [key for key in keys(shop) if key[0] is Key.TAX]
    assert key in list(keys(erp))
    assert decide(shop, {key: {7}}, {7: erp}) == Link(7, Key.TAX)


def test_a_ukrainian_company_whose_vat_number_holds_another_edrpou_is_another() -> None:
    erp = Contractor(name="Firma", tax_id="143605704021", tax_prefix="UA", country="UA", email="a@b.example")
    shop = Contractor(name="Firma", tax_id="21560766", country="UA", email="a@b.example")
    (key,) = [key for key in keys(shop) if key[0] is Key.EMAIL]
    assert decide(shop, {key: {7}}, {7: erp}) == New()
