"""What can a person say about who is who? Who a record is, that it is nobody known, and that a tie is wrong.

The word is kept until the record is bound, and the record is read again at once, so what follows is a run like any
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Final

import msgspec
from sqlalchemy import Connection, update

from syncd.domain.answers import Answer
from syncd.domain.code import code_of, id_of
from syncd.domain.contractor import Contractor, load
from syncd.domain.country import Zone
from syncd.domain.holds import Hold, load_holds, without_record
from syncd.domain.match import Link
from syncd.domain.risk import Risk, dump_risks, load_risks
from syncd.errors import InvalidRecord, NotFound
from syncd.registry import bindings, decisions, lookups, merging
from syncd.registry.decisions import Verdict
from syncd.registry.engine import reading, writing
from syncd.registry.lines import Action, Line
from syncd.registry.queries.changes import FieldChange, field_changes, status_change
from syncd.registry.queries.issues import IssueRow
from syncd.registry.tables import Issue
from syncd.sentence import Sentence
from syncd.sync.app import App, Connected
from syncd.sync.at_once import hold_still, make_run, refuse_erased, ring, write_down
from syncd.sync.attention import retry_all
from syncd.sync.decide import open_decider
from syncd.sync.gone import is_gone
from syncd.sync.holding import with_status
from syncd.sync.request import request_run

__all__ = ["ANSWERS", "Preview", "Unlinked", "alone", "link", "preview_link", "preview_unlink", "unlink", "untie"]


_NOT_THE_SAME: Final = Sentence("not the same, as a person said; nothing was deleted at that side")


_OVER: Final = Sentence("Its records are overwritten or gone: `syncd erase list` shows how far that is.")


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a link or the end of one would do.

    Attributes:
        fields: What changes in the registry.
        status: What the customer's status becomes; ``None`` where it stays.
        holds: Reasons why the account would not work then.
        push_to: Connections that would be told.
    """

    code: str
    connection: str
    external_id: str
    fields: dict[str, FieldChange]
    status: FieldChange | None
    holds: tuple[Hold, ...]
    push_to: tuple[str, ...]


class Unlinked(msgspec.Struct, frozen=True):
    """A tie that is undone.

    Attributes:
        run_id: The run that undid it.
        read_again: The run that finds out who the record is now.
    """

    run_id: int
    read_again: int
    external_id: str


def preview_link(app: App, contractor_id: int, connected: Connected, external_id: str) -> Preview:
    """Read the record and say what linking it would change; nothing is stored.

    Raises:
        NotFound: When there is no such customer, or no such record at that side.
        InvalidRecord: When one of the two is tied to another already, or the customer is erased.
    """
    gone = _gone_record(app, contractor_id, connected, external_id)
    with reading(app.engine) as connection:
        known = _linkable(connection, contractor_id, connected, external_id, gone)
        holders = lookups.holders(connection, [known.id])[known.id]
    with closing(app.open(connected)) as endpoint:
        remote = endpoint.get(external_id)
        said = endpoint.capabilities.reads
    with reading(app.engine) as connection:
        decider = open_decider(app, connection, connected, said=said, run_id=0)
    decided = decider.linked(remote, decider.hear(remote), Link(known.id, None), known, b"", holders=holders)
    assert decided.line is not None, "a link is always a line"  # noqa: S101
    return _preview(app, connected, known, external_id, decided.line)


def link(app: App, contractor_id: int, connected: Connected, external_id: str, *, by: str) -> int:
    """Say that a record is a customer that is known. Returns the run that reads it and ties the two.

    Raises:
        NotFound: When there is no such customer.
        InvalidRecord: When one of the two is tied to another already, or the customer is erased.
        Unavailable: When the customer has another record there, and the side cannot be asked whether that is gone.
    """
    gone = _gone_record(app, contractor_id, connected, external_id)
    with writing(app.engine) as connection:
        known = _linkable(connection, contractor_id, connected, external_id, gone)
        _say(app, connection, connected, external_id, Verdict.SAME, whom=known.id, by=by)
    return _read_again(app, connected, external_id, by)


def preview_unlink(app: App, contractor_id: int, connected: Connected) -> Preview:
    """Say what undoing a tie would do.

    Raises:
        NotFound: When there is no such customer, or it has no record there.
        InvalidRecord: When the customer is erased.
    """
    with reading(app.engine) as connection:
        known = lookups.known(connection, [contractor_id]).get(contractor_id)
        if known is None:
            raise merging.missing(connection, contractor_id)
        refuse_erased(known, cure=_OVER)
        bound = _bound(connection, contractor_id, connected)
        line = alone(app, connection, connected, known, _NOT_THE_SAME)
    return _preview(app, connected, known, bound.external_id, line)


