"""Which rules hold for any text and any number?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.pl import nip

from syncd.domain.tax import KINDS, TaxId, fault, identify, split, stated_form
from syncd.domain.tax.rules import checker

COUNTRIES = """AT BE BG BY CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IM IT KZ LT LU LV MC MT NL NO PL PT RO RU SE SI SK
UA XI EL US AU BR IN TR CN JP""".split()

TEXTS = st.one_of(st.text(max_size=30), st.text(alphabet="0123456789ABCEDHPLFR-. /+@()", max_size=30))


@given(country=st.sampled_from(COUNTRIES), stated=TEXTS, kind=st.sampled_from(["", *KINDS]))
def test_any_text_gives_an_answer_and_its_forms_mean_the_same(country: str, stated: str, kind: str) -> None:
    found = identify(country, stated, kind)
    assert found.raw == stated
    assert found.valid or found.reason
    again = identify(country, found.compact, kind)
    assert again.compact == found.compact
    if found.valid:
        assert again.valid
        shown = identify(country, found.display, found.kind)
        assert (shown.compact, shown.valid) == (found.compact, True)


@given(country=st.sampled_from(COUNTRIES), stated=TEXTS)
def test_the_reason_never_repeats_what_was_stated(country: str, stated: str) -> None:
    said = fault(split(stated).number, country, stated=stated)
    compact = split(stated).number
    assert said is None or len(compact) < 6 or compact.lower() not in said.lower()


@given(stated=st.text(max_size=40))
def test_taking_apart_twice_changes_nothing_and_nothing_of_the_statement_is_lost(stated: str) -> None:
    once = split(stated)
    assert split(once.prefix + once.number) == once
    kept = stated_form(stated, once)
    assert stated.strip() in {kept, once.number, once.prefix + once.number}


LABELS = st.sampled_from(
    [
        "NIP",
        "nip-UE",
        "VAT",
        "VAT ID",
        "VAT no",
        "USt-IdNr",
        "P.IVA",
        "ИНН",
        "Org.nr",
        "УНП",
        "Partita IVA",
        "TVA",
        "DIČ",
    ]
)
NUMBERS = st.from_regex(r"[0-9]{7,12}|(DE|PL|SE|FR)[0-9]{8,12}|ATU[0-9]{8}", fullmatch=True)


@given(label=LABELS, between=st.sampled_from([" ", ": ", ".", " - ", ":\N{NO-BREAK SPACE}"]), number=NUMBERS)
def test_what_a_number_is_called_before_it_is_no_part_of_it(label: str, between: str, number: str) -> None:
    assert split(label + between + number) == split(number)
    assert stated_form(label + between + number, split(number)) == label + between + number


@given(number=st.from_regex(r"[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z][0-9]{3}[A-Z]", fullmatch=True))
def test_an_italian_codice_fiscale_begins_with_letters_of_a_name_and_not_of_a_country(number: str) -> None:
    assert split(number) == TaxId("", number)


@given(
    country=st.sampled_from(COUNTRIES), stated=TEXTS, kind=st.sampled_from(["pesel", "stnr", "uid", "cif", "rc", "x"])
)
def test_a_kind_that_only_the_library_knows_gives_an_answer_to_any_text(country: str, stated: str, kind: str) -> None:
    found = identify(country, stated, kind)
    assert found.valid or found.reason


def _with_check(body: str, weights: tuple[int, ...], modulo: int = 11) -> str | None:
    rest = sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True)) % modulo
    return None if rest == 10 else f"{body}{rest}"


NIPS = st.from_regex(r"[1-9][0-9]{8}", fullmatch=True).map(lambda b: _with_check(b, (6, 5, 7, 2, 3, 4, 5, 6, 7)))
INNS = st.from_regex(r"[0-9]{9}", fullmatch=True).map(lambda b: _with_check(b, (2, 4, 10, 3, 5, 9, 4, 6, 8)))
BINS = st.from_regex(r"[0-9]{2}(0[1-9]|1[0-2])[456][0-9]{6}", fullmatch=True).map(
    lambda b: _with_check(b, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))
)


@pytest.mark.parametrize(
    ("country", "kind", "numbers"), [("PL", "nip", NIPS), ("RU", "inn", INNS), ("KZ", "bin", BINS)]
)
@given(data=st.data())
def test_a_changed_digit_is_found_out(
    country: str, kind: str, numbers: st.SearchStrategy[str | None], data: st.DataObject
) -> None:
    number = data.draw(numbers.filter(lambda n: n is not None and len(set(n)) > 1))
    assert number is not None
    assert identify(country, number, kind).valid
    # The eleventh weight of a BIN is 11, so that its eleventh digit counts for nothing: that is how the rule is.
    place = data.draw(st.sampled_from([i for i in range(len(number)) if not (kind == "bin" and i == 10)]))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    changed = f"{number[:place]}{digit}{number[place + 1 :]}"
    rest_is_ten = _rest(kind, changed) == 10
    # A body whose remainder is 10 has a second rule (BIN) or counts as 0 (INN), and may meet the check digit by chance.
    assert rest_is_ten or not identify(country, changed, kind).valid


def _rest(kind: str, number: str) -> int:
    weights = {"nip": (), "inn": (2, 4, 10, 3, 5, 9, 4, 6, 8), "bin": tuple(range(1, 12))}[kind]
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False)) % 11


@given(number=st.one_of(NIPS.filter(bool), st.text(alphabet="0123456789٣²A-", min_size=8, max_size=12), TEXTS))
def test_the_quick_look_at_a_nip_calls_nothing_right_that_the_library_calls_wrong(number: str) -> None:
    rule = checker("PL", "nip")
    assert rule is not None
    assert rule.right is not None
    assert nip.is_valid(number) or not rule.right(number)
