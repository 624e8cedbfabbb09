"""What can admins do to a world, beside blocking somebody: plans, undo, edits, answers, holds, pauses, repairs."""

from __future__ import annotations

import contextlib
from typing import Final

from syncd.domain.acts import ACTS
from syncd.errors import InvalidRecord, SyncError
from syncd.registry import tables
from syncd.registry.lines import load_names
from syncd.sync.answers import answer
from syncd.sync.change import Draft, Subject, change
from syncd.sync.connecting.pausing import pause, resume
from syncd.sync.edit import edit_customer
from syncd.sync.mode import Mode
from syncd.sync.repair import plan_repair
from syncd.sync.review import approve, discard, leave_out
from syncd.sync.standing import RULES, acted
from syncd.sync.undo import plan_undo
from syncd.sync.verify import prove
from syncd.trial.house import contractor_of, holds_of

from .world import SIDES, World

__all__ = ["Admins"]

_BY: Final = "anna"
_CHANGED: Final = ("created", "updated", "blocked", "unblocked", "set_back")


class Admins:
    """Whoever may do everything, in one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.house = world.house

    def plan(self, side: str, mode: Mode) -> None:
        """See what a run would do; the plan waits."""
        self.house.run(side, mode, dry_run=True)

    def decide(self, which: int, *, yes: bool) -> None:
        """Approve or discard one of the plans that wait."""
        run_id = self._one_that_waits(which)
        if run_id is None:
            return
        if not yes:
            discard(self.house.app, run_id, by=_BY)
            return
        with contextlib.suppress(InvalidRecord):  # it is too old
            approve(self.house.app, run_id, by=_BY)
            self.house.execute(run_id)
        self._reckon()

    def decide_partly(self, which: int, without: int) -> None:
        """Approve one of the plans that wait, without one of its lines: the next full read plans that again."""
        run_id = self._one_that_waits(which)
        lines = [row for row in self.house.rows(tables.PlanLine) if row["run_id"] == run_id and row["outcome"] is None]
        if run_id is None or not lines:
            return
        line = lines[without % len(lines)]
        with contextlib.suppress(InvalidRecord):  # it is too old
            leave_out(self.house.app, run_id, [line["seq"]], by=_BY)
            self.world.unread.add(self.house.app.connection_by_id(self.house.row(run_id)["connection_id"]).name)
            approve(self.house.app, run_id, by=_BY)
            self.house.execute(run_id)
        self._reckon()

    def _one_that_waits(self, which: int) -> int | None:
        waiting = [row["id"] for row in self.house.rows(tables.Run) if row["state"] in {"planned", "held"}]
        return waiting[which % len(waiting)] if waiting else None

    def answer_conflict(self, which: int, keep: str) -> None:
        """Say which of two edits stands."""
        asked = [row for row in self.house.rows(tables.Issue) if row["state"] == "open"]
        asked = [row for row in asked if not self.world.is_answered(row)]
        conflicts = [row["id"] for row in asked if row["code"] == "edit-conflict"]
        if conflicts:
            answer(self.house.app, conflicts[which % len(conflicts)], keep, by=_BY)

    def pause(self, side: str) -> None:
        """Let a side be neither read nor written until somebody resumes it."""
        pause(self.house.app, self.house.app.connection(side), by=_BY)

    def resume(self, side: str) -> None:
        """Let a side be read and written, paused or not."""
        resume(self.house.app, self.house.app.connection(side), by=_BY)

    def undo(self, which: int) -> None:
        """Take back what one of the reads did.

        Not of one that linked: to take that back says that two are not the same, and who is wrong has somebody twice.
        """
        done = [
            row["id"]
            for row in self.house.rows(tables.Run)
            if row["state"] in {"succeeded", "partial"}
            and row["mode"] in {"incremental", "full"}
            and any(row["counts"].get(name) for name in _CHANGED)
            and not row["counts"].get("linked")
        ]
        if not done:
            return
        undone = done[-1 - which % len(done)]
        planned = plan_undo(self.house.app, undone, by=_BY, approved=True)
        if planned.run is not None and planned.state == "queued":
            self.house.execute(planned.run)
            self._note_undone(planned.run)
        self._reckon()

    def _note_undone(self, run: int) -> None:
        """An ERP that is not told what was undone goes on holding it, until it says something else of that."""
        origins = {row["id"]: contractor_of(row).origin for row in self.house.rows(tables.Contractor)}
        for line in self.house.rows(tables.PlanLine):
            if line["run_id"] == run:
                names = set(load_names(line["fields"] or ""))
                if line["holds"] != line["was_holds"]:  # whom something else blocks as well stays so
                    names.add("active")
                self.world.undone |= {(origins[line["contractor_id"]], name) for name in names}

    def edit(self, customer: str, field: str) -> None:
        """Set a field by hand, where the shops have no say."""
        row = self.world.row(customer)
        if row is not None:
            edit_customer(self.house.app, row["id"], field, self.world.token(), by=_BY)

    def hold(self, customer: str) -> None:
        """Let nothing be taken over or told of somebody."""
        self._act("hold", customer)

    def release(self, customer: str) -> None:
        """Let it go on."""
        self._act("release", customer)
        self.house.finish()

    def verify(self, side: str) -> None:
        """Compare a side with the registry, and repair what differs."""
        with contextlib.suppress(SyncError):  # a side that fails proves nothing
            found = prove(self.house.app, self.house.app.connection(side), by=_BY)
            for run_id in plan_repair(self.house.app, found, by=_BY):
                approve(self.house.app, run_id, by=_BY)
                self.house.execute(run_id)

    def let_go(self) -> None:
        """Nothing waits for an admin any more."""
        for side in SIDES:
            self.resume(side)
        for row in self.house.rows(tables.Contractor):
            if ("sync_held", _BY) in holds_of(row):
                self._act("release", contractor_of(row).origin)
        self.house.finish()
        for row in self.house.rows(tables.Run):
            if row["state"] in {"planned", "held"}:
                discard(self.house.app, row["id"], by=_BY)

    def _act(self, name: str, customer: str) -> None:
        def make(subject: Subject) -> Draft | None:
            found = acted(subject, ACTS[name], RULES[name], _BY, self.house.now)
            return found if isinstance(found, Draft) else None

        row = self.world.row(customer)
        if row is not None:
            change(self.house.app, [row["id"]], make, by=_BY, approved=True)

    def _reckon(self) -> None:
        """To take back that somebody was made is to block them, and to take back a block is to lift it."""
        pairs = zip(self.house.contractors(), self.house.holds(), strict=True)
        self.world.admin_blocks = {one.origin for one, holds in pairs if ("admin_block", _BY) in holds}
