"""Whatever happens before, while and after somebody is erased, in whatever order: do they stay erased?

One customer is erased at some moment. Two ERPs and two shops go on stating the person, under the old record and under
new ones, with faults, waiting plans, admins' changes and restored backups. In the end nothing of the person is in the
registry.

A record that a side has beside the first, and that was read before the erasure was carried out, is a contractor of its
own: linking the two would be a guess. It is erased by a request of its own, as its admin finds it under the same name.
"""

from __future__ import annotations

import contextlib
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from syncd.domain.holds import is_erased, load_holds
from syncd.errors import SyncError
from syncd.registry import backup, tables
from syncd.sync import erase, standing
from syncd.sync.change import change
from syncd.sync.mode import Mode
from syncd.sync.pursue import deliver_now, pursue
from syncd.sync.replay import is_due
from syncd.sync.review import approve
from syncd.sync.sweep import sweep
from tests.fixtures.contractors import firm
from tests.fixtures.properties import stories

from .house import Beginning, House, begin, begun
from .test_erasure import canary, everything, hits
from .world import ERPS, FAULTS, PLATFORMS, ROUTES, SIDES

STATED = st.sampled_from(["name", "email", "phones", "addresses", "employees", "number", "tax_id"])
MODES: st.SearchStrategy[Mode] = st.sampled_from(["incremental", "full", "reverify"])


@cache
def known() -> Beginning:
    """Everybody has the person, and somebody else."""

    def happens(house: House) -> None:
        house.erp.add(canary())
        for number, erp in enumerate(ERPS, 1):
            house.sides[erp].add(firm(f"B{number}"))
        house.settle()

    return begin(happens, sides=PLATFORMS, routes=ROUTES, push_tries=1000)


