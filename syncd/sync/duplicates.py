"""How do two contractors who are one become one?"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from syncd.domain import consent
from syncd.domain.code import code_of
from syncd.domain.contractor import Contractor, load
from syncd.domain.duplicates import FieldFate, United, unite_contractors, unite_holds
from syncd.domain.holds import Hold, Holds, Reason, lift, load_holds
from syncd.domain.risk import Risk
from syncd.errors import InvalidRecord
from syncd.registry import lookups, merging
from syncd.registry.engine import reading, writing
from syncd.registry.lines import Action, Line
from syncd.registry.merging import Moved
from syncd.registry.queries.changes import FieldChange, status_change
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.at_once import hold_still, make_run, refuse_erased, ring, write_down
from syncd.sync.change import came_from
from syncd.sync.decide import Decider, open_decider

__all__ = ["MergePreview", "Moving", "merge_duplicates", "preview_merge"]


class Moving(msgspec.Struct, frozen=True):
    """A record that changes hands."""

    connection: str
    external_id: str


class MergePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What merging two customers would do.

    Attributes:
        fields: Fields in which the two differ, with what becomes of each.
        status: What the kept customer's status becomes; ``None`` where it stays.
        holds: Reasons why the account would not work.
        moves: Records that become the kept customer's.
        asks: Fields in which nothing tells which of the two is right: whoever merges them says it.
    """

    kept: str
    gone: str
    fields: tuple[FieldFate, ...]
    status: FieldChange | None
    holds: tuple[Hold, ...]
    moves: tuple[Moving, ...]
    asks: tuple[str, ...] = ()


def preview_merge(app: App, kept_id: int, gone_id: int, *, parted_at: str = "") -> MergePreview:
    """Say what merging two customers would do; nothing is stored.

    Args:
        parted_at: As of `merge_duplicates`.

    Raises:
        NotFound: When one is not there.
        InvalidRecord: When they cannot be merged.
    """
    app = app.up_to_date()
    with reading(app.engine) as connection:
        known = lookups.known(connection, [kept_id, gone_id])
        _refuse(app, connection, known, kept_id, gone_id)
        kept, gone = known[kept_id], known[gone_id]
        moves = merging.records(connection, gone_id)
        decider = open_decider(app, connection, came_from(app, connection, kept_id), said=frozenset(), run_id=0)
    united, before = _united(kept, gone), load_holds(kept.holds)
    line = _line(decider, kept, code_of(gone_id), united.after, holds=_united_holds(kept, gone, parted_at))
    holds = before if line.holds is None else load_holds(line.holds)
    return MergePreview(
        kept=code_of(kept_id),
        gone=code_of(gone_id),
        fields=united.fates,
        asks=united.asks,
        status=status_change(before, holds),
        holds=holds,
        moves=tuple(Moving(app.name_of(id_), external_id) for id_, external_id in moves.items()),
    )


def merge_duplicates(
    app: App,
    kept_id: int,
    gone_id: int,
    *,
    by: str,
    newsletter: bool | None = None,
    ask: bool = True,
    parted_at: str = "",
) -> int:
    """Make one customer of two, now. Returns the run that did it, by which it can be taken back.

    Args:
        newsletter: What the person wants, as whoever merges them knows.
        ask: Refuse where nothing tells what the person wants, and `newsletter` does not either; else the order of
            all evidence answers.
        parted_at: The connection at which the other is the kept one's own record, read anew since the two were parted:
            that it came there as somebody new is no reason to wait for an admin.

    Raises:
        NotFound: When one is not there.
        InvalidRecord: When they cannot be merged, or it has to be said what the person wants.
        Unavailable: While a side is being told about one of them.
    """
    app = app.up_to_date()
    now = app.now()
    with writing(app.engine) as connection:
        known = hold_still(app, connection, [kept_id, gone_id])
        _refuse(app, connection, known, kept_id, gone_id)
        kept, gone = known[kept_id], known[gone_id]
        united = _united(kept, gone)
        if united.asks and newsletter is None and ask:
            raise _undated(kept_id, gone_id)
        after = united.after if newsletter is None else consent.settled(united.after, given=newsletter, by=by, at=now)
        image = merging.take_image(connection, kept_id, gone_id)
        connected = came_from(app, connection, kept_id)
        decider = open_decider(app, connection, connected, said=frozenset(), run_id=0)
        behind = merging.move_over(connection, gone_id, kept_id, by=by, now=now)
        behind += [record.connection_id for record in image.records]
        holds = _united_holds(kept, gone, parted_at)
        line = _line(decider, kept, code_of(gone_id), after, holds=holds, behind=app.writable(behind))
        leaving = Line(
            run_id=0,
            contractor_id=gone_id,
            external_id="",
            action=Action.MERGE,
            rule=Sentence("became part of %(customer)s", customer=code_of(kept_id)),
            base_version=gone.version,
            before=gone.doc,
            risks=Risk.IDENTITY,
        )
        run_id = make_run(app, connection, connected, [line, leaving], by=by)
        image = msgspec.structs.replace(image, doc=line.after or kept.doc, holds=line.holds or kept.holds)
        merging.keep_image(connection, Moved(gone_id, kept_id, run_id, now, by, image))
        details = {"kept": code_of(kept_id), "gone": code_of(gone_id), "run": run_id}
        write_down(app, connection, by, "match-merge", f"customer {code_of(kept_id)}", details)
    ring(app)
    return run_id


