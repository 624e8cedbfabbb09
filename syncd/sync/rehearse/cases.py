"""What was kept of the decisions of a run?"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import Engine

from syncd.domain import match
from syncd.domain.contractor import load
from syncd.ports import Remote
from syncd.registry import inputs, lines
from syncd.registry.inputs import Quiet
from syncd.registry.lines import Basis, Line
from syncd.registry.lookups import Bound, Known
from syncd.sync.because import NOBODY
from syncd.sync.decide import Decider

__all__ = ["Case", "cases", "decide"]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One decision, with all that it rested on.

    Attributes:
        remote: What the side stated; ``None`` where the record was missing there.
        known: The contractor as it was; ``None`` for a new one.
        line: What came of it; ``None`` where nothing did.
    """

    external_id: str
    contractor_id: int
    remote: Remote | None
    known: Known | None
    basis: Basis | None
    line: Line | None


def cases(engine: Engine, run_id: int) -> Iterator[list[Case | None]]:
    """The decisions of a run, a page at a time; ``None`` for one of which not enough is kept (any more)."""
    for page in lines.pages(engine, run_id):
        yield [_of_line(line) for line in page]
    for quiet in inputs.pages(engine, run_id):
        yield [_of_quiet(one) for one in quiet]


def decide(decider: Decider, case: Case) -> Line | None:
    """Decide once more."""
    remote, known, basis = case.remote, case.known, case.basis
    if remote is None:
        return decider.missing(case.external_id, known) if known is not None else None
    if known is None:
        said_so = case.line is not None and case.line.rule != NOBODY
        return decider.new(remote, decider.hear(remote), case.contractor_id, b"", said_so=said_so).line
    if basis is None:
        return None
    if not basis.bound:
        evidence = match.Key(basis.evidence) if basis.evidence else None
        link = match.Link(known.id, evidence)
        return decider.linked(
            remote,
            decider.hear(remote),
            link,
            known,
            b"",
            holders=basis.holders,
            maybe_sent=basis.maybe_sent,
            made_again=basis.made_again,
        ).line
    bound = Bound(
        contractor_id=known.id,
        external_id=case.external_id,
        version=basis.version,
        agreed=basis.agreed or known.doc,
        settled_hash=basis.settled,
        departures=basis.departures,
    )
    return decider.bound(remote, bound, known, b"", was_absent=basis.absent, maybe_sent=basis.maybe_sent).line


def _of_line(line: Line) -> Case | None:
    if not line.external_id:
        return None  # of somebody who was erased
    told = line.agreed or line.after
    missing = line.raw_hash is None
    if line.base_version is None:
        return None if told is None else _case(line, told, None, None)
    basis = inputs.load_basis(line.basis) if line.basis is not None else None
    if line.before is None or line.was_holds is None or basis is None:
        return None
    known = Known(
        id=line.contractor_id,
        doc=line.before,
        holds=line.was_holds,
        zone=basis.zone,
        reasons=basis.reasons,
        version=line.base_version,
    )
    return _case(line, None if missing else told, known, basis)


def _case(line: Line, told: str | None, known: Known | None, basis: Basis | None) -> Case:
    remote = None if told is None else Remote(external_id=line.external_id, contractor=load(told), version=line.version)
    return Case(
        external_id=line.external_id,
        contractor_id=line.contractor_id,
        remote=remote,
        known=known,
        basis=basis,
        line=line,
    )


def _of_quiet(quiet: Quiet) -> Case:
    basis = inputs.load_basis(quiet.basis)
    return Case(
        external_id=quiet.external_id,
        contractor_id=quiet.contractor_id,
        remote=Remote(external_id=quiet.external_id, contractor=load(quiet.told), version=quiet.version),
        known=Known(
            id=quiet.contractor_id,
            doc=quiet.known,
            holds=quiet.was_holds,
            zone=basis.zone,
            reasons=basis.reasons,
            version=0,
        ),
        basis=basis,
        line=None,
    )