class Erased(RuleBasedStateMachine):
    """One customer, and everybody who might bring it back."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.house: House = self.stack.enter_context(begun(known()))
        self.folder = self.house.app.settings.folder
        self.erasure_id: int | None = None
        self.backups = 0
        self.twins: set[int] = set()

    # What people and platforms do

    @rule(side=st.sampled_from(SIDES), field=STATED)
    def states_again(self, side: str, field: str) -> None:
        for external_id, remote in self.house.sides[side].holds().items():
            if remote.contractor.number in {"A1", "ERASED-K000001"}:
                self.house.sides[side].edit(external_id, **{field: getattr(canary(), field)})

    @rule(side=st.sampled_from(SIDES))
    def appears_again(self, side: str) -> None:
        self.house.sides[side].add(canary("A1", registered=True))

    @rule(side=st.sampled_from(SIDES), fault=st.sampled_from(sorted(FAULTS)))
    def fails(self, side: str, fault: str) -> None:
        self.house.sides[side].faults.plan(FAULTS[fault])

    @rule(name=st.sampled_from(sorted(standing.STANDING)))
    def admin_acts(self, name: str) -> None:
        change(self.house.app, [1], standing.STANDING[name].make("anna", self.house.now), by="anna", approved=True)

    @precondition(lambda self: self.erasure_id is None)
    @rule()
    def is_erased(self) -> None:
        self.erasure_id = erase.erase(self.house.app, 1, by="anna")

    # What the daemon does

    @rule(side=st.sampled_from(SIDES), mode=MODES, dry_run=st.booleans())
    def reads(self, side: str, mode: Mode, dry_run: bool) -> None:
        self.house.run(side, mode, dry_run=dry_run)

    @rule(side=st.sampled_from(SIDES))
    def pushes(self, side: str) -> None:
        self.attempt(self.house.push, side)

    @precondition(lambda self: self.erasure_id is not None)
    @rule(told=st.booleans())
    def goes_on(self, told: bool) -> None:
        assert self.erasure_id is not None
        if self.erasure_id not in {row["id"] for row in self.house.rows(tables.Erasure)}:
            return  # a restore took it back, until the ledger is replayed
        pursue(self.house.app, self.erasure_id)
        if told:
            self.attempt(deliver_now, self.house.app, self.erasure_id)

    @rule()
    def plans_are_approved(self) -> None:
        for row in self.house.rows(tables.Run):
            if row["state"] in {"planned", "held"}:
                approve(self.house.app, row["id"], by="anna")
                self.house.execute(row["id"])

    @rule()
    def looks_around(self) -> None:
        sweep(self.house.app)
        self.house.finish()

    @rule(hours=st.sampled_from([0.01, 2]))
    def time_passes(self, hours: float) -> None:
        self.house.pass_time(hours=hours)

    # What operators do

    @rule()
    def is_backed_up(self) -> None:
        self.backups += 1
        backup.back_up(self.house.app.engine, self.folder / f"backup-{self.backups}")

    @precondition(lambda self: self.backups > 0)
    @rule(which=st.integers(0, 9))
    def is_restored(self, which: int) -> None:
        forgotten = self.is_forgotten()
        backup.restore(self.house.app.engine, self.folder / f"backup-{1 + which % self.backups}")
        asked = next((row["id"] for row in self.house.rows(tables.Erasure) if row["contractor_id"] == 1), None)
        if asked is not None or not forgotten:
            self.erasure_id = asked  # none if it was asked for after that backup, and not begun before the restore

    def attempt(self, act: Any, *arguments: Any) -> None:
        """A side that fails as a whole says so, and the daemon's next round tries again."""
        with contextlib.suppress(SyncError):
            act(*arguments)

    def erase_twins(self) -> None:
        self.twins_are_seen_by_the_admin()
        asked = {row["contractor_id"] for row in self.house.rows(tables.Erasure)}
        there = {row["id"] for row in self.house.rows(tables.Contractor) if hits(row["doc"])}
        for id_ in sorted(self.twins & there - asked):
            erase.erase(self.house.app, id_, by="anna")

    def is_due(self) -> bool:
        return is_due(self.house.app.engine, self.house.app.settings)

    def is_forgotten(self) -> bool:
        return any(row["erased_at"] for row in self.house.rows(tables.Erasure)) or is_due(
            self.house.app.engine, self.house.app.settings
        )

    @invariant()
    def twins_are_seen_by_the_admin(self) -> None:
        if not self.is_forgotten():
            rows = self.house.rows(tables.Contractor)
            self.twins = {row["id"] for row in rows if row["id"] != 1 and hits(row["doc"])}

    @invariant()
    def who_was_forgotten_stays_forgotten(self) -> None:
        rows = self.house.rows(tables.Erasure)
        if self.is_due() or not any(row["erased_at"] for row in rows):
            return
        holds = [load_holds(row["holds"]) for row in self.house.rows(tables.Contractor) if row["id"] == 1]
        assert all(map(is_erased, holds))

    def teardown(self) -> None:
        try:
            for side in self.house.sides.values():
                side.faults.clear()
            if self.erasure_id is None:
                sweep(self.house.app)
                self.erasure_id = next((row["id"] for row in self.house.rows(tables.Erasure)), None)
            if self.erasure_id is None:
                self.erasure_id = erase.erase(self.house.app, 1, by="anna")
            self.erase_twins()
            for _ in range(3):
                sweep(self.house.app)
                self.house.settle()
            sweep(self.house.app)
            assert hits(everything(self.house)) == []
            states = {row["state"] for row in self.house.rows(tables.Erasure)}
            assert states <= {"done", "incomplete"}
        finally:
            self.stack.close()


def test_a_second_record_that_was_read_before_the_erasure_is_erased_by_its_own_request() -> None:
    story = Erased()
    try:
        story.is_erased()  # asked for, and not carried out yet
        story.appears_again("erp")
        story.appears_again("shop")
        story.states_again("shop", "number")
        story.reads("shop", "full", dry_run=False)
        story.twins_are_seen_by_the_admin()
        assert len(story.twins) == 1
    finally:
        story.teardown()


TestNeverReturns = pytest.mark.soak(pytest.mark.timeout(100_000)(Erased.TestCase))
TestNeverReturns.settings = settings(
    max_examples=stories(brief=6, thorough=500, soak=20_000),
    stateful_step_count=15,
    suppress_health_check=list(HealthCheck),
)
