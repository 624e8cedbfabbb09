"""Does a preview count who joins and who leaves?"""

from __future__ import annotations

from syncd.domain.groups import Effect, GroupEffect, GroupMap, GroupRule, GroupSet, Match, ShopTerms, effect_of

SETS = [
    GroupSet(("Hurt",), 100, [1, 2, 3, 4, 5]),
    GroupSet(("Hurt", "VIP"), 3, [7, 8, 9]),
    GroupSet(("VIP",), 40, [6]),
]


def shop(*pairs: tuple[str, str], many: bool = True, priority: int = 0) -> ShopTerms:
    rules = [
        GroupRule(match=Match.EQUALS, pattern=ours, target=theirs, priority=priority * n)
        for n, (ours, theirs) in enumerate(pairs)
    ]
    return ShopTerms(GroupMap(rules), many=many)


def test_members_join_the_new_group_and_leave_the_old_one() -> None:
    assert effect_of(SETS, shop(), shop(("VIP", "Key"))) == Effect(
        looked_at=143,
        changing=43,
        samples=(7, 8, 9, 6),
        groups=(
            GroupEffect(name="Key", before=0, join=43, leave=0, joining=(7, 8, 9, 6)),
            GroupEffect(name="VIP", before=43, join=0, leave=43, leaving=(7, 8, 9, 6)),
        ),
    )


def test_who_is_in_the_group_already_does_not_join_it() -> None:
    effect = effect_of(SETS, shop(), shop(("VIP", "Hurt")))
    assert [(one.name, one.before, one.join, one.leave) for one in effect.groups] == [
        ("Hurt", 103, 40, 0),
        ("VIP", 43, 0, 43),
    ]


def test_rules_that_say_the_same_change_nobody() -> None:
    assert effect_of(SETS, shop(), shop(("VIP", "VIP"))) == Effect(looked_at=143, changing=0)


def test_of_one_group_only_the_highest_counts() -> None:
    before = shop(("Hurt", "Hurt"), ("VIP", "VIP"), many=False)
    after = shop(("Hurt", "Hurt"), ("VIP", "VIP"), many=False, priority=1)
    effect = effect_of(SETS, before, after)
    assert (effect.changing, [(one.name, one.join, one.leave) for one in effect.groups]) == (
        3,
        [("Hurt", 0, 3), ("VIP", 3, 0)],
    )


def test_five_are_named_at_most() -> None:
    assert effect_of(SETS, shop(), shop(("Hurt", ""))).samples == (1, 2, 3, 4, 5)
