"""What needs a person's attention, and when does it no longer?

One issue per connection, record and cause, however often it is seen. An issue closes by itself when the next look at
its record finds the cause gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, bindparam, exists, func, select, update

from syncd.domain.answers import Answer
from syncd.errors import NotFound, SyncError
from syncd.registry.bulk import upsert_rows
from syncd.registry.engine import among
from syncd.registry.tables import Binding, Issue
from syncd.sentence import pack, unpack

__all__ = [
    "ABOUT_SEVERAL",
    "ANSWERED",
    "EVENTS",
    "SAID",
    "UNANSWERED",
    "Report",
    "answered",
    "any_open",
    "close_delivered",
    "close_events",
    "close_gone",
    "close_of",
    "from_error",
    "no_more_asked_for",
    "note_answer",
    "of_strangers",
    "open_events",
    "open_issues",
    "resolve",
    "said_of",
    "standing",
    "unanswered",
    "unresolved",
]


ABOUT_SEVERAL: Final = frozenset({"tax-id-shared", "number-case"})
"""Causes that are found by comparing contractors: looking at one record tells nothing about them."""

SAID: Final = "said"
"""Under which key `Issue.details` says how the issue's sentences were made."""

ANSWERED: Final = "answered"
"""Under which key `Issue.details` names the runs that an answer asked for. Who sees the cause again forgets them."""

EVENTS: Final = ("edit-conflict", "edit-forbidden")
"""Causes that happened once: the next look at the record finds nothing of them, and that settles nothing."""

UNANSWERED: Final = "record-unanswered"
"""The cause of what is asked for again by itself: a side answers, but not for this record."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One cause seen at one record.

    Attributes:
        answers: What settles it in one step.
        about: Names what it is about where that is no record and no contractor.
        quiet: Keeps an open issue open, and opens none.
    """

    connection_id: int | None
    code: str
    message: str
    cure: str
    external_id: str | None = None
    contractor_id: int | None = None
    field: str | None = None
    raw: bytes | None = None
    details: dict[str, Any] = {}
    answers: tuple[Answer, ...] = ()
    about: str = ""
    quiet: bool = False

    @property
    def fingerprint(self) -> str:
        """Equal for the same cause at the same record."""
        record = self.about or (self.external_id if self.external_id is not None else f"#{self.contractor_id}")
        return f"{self.connection_id}/{record}/{self.code}/{self.field or ''}"


def from_error(error: SyncError, *, connection_id: int, external_id: str | None, **more: Any) -> Report:
    """Report an error about one record, or with ``None`` about a push; `more` are further fields of `Report`."""
    return Report(
        connection_id=connection_id,
        code=error.code,
        message=error.message,
        cure=error.cure,
        external_id=external_id,
        field=error.field,
        **more,
    )


def open_issues(connection: Connection, reports: Sequence[Report], *, run_id: int | None, now: datetime) -> None:
    """Open what is new, and count what is seen again. A dropped issue stays dropped while its cause stays."""
    unique = {report.fingerprint: report for report in reports if not report.quiet}
    rows = [
        (
            *(fingerprint, r.code, r.connection_id, r.contractor_id, r.external_id, r.field),
            *(str(r.message), str(r.cure), r.raw, _details(r), "open", 1, now, now, run_id),
        )
        for fingerprint, r in unique.items()
    ]
    upsert_rows(
        connection,
        Issue,
        ("fingerprint", "code", "connection_id", "contractor_id", "external_id", "field", "message", "cure", "raw",
         "details", "state", "seen", "first_at", "last_at", "run_id"),
        rows,
        key=("fingerprint",),
        update={
            "message": "{new}.message",
            "cure": "{new}.cure",
            "raw": "{new}.raw",
            "details": "{new}.details",
            "contractor_id": "COALESCE({new}.contractor_id, issues.contractor_id)",
            "seen": "issues.seen + 1",
            "last_at": "{new}.last_at",
            "run_id": "{new}.run_id",
            "state": "CASE WHEN issues.state = 'dropped' THEN 'dropped' ELSE 'open' END",
            # What had gone and is back is news, whoever had put it off.
            "snoozed_until": "CASE WHEN issues.state = 'resolved' THEN NULL ELSE issues.snoozed_until END",
            "told_at": "CASE WHEN issues.state = 'resolved' THEN NULL ELSE issues.told_at END",
        },
    )  # fmt: skip


def note_answer(connection: Connection, issue_id: int, runs: Sequence[int]) -> None:
    """Note which runs are to settle an issue, so that nobody answers it a second time while they are under way."""
    if not runs:
        return
    details = connection.scalar(
        select(Issue.details).where(Issue.id == issue_id, Issue.state != "resolved").with_for_update()
    )
    if details is not None:
        connection.execute(update(Issue).where(Issue.id == issue_id).values(details={**details, ANSWERED: list(runs)}))


def said_of(details: Mapping[str, Any], name: str, text: str) -> str:
    """A sentence of an issue as it was made: its ``message`` or its ``cure``."""
    return unpack(text, details.get(SAID, {}).get(name))


def _details(report: Report) -> dict[str, Any]:
    said = {name: packed for name in ("message", "cure") if (packed := pack(getattr(report, name)))}
    details = {**report.details, SAID: said} if said else report.details
    return {**details, "answers": msgspec.to_builtins(report.answers)} if report.answers else details


_OPEN: Final = select(func.count()).where(Issue.connection_id == bindparam("which"), Issue.state != "resolved")


def any_open(connection: Connection, connection_id: int) -> bool:
    """Whether the connection has open issues at all: spares looking for some to close."""
    return bool(connection.execute(_OPEN, {"which": connection_id}).scalar_one())


