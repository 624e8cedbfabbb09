"""Does a side that holds what is wanted say what is known, by any rules and of any groups?"""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.groups import ErpTerms, GroupMap, GroupRule, Match, ShopTerms, Vocabulary, normalise

NAMES = ["Hurt", "HURT", "Hurt PL", "VIP", "Detal", "Intern", "B2B", "a;b", "Łódź"]
SHOP_NAMES = ["B2B", "Hurt", "VIP", "Key", "Klub", "Other"]

GROUPS = st.lists(st.sampled_from(NAMES), max_size=5).map(normalise)
THERE = st.lists(st.sampled_from(SHOP_NAMES), max_size=4).map(normalise)
RULES = st.lists(
    st.builds(
        GroupRule,
        match=st.sampled_from([Match.EQUALS, Match.CONTAINS]),
        pattern=st.sampled_from(NAMES),
        target=st.sampled_from(["", *SHOP_NAMES]),
        priority=st.integers(-1, 2),
    )
    | st.builds(
        GroupRule,
        match=st.just(Match.REGEX),
        pattern=st.sampled_from(["^(H)u", "([IV])", "(.)$"]),
        target=st.sampled_from(["", r"\1", r"Key \1", "B2B"]),
    )
    | st.builds(GroupRule, match=st.just(Match.FALLBACK), target=st.sampled_from(["", "Other"])),
    max_size=5,
)


@st.composite
def shops(draw: st.DrawFn, *, many: bool | None = None) -> ShopTerms:
    kept = draw(st.frozensets(st.sampled_from(NAMES), max_size=2))
    return ShopTerms(
        GroupMap(draw(RULES), keep=draw(st.booleans()), kept=kept),
        many=draw(st.booleans()) if many is None else many,
        answered=draw(st.frozensets(st.sampled_from(SHOP_NAMES), max_size=2)),
    )


def words(terms: ShopTerms) -> Vocabulary:
    return terms.vocabulary(NAMES)


def listed(terms: ShopTerms, groups: tuple[str, ...], *, lists: bool) -> str | None:
    return terms.listed(groups) if lists and not terms.many else None


@given(shops(), GROUPS, st.booleans())
def test_hearing_what_was_just_pushed_changes_nothing(terms: ShopTerms, groups: tuple[str, ...], lists: bool) -> None:
    text = listed(terms, groups, lists=lists)
    assert terms.heard(terms.wanted(groups), text, groups, words(terms)) == groups


@given(shops(), GROUPS, THERE, st.booleans())
def test_hearing_what_was_pushed_beside_the_shops_own_groups_changes_nothing(
    terms: ShopTerms, groups: tuple[str, ...], there: tuple[str, ...], lists: bool
) -> None:
    held = terms.beside(terms.wanted(groups), there, words(terms))
    assert terms.heard(held, listed(terms, groups, lists=lists), groups, words(terms)) == groups
    assert terms.beside(terms.wanted(groups), held, words(terms)) == held


@given(shops(), THERE, st.booleans())
def test_what_a_registration_brings_is_wanted_again_where_it_came_from(
    terms: ShopTerms, there: tuple[str, ...], lists: bool
) -> None:
    told = there if terms.many else there[:1]
    heard = terms.heard(told, "" if lists and not terms.many else None, (), words(terms))
    assert set(terms.wanted(heard)) <= set(told)
    again = terms.heard(terms.wanted(heard), listed(terms, heard, lists=lists), heard, words(terms))
    assert again == heard


@given(shops(many=True), GROUPS, THERE)
def test_what_a_shop_lost_or_got_is_a_difference(
    terms: ShopTerms, groups: tuple[str, ...], there: tuple[str, ...]
) -> None:
    vocabulary = words(terms)
    mapped = set(vocabulary.means)
    heard = terms.heard(there, None, groups, vocabulary)
    assert (heard == groups) is (set(there) & mapped == set(terms.wanted(groups)))


@given(shops(many=False), GROUPS, THERE, st.booleans())
def test_another_group_than_the_wanted_one_is_a_difference_where_there_is_room_for_one(
    terms: ShopTerms, groups: tuple[str, ...], there: tuple[str, ...], lists: bool
) -> None:
    told, wanted, vocabulary = there[:1], terms.wanted(groups), words(terms)
    heard = terms.heard(told, listed(terms, groups, lists=lists), groups, vocabulary)
    own = not wanted and not set(told) & vocabulary.means.keys()
    assert (heard == groups) is (told == wanted or own)


