"""Do two spellings of one firm look alike, and two firms not?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import Address, Contractor
from syncd.domain.similarity import ALIKE, compare, looks_of, names_agree, names_equal, pairs, words


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Łódź-Bud Sp. z o.o.", "bud lodz"),
        ("LODZ BUD spółka z ograniczoną odpowiedzialnością", "bud lodz"),
        ("Żubr S.A.", "zubr"),
        ("ООО «Ромашка»", "romashka"),
        ("Общество с ограниченной ответственностью Ромашка", "romashka"),
        ("ИП Иванов", "ivanov"),
        ("Müller GmbH & Co. KG", "muller"),
        ("Dupont S.A.R.L.", "dupont"),
        ("Rossi S.r.l.", "rossi"),
        ("A.B.C. Ltd.", "abc"),
        ("Svensson Enskild Firma", "svensson"),
        ("Nordbygg AB", "nordbygg"),
        ("S.A.", "sa"),
        ("😀", ""),
    ],
)
def test_a_name_is_its_words_without_legal_forms(name: str, plain: str) -> None:
    assert " ".join(words(name)) == plain


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Jan Kowalski", "KOWALSKI JAN", True),
        ("Kowalski", "Firma XYZ Jan Kowalski", True),
        ("ООО Ромашка", "OOO Romashka", True),
        ("Jan Kowalski", "Jan Kowalsky", True),
        ("Jan Kowalski", "Anna Nowak", False),
        ("Żubr S.A.", "Bocian S.A.", False),
        ("😀", "😀", True),
        ("😀", "🎉", False),
        ("A B", "A B C D", False),
        ("Sklep nr 12", "Sklep nr 13", False),
        ("Oddział 1 Kraków", "Oddział 2 Kraków", False),
        ("Apteka Pod Orłem", "Apteka Pod Lwem", False),
        ("Przedsiębiorstwo X", "Przedsiębiorstwo Y", False),
        ("Jan Kowalski", "Jan Kowalik", False),
        ("Müller GmbH", "Mueller GmbH", True),
        ("Hurtownia Papiernicza Alfa", "Hurtownia Papeirnicza Alfa", True),
        ("Volvo AB", "AB Volvo", True),
        ("Nowak-Bud s.c.", "NowakBud", True),
        ("AB", "ab", True),
    ],
)
def test_names_agree_when_they_can_be_one_customers(one: str, other: str, agree: bool) -> None:
    assert names_agree(one, other) is names_agree(other, one) is agree


def test_a_name_with_words_left_out_can_be_the_same_and_is_not_equal() -> None:
    assert names_agree("Żabka Polska", "Żabka Polska Sklep 12")
    assert not names_equal("Żabka Polska", "Żabka Polska Sklep 12")
    assert names_equal("Żabka Polska sp. z o.o.", "ZABKA POLSKA")


def firm(
    name: str, street: str = "Długa 1", city: str = "Kraków", code: str = "30-001", tax_id: str = ""
) -> Contractor:
    address = Address(street=street, city=city, postal_code=code, country="PL")
    return Contractor(name=name, country="PL", addresses=(address,), tax_id=tax_id)


ONE = firm("Przetwórnia Owoców Kowalscy sp. z o.o.")


def score(other: Contractor) -> int:
    return compare(looks_of(ONE), looks_of(other)).score


def test_one_firm_spelt_twice_is_alike_and_the_reasons_are_told() -> None:
    likeness = compare(looks_of(ONE), looks_of(firm("PRZETWORNIA OWOCOW KOWALSKI", "ul. Dluga 1", "Krakow", "30001")))
    assert likeness.score >= ALIKE
    assert likeness.why[1:3] == ("same postal code", "same city")


def test_one_name_in_two_towns_another_name_at_one_address_and_two_tax_ids_are_not_alike() -> None:
    assert score(firm(ONE.name, "Morska 9", "Gdynia", "81-001")) < ALIKE
    assert score(firm("Zakład Stolarski Nowak")) < ALIKE
    assert compare(looks_of(firm(ONE.name, tax_id="1")), looks_of(firm(ONE.name, tax_id="2"))).score == 0


def test_a_name_alone_is_enough_to_look_when_an_address_is_missing() -> None:
    assert score(Contractor(name=ONE.name, country="PL")) >= ALIKE


def test_one_name_in_two_countries_is_not_alike() -> None:
    assert score(Contractor(name=ONE.name, country="DE")) == 0


NAMES = st.sampled_from(
    ["Kowalski Jan", "Jan Kowalski", "Kowalscy sp. z o.o.", "Nowak", "ООО Ромашка", "Romashka", "😀"]
)
FIRMS = st.builds(
    firm, NAMES, street=st.sampled_from(["Długa 1", "dluga 1/2", ""]), city=st.sampled_from(["Kraków", "Gdynia", ""]),
    code=st.sampled_from(["30-001", "30001", ""]), tax_id=st.sampled_from(["", "1", "2"]),
)  # fmt: skip


@given(one=FIRMS, other=FIRMS)
def test_likeness_is_the_same_from_both_ends(one: Contractor, other: Contractor) -> None:
    assert compare(looks_of(one), looks_of(other)) == compare(looks_of(other), looks_of(one))


@given(firms=st.lists(FIRMS, max_size=8), order=st.randoms(use_true_random=False))
def test_the_pairs_of_many_are_the_same_in_any_order(firms: list[Contractor], order: object) -> None:
    people = [(number, looks_of(one)) for number, one in enumerate(firms)]
    shuffled = list(people)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert set(pairs(people)) == set(pairs(shuffled))


def test_a_common_word_does_not_have_everybody_compared_with_everybody() -> None:
    people = [
        (number, looks_of(firm(f"Przedsiębiorstwo {number}", code=f"{number:05d}"))) for number in range(3000)
    ]  # fmt: skip
    assert list(pairs(people)) == []