def unresolved(connection: Connection, codes: Collection[str]) -> set[str]:
    """Fingerprints of the issues of these causes that are not resolved."""
    rows = connection.scalars(select(Issue.fingerprint).where(Issue.code.in_(codes), Issue.state != "resolved"))
    return set(rows)


def resolve(connection: Connection, fingerprints: Collection[str], *, by: str, now: datetime) -> None:
    """Close issues whose cause is gone."""
    if fingerprints:
        connection.execute(
            update(Issue)
            .where(among(connection, Issue.fingerprint, fingerprints))
            .values(state="resolved", closed_by=by, last_at=now)
        )


def close_gone(
    connection: Connection,
    connection_id: int,
    looked_at: Iterable[str],
    still: Iterable[str],
    *,
    by: str,
    now: datetime,
    codes: Iterable[str] | None = None,
) -> None:
    """Close the issues of records that were looked at and whose cause was not found again.

    Args:
        looked_at: External ids.
        still: Fingerprints found again.
        codes: Only issues of these causes, when the look could find no others.
    """
    ids = list(looked_at)
    if not ids:
        return
    statement = update(Issue).where(
        Issue.connection_id == connection_id,
        Issue.state != "resolved",
        Issue.code.not_in([*ABOUT_SEVERAL, *EVENTS]),
        among(connection, Issue.external_id, ids),
        ~among(connection, Issue.fingerprint, list(still)),
    )
    if codes is not None:
        statement = statement.where(Issue.code.in_(list(codes)))
    connection.execute(statement.values(state="resolved", closed_by=by, last_at=now))


def no_more_asked_for(
    connection: Connection, connection_id: int, external_ids: Iterable[str], *, by: str, now: datetime
) -> None:
    """Close what came of asking for records that are known to be gone, or let go."""
    close_gone(connection, connection_id, external_ids, (), by=by, now=now, codes=[NotFound.code, UNANSWERED])


def answered(
    connection: Connection, connection_id: int, external_ids: Iterable[str], *, by: str, now: datetime
) -> None:
    """Close that a side did not answer for these records: it did, whatever it said."""
    close_gone(connection, connection_id, external_ids, (), by=by, now=now, codes=[UNANSWERED])


_UNANSWERED: Final = (
    select(Issue.external_id, Issue.seen, Issue.last_at)
    .where(Issue.connection_id == bindparam("which"), Issue.code == UNANSWERED, Issue.state == "open")
    .order_by(Issue.id)
)


def unanswered(connection: Connection, connection_id: int) -> list[tuple[str, int, datetime]]:
    """Records for which a side did not answer and that nobody dropped: how often it did not, and when last."""
    rows = connection.execute(_UNANSWERED, {"which": connection_id})
    return [(external_id, seen, last_at) for external_id, seen, last_at in rows if external_id is not None]


_OF_STRANGERS: Final = (
    select(Issue.external_id)
    .distinct()
    .where(
        Issue.connection_id == bindparam("which"),
        Issue.state != "resolved",
        Issue.external_id.is_not(None),
        Issue.run_id.is_distinct_from(bindparam("run")),
        ~exists().where(Binding.connection_id == Issue.connection_id, Binding.external_id == Issue.external_id),
    )
)


def of_strangers(connection: Connection, connection_id: int, *, but_of: int) -> Sequence[str]:
    """Records that are nobody's and that something is open about, which this run did not tell anew."""
    found: Sequence[Any] = connection.scalars(_OF_STRANGERS, {"which": connection_id, "run": but_of}).all()
    return found


_OPEN_EVENTS: Final = select(Issue.contractor_id, Issue.field).where(Issue.code.in_(EVENTS), Issue.state != "resolved")


def open_events(connection: Connection) -> set[tuple[int, str]]:
    """Contractor and field of each event that nobody settled yet, at any connection."""
    rows = connection.execute(_OPEN_EVENTS)
    return {(contractor_id, field) for contractor_id, field in rows if contractor_id is not None and field}


def close_events(connection: Connection, settled: Iterable[tuple[int, str]], *, by: str, now: datetime) -> None:
    """Close what happened to these fields of these contractors: a later value took its place."""
    for contractor_id, field in settled:
        connection.execute(
            update(Issue)
            .where(
                Issue.contractor_id == contractor_id,
                Issue.field == field,
                Issue.code.in_(EVENTS),
                Issue.state != "resolved",
            )
            .values(state="resolved", closed_by=by, last_at=now)
        )


def close_delivered(
    connection: Connection, connection_id: int, contractor_ids: Sequence[int], *, now: datetime
) -> None:
    """Close what had kept these contractors from being delivered: they were."""
    if contractor_ids:
        connection.execute(
            update(Issue)
            .where(
                Issue.connection_id == connection_id,
                among(connection, Issue.contractor_id, contractor_ids),
                Issue.external_id.is_(None),
                Issue.state != "resolved",
            )
            .values(state="resolved", closed_by="push", last_at=now)
        )


def close_of(connection: Connection, code: str, contractor_ids: Sequence[int], *, by: str, now: datetime) -> None:
    """Close the issues of one cause that these contractors have, at whatever connection."""
    if contractor_ids:
        connection.execute(
            update(Issue)
            .where(
                Issue.code == code, among(connection, Issue.contractor_id, contractor_ids), Issue.state != "resolved"
            )
            .values(state="resolved", closed_by=by, last_at=now)
        )


def standing(connection: Connection, code: str) -> set[int]:
    """Contractors that have an issue of one cause, dropped ones included."""
    rows = connection.scalars(select(Issue.contractor_id).where(Issue.code == code, Issue.state != "resolved"))
    return {id_ for id_ in rows if id_ is not None}
