"""How is a link, the end of one, or a merge taken back? From what its run remembers.

A field that somebody changed since stays as it is, and is named: taking back must not undo what others did.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.code import code_of
from syncd.domain.contractor import load
from syncd.domain.duplicates import Restored, restore
from syncd.domain.holds import Hold, Holds, Reason, is_erased, load_holds, place
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import bindings, decisions, lookups, merging
from syncd.registry.engine import reading, rehearsing, writing
from syncd.registry.lines import Action, Line
from syncd.registry.merging import Image, Moved
from syncd.registry.runs import Work, load_run
from syncd.registry.tables import PlanLine
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.at_once import hold_still, make_run, write_down
from syncd.sync.change import came_from
from syncd.sync.decide import Decider, open_decider
from syncd.sync.duplicates import merge_duplicates, preview_merge
from syncd.sync.holding import with_status
from syncd.sync.matching import untie
from syncd.sync.request import request_run

__all__ = ["TakenBack", "take_back", "take_back_link"]

_BACK: Final = Sentence("taken back by a person")


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it.

    Attributes:
        run: The run that took it back; ``None`` where it was only tried.
        of: The run that was taken back.
        what: ``link``, ``unlink`` or ``merge``.
        customers: Codes of those concerned.
        restored: Fields that are as they were before.
        changed_since: Fields that somebody changed since: they stay.
        lost: Records that could not be given back, because they are somebody else's by now.
    """

    run: int | None
    of: int
    what: str
    customers: tuple[str, ...]
    restored: tuple[str, ...] = ()
    changed_since: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


def take_back(app: App, run_id: int, *, by: str, dry_run: bool = False) -> TakenBack:
    """Take back what a run linked, unlinked or merged.

    Args:
        dry_run: Find out what would become of it, and change nothing.

    Raises:
        NotFound: When there is no such run, or its customer is not there any more.
        InvalidRecord: When it did nothing of the kind, or it cannot be taken back, with the reason.
        Unavailable: While a side is being told about one of the customers.
    """
    app = app.up_to_date()
    with reading(app.engine) as connection:
        moved = merging.merge_of_run(connection, run_id)
        work = load_run(connection, run_id)
        if moved is None and work is None:
            raise NotFound(Sentence("there is no run %(run)s", run=run_id), cure="`syncd runs list` shows all.")
        line = None if moved or work is None else _only_line(connection, work)
    if moved is not None:
        return _take_back_merge(app, moved, by, dry_run=dry_run)
    assert work is not None and line is not None, "a run that is no merge has its line"  # noqa: S101, PT018
    if line.action == Action.UNLINK:
        return _take_back_unlink(app, work, line, by, dry_run=dry_run)
    return take_back_link(app, work, line, by, dry_run=dry_run)


def _known(app: App, connection: Connection, contractor_id: int) -> lookups.Known:
    """A customer who stays as it is meanwhile; of one who is erased nothing is left, not even which record it was."""
    known = hold_still(app, connection, [contractor_id])[contractor_id]
    if is_erased(load_holds(known.holds)):
        raise InvalidRecord(
            Sentence("%(customer)s is erased", customer=code_of(contractor_id)),
            code="erased",
            cure="There is nothing to take back.",
        )
    return known


def _transaction(app: App, *, dry_run: bool) -> AbstractContextManager[Connection]:
    """What is only tried is done like the rest, so that it cannot say something else, and nothing of it stays."""
    return rehearsing(app.engine) if dry_run else writing(app.engine)


def _only_line(connection: Connection, work: Work) -> Line:
    columns = [getattr(PlanLine, name) for name in Line.__struct_fields__]
    rows = connection.execute(
        select(*columns)
        .where(PlanLine.run_id == work.id, PlanLine.action.in_([Action.LINK, Action.UNLINK, Action.MERGE]))
        .where(PlanLine.outcome.is_(None), PlanLine.seq <= work.applied_seq)
        .limit(2)
    ).mappings()
    found = [Line(**row) for row in rows]
    if len(found) == 1 and found[0].action != Action.MERGE:
        return found[0]
    if len(found) > 1 and found[0].action == Action.LINK:
        raise InvalidRecord(
            Sentence("run %(run)s linked several records", run=work.id),
            code="not-to-be-undone",
            cure="Undo them one by one: `syncd match unlink CODE CONNECTION`.",
        )
    merged = bool(found)
    raise InvalidRecord(
        Sentence("the merge of run %(run)s was taken back already", run=work.id)
        if merged
        else Sentence("run %(run)s has linked, unlinked and merged nothing", run=work.id),
        code="not-to-be-undone",
        cure="`syncd runs list` shows the runs, `syncd customers history CODE` those of a customer.",
    )