def _undated(kept_id: int, gone_id: int) -> InvalidRecord:
    kept, gone = code_of(kept_id), code_of(gone_id)
    return InvalidRecord(
        Sentence(
            "%(kept)s and %(gone)s said yes and no to the newsletter, and nobody knows which is newer",
            kept=kept,
            gone=gone,
        ),
        code="newsletter-undated",
        field="newsletter",
        cure=Sentence(
            "Say what the person wants: `syncd match merge %(kept)s %(gone)s --newsletter no`.", kept=kept, gone=gone
        ),
    )


def _line(
    decider: Decider, kept: lookups.Known, gone: str, after: Contractor, *, holds: Holds, behind: Sequence[int] = ()
) -> Line:
    """The kept customer with all that the other had; every side that has a record of either looks at it anew."""
    rule = Sentence("%(customer)s is the same customer, as a person said", customer=gone)
    line = decider.decreed(kept, after, holds, rule, unsettled=behind)
    if line is None:
        line = Line(run_id=0, contractor_id=kept.id, external_id="", action="", rule=rule, base_version=kept.version)
        line.before = kept.doc
    line.action = Action.MERGE
    return line


def _united_holds(kept: lookups.Known, gone: lookups.Known, parted_at: str) -> Holds:
    return unite_holds(load_holds(kept.holds), lift(load_holds(gone.holds), {Reason.PENDING_ACCEPTANCE}, parted_at))


def _united(kept: lookups.Known, gone: lookups.Known) -> United:
    return unite_contractors(load(kept.doc), load(gone.doc))


def _refuse(app: App, connection: Connection, known: dict[int, lookups.Known], kept_id: int, gone_id: int) -> None:
    if kept_id == gone_id:
        raise InvalidRecord(
            Sentence("%(customer)s is one customer, not two", customer=code_of(kept_id)),
            code="same-customer",
            cure="Name two different codes.",
        )
    for id_ in (kept_id, gone_id):
        if id_ not in known:
            raise merging.missing(connection, id_)
    for id_ in (kept_id, gone_id):
        refuse_erased(known[id_], cure="What is erased has nothing left that could be merged.")
    ours, theirs = merging.records(connection, kept_id), merging.records(connection, gone_id)
    for id_ in sorted(ours.keys() & theirs.keys()):
        name = app.name_of(id_)
        raise InvalidRecord(
            Sentence(
                "both have a record at %(name)s: %(customer)s is %(ours)s, %(customer2)s is %(theirs)s",
                name=name,
                customer=code_of(kept_id),
                ours=ours[id_],
                customer2=code_of(gone_id),
                theirs=theirs[id_],
            ),
            code="both-bound",
            cure=Sentence(
                "One customer has one record in one system: delete one of the two at %(name)s and read it again, or "
                "`syncd match unlink %(customer)s %(name)s` if that record is somebody else's.",
                name=name,
                customer=code_of(gone_id),
            ),
        )
