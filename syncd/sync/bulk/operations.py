"""What can be done to customers? Each operation says of one customer what becomes of it, or why it is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection

from syncd.domain import consent
from syncd.domain.acts import ACTS, LeftOut, block_beneath
from syncd.domain.contractor import Contractor
from syncd.domain.findings import KEY_LENGTH
from syncd.domain.groups import plain
from syncd.domain.holds import is_erased, is_sync_held
from syncd.domain.side import Side
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.sentence import Counted, Sentence
from syncd.sync.app import App
from syncd.sync.change import Draft, Subject
from syncd.sync.groups.members import JOINED, LEFT, check_group, make_group, regrouped
from syncd.sync.standing import RULES, acted

__all__ = ["KINDS", "Kind", "Operation", "open_operation"]

Takes = Literal["", "group", "person", "answer"]
Judge = Callable[[Subject], Draft | LeftOut]

_NOTE: Final = 200


class Kind(NamedTuple):
    """One kind of operation.

    Attributes:
        text: What it does, for help and buttons.
        takes: What its value is; ``""`` where it has none.
        asks: It changes nothing itself, but asks sides or rules about the customers.
        reversible: Whether an undo of its runs takes it back.
    """

    text: str
    takes: Takes = ""
    asks: bool = False
    reversible: bool = True


KINDS: Final[Mapping[str, Kind]] = {
    "block": Kind("Let nobody of these customers log in until an admin says otherwise."),
    "unblock": Kind("Lift admins' blocks; what the ERP blocked stays blocked."),
    "activate": Kind("Lift all that admins may lift: blocks, and registrations that wait or were rejected."),
    "deactivate": Kind("Reject registrations that wait, and block all others."),
    "accept": Kind("Let registrations in that wait, or that were rejected."),
    "reject": Kind("Refuse registrations that wait."),
    "hold": Kind("Hold the synchronization: nothing is taken over and nothing is told. Accounts go on as they are."),
    "release": Kind("Let the synchronization go on; what happened meanwhile is heard and told."),
    "group-add": Kind("Put customers into a group of the admins', which is made if there is none.", "group"),
    "group-remove": Kind("Take customers out of a group of the admins'.", "group"),
    "caretaker": Kind("Say who looks after these customers; nobody, if left empty.", "person"),
    "newsletter": Kind("Note that customers agreed to the newsletter, or did not.", "answer", reversible=False),
    "sync": Kind("Read these customers at every side, and tell what waits.", asks=True, reversible=False),
    "reverify": Kind("Look again where these customers are, by the rules in force.", asks=True, reversible=False),
}


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation with its value.

    Attributes:
        judge: What becomes of one customer; of what only asks, a draft that changes nothing.
        prepare: Makes what has to be there before, where it is not, in the transaction that plans for somebody.
        field: The field that it sets: what was open about it is settled.
        warnings: What else to know, in words.
    """

    name: str
    value: str
    judge: Judge
    prepare: Callable[[Connection], None] | None = None
    field: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What it is."""
        return KINDS[self.name]


def open_operation(
    app: App, name: str, value: str = "", *, note: str = "", beneath: bool = False, by: str
) -> Operation:
    """Make an operation; nothing is changed yet.

    Args:
        value: A group's name, a person's name, or ``yes`` or ``no``; see `KINDS`.
        note: For a yes to the newsletter: where and how the customers said it.
        beneath: Let a block be placed beneath that of an ERP as well.

    Raises:
        InvalidRecord: When there is no such operation, or the value does not fit it.
        NotFound: When there is no such group to leave.
    """
    if name not in KINDS:
        raise InvalidRecord(
            Sentence("there is no operation %(name)s", name=repr(name[:40])),
            code="no-such-operation",
            field="operation",
            cure=Sentence("One of %(names)s.", names=", ".join(KINDS)),
        )
    now = app.now()
    match name:
        case "group-add" | "group-remove":
            return _of_group(app, name, plain(value), by)
        case "caretaker":
            return _of_caretaker(app, value.strip())
        case "newsletter":
            return _of_newsletter(app, value, note.strip(), by, now)
        case "sync" | "reverify":
            return Operation(name=name, value="", judge=partial(_asked, name == "sync"))
    act = block_beneath if name == "block" and beneath else ACTS[name]
    return Operation(name=name, value="", judge=lambda subject: acted(subject, act, RULES[name], by, now))


def _of_group(app: App, name: str, group: str, by: str) -> Operation:
    joins = name == "group-add"
    with reading(app.engine) as connection:
        there = check_group(connection, group, is_there=not joins)
    make = (
        regrouped(Sentence(JOINED, group=group), add=group)
        if joins
        else regrouped(Sentence(LEFT, group=group), remove=group)
    )
    return Operation(
        name=name,
        value=group,
        judge=lambda subject: make(subject) or _same(subject),
        prepare=(lambda connection: make_group(app, connection, group, by=by)) if joins else None,
        warnings=() if there else (Sentence("the group %(group)s is made with its first member", group=group),),
    )


def _of_caretaker(app: App, caretaker: str) -> Operation:
    if len(caretaker) > KEY_LENGTH or not caretaker.isprintable():
        raise InvalidRecord(
            Sentence(
                Counted(
                    "a caretaker's name is one line of at most %(count)s character",
                    "a caretaker's name is one line of at most %(count)s characters",
                ),
                count=KEY_LENGTH,
            ),
            code="value-unusable",
            field="value",
            cure="Shorten it.",
        )
    rule = Sentence("caretaker set by an admin")
    return Operation(
        name="caretaker",
        value=caretaker,
        judge=lambda subject: _set(subject, msgspec.structs.replace(subject.contractor, caretaker=caretaker), rule),
        field="caretaker",
        warnings=_kept_elsewhere(app, "caretaker"),
    )


def _of_newsletter(app: App, value: str, note: str, by: str, now: datetime) -> Operation:
    if value not in {"yes", "no"}:
        raise InvalidRecord(
            "the answer on the newsletter is yes or no", code="value-unusable", field="value", cure="Say yes or no."
        )
    given = value == "yes"
    if len(note) > _NOTE or (given and not note):
        raise InvalidRecord(
            Sentence(
                Counted(
                    "a yes needs to say where the customers said it, in at most %(count)s character",
                    "a yes needs to say where the customers said it, in at most %(count)s characters",
                ),
                count=_NOTE,
            ),
            code="consent-without-source",
            field="note",
            cure="Say it like: paper form, trade fair in May 2026. It is kept as the evidence.",
        )
    source = f"{by}: {note}" if note else by

    def judge(subject: Subject) -> Draft | LeftOut:
        said = subject.contractor.newsletter
        if given and said is False and not is_erased(subject.holds):
            return LeftOut.SAID_NO
        changed = msgspec.structs.replace(subject.contractor, newsletter=given)
        if said is not given:
            changed = consent.decreed(changed, "newsletter", by=source, at=now)
        return _set(subject, changed, Sentence("newsletter: an admin noted a %(answer)s", answer=Sentence(value)))

    warnings = (Sentence("who said no stays with it: only they themselves can say yes again"),) if given else ()
    return Operation(
        name="newsletter",
        value=value,
        judge=judge,
        field="newsletter",
        warnings=(*warnings, *_kept_elsewhere(app, "newsletter")),
    )


def _asked(sides: bool, subject: Subject) -> Draft | LeftOut:  # noqa: FBT001 - a partial's first argument
    if is_erased(subject.holds):
        return LeftOut.ERASED
    if sides and is_sync_held(subject.holds):
        return LeftOut.SYNC_HELD
    return Draft(contractor=subject.contractor, holds=subject.holds, rule="")


def _set(subject: Subject, contractor: Contractor, rule: str) -> Draft | LeftOut:
    if is_erased(subject.holds) or contractor == subject.contractor:
        return _same(subject)
    return Draft(contractor=contractor, holds=subject.holds, rule=rule)


def _same(subject: Subject) -> LeftOut:
    return LeftOut.ERASED if is_erased(subject.holds) else LeftOut.SO_ALREADY


def _kept_elsewhere(app: App, field: str) -> tuple[str, ...]:
    """ERPs that state the field and are not sent it bring theirs back with their next change of it."""
    stations = app.up_to_date().network.stations.values()
    return tuple(
        Sentence(
            "%(connection)s is not sent %(field)s: change it there as well, or it comes back with the next change",
            connection=station.name,
            field=field,
        )
        for station in stations
        if station.side is Side.ERP and field in station.said - station.written
    )