def shop(*rules: GroupRule, many: bool = True) -> ShopTerms:
    return ShopTerms(GroupMap(rules), many=many)


def rule(pattern: str, target: str, priority: int = 0) -> GroupRule:
    return GroupRule(match=Match.EQUALS, pattern=pattern, target=target, priority=priority)


MERGED = shop(rule("Hurt", "B2B"), rule("VIP", "B2B"), rule("Intern", ""))


def test_a_name_means_all_groups_of_the_contractor_that_map_to_it() -> None:
    known = MERGED.vocabulary(["Detal", "Hurt", "Intern", "VIP"])
    assert MERGED.heard(("B2B",), None, ("Hurt", "VIP"), known) == ("Hurt", "VIP")
    assert MERGED.heard(("B2B",), None, ("VIP",), known) == ("VIP",)


def test_what_a_shop_cannot_hold_is_not_taken_away_there() -> None:
    assert MERGED.heard((), None, ("Intern",), MERGED.vocabulary(["Intern"])) == ("Intern",)


def test_a_name_by_itself_means_the_group_whose_rule_comes_first() -> None:
    assert MERGED.heard(("B2B",), None, (), MERGED.vocabulary(["VIP", "Hurt"])) == ("Hurt",)


def test_a_group_that_no_erp_has_is_the_shops_own() -> None:
    assert MERGED.heard(("B2B", "Klub"), None, (), MERGED.vocabulary(["Detal"])) == ()


ONE = shop(rule("Hurt", "B2B", 5), rule("VIP", "Top", 9), rule("Detal", "Retail", 9), rule("Intern", ""), many=False)
ALL = ("Detal", "Hurt", "Intern", "VIP")


def test_a_shop_with_one_group_gets_the_highest_priority_then_the_first_rule() -> None:
    assert ONE.wanted(ALL) == ("Top",)
    assert ONE.wanted(("Detal", "Hurt")) == ("Retail",)
    assert ONE.wanted(("Intern",)) == ()


def test_groups_that_no_rule_names_come_last_and_by_name() -> None:
    assert ONE.wanted(("Hurt", "Zeta")) == ("B2B",)
    assert ONE.wanted(("Zeta", "Alfa")) == ("Alfa",)


def test_the_full_list_keeps_what_one_group_cannot_say() -> None:
    known = ONE.vocabulary(ALL)
    assert ONE.listed(ALL) == "Detal; Hurt; VIP"
    assert ONE.heard(("Top",), "Detal; Hurt; VIP", (), known) == ("Detal", "Hurt", "VIP")


def test_an_edit_of_the_list_is_a_difference() -> None:
    known = ONE.vocabulary(ALL)
    assert ONE.heard(("Top",), "Detal;VIP", ALL, known) == ("Detal", "Intern", "VIP")
    assert ONE.heard(("Top",), "Detal; Hurt; VIP", ("VIP",), known) == ("Detal", "Hurt", "VIP")


def test_an_erp_neither_has_nor_denies_the_groups_of_admins() -> None:
    erp = ErpTerms(frozenset({"Own", "Other"}))
    none = erp.vocabulary(())
    assert erp.heard(("Hurt", " Hurt ", "Other"), None, ("Own", "VIP"), none) == ("Hurt", "Own")
    assert erp.heard((), None, ("Own", "VIP"), none) == ("Own",)
    assert erp.wanted(("Hurt", "Own")) == ("Hurt",)


@given(GROUPS, st.frozensets(st.sampled_from(NAMES)), GROUPS)
def test_an_erp_that_holds_what_is_wanted_says_what_is_known(
    groups: tuple[str, ...], admins: frozenset[str], told: tuple[str, ...]
) -> None:
    erp = ErpTerms(admins)
    assert erp.heard(erp.wanted(groups), None, groups, erp.vocabulary(NAMES)) == groups
    assert set(erp.heard(told, None, groups, erp.vocabulary(NAMES))) & admins == set(groups) & admins


def test_former_groups_are_taken_away_and_own_ones_stay() -> None:
    terms = msgspec.structs.replace(MERGED, answered=frozenset({"Old"}))
    assert terms.beside(("B2B",), ("Klub", "Old", "B2B"), terms.vocabulary(["Hurt"])) == ("B2B", "Klub")