def _take_back_merge(app: App, moved: Moved, by: str, *, dry_run: bool) -> TakenBack:
    image = moved.image
    if image is None:
        with rehearsing(app.engine) as connection:
            _still_there(app, connection, moved)
        raise InvalidRecord(
            Sentence("the merge of run %(run)s is too long ago: what both were is forgotten", run=moved.run_id),
            code="not-to-be-undone",
            cure="Unlink the records that are not this customer's: `syncd match unlink CODE CONNECTION`.",
        )
    with _transaction(app, dry_run=dry_run) as connection:
        known = _still_there(app, connection, moved)
        back = restore(load(known.doc), load(image.kept["doc"]), load(image.doc))
        connected = came_from(app, connection, moved.kept_id)
        lost = merging.move_back(connection, moved, image)
        sides = {app.name_of(record.connection_id) for record in image.records if record not in lost}
        holds, holds_stay = _holds_back(known, image, sides)
        decider = open_decider(app, connection, connected, said=frozenset(), run_id=0)
        planned = [_kept_line(decider, known, back, holds, moved), _gone_line(app, known, moved, image, sides)]
        made_run = make_run(app, connection, connected, planned, by=by)
        codes = (code_of(moved.kept_id), code_of(moved.gone_id))
        details = {"what": "merge", "customers": codes, "run": made_run}
        write_down(app, connection, by, "match-undo", f"run {moved.run_id}", details)
    if not dry_run:
        for connection_id in app.network.stations:
            app.doorbell.push(connection_id)
    return TakenBack(
        run=None if dry_run else made_run,
        of=moved.run_id,
        what=Action.MERGE,
        customers=codes,
        restored=back.restored,
        changed_since=(*back.changed_since, *(("holds",) if holds_stay else ())),
        lost=tuple(record.external_id for record in lost),
    )


def _still_there(app: App, connection: Connection, moved: Moved) -> lookups.Known:
    later = merging.find_merge(connection, moved.kept_id)
    if later is not None:
        raise InvalidRecord(
            Sentence(
                "%(customer)s became part of %(customer2)s since",
                customer=code_of(moved.kept_id),
                customer2=code_of(later.kept_id),
            ),
            code="not-to-be-undone",
            cure=Sentence("Take that back first: `syncd match undo %(run)s`.", run=later.run_id),
        )
    return _known(app, connection, moved.kept_id)


_STATED: Final = frozenset({Reason.ERP_INACTIVE, Reason.MISSING_IN_ERP, Reason.ADMIN_BLOCK})
"""Holds that follow from what a side says of its record."""


def _holds_back(known: lookups.Known, image: Image, sides: Collection[str]) -> tuple[Holds, bool]:
    """The holds as they were before the merge, unless somebody changed them since.

    Args:
        sides: Those whose records go back: what they said since goes with these.
    """
    before = load_holds(image.kept["holds"])
    after, now = (
        tuple(hold for hold in load_holds(text) if hold in before or not _is_stated(hold, sides))
        for text in (image.holds, known.holds)
    )
    return (before, False) if now == after else (now, before != after)


def _holds_along(known: lookups.Known, image: Image, sides: Collection[str]) -> Holds:
    """The holds of the one who goes back, with what its sides said while it was a part of the other."""
    others = load_holds(image.kept["holds"])
    holds = tuple(hold for hold in load_holds(image.gone["holds"]) if not _is_stated(hold, sides))
    for hold in load_holds(known.holds):
        if _is_stated(hold, sides) and hold not in others:
            holds = place(holds, hold)
    return holds


def _is_stated(hold: Hold, sides: Collection[str]) -> bool:
    return hold.reason in _STATED and hold.by in sides


def _kept_line(decider: Decider, known: lookups.Known, back: Restored, holds: Holds, moved: Moved) -> Line:
    rule = Sentence(
        "%(customer)s is a customer of its own again: %(back)s", customer=code_of(moved.gone_id), back=_BACK
    )
    line = decider.decreed(known, back.contractor, holds, rule)
    if line is None:
        line = Line(run_id=0, contractor_id=known.id, external_id="", action="", rule=rule, base_version=known.version)
        line.before = known.doc
    line.action = Action.RESTORE
    return line


def _gone_line(app: App, known: lookups.Known, moved: Moved, image: Image, sides: Collection[str]) -> Line:
    """The line that brings the other one back; its sides are told what it holds."""
    row = image.gone
    line = Line(
        run_id=0,
        contractor_id=moved.gone_id,
        external_id="",
        action=Action.RESTORE,
        rule=Sentence("a customer of its own again: %(back)s", back=_BACK),
        base_version=row["version"],
    )
    before, holds = load(row["doc"]), _holds_along(known, image, sides)
    line.change_to(with_status(before, holds), before, holds)
    line.zone, line.reasons = row["zone"], row["reasons"]
    line.push_to = ",".join(map(str, app.writable(record.connection_id for record in image.records)))
    return line


