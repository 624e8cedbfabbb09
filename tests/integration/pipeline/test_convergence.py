"""Whatever happens in whatever order: when faults end, do all sides agree again with nobody's help?

Two ERPs and two shops, edited on all sides, read and written in any order, with answers lost, calls refused and
processes sent away, while admins plan, approve (all or in part), undo, edit, answer, hold, release, pause and repair.
What can happen and what must hold is told in `world` and `admins`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.fixtures.properties import stories
from tests.fixtures.registries import bare, fresh

from .admins import Admins
from .world import COUNTRIES, EDITED, EMPTIED, ERPS, FAULTS, GROUPS, SHOPS, SIDES, World

PARTS = 8
"""Into so many tests the examples are parted, for as many processes to share."""

EXAMPLES = stories(brief=32, thorough=500, soak=20_000)

any_side = st.sampled_from(SIDES)
any_erp = st.sampled_from(ERPS)


@lru_cache(maxsize=1)
def template() -> bytes:
    """The file of a world's registry when it is new, made once: a third of an example's time would go into it.

    It has read what the platforms of a `World` hold, so it fits no other house.
    """
    file = fresh(bare())
    World(f"sqlite:///{file}", file.parent).close()
    return file.read_bytes()


class Anything(RuleBasedStateMachine):
    """Anything that people, platforms and networks do."""

    def __init__(self) -> None:
        super().__init__()
        file = fresh(template())
        self.world = World(f"sqlite:///{file}", file.parent, founded=True)
        self.admins = Admins(self.world)

    customers = Bundle("customers")

    @initialize(target=customers, erp=any_erp, country=st.sampled_from(COUNTRIES), taxed=st.booleans())
    def somebody_is_known(self, erp: str, country: str, taxed: bool) -> str:
        # Of fifteen steps most would else happen to nobody, or to somebody whom no side was asked for yet.
        customer = self.world.appears(erp, country, taxed=taxed)
        self.world.runs(erp)
        return customer

    @rule(
        target=customers, side=any_side, country=st.sampled_from(COUNTRIES), active=st.booleans(), taxed=st.booleans()
    )
    def appears(self, side: str, country: str, active: bool, taxed: bool) -> str:
        return self.world.appears(side, country, active=active, taxed=taxed)

    @rule(customer=customers)
    def appears_in_the_other_erp(self, customer: str) -> None:
        self.world.appears_in_the_other_erp(customer)

    @rule(target=customers, customer=customers)
    def another_gets_its_number(self, customer: str) -> str:
        return self.world.another_gets_its_number(customer) or customer

    @rule()
    def somebody_says_who_it_is(self) -> None:
        self.world.somebody_says_who_it_is()
        self.world.check_always()

    @rule(side=any_side, customer=customers, field=st.sampled_from(EDITED))
    def edits(self, side: str, customer: str, field: str) -> None:
        self.world.edits(side, customer, field)

    @rule(side=any_side, customer=customers, field=st.sampled_from(EMPTIED))
    def empties(self, side: str, customer: str, field: str) -> None:
        self.world.empties(side, customer, field)

    @rule(sides=st.sampled_from((ERPS, SHOPS)), customer=customers, kept=st.sets(st.sampled_from(EMPTIED), max_size=2))
    def is_emptied_of_much_at_once(self, sides: tuple[str, ...], customer: str, kept: set[str]) -> None:
        for side in sides:
            if self.world.at(side, customer) is not None:
                self.world.empties(side, customer, *(field for field in EMPTIED if field not in kept))
                self.world.runs(side)
                self.world.check_always()

    @rule(erp=any_erp, customer=customers, country=st.sampled_from(COUNTRIES))
    def moves(self, erp: str, customer: str, country: str) -> None:
        self.world.moves(erp, customer, country)

    @rule(side=any_side, customer=customers)
    def switches(self, side: str, customer: str) -> None:
        self.world.switches(side, customer)

    @rule(erp=any_erp, customer=customers, groups=st.sets(st.sampled_from(GROUPS)))
    def regroups_in_an_erp(self, erp: str, customer: str, groups: set[str]) -> None:
        self.world.regroups(erp, customer, groups)

    @rule(shop=st.sampled_from(SHOPS), customer=customers, groups=st.sets(st.sampled_from((*GROUPS, "Klub"))))
    def regroups_in_a_shop(self, shop: str, customer: str, groups: set[str]) -> None:
        self.world.regroups(shop, customer, groups)

    @rule(side=any_side, customer=customers)
    def vanishes(self, side: str, customer: str) -> None:
        self.world.vanishes(side, customer)

    @rule(side=any_side, customer=customers)
    def is_made_again(self, side: str, customer: str) -> None:
        self.world.is_made_again(side, customer)
        self.world.check_always()

    @rule(customer=customers)
    def admin_blocks_it(self, customer: str) -> None:
        self.world.admin_blocks_it(customer)
        self.world.check_always()

    @rule(customer=customers)
    def admin_lets_it_in(self, customer: str) -> None:
        self.world.admin_lets_it_in(customer)
        self.world.check_always()

    @rule(side=any_side, mode=st.sampled_from(["incremental", "full", "reverify"]))
    def admin_plans(self, side: str, mode: Any) -> None:
        self.admins.plan(side, mode)
        self.world.check_always()

    @rule(which=st.integers(0, 3), yes=st.sampled_from([True, True, False]))
    def admin_decides(self, which: int, *, yes: bool) -> None:
        self.admins.decide(which, yes=yes)
        self.world.check_always()

    @rule(which=st.integers(0, 3), without=st.integers(0, 3))
    def admin_approves_a_part(self, which: int, without: int) -> None:
        self.admins.decide_partly(which, without)
        self.world.check_always()

    @rule(which=st.integers(0, 3), keep=st.sampled_from(["keep-erp", "keep-shop"]))
    def admin_answers_a_conflict(self, which: int, keep: str) -> None:
        self.admins.answer_conflict(which, keep)
        self.world.check_always()

    @rule(side=any_side)
    def admin_pauses_a_side(self, side: str) -> None:
        self.admins.pause(side)

    @rule(side=any_side)
    def admin_resumes_a_side(self, side: str) -> None:
        self.admins.resume(side)

    @rule(which=st.integers(0, 3))
    def admin_undoes_a_read(self, which: int) -> None:
        self.admins.undo(which)
        self.world.check_always()

    @rule(customer=customers, field=st.sampled_from(["name", "website", "contact_person"]))
    def admin_edits(self, customer: str, field: str) -> None:
        self.admins.edit(customer, field)
        self.world.check_always()

    @rule(customer=customers)
    def admin_holds_it(self, customer: str) -> None:
        self.admins.hold(customer)
        self.world.check_always()

    @rule(customer=customers)
    def admin_releases_it(self, customer: str) -> None:
        self.admins.release(customer)
        self.world.check_always()

    @rule(side=any_side)
    def admin_has_it_verified_and_repaired(self, side: str) -> None:
        self.admins.verify(side)
        self.world.check_always()

    @rule(side=any_side, mode=st.sampled_from(["incremental", "incremental", "full"]))
    def runs(self, side: str, mode: Any) -> None:
        self.world.runs(side, mode)
        self.world.check_always()

    @rule(side=any_side)
    def pushes(self, side: str) -> None:
        self.world.pushes(side)
        self.world.check_always()

    @rule(side=any_side, read=any_side, customer=customers, field=st.sampled_from(EDITED))
    def pushes_while_a_side_is_edited_and_read(self, side: str, read: str, customer: str, field: str) -> None:
        # A read that meets a record before its create is stored meets it for the first time, and takes from it what
        # the registry does not know: whether somebody was quick or it was there before cannot be told.
        met = self.world.at(read, customer) is not None

        def happens() -> None:
            if met:
                self.world.edits(read, customer, field)
            self.world.runs(read)

        self.world.pushes_while(side, happens)
        self.world.check_always()

    @rule(
        side=any_side,
        mode=st.sampled_from(["incremental", "full"]),
        edited=any_side,
        customer=customers,
        field=st.sampled_from(EDITED),
    )
    def is_read_while_an_edit_is_pushed_to_it(
        self, side: str, mode: Any, edited: str, customer: str, field: str
    ) -> None:
        def happens() -> None:
            self.world.edits(edited, customer, field)
            self.world.runs(edited)
            self.world.pushes(side)

        self.world.runs_while(side, mode, happens)
        self.world.check_always()

    @rule()
    def finishes_what_was_asked_for(self) -> None:
        self.world.finishes()
        self.world.check_always()

    @rule(seconds=st.sampled_from([1, 40, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.world.time_passes(seconds)

    @rule(side=any_side, kinds=st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=3))
    def goes_wrong(self, side: str, kinds: list[str]) -> None:
        self.world.goes_wrong(side, *kinds)

    def teardown(self) -> None:
        try:
            self.admins.let_go()
            self.world.heals()
            self.world.check_at_rest()
        finally:
            self.world.close()


@pytest.mark.soak
@pytest.mark.timeout(100_000)
@pytest.mark.parametrize("part", range(PARTS))
def test_all_sides_agree_when_faults_end(part: int) -> None:
    del part  # each is a search of its own
    run_state_machine_as_test(
        Anything,
        settings=settings(
            max_examples=EXAMPLES // PARTS,
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
        ),
    )
