"""Is the e-mail with which a customer would log in at a side somebody else's there?

Where a side takes an e-mail once only and the registry knows who has it, the push is not sent to be refused. Elsewhere
the side's refusal says so; who has it is then what the side found by that e-mail. Either way it is one issue, and the
push goes on by itself when the other one has another e-mail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from syncd.domain.answers import Answer
from syncd.domain.code import code_of, id_of
from syncd.domain.contractor import Contractor, load
from syncd.domain.country import Zone
from syncd.domain.employees import LOGIN_TAKEN, login_of, logins_of, set_default_answers
from syncd.errors import InvalidRecord
from syncd.registry import lookups, taken
from syncd.registry.engine import reading, writing
from syncd.registry.issues import Report
from syncd.registry.queries.issues import IssueRow
from syncd.registry.taken import Waiting
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.delivered import Job
from syncd.sync.duplicates import merge_duplicates
from syncd.sync.edit import edit_customer
from syncd.sync.routes import Station

__all__ = ["ANSWERS", "LoginTaken", "let_go_free", "name_holders", "taken_logins"]

CURE: Final = "Give one of the two another e-mail, or merge them if they are one customer; it then goes on by itself."


class LoginTaken(InvalidRecord):
    """The log-in is another customer's at that side.

    Attributes:
        holders: Contractors that have it, or get it first.
    """

    code = LOGIN_TAKEN
    cure = CURE

    def __init__(self, holders: Sequence[int], field: str) -> None:
        super().__init__("another customer has the log-in there", field=field)
        self.holders = tuple(holders)


def taken_logins(connection: Connection, station: Station, jobs: Collection[Job]) -> dict[int, LoginTaken]:
    """Of contractors that are about to be pushed those whose log-in is taken, as far as the registry knows.

    Of two who are new there the one that has been known longer gets it.
    """
    if not station.capabilities.unique_logins or not {"email", "employees"} & station.written:
        return {}
    wanted = {job.known.id: new for job in jobs if (new := _new_login(job, station)) is not None}
    there: dict[str, list[int]] = {}
    for holder in taken.holders_of(connection, station.id, {login for login, _ in wanted.values()}):
        agreed = load(holder.agreed)
        if agreed.registered is not False:
            for login in logins_of(agreed):
                there.setdefault(login, []).append(holder.contractor_id)
    found: dict[int, LoginTaken] = {}
    for id_ in sorted(wanted):
        login, field = wanted[id_]
        others = [holder for holder in there.get(login, ()) if holder != id_]
        if others:
            found[id_] = LoginTaken(others, field)
        else:
            there.setdefault(login, []).append(id_)
    return found


def _new_login(job: Job, station: Station) -> tuple[str, str] | None:
    """The log-in that a push would give to a contractor; ``None`` where it gives none or leaves it as it is.

    Nobody who is to be blocked waits for a log-in.
    """
    doc, zone = load(job.known.doc), Zone(job.known.zone)
    if not doc.active or doc.registered is False:
        return None
    if job.bound is None:
        wanted = login_of(station.wanted(doc, zone, new=True)) if job.belongs(doc, zone) else ("", "")
    else:
        wanted = login_of(station.wanted(doc, zone))
        if wanted[0] in logins_of(load(job.bound.agreed)):
            return None
    return wanted if wanted[0] else None


def name_holders(
    app: App, connection: Connection, connection_id: int, reports: Sequence[Report], known: Mapping[int, str]
) -> list[Report]:
    """Say in reports of taken logins whose they are, by code, and what can be done with one answer.

    Args:
        known: Documents by contractor.
    """
    if all(report.code != LOGIN_TAKEN for report in reports):
        return list(reports)
    named = [str(r.details["record"]) for r in reports if r.code == LOGIN_TAKEN and r.details.get("record")]
    seen = lookups.seen(connection, connection_id, named)
    told = []
    for report in reports:
        if report.code != LOGIN_TAKEN or report.contractor_id is None:
            told.append(report)
            continue
        whose = seen.get(str(report.details.get("record")))
        holders = report.details.get("holders") or ([whose.contractor_id] if whose is not None else [])
        others = [id_ for id_ in holders if id_ != report.contractor_id]
        told.append(_told(app, connection, report, others, load(known[report.contractor_id])))
    return told


def _told(app: App, connection: Connection, report: Report, holders: Sequence[int], doc: Contractor) -> Report:
    assert report.connection_id is not None and report.contractor_id is not None  # noqa: S101, PT018 - it is a push's
    place, ours, codes = app.name_of(report.connection_id), code_of(report.contractor_id), [*map(code_of, holders)]
    values = {"names": ", ".join(codes), "connection": place, "customer": ours}
    message = Sentence("%(names)s has the log-in at %(connection)s that %(customer)s would get", **values)
    if len(codes) > 1:
        message = Sentence("%(names)s have the log-in at %(connection)s that %(customer)s would get", **values)
    elif not codes:
        message = Sentence(
            "a customer of %(connection)s that syncd knows by another e-mail, or not at all, has the log-in at "
            "%(connection)s that %(customer)s would get",
            connection=place,
            customer=ours,
        )
    return msgspec.structs.replace(
        report,
        message=message,
        cure=CURE,
        details={**report.details, "holders": list(holders), "customers": [ours, *codes]},
        answers=tuple(_answers(connection, report.contractor_id, holders, doc)),
    )


def _answers(connection: Connection, id_: int, holders: Sequence[int], doc: Contractor) -> Iterator[Answer]:
    login, field = login_of(doc)
    if field == "employees":
        yield from (one for one in set_default_answers(doc) if one.values["email"].strip().casefold() != login)
    else:
        for each in (id_, *holders):
            code = code_of(each)
            yield Answer(
                key="another-email", label=f"give {code} another e-mail", values={"customer": code}, asks="email"
            )
    records = lookups.holders(connection, [id_, *holders])
    for holder in holders:
        if records.get(id_, set()).isdisjoint(records.get(holder, set())):
            yield Answer(
                key="merge-into",
                label=f"they are one: {code_of(id_)} becomes part of {code_of(holder)}",
                values={"gone": code_of(id_), "kept": code_of(holder)},
            )


def let_go_free(app: App) -> int:
    """Let pushes go on whose log-in is no longer anybody else's; answer how many."""
    with reading(app.engine) as connection:
        waiting = taken.waiting_for(connection, LOGIN_TAKEN)
        if not waiting:
            return 0
        free = [one for place in {one.connection_id for one in waiting} for one in _free(connection, place, waiting)]
    if free:
        with writing(app.engine) as connection:
            taken.let_go(connection, free, now=app.now())
    return len(free)


