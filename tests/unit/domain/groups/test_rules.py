"""Does the first rule that fits decide, and is a rule that cannot be used refused?"""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.groups import GroupMap, GroupRule, Match, checked
from syncd.domain.groups.cost import LONGEST_SEARCHED, too_costly
from syncd.errors import InvalidRecord


def equals(pattern: str, target: str, priority: int = 0) -> GroupRule:
    return GroupRule(match=Match.EQUALS, pattern=pattern, target=target, priority=priority)


def contains(pattern: str, target: str) -> GroupRule:
    return GroupRule(match=Match.CONTAINS, pattern=pattern, target=target)


def regex(pattern: str, target: str) -> GroupRule:
    return GroupRule(match=Match.REGEX, pattern=pattern, target=target)


def fallback(target: str) -> GroupRule:
    return GroupRule(match=Match.FALLBACK, target=target)


def targets(rules: list[GroupRule], *names: str) -> list[str]:
    mapping = GroupMap(rules)
    return [mapping.target(name) for name in names]


def test_a_name_without_a_rule_keeps_itself() -> None:
    assert targets([equals("Hurt", "Wholesale")], "Hurt", "VIP") == ["Wholesale", "VIP"]


def test_equals_minds_capitals_and_not_blanks() -> None:
    assert targets([equals(" Duzi  odbiorcy", "Big")], "Duzi odbiorcy", "duzi odbiorcy") == ["Big", "duzi odbiorcy"]


def test_contains_minds_neither() -> None:
    assert targets([contains("vip", "Key")], "Klient VIP", "Vipowie", "Hurt") == ["Key", "Key", "Hurt"]


def test_contains_folds_letters_that_have_no_capital() -> None:
    assert targets([contains("GROSS", "Big")], "Groß") == ["Big"]


def test_a_regex_is_found_anywhere_and_its_parts_can_be_taken_over() -> None:
    rules = [regex(r"^(\w+) / (\w+)", r"\2 (\1)"), regex("^Hurt", r"H-\0")]
    assert targets(rules, "Polska / Hurt", "Hurtownia") == ["Hurt (Polska)", "H-Hurt"]


def test_a_part_that_found_nothing_is_nothing() -> None:
    assert targets([regex("^Hurt( PL)?$", r"B2B\1")], "Hurt", "Hurt PL") == ["B2B", "B2B PL"]


def test_a_rule_to_nothing_leaves_the_group_out() -> None:
    assert targets([contains("intern", "")], "Intern 1") == [""]


def test_the_first_rule_that_fits_decides() -> None:
    assert targets([contains("hurt", "B2B"), equals("Hurt", "Wholesale")], "Hurt") == ["B2B"]


def test_a_fallback_takes_what_is_left_wherever_it_stands() -> None:
    assert targets([fallback("Other"), equals("Hurt", "B2B")], "Hurt", "VIP") == ["B2B", "Other"]


def test_where_groups_are_not_kept_an_unnamed_one_is_left_out_but_for_those_of_admins() -> None:
    mapping = GroupMap([equals("Hurt", "B2B")], keep=False, kept=frozenset({"Own"}))
    assert [mapping.target(name) for name in ("Hurt", "VIP", "Own")] == ["B2B", "", "Own"]


def test_rules_say_which_groups_they_name() -> None:
    mapping = GroupMap([equals("Hurt", "", 7)])
    assert (mapping.of("Hurt").named, mapping.of("VIP").named, mapping.of("Hurt").priority) == (True, False, 7)


def refusal(rule: GroupRule) -> str:
    with pytest.raises(InvalidRecord) as caught:
        checked(rule)
    assert caught.value.code == "group-rule-wrong"
    assert caught.value.cure
    return f"{caught.value.field}: {caught.value.message}"


def test_a_checked_rule_has_no_invisible_differences() -> None:
    assert checked(equals("  Hurt  PL", " B2B ")) == equals("Hurt PL", "B2B")


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*a", "(?P<n>a)(?P<n>b)"])
def test_a_pattern_that_does_not_compile_is_refused(pattern: str) -> None:
    assert "is no regular expression" in refusal(regex(pattern, "B2B"))


def test_what_else_cannot_be_used_is_refused() -> None:
    assert refusal(regex("^(a)", r"\2")) == "target: the target names \\2, and the pattern has 1 pair of brackets"
    assert refusal(equals("  ", "B2B")) == "pattern: the rule has no pattern"
    assert refusal(equals("x" * 201, "B2B")) == "pattern: the pattern has 201 characters"
    assert refusal(equals("Hurt", "B\x072B")) == "target: the target holds a control character"
    refused = GroupRule(match=Match.FALLBACK, pattern="x", target="B2B")
    assert refusal(refused) == "pattern: a fallback takes every group that is left"


COSTLY = [
    r"(a+)+$",
    r"(a|aa)+$",
    r"(a?){40}$",
    r"(.*,)*x",
    r"((a+)b?)*$",
    r"(?:(?:a|b)c*)+$",
    r".*a.*a.*a.*a.*a.*b",
    "a?" * 30 + "a" * 30,
    "(a|a)" * 25 + "$",
    r"(a)\1+",
    r"(?P<n>a*)(?P=n)*b",
    r"(\w+\s?)*$",
]
HARMLESS = [
    r"^Hurt",
    r"^(Hurt|Detal|VIP)( PL| DE)?$",
    r"^(.+) / (.+)$",
    r"[Hh]urt\s*\d+",
    r"(?i)vip",
    r"^\d{2,4}-[A-Z]+$",
    r"(?<!nie )aktywny",
    r"[)*+?(]+",
    r"\(\w+\)$",
    r"[ab]+",
]


@pytest.mark.parametrize("pattern", COSTLY)
def test_a_pattern_that_could_take_for_ever_is_refused(pattern: str) -> None:
    re.compile(pattern)
    assert "could take too long" in refusal(regex(pattern, "B2B"))


@pytest.mark.parametrize("pattern", HARMLESS)
def test_a_pattern_that_cannot_is_taken(pattern: str) -> None:
    assert checked(regex(pattern, "B2B")).pattern == pattern


PIECE = st.sampled_from(
    ["a", "a*", "a+", "a?", ".*", "(a|b)", "(a*)", "[ab]+", "(?:a|aa)", "b", "(a+b?)", "{2,9}", "*"]
)


@given(st.lists(PIECE, min_size=1, max_size=8).map("".join))
def test_no_pattern_that_is_taken_takes_long(pattern: str) -> None:
    try:
        compiled = re.compile(f"{pattern}$")
    except re.error:
        return
    if too_costly(f"{pattern}$") is None:
        began = time.process_time()  # of a busy machine only what this search took
        compiled.search("a" * (LONGEST_SEARCHED - 1) + "!")
        assert time.process_time() - began < 2


def test_a_name_that_is_too_long_to_search_fits_no_regex() -> None:
    assert targets([regex("^a", "B2B")], "a" * LONGEST_SEARCHED) == ["B2B"]
    assert targets([regex("^a", "B2B")], "a" * (LONGEST_SEARCHED + 1)) == ["a" * (LONGEST_SEARCHED + 1)]