def take_back_link(app: App, work: Work, line: Line, by: str, *, dry_run: bool = False) -> TakenBack:
    """Take back one link of a run.

    Args:
        dry_run: Find out what would become of it, and change nothing.

    Raises:
        NotFound: When the customer is not there any more.
        InvalidRecord: When it is not this record any more.
        Unavailable: While a side is being told about the customer.
    """
    connected = app.connection_by_id(work.connection_id)
    with _transaction(app, dry_run=dry_run) as connection:
        known = _known(app, connection, line.contractor_id)
        bound = lookups.bound(connection, connected.id, [known.id]).get(known.id)
        if bound is None or bound.external_id != line.external_id:
            raise InvalidRecord(
                Sentence(
                    "%(customer)s is not the record %(external_id)s at %(connection)s any more",
                    customer=code_of(known.id),
                    external_id=line.external_id,
                    connection=connected.name,
                ),
                code="not-to-be-undone",
                cure="There is nothing to take back.",
            )
        now, before = load(known.doc), load(line.before or known.doc)
        back = restore(now, before, load(line.after or line.before or known.doc))
        tie = untie(app, connection, connected, known, by=by)
        decider = open_decider(app, connection, connected, said=frozenset(), run_id=0)
        behind = [connected.id] if tie.push_to else []
        tie.push_to = ""  # the contractor's other line says it
        holds = load_holds(known.holds)
        changed = decider.decreed(
            known, back.contractor, holds, Sentence("a link: %(back)s", back=_BACK), unsettled=behind
        )
        if changed is not None:
            changed.action = Action.RESTORE
        made_run = make_run(app, connection, connected, [tie, *([changed] if changed else [])], by=by)
        write_down(app, connection, by, "match-undo", f"run {work.id}", {"what": "link", "run": made_run})
    if not dry_run:
        request_run(app, connected, mode="only", only=[line.external_id], asked_by=by)
    return TakenBack(
        run=None if dry_run else made_run,
        of=work.id,
        what=Action.LINK,
        customers=(code_of(known.id),),
        restored=back.restored,
        changed_since=back.changed_since,
    )


def _take_back_unlink(app: App, work: Work, line: Line, by: str, *, dry_run: bool) -> TakenBack:
    connected = app.connection_by_id(work.connection_id)
    with reading(app.engine) as connection:
        whose = lookups.seen(connection, connected.id, [line.external_id]).get(line.external_id)
    made_run: int | None
    if whose is None:
        made_run = _tie_again(app, connected, line, by, dry_run=dry_run)
    elif dry_run:
        preview_merge(app, line.contractor_id, whose.contractor_id)
        made_run = None
    else:
        # The record was read since and became somebody, who is this customer after all.
        made_run = merge_duplicates(app, line.contractor_id, whose.contractor_id, by=by, ask=False)
    return TakenBack(run=made_run, of=work.id, what=Action.UNLINK, customers=(code_of(line.contractor_id),))


def _tie_again(app: App, connected: Connected, line: Line, by: str, *, dry_run: bool) -> int | None:
    with _transaction(app, dry_run=dry_run) as connection:
        known = _known(app, connection, line.contractor_id)
        _bind_again(connection, connected, known, line)
        again = Line(
            run_id=0,
            contractor_id=known.id,
            external_id=line.external_id,
            action=Action.RESTORE,
            rule=Sentence("the end of a link: %(back)s", back=_BACK),
            base_version=known.version,
            before=known.doc,
            push_to=str(connected.id) if app.network.stations[connected.id].written else "",
        )
        made_run = make_run(app, connection, connected, [again], by=by)
        write_down(app, connection, by, "match-undo", f"run {line.run_id}", {"what": "unlink", "run": made_run})
    if dry_run:
        return None
    app.doorbell.push(connected.id)
    return made_run


def _bind_again(connection: Connection, connected: Connected, known: lookups.Known, line: Line) -> None:
    other = lookups.bound(connection, connected.id, [known.id]).get(known.id)
    if other is not None:
        raise InvalidRecord(
            Sentence(
                "%(customer)s has the record %(external_id)s at %(connection)s by now, beside %(external_id2)s",
                customer=code_of(known.id),
                external_id=other.external_id,
                connection=connected.name,
                external_id2=line.external_id,
            ),
            code="both-bound",
            cure=Sentence(
                "Delete one of the two at %(connection)s, or unlink %(external_id)s first.",
                connection=connected.name,
                external_id=other.external_id,
            ),
        )
    bindings.add(
        connection,
        [
            bindings.Sighting(
                connection_id=connected.id,
                external_id=line.external_id,
                contractor_id=known.id,
                version=line.version,
                raw_hash=None,
                agreed=line.agreed or known.doc,
                settled_hash=None,
            )
        ],
    )
    decisions.forget_bound(connection, connected.id)
