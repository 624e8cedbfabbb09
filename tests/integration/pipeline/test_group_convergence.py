"""Whatever people do with groups on both sides and with the rules: does everybody end where the rules say?"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.domain.groups import GroupRule, Match, ShopTerms, normalise
from syncd.registry.engine import reading
from syncd.registry.lookups import group_names
from syncd.sync.groups import rules as mapping
from syncd.sync.groups.members import join_group, leave_group
from tests.fixtures.contractors import firm
from tests.fixtures.properties import stories

from .house import Beginning, House, begin, begun

OWN = ("Targi", "Zjazd")
GROUPS = st.lists(st.sampled_from(["Hurt", "VIP", "Detal"]), unique=True).map(normalise)
THERE = st.lists(st.sampled_from(["Hurt", "B2B", "Klub", "Targi"]), unique=True).map(normalise)
RULE = st.builds(
    GroupRule,
    match=st.sampled_from([Match.EQUALS, Match.CONTAINS]),
    pattern=st.sampled_from(["Hurt", "VIP", "t"]),
    target=st.sampled_from(["B2B", "VIP", "Hurt", ""]),
    priority=st.integers(0, 2),
)
ACT = st.one_of(
    st.tuples(st.just("erp says"), GROUPS),
    st.tuples(st.just("shop says"), THERE),
    st.tuples(st.just("map"), RULE),
    st.tuples(st.just("unmap"), st.none()),
    st.tuples(st.just("join"), st.sampled_from(OWN)),
    st.tuples(st.just("leave"), st.sampled_from(OWN)),
    st.tuples(st.just("erp is read"), st.none()),
    st.tuples(st.just("shop is read"), st.none()),
    st.tuples(st.just("push"), st.none()),
)


@cache
def settled(*, many: bool) -> Beginning:
    """Both sides have the customer, and admins made groups that it is not in."""

    def happens(house: House) -> None:
        house.erp.add(firm("A1", groups=("Hurt",)))
        house.settle()
        for name in OWN:
            join_group(house.app, name, [1], by="anna")
            leave_group(house.app, name, [1], by="anna")
        house.settle()

    return begin(happens, connections={"shop": {"groups_field": "custom.all"}}, options={"shop": {"many_groups": many}})


class Story:
    """One customer, and what people said of its groups."""

    def __init__(self, house: House, *, many: bool) -> None:
        self.house = house
        self.many = many
        self.stated: tuple[str, ...] = ("Hurt",)
        self.own: set[str] = set()
        (self.erp_id,) = house.erp.holds()

    def act(self, what: str, value: Any) -> None:
        app = self.house.app
        if what == "erp says":
            self.stated = value
            self.house.erp.edit(self.erp_id, groups=value)
        elif what == "shop says":
            (id_,) = self.house.shop.holds()
            self.house.shop.edit(id_, groups=value if self.many else value[:1])
        elif what == "map":
            mapping.add_rule(app, "erp", "shop", value, by="anna")
        elif what == "unmap":
            for row in mapping.list_rules(app, "erp", "shop")[:1]:
                mapping.remove_rule(app, "erp", "shop", row.id, by="anna")
        elif what == "join":
            self.own.add(value)
            join_group(app, value, [1], by="anna")
        elif what == "leave":
            self.own.discard(value)
            leave_group(app, value, [1], by="anna")
        elif what == "push":
            self.house.push()
        else:
            self.house.run(what.split(maxsplit=1)[0])

    def ends_well(self) -> None:
        self.house.settle()
        mapping.look_again(self.house.app, "shop", asked_by="anna")
        self.house.finish()
        self.house.settle()
        app = self.house.app.up_to_date()
        terms = app.network.stations[self.house.id("shop")].terms
        assert isinstance(terms, ShopTerms)
        with reading(app.engine) as connection:
            managed = terms.vocabulary(group_names(connection)).managed
        known = self.house.contractors()[0].groups
        held = self.house.at_shop()["A1"]
        assert known == normalise((*self.stated, *self.own))
        assert self.house.at_erp()["A1"].groups == self.stated
        assert tuple(name for name in held.groups if name in managed) == terms.wanted(known)
        assert self.many or held.custom.get("all", "") == terms.listed(known)
        assert self.house.is_at_rest()


@pytest.mark.soak
@pytest.mark.timeout(100_000)
@settings(
    max_examples=stories(brief=10, thorough=500, soak=20_000),
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
@given(acts=st.lists(ACT, max_size=9), many=st.booleans())
def test_both_sides_end_where_the_rules_say(acts: list[tuple[str, Any]], many: bool) -> None:
    with begun(settled(many=many)) as house:
        story = Story(house, many=many)
        for what, value in acts:
            story.act(what, value)
        story.ends_well()
