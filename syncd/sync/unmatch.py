"""How is a link, the end of one, or a merge taken back? From what its run remembers.

A field that somebody changed since stays as it is, and is named: taking back must not undo what others did.
"""

from __future__ import annotations

from functools import reduce

from sqlalchemy import Connection, select

from syncd.domain.code import code_of
from syncd.domain.contractor import load
from syncd.domain.duplicates import restore
from syncd.domain.holds import Holds, is_of_record, load_holds, place, without_record
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import bindings, decisions, lookups, merging
from syncd.registry.engine import reading
from syncd.registry.lines import Action, Line
from syncd.registry.runs import Work, load_run
from syncd.registry.tables import PlanLine
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.at_once import make_run, ring, write_down
from syncd.sync.decide import open_decider
from syncd.sync.duplicates import merge_duplicates, preview_merge
from syncd.sync.matching import alone, untie
from syncd.sync.request import request_run
from syncd.sync.taken_back import BACK, TakenBack, living, transaction, unchanged
from syncd.sync.unmerge import take_back_merge

__all__ = ["take_back", "take_back_link"]


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
        return take_back_merge(app, moved, by, dry_run=dry_run)
    assert work is not None and line is not None, "a run that is no merge has its line"  # noqa: S101, PT018
    if line.action == Action.UNLINK:
        return _take_back_unlink(app, work, line, by, dry_run=dry_run)
    return take_back_link(app, work, line, by, dry_run=dry_run)


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
    with transaction(app, dry_run=dry_run) as connection:
        known = living(app, connection, line.contractor_id)
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
        changed = alone(app, connection, connected, known, Sentence("a link: %(back)s", back=BACK), back.contractor)
        if changed is not None:
            changed.action = Action.RESTORE
        holds = load_holds(known.holds)
        restored = (*back.restored, *(() if without_record(holds, connected.name) == holds else ("holds",)))
        tie = untie(app, connection, connected, known, by=by)
        made_run = make_run(app, connection, connected, [tie, *([changed] if changed else [])], by=by)
        write_down(app, connection, by, "match-undo", f"run {work.id}", {"what": "link", "run": made_run})
    if not dry_run:
        request_run(app, connected, mode="only", only=[line.external_id], asked_by=by)
    return TakenBack(
        run=None if dry_run else made_run,
        of=work.id,
        what=Action.LINK,
        customers=(code_of(known.id),),
        restored=restored,
        changed_since=back.changed_since,
    )


def _take_back_unlink(app: App, work: Work, line: Line, by: str, *, dry_run: bool) -> TakenBack:
    connected, id_ = app.connection_by_id(work.connection_id), line.contractor_id
    with reading(app.engine) as connection:
        whose = lookups.seen(connection, connected.id, [line.external_id]).get(line.external_id)
        known = lookups.known(connection, [id_])
    made_run: int | None = None
    if whose is not None and whose.contractor_id == id_:
        raise InvalidRecord(
            Sentence(
                "%(customer)s is the record %(external_id)s at %(connection)s already",
                customer=code_of(id_),
                external_id=line.external_id,
                connection=connected.name,
            ),
            code="not-to-be-undone",
            cure="There is nothing to take back.",
        )
    if whose is None:
        made_run, holds = _tie_again(app, connected, line, by, dry_run=dry_run)
    else:
        # The record was read since and became somebody, who is this customer after all.
        holds = preview_merge(app, id_, whose.contractor_id, parted_at=connected.name).holds
        if not dry_run:
            made_run = merge_duplicates(app, id_, whose.contractor_id, by=by, ask=False, parted_at=connected.name)
    restored = ("holds",) if holds != load_holds(known[id_].holds) else ()
    return TakenBack(run=made_run, of=work.id, what=Action.UNLINK, customers=(code_of(id_),), restored=restored)


def _tie_again(app: App, connected: Connected, line: Line, by: str, *, dry_run: bool) -> tuple[int | None, Holds]:
    """Bind the record again, and place again what was lifted when it was not any more; answer the run and the holds."""
    with transaction(app, dry_run=dry_run) as connection:
        known = living(app, connection, line.contractor_id)
        _bind_again(connection, connected, known, line)
        said = (one for one in load_holds(line.was_holds or "[]") if is_of_record(one, (connected.name,)))
        holds = reduce(place, said, load_holds(known.holds))
        rule = Sentence("the end of a link: %(back)s", back=BACK)
        decider = open_decider(app, connection, connected, said=frozenset(), run_id=0)
        behind = [connected.id] if app.network.stations[connected.id].written else []
        made = decider.decreed(known, load(known.doc), holds, rule, unsettled=behind) or unchanged(known, rule)
        made.action, made.external_id = Action.RESTORE, line.external_id
        made_run = make_run(app, connection, connected, [made], by=by)
        write_down(app, connection, by, "match-undo", f"run {line.run_id}", {"what": "unlink", "run": made_run})
    if not dry_run:
        ring(app)
    return None if dry_run else made_run, holds


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
