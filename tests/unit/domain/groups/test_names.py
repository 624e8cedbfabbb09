"""Are names of groups compared without losing one?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.groups import normalise, twins


def test_differences_that_nobody_sees_are_removed() -> None:
    assert normalise(["  Hurt ", "Hurt", "Duzi   odbiorcy", ""]) == ("Duzi odbiorcy", "Hurt")


def test_case_and_accents_are_differences() -> None:
    assert normalise(["VIP", "Vip", "Łódź", "Lodz"]) == ("Lodz", "VIP", "Vip", "Łódź")


@given(st.lists(st.text(max_size=8)))
def test_normalising_twice_changes_nothing(names: list[str]) -> None:
    assert normalise(normalise(names)) == normalise(names)


def test_names_that_differ_by_blanks_or_capitals_only_are_twins() -> None:
    assert twins(["VIP", "Hurt plus", "Vip", "Detal", "Hurtplus"]) == [("Hurt plus", "Hurtplus"), ("VIP", "Vip")]


def test_names_that_differ_by_more_are_no_twins() -> None:
    assert twins(["Łódź", "Lodz", "Hurt", "Hurt 2"]) == []