def unlink(app: App, contractor_id: int, connected: Connected, *, by: str) -> Unlinked:
    """Say that a record is not the customer that it is tied to. Nothing is deleted, on either side.

    The record is read again and becomes somebody else; the customer gets a record of its own where it belongs there,
    and is not held any more for what that side said of the record.

    Raises:
        NotFound: When there is no such customer, or it has no record there.
        InvalidRecord: When the customer is erased.
        Unavailable: While that side is being told about it.
    """
    with writing(app.engine) as connection:
        known = hold_still(app, connection, [contractor_id])[contractor_id]
        refuse_erased(known, cure=_OVER)
        changed = alone(app, connection, connected, known, _NOT_THE_SAME)
        line = untie(app, connection, connected, known, changed, by=by)
        run_id = make_run(app, connection, connected, [line], by=by)
    read_again = _read_again(app, connected, line.external_id, by)
    ring(app)
    return Unlinked(run_id, read_again, line.external_id)


def untie(
    app: App,
    connection: Connection,
    connected: Connected,
    known: lookups.Known,
    changed: Line | None = None,
    *,
    by: str,
) -> Line:
    """Undo a tie, keep that the two are not the same, and make the line that remembers what the tie was.

    Args:
        changed: What becomes of the customer, where this line says that as well.
    """
    bound = _bound(connection, known.id, connected)
    raw_hash = lookups.seen(connection, connected.id, [bound.external_id])[bound.external_id].raw_hash
    bindings.forget(connection, connected.id, known.id)
    _say(app, connection, connected, bound.external_id, Verdict.OTHER, whom=known.id, by=by)
    line = changed or Line(
        run_id=0,
        contractor_id=known.id,
        external_id="",
        action="",
        rule=_NOT_THE_SAME,
        base_version=known.version,
        before=known.doc,
        was_holds=known.holds,
    )
    line.action, line.external_id = Action.UNLINK, bound.external_id
    line.agreed, line.version, line.raw_hash = bound.agreed, bound.version, raw_hash
    line.risks = dump_risks({*load_risks(line.risks), Risk.IDENTITY})
    return line


def alone(
    app: App,
    connection: Connection,
    connected: Connected,
    known: lookups.Known,
    rule: str,
    after: Contractor | None = None,
) -> Line | None:
    """What becomes of a customer whose record somewhere is somebody else's; ``None`` where nothing does.

    It is not held any more for what was said of that record, and gets one of its own where it belongs there.

    Args:
        after: The customer as it should be, where more than its holds changes.
    """
    holds = without_record(load_holds(known.holds), connected.name)
    after = with_status(after or load(known.doc), holds)
    station = app.network.stations[connected.id]
    holders = lookups.holders(connection, [known.id])[known.id] - {connected.id}
    belongs = app.network.takes(station, after, Zone(known.zone), holders)
    decider = open_decider(app, connection, connected, said=frozenset(), run_id=0)
    line = decider.decreed(known, after, holds, rule, unsettled=[connected.id] if belongs else [])
    if line is not None and not belongs:
        line.push_to = ",".join(id_ for id_ in line.push_to.split(",") if id_ != str(connected.id))
    return line


def _gone_record(app: App, contractor_id: int, connected: Connected, external_id: str) -> str | None:
    """The other record that the customer has at a side, if that is not there any more: its place is free."""
    with reading(app.engine) as connection:
        id_ = merging.current_id(connection, contractor_id)
        bound = lookups.bound(connection, connected.id, [id_]).get(id_)
    if bound is None or bound.external_id == external_id:
        return None
    with closing(app.open(connected)) as endpoint:
        return bound.external_id if is_gone(endpoint, bound.external_id) else None


def _linkable(
    connection: Connection, contractor_id: int, connected: Connected, external_id: str, gone: str | None
) -> lookups.Known:
    """The customer, if the two can be tied."""
    id_ = merging.current_id(connection, contractor_id)
    known = lookups.known(connection, [id_]).get(id_)
    if known is None:
        raise merging.missing(connection, contractor_id)
    refuse_erased(known, cure="What is erased is nobody: a record of somebody new becomes a customer of its own.")
    bound = lookups.bound(connection, connected.id, [id_]).get(id_)
    if bound is not None and bound.external_id != gone:
        same = bound.external_id == external_id
        raise InvalidRecord(
            Sentence(
                "%(customer)s is the record %(external_id)s at %(connection)s already",
                customer=code_of(id_),
                external_id=external_id,
                connection=connected.name,
            )
            if same
            else Sentence(
                "%(customer)s has the record %(external_id)s at %(connection)s; it cannot have "
                "%(external_id2)s as well",
                customer=code_of(id_),
                external_id=bound.external_id,
                connection=connected.name,
                external_id2=external_id,
            ),
            code="already-linked" if same else "both-bound",
            cure="There is nothing to do."
            if same
            else Sentence(
                "One customer has one record in one system: delete one of them there, or `syncd match unlink "
                "%(customer)s %(connection)s` first.",
                customer=code_of(id_),
                connection=connected.name,
            ),
        )
    seen = lookups.seen(connection, connected.id, [external_id]).get(external_id)
    if seen is not None:
        whose = code_of(seen.contractor_id)
        raise InvalidRecord(
            Sentence(
                "the record %(external_id)s at %(connection)s is %(whose)s",
                external_id=external_id,
                connection=connected.name,
                whose=whose,
            ),
            code="record-bound",
            cure=Sentence(
                "If the two customers are one, `syncd match merge %(customer)s %(whose)s`; if not, `syncd match "
                "unlink %(whose)s %(connection)s` first.",
                customer=code_of(id_),
                whose=whose,
                connection=connected.name,
            ),
        )
    return known


