"""Are group names compared and translated without losing one and without touching a shop's own?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.groups import local, managed, normalise, translate


def test_differences_that_nobody_sees_are_removed() -> None:
    assert normalise(["  Hurt ", "Hurt", "Duzi   odbiorcy", ""]) == ("Duzi odbiorcy", "Hurt")


def test_case_and_accents_are_differences() -> None:
    assert normalise(["VIP", "Vip", "Łódź", "Lodz"]) == ("Lodz", "VIP", "Vip", "Łódź")


def test_a_name_with_a_rule_is_translated_and_one_without_keeps_itself() -> None:
    assert translate(("Hurt", "VIP"), {"Hurt": "Wholesale"}) == ("VIP", "Wholesale")


def test_a_rule_to_nothing_leaves_the_group_out() -> None:
    assert translate(("Hurt", "Intern"), {"Intern": ""}) == ("Hurt",)


def test_two_groups_may_become_one() -> None:
    assert translate(("Hurt", "VIP"), {"Hurt": "B2B", "VIP": "B2B"}) == ("B2B",)


@given(st.lists(st.text(max_size=8)), st.frozensets(st.text(max_size=8)))
def test_every_group_is_either_managed_or_the_shops_own(names: list[str], known: frozenset[str]) -> None:
    all_of_them = normalise(names)
    assert sorted((*managed(all_of_them, known), *local(all_of_them, known))) == list(all_of_them)


@given(st.lists(st.text(max_size=8)))
def test_normalising_twice_changes_nothing(names: list[str]) -> None:
    assert normalise(normalise(names)) == normalise(names)