def _free(connection: Connection, place: int, waiting: Sequence[Waiting]) -> list[Waiting]:
    """Those at one connection whose log-in nobody of whom that was known has there now."""
    here = [one for one in waiting if one.connection_id == place]
    known = lookups.known(connection, [one.contractor_id for one in here])
    wanted = {id_: login_of(load(one.doc))[0] for id_, one in known.items()}
    held = lookups.bound(connection, place, {id_ for one in here for id_ in one.holders})
    logins = {id_: logins_of(load(bound.agreed)) for id_, bound in held.items()}
    return [one for one in here if not any(wanted.get(one.contractor_id) in logins.get(id_, ()) for id_ in one.holders)]


def _another_email(app: App, _issue: IssueRow, answer: Answer, value: str, by: str) -> Sequence[int]:
    edit_customer(app, _id(answer.values["customer"]), "email", value, by=by)
    return ()


def _merge_into(app: App, _issue: IssueRow, answer: Answer, _value: str, by: str) -> Sequence[int]:
    merge_duplicates(app, _id(answer.values["kept"]), _id(answer.values["gone"]), by=by)
    return ()


def _id(code: str) -> int:
    number = id_of(code)
    if number is None:
        raise InvalidRecord(
            Sentence("%(code)s is no customer code", code=repr(code)),
            code="no-such-answer",
            cure="Codes look like K000231.",
        )
    return number


ANSWERS: Final = {"another-email": _another_email, "merge-into": _merge_into}
