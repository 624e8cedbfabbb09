"""What takes one line of a run back? A line with the opposite effect, or one that says why there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from syncd.domain import holds as h
from syncd.domain.acts import LeftOut, block_beneath
from syncd.domain.code import code_of
from syncd.domain.contractor import load
from syncd.domain.risk import Risk, load_risks
from syncd.domain.undo import Change, TakenBack, take_back
from syncd.registry import lines, lookups, merging
from syncd.registry.engine import among
from syncd.registry.lines import Action, Line, Outcome
from syncd.registry.runs import COUNT_OF, Work
from syncd.registry.tables import PlanLine, Run
from syncd.sentence import Sentence, joined
from syncd.sync.app import App
from syncd.sync.decide import Decider

__all__ = ["Compensation", "Impossible", "Kept"]

_NEVER: Final[Mapping[str, str]] = {
    Action.SET_BACK: Sentence("the run only set its side back, by a rule; the registry had not taken the edit over"),
    Action.RELEASE: Sentence("its record was somebody else by then; that side has another customer under this name"),
}


class Kept(msgspec.Struct, frozen=True):
    """A contractor of which something stays as it is, because it was changed since."""

    code: str
    fields: tuple[str, ...]


class Impossible(msgspec.Struct, frozen=True):
    """A contractor of which something cannot be taken back."""

    code: str
    why: str


class Compensation:
    """Makes the lines that take a run back, and counts them.

    Attributes:
        counts: Contractors of which something goes back, by what becomes of them.
        risks: How many lines carry each risk.
        nothing: How many contractors are as they were before already.
        links: How many records the run linked; they are no lines of this plan.
    """

    def __init__(self, app: App, work: Work, by: str) -> None:
        self._app = app
        self._work = work
        self._by = by
        self._seq = 0
        self.counts: Counter[str] = Counter()
        self.risks: Counter[Risk] = Counter()
        self.kept: list[Kept] = []
        self.impossible: list[Impossible] = []
        self.nothing = 0
        self.links = 0

    def compensate(self, connection: Connection, decider: Decider, page: Sequence[Line], run_id: int) -> Iterator[Line]:
        """Make the lines of the plan `run_id` that take a page of lines back."""
        ids = [line.contractor_id for line in page]
        known, holders = lookups.known(connection, ids), lookups.holders(connection, ids)
        new = [line.contractor_id for line in page if line.base_version is None]
        later = self._changed_later(connection, new)
        for line in page:
            if line.action == Action.LINK:
                self.links += 1
                continue
            id_ = line.contractor_id
            there = holders.get(id_, set())
            made = self._compensated(connection, decider, line, known.get(id_), later=later, there=there)
            if made is None:
                self.nothing += 1
                continue
            self._seq += 1
            made.run_id, made.seq = run_id, self._seq
            if made.outcome is None:
                self.counts[COUNT_OF[made.action]] += 1
                self.risks.update(load_risks(made.risks))
            else:
                self.counts["skipped"] += 1
            yield made

    def _compensated(
        self,
        connection: Connection,
        decider: Decider,
        line: Line,
        known: lookups.Known | None,
        *,
        later: Mapping[int, int],
        there: Collection[int],
    ) -> Line | None:
        """The line that takes one back.

        Args:
            later: Of new contractors: which run changed each since.
            there: Connections that have the contractor.
        """
        if known is None:
            return self._refuse(line, _gone(connection, line.contractor_id))
        if h.is_erased(h.load_holds(known.holds)):
            return self._refuse(line, Sentence("it was erased since"))
        if line.base_version is None:
            if line.contractor_id in later:
                return self._refuse(
                    line, Sentence("it was new, and run %(run)s changed it since", run=later[line.contractor_id])
                )
            return self._block(decider, known, there)
        if line.after is None:
            return self._refuse(line, _NEVER[line.action]) if line.action in _NEVER else None
        if line.before is None:
            return self._refuse(line, Sentence("what it was before is not kept any more"))
        return self._back(decider, line, known, there)

    def _block(self, decider: Decider, known: lookups.Known, there: Collection[int]) -> Line | None:
        """Who was made by the run stays, blocked: nothing that is at a side can be made never to have been there."""
        holds = h.load_holds(known.holds)
        blocked = block_beneath(holds, self._by, self._app.now())
        if isinstance(blocked, LeftOut):
            return None
        names = ", ".join(map(self._app.name_of, sorted(there))) or Sentence("no side")
        rule = Sentence(
            "undo of run %(run)s: it was new, so it is blocked; its records stay, at %(names)s",
            run=self._work.id,
            names=names,
        )
        return decider.decreed(known, load(known.doc), blocked, rule)

    def _back(self, decider: Decider, line: Line, known: lookups.Known, there: Collection[int]) -> Line | None:
        strange = {name for name, one in self._app.connections.items() if one.id not in there}
        back = take_back(load(known.doc), h.load_holds(known.holds), _change_of(line), strange=strange)
        code = code_of(known.id)
        if back.kept:
            self.kept.append(Kept(code, back.kept))
        if back.firm:
            self.impossible.append(Impossible(code, f"{', '.join(back.firm)}: evidence is not taken back"))
        rule = Sentence("undo of run %(run)s: %(what)s", run=self._work.id, what=_sentence(back))
        made = decider.decreed(known, back.contractor, back.holds, rule) if back.back else None
        if made is not None or not (back.kept or back.firm):
            return made
        return _not_done(line, Outcome.KEPT if back.kept else Outcome.IMPOSSIBLE, rule)

    def _refuse(self, line: Line, why: str) -> Line:
        self.impossible.append(Impossible(code_of(line.contractor_id), why))
        return _not_done(
            line, Outcome.IMPOSSIBLE, Sentence("undo of run %(run)s: %(what)s", run=self._work.id, what=why)
        )

    def _changed_later(self, connection: Connection, ids: Collection[int]) -> dict[int, int]:
        """Of new contractors: the first run that changed each since, other than by taking this one back."""
        if not ids:
            return {}
        rows = connection.execute(
            select(PlanLine.contractor_id, PlanLine.run_id)
            .join(Run, lines.applied())
            .where(
                among(connection, PlanLine.contractor_id, ids),
                PlanLine.run_id != self._work.id,
                PlanLine.after.is_not(None) | (PlanLine.action == Action.LINK),
                Run.undoes.is_(None) | (Run.undoes != self._work.id),
            )
            .order_by(PlanLine.run_id.desc())
        )
        return {row[0]: row[1] for row in rows}


def _gone(connection: Connection, contractor_id: int) -> str:
    moved = merging.find_merge(connection, contractor_id)
    if moved is None:
        return Sentence("it is not there any more")
    return Sentence(
        "it became part of %(customer)s since: first `syncd match undo %(run)s`",
        customer=code_of(moved.kept_id),
        run=moved.run_id,
    )


def _change_of(line: Line) -> Change:
    before, after = load(line.before or ""), load(line.after or "")
    became = h.load_holds(line.holds or "[]")
    # Lines of older versions do not say what the holds were: who was active had none.
    was = h.load_holds(line.was_holds) if line.was_holds is not None else () if before.active else became
    return Change(before=before, after=after, holds_before=was, holds_after=became)


def _sentence(back: TakenBack) -> str:
    parts = (
        (back.back, "%(fields)s as before"),
        (back.kept, "%(fields)s stays, changed since"),
        (back.firm, "%(fields)s stays, it is evidence"),
    )
    return joined(Sentence(words, fields=", ".join(names)) for names, words in parts if names)


def _not_done(line: Line, outcome: str, rule: str) -> Line:
    """A line that says why nothing is done."""
    return Line(
        run_id=0,
        contractor_id=line.contractor_id,
        external_id="",
        action=Action.RESTORE,
        rule=rule,
        base_version=line.base_version or 1,
        outcome=outcome,
    )
