"""Does the merge keep its laws for any contractors at all?"""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from syncd.domain.contractor import FIELDS, Contractor
from syncd.domain.country import Zone
from syncd.domain.policy import EDITS, RULES, Empty, Forbidden, Rule, merge
from syncd.domain.side import Side
from tests.fixtures.contractors import any_contractor, value_of

SAID = frozenset(FIELDS)
SIDES = st.sampled_from(Side)
ZONES = st.sampled_from(Zone)
AGREED = st.none() | any_contractor()
POLICIES = st.fixed_dictionaries(
    dict.fromkeys(
        RULES,
        st.builds(Rule, SIDES, st.frozensets(ZONES), st.sampled_from(Empty), st.sampled_from(Forbidden)),
    )
)
MEMBERS = ["phones", "addresses", "employees", "accounts"]


def say(
    known: Contractor, agreed: Contractor | None, told: Contractor, side: Side, zone: Zone = Zone.DOMESTIC
) -> Contractor:
    return merge(known, agreed, told, side=side, said=SAID, zone=zone).after


def changed(contractor: Contractor, field: str, value: Any) -> Contractor:
    return msgspec.structs.replace(contractor, **{field: value})


@given(any_contractor(), any_contractor(), SIDES, ZONES)
def test_a_side_that_says_the_same_as_last_time_changes_nothing(
    known: Contractor, agreed: Contractor, side: Side, zone: Zone
) -> None:
    merged = merge(known, agreed, agreed, side=side, said=SAID, zone=zone)
    assert (merged.after, merged.taken, merged.refused, merged.conflicts) == (known, (), (), ())


@given(any_contractor(), AGREED, any_contractor(), SIDES, ZONES)
def test_what_was_taken_over_is_not_taken_over_again(
    known: Contractor, agreed: Contractor | None, told: Contractor, side: Side, zone: Zone
) -> None:
    once = say(known, agreed, told, side, zone)
    assert say(once, told, told, side, zone) == once


@given(any_contractor(), AGREED, any_contractor(), SIDES, ZONES)
def test_taken_names_exactly_the_fields_that_changed(
    known: Contractor, agreed: Contractor | None, told: Contractor, side: Side, zone: Zone
) -> None:
    merged = merge(known, agreed, told, side=side, said=SAID, zone=zone)
    assert set(merged.taken) == {f for f in FIELDS if getattr(merged.after, f) != getattr(known, f)}


@given(any_contractor(), st.data())
def test_edits_of_different_fields_live_in_either_order(base: Contractor, data: st.DataObject) -> None:
    one, two = data.draw(st.lists(st.sampled_from(sorted(RULES)), min_size=2, max_size=2, unique=True))
    erps = changed(base, one, data.draw(value_of(one)))
    shops = changed(base, two, data.draw(value_of(two)))
    erp_first = say(say(base, base, erps, Side.ERP), base, shops, Side.SHOP)
    shop_first = say(say(base, base, shops, Side.SHOP), base, erps, Side.ERP)
    assert erp_first == shop_first


@given(any_contractor(), st.data())
def test_the_owner_of_a_field_wins_a_conflict_in_either_order(base: Contractor, data: st.DataObject) -> None:
    whole = set(RULES) - {*MEMBERS, "groups", "consents", "newsletter", "registrations", "custom", "kind"}
    field = data.draw(st.sampled_from(sorted(name for name in whole if RULES[name].shop_edit)))
    said = value_of(field).filter(lambda value: value != "" or RULES[field].empty is Empty.CLEARS)
    was, *now = data.draw(st.lists(said, min_size=3, max_size=3, unique=True))
    base, erps, shops = (changed(base, field, value) for value in (was, *now))
    owners = erps if RULES[field].owner is Side.ERP else shops
    for first, side, second, other in [(erps, Side.ERP, shops, Side.SHOP), (shops, Side.SHOP, erps, Side.ERP)]:
        assert getattr(say(say(base, base, first, side), base, second, other), field) == getattr(owners, field)


@given(any_contractor(), AGREED, any_contractor(), st.sampled_from([z for z in Zone if z is not Zone.DOMESTIC]))
def test_a_foreign_customers_shop_never_changes_what_is_known_of_the_profile(
    known: Contractor, agreed: Contractor | None, told: Contractor, zone: Zone
) -> None:
    after = say(known, agreed, told, Side.SHOP, zone)
    for field, rule in RULES.items():
        if rule.shop_edit != EDITS["always"] and (agreed is not None or getattr(known, field)):
            assert getattr(after, field) == getattr(known, field)


@given(any_contractor(), any_contractor(), any_contractor(), ZONES, POLICIES)
def test_by_any_rules_a_shop_changes_nothing_outside_of_its_zones(
    known: Contractor, agreed: Contractor, told: Contractor, zone: Zone, rules: dict[str, Rule]
) -> None:
    merged = merge(known, agreed, told, side=Side.SHOP, said=SAID, zone=zone, rules=rules)
    closed = {field for field, rule in rules.items() if zone not in rule.shop_edit}
    # A switch and its evidence never contradict each other: who may state one may change the other.
    derived = {"newsletter", "consents"} if not {"newsletter", "consents"} <= closed else set()
    assert closed.isdisjoint(set(merged.taken) - derived)
    assert {*merged.refused, *merged.left} <= closed
    assert {rules[field].forbidden for field in merged.left} <= {Forbidden.LEAVE}
    assert {edit.field for edit in merged.reported} <= set(merged.refused)


@given(any_contractor(), AGREED, any_contractor(), SIDES, ZONES, POLICIES)
def test_by_any_rules_taken_names_exactly_the_fields_that_changed(
    known: Contractor, agreed: Contractor | None, told: Contractor, side: Side, zone: Zone, rules: dict[str, Rule]
) -> None:
    merged = merge(known, agreed, told, side=side, said=SAID, zone=zone, rules=rules)
    assert set(merged.taken) == {f for f in FIELDS if getattr(merged.after, f) != getattr(known, f)}


@given(any_contractor(), st.data())
def test_members_that_both_sides_added_and_removed_are_all_obeyed(base: Contractor, data: st.DataObject) -> None:
    pool = ["+48 600 100 200", "+48600100201", "22 555 01 23", "555"]
    some = st.lists(st.sampled_from(pool), unique=True).map(tuple)
    before, erps, shops = data.draw(some), data.draw(some), data.draw(some)
    base = changed(base, "phones", before)
    gone = (set(before) - set(erps)) | (set(before) - set(shops))
    expected = (set(before) | set(erps) | set(shops)) - gone
    for first, side, second, other in [(erps, Side.ERP, shops, Side.SHOP), (shops, Side.SHOP, erps, Side.ERP)]:
        known = say(base, base, changed(base, "phones", first), side)
        after = say(known, base, changed(base, "phones", second), other)
        assert sorted(after.phones) == sorted(expected)


@given(any_contractor(), any_contractor(), any_contractor(), SIDES, st.sampled_from(MEMBERS))
def test_no_member_is_ever_there_twice(
    known: Contractor, agreed: Contractor, told: Contractor, side: Side, field: str
) -> None:
    keys: dict[str, Any] = {
        "addresses": lambda a: a.street,
        "employees": lambda e: e.email,
        "accounts": lambda a: a.iban,
    }
    after = [keys.get(field, str)(member) for member in getattr(say(known, agreed, told, side), field)]
    assert len(after) == len(set(after))