def _bound(connection: Connection, contractor_id: int, connected: Connected) -> lookups.Bound:
    bound = lookups.bound(connection, connected.id, [contractor_id]).get(contractor_id)
    if bound is None:
        raise NotFound(
            Sentence(
                "%(customer)s has no record at %(connection)s",
                customer=code_of(contractor_id),
                connection=connected.name,
            ),
            cure=Sentence(
                "`syncd customers show %(customer)s` names those that it has.", customer=code_of(contractor_id)
            ),
        )
    return bound


def _preview(app: App, connected: Connected, known: lookups.Known, external_id: str, line: Line | None) -> Preview:
    """What a line would do; without one nothing changes."""
    holds = load_holds(known.holds)
    after = load_holds(line.holds) if line is not None and line.holds is not None else holds
    told = line.push_to.split(",") if line is not None and line.push_to else []
    return Preview(
        code=code_of(known.id),
        connection=connected.name,
        external_id=external_id,
        fields={} if line is None else field_changes(line.before, line.after),
        status=status_change(holds, after),
        holds=after,
        push_to=tuple(sorted(app.network.stations[int(id_)].name for id_ in told)),
    )


def _say(
    app: App,
    connection: Connection,
    connected: Connected,
    external_id: str,
    verdict: Verdict,
    *,
    whom: int | None = None,
    by: str,
) -> None:
    decisions.decide(connection, connected.id, external_id, verdict, whom, by=by, now=app.now())
    customer = {} if whom is None else {"customer": code_of(whom)}
    write_down(
        app,
        connection,
        by,
        f"match-{verdict}",
        f"record {external_id} at {connected.name}",
        {"is": verdict, **customer},
    )


def _read_again(app: App, connected: Connected, external_id: str, by: str) -> int:
    run_id = request_run(app, connected, mode="only", only=[external_id], asked_by=by)
    assert run_id is not None, "only the slots of a schedule can be taken already"  # noqa: S101
    return run_id


# Answers to an issue


def _answer_link(app: App, issue: IssueRow, answer: Answer, value: str, by: str) -> Sequence[int]:
    """It is this customer, or at a push: this record is it."""
    code = answer.values.get("contractor") or issue.customer or value
    number = id_of(code)
    if number is None:
        raise InvalidRecord(
            Sentence("%(code)s is no customer code", code=repr(code)),
            code="answer-incomplete",
            cure="Codes look like K000231.",
        )
    external_id = issue.external_id or answer.values.get("record", "") or value
    return [link(app, number, app.connection(issue.connection or ""), external_id, by=by)]


def _answer_new(app: App, issue: IssueRow, answer: Answer, _value: str, by: str) -> Sequence[int]:
    """It is nobody known, or at a push: none of the records is it."""
    connected = app.connection(issue.connection or "")
    if issue.external_id is not None:
        with writing(app.engine) as connection:
            _say(app, connection, connected, issue.external_id, Verdict.NEW, by=by)
        return [_read_again(app, connected, issue.external_id, by)]
    contractor_id = id_of(issue.customer or "")
    with writing(app.engine) as connection:
        for external_id in msgspec.json.decode(answer.values["records"], type=list[str]):
            _say(app, connection, connected, external_id, Verdict.OTHER, whom=contractor_id, by=by)
    return retry_all(app, [issue.id], by=by)


def _answer_not_now(app: App, issue: IssueRow, _answer: Answer, _value: str, by: str) -> Sequence[int]:
    """Close it; the next look at the record asks again."""
    with writing(app.engine) as connection:
        connection.execute(
            update(Issue).where(Issue.id == issue.id).values(state="resolved", closed_by=by, last_at=app.now())
        )
    return ()


def twins_answers(external_ids: Sequence[str]) -> tuple[Answer, ...]:
    """What can be said about a contractor who may be one of several records of a side."""
    listed = msgspec.json.encode(external_ids).decode()
    return (
        *(Answer(key="link", label=f"it is the record {id_} there", values={"record": id_}) for id_ in external_ids),
        Answer(key="new", label="it is none of them: make a new record", values={"records": listed}),
    )


ANSWERS: Final = {"link": _answer_link, "new": _answer_new, "not-now": _answer_not_now}
