"""How does one customer become two again? From what the run that made one of two remembers.

What somebody changed since stays changed, and is named. What a side said since of a record that goes back goes with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Connection

from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor, load
from syncd.domain.country import Zone
from syncd.domain.duplicates import Since, part
from syncd.domain.holds import Holds, is_of_record, load_holds, place
from syncd.errors import InvalidRecord
from syncd.registry import lines, lookups, merging
from syncd.registry.engine import rehearsing
from syncd.registry.lines import Action, Line
from syncd.registry.merging import Image, Moved, Record
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.at_once import make_run, ring, write_down
from syncd.sync.change import came_from
from syncd.sync.decide import open_decider
from syncd.sync.holding import with_status
from syncd.sync.taken_back import BACK, TakenBack, living, transaction, unchanged

__all__ = ["take_back_merge"]


def take_back_merge(app: App, moved: Moved, by: str, *, dry_run: bool) -> TakenBack:
    """Take back a merge.

    Args:
        dry_run: Find out what would become of it, and change nothing.

    Raises:
        NotFound: When the customer is not there any more.
        InvalidRecord: When it became part of another one since, is erased, or what both were is forgotten.
        Unavailable: While a side is being told about the customer.
    """
    image = moved.image
    if image is None:
        with rehearsing(app.engine) as connection:
            _still_there(app, connection, moved)
        raise InvalidRecord(
            Sentence("the merge of run %(run)s is too long ago: what both were is forgotten", run=moved.run_id),
            code="not-to-be-undone",
            cure="Unlink the records that are not this customer's: `syncd match unlink CODE CONNECTION`.",
        )
    with transaction(app, dry_run=dry_run) as connection:
        known = _still_there(app, connection, moved)
        connected = came_from(app, connection, moved.kept_id)
        lost = merging.move_back(connection, moved, image)
        records = [record for record in image.records if record not in lost]
        parted = part(
            load(known.doc),
            load(image.kept["doc"]),
            load(image.doc),
            load(image.gone["doc"]),
            list(_since(connection, moved, image, records)),
            home=app.settings.home,
        )
        sides = {app.name_of(record.connection_id) for record in records}
        holds = _holds_back(known, image, sides)
        again = Sentence(
            "%(customer)s is a customer of its own again: %(back)s", customer=code_of(moved.gone_id), back=BACK
        )
        planned = [
            _line(app, connection, known, parted.kept, holds, again),
            _gone_line(app, connection, moved, parted.gone, _holds_along(known, image, sides)),
        ]
        made_run = make_run(app, connection, connected, planned, by=by)
        codes = (code_of(moved.kept_id), code_of(moved.gone_id))
        details = {"what": "merge", "customers": codes, "run": made_run}
        write_down(app, connection, by, "match-undo", f"run {moved.run_id}", details)
    if not dry_run:
        ring(app)
    others = () if holds == load_holds(image.kept["holds"]) else ("holds",)
    return TakenBack(
        run=None if dry_run else made_run,
        of=moved.run_id,
        what=Action.MERGE,
        customers=codes,
        restored=parted.restored,
        changed_since=(*parted.changed_since, *others),
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
    return living(app, connection, moved.kept_id)


def _since(connection: Connection, moved: Moved, image: Image, records: Collection[Record]) -> Iterator[Since]:
    """What changed the kept one since the merge."""
    for told in lines.told_since(connection, moved.kept_id, image.kept["version"], but=moved.run_id):
        along = Record(told.connection_id, told.external_id) in records
        yield Since(load(told.before), load(told.after), along)


def _holds_back(known: lookups.Known, image: Image, sides: Collection[str]) -> Holds:
    """The holds as they were before the merge, but for those that somebody placed or lifted since.

    Args:
        sides: Those whose records go back: what they said since goes with these.
    """
    before, after = (
        {(hold.reason, hold.by): hold for hold in load_holds(text)} for text in (image.kept["holds"], image.holds)
    )
    holds: Holds = ()
    for hold in load_holds(known.holds):
        key = hold.reason, hold.by
        merged = hold == after.get(key)
        if key in before:
            holds = place(holds, before[key] if merged else hold)
        elif not merged and not is_of_record(hold, sides):
            holds = place(holds, hold)
    return holds


def _holds_along(known: lookups.Known, image: Image, sides: Collection[str]) -> Holds:
    """The holds of the one who goes back, with what its sides said while it was a part of the other."""
    others = load_holds(image.kept["holds"])
    holds = tuple(hold for hold in load_holds(image.gone["holds"]) if not is_of_record(hold, sides))
    for hold in load_holds(known.holds):
        if is_of_record(hold, sides) and hold not in others:
            holds = place(holds, hold)
    return holds


def _gone_line(app: App, connection: Connection, moved: Moved, after: Contractor, holds: Holds) -> Line:
    known = lookups.known(connection, [moved.gone_id])[moved.gone_id]
    line = _line(app, connection, known, after, holds, Sentence("a customer of its own again: %(back)s", back=BACK))
    if line.after is None:
        # It is another version all the same, so that what was planned before the merge is out of date.
        line.zone, line.reasons = known.zone, known.reasons
        line.change_to(load(known.doc), load(known.doc), load_holds(known.holds))
    return line


def _line(
    app: App, connection: Connection, known: lookups.Known, after: Contractor, holds: Holds, rule: Sentence
) -> Line:
    """The line of one of the two. Told are the sides that have its record, and those where it lacks one by now."""
    after, zone = with_status(after, holds), Zone(known.zone)
    holders = lookups.holders(connection, [known.id])[known.id]
    behind = app.writable(holders)
    behind += [
        one.id
        for one in app.network.stations.values()
        if one.id not in holders and app.network.takes(one, after, zone, holders)
    ]
    connected = came_from(app, connection, known.id)
    decider = open_decider(app, connection, connected, said=frozenset(), run_id=0)
    line = decider.decreed(known, after, holds, rule, unsettled=behind) or unchanged(known, rule)
    line.action = Action.RESTORE
    return line
