"""Where in the registry does anything of a contractor stand, and how is each place emptied?

Every table is either in `SCRUBBED`, with what empties it, or in `IMPERSONAL`; a test holds both against the schema, so
that no table can be added without an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, and_, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from syncd.domain.code import code_of
from syncd.domain.erasure import BY_HAND, RETURNS
from syncd.domain.folding import fold
from syncd.registry import country_names, listings, unmade, vat_answers
from syncd.registry.lines import Action
from syncd.registry.runs import RunState
from syncd.registry.tables import (
    Audit,
    Binding,
    HookCall,
    Issue,
    MatchDecision,
    Membership,
    Merge,
    PlanLine,
    QuietRecord,
    Run,
    SavedView,
    Try,
)

__all__ = ["IMPERSONAL", "SCRUBBED", "Whom", "reclaim", "scrub"]


class Whom(msgspec.Struct, frozen=True):
    """Of whom nothing is to stand anywhere.

    Attributes:
        records: Connection and external id of each of its records that is known.
        left: The contractor's document as it remains.
        since: When the registry forgot it: what pushes reported after that is about the erasure itself.
        named: By which texts somebody may have looked for it, folded.
        planned: Contractors that plans would make of the person's other records: numbers that nobody has.
        parts: Contractors that became part of it, or whose record it is now: numbers that nobody has any more.
    """

    contractor_id: int
    records: Collection[tuple[int, str]]
    left: str
    since: datetime | None = None
    named: Collection[str] = ()
    planned: Collection[int] = ()
    parts: Collection[int] = ()

    @property
    def ids(self) -> list[int]:
        """Every number under which anything of it stands."""
        return [self.contractor_id, *self.planned, *self.parts]


def _plan_lines(connection: Connection, whom: Whom) -> int:
    """History keeps when, by which run and by which rule something changed, and no values.

    A line that was still to be applied is taken for stale: what it says must not become true.
    """
    whose = PlanLine.contractor_id.in_(whom.ids)
    pending = select(Run.id).where(Run.state.not_in([RunState.SUCCEEDED, RunState.PARTIAL]))
    connection.execute(
        update(PlanLine)
        .where(whose, PlanLine.run_id.in_(pending), PlanLine.outcome.is_(None), PlanLine.seq > _applied())
        .values(outcome="stale")
    )
    emptied = update(PlanLine).values(external_id="", **dict.fromkeys(_LINE_VALUES))
    others = [*_while_united(connection, whom), *(_while_linked(record) for record in whom.records)]
    return sum(connection.execute(emptied.where(lines)).rowcount for lines in (*others, whose))


def _while_united(connection: Connection, whom: Whom) -> Iterator[Any]:
    """Lines of those of whom it was a part until that was taken back."""
    own, other, back = aliased(PlanLine), aliased(PlanLine), aliased(PlanLine)
    spans = connection.execute(
        select(other.contractor_id, other.base_version, func.min(back.base_version))
        .join(own, (own.run_id == other.run_id) & (own.contractor_id != other.contractor_id))
        .join(back, (back.contractor_id == other.contractor_id) & (back.base_version >= other.base_version))
        .where(own.contractor_id.in_(whom.ids), own.action == Action.MERGE, other.action == Action.MERGE)
        .where(back.action == Action.RESTORE, back.run_id.in_(_restoring(whom)))
        .group_by(other.contractor_id, other.base_version)
    )
    for contractor_id, first, last in spans:
        yield and_(PlanLine.contractor_id == contractor_id, PlanLine.base_version.between(first, last))


def _restoring(whom: Whom) -> Any:
    """Runs that made it a contractor of its own again."""
    return select(PlanLine.run_id).where(PlanLine.contractor_id.in_(whom.ids), PlanLine.action == Action.RESTORE)


def _while_linked(record: tuple[int, str]) -> Any:
    """Lines of those to whom one of its records was linked, until a person said that they are somebody else."""
    connection_id, external_id = record
    here = (PlanLine.external_id == external_id) & PlanLine.run_id.in_(
        select(Run.id).where(Run.connection_id == connection_id)
    )
    return here & PlanLine.contractor_id.in_(
        select(PlanLine.contractor_id).where(here, PlanLine.action == Action.UNLINK, PlanLine.outcome.is_(None))
    )


_LINE_VALUES: Final = (
    "before", "after", "name", "number", "number_key", "tax_key", "email_key", "phone_key", "country", "reasons",
    "groups", "agreed", "version", "raw_hash", "seen_hash", "settled_hash", "departures", "basis", "fields", "moves",
)  # fmt: skip


def _applied() -> Any:
    return select(Run.applied_seq).where(Run.id == PlanLine.run_id).scalar_subquery()


def _issues(connection: Connection, whom: Whom) -> int:
    """Issues go as a whole: their texts may quote a platform, and their records hold everything."""
    mine = select(Issue.id).where(_of_issues(whom), Issue.code.not_in([BY_HAND, RETURNS]))
    if whom.since is not None:
        mine = mine.where(or_(Issue.external_id.is_not(None), Issue.first_at < whom.since))
    gone = list(connection.scalars(mine))
    if not gone:
        return 0
    subjects = [f"issue {id_}" for id_ in gone]
    connection.execute(update(Audit).where(Audit.subject.in_(subjects)).values(details={}))
    return connection.execute(delete(Issue).where(Issue.id.in_(gone))).rowcount


def _of_issues(whom: Whom) -> Any:
    records = (and_(Issue.connection_id == c, Issue.external_id == x) for c, x in whom.records)
    return or_(Issue.contractor_id.in_(whom.ids), unmade.asks_about(whom.contractor_id), *records)


def _parts(connection: Connection, whom: Whom) -> set[int]:
    """Contractors that became part of it, they and theirs, and those of other merges that had one of its records."""
    merges = connection.execute(select(Merge.gone_id, Merge.kept_id, Merge.before)).all()
    parts = {row.gone_id for row in merges if row.before is not None and _had(row.before, whom)}
    whole = {whom.contractor_id, *parts}
    while more := {row.gone_id for row in merges if row.kept_id in whole} - whole:
        whole |= more
    return whole - {whom.contractor_id}


def _had(before: str, whom: Whom) -> bool:
    """Whether the one who went by a merge had one of the records."""
    records = msgspec.json.decode(before)["records"]
    return any((one["connection_id"], one["external_id"]) in whom.records for one in records)


def _audit(connection: Connection, whom: Whom) -> int:
    subjects = (Audit.subject.contains(code_of(id_), autoescape=True) for id_ in whom.ids)
    return connection.execute(update(Audit).where(or_(*subjects)).values(details={})).rowcount


def _bindings(connection: Connection, whom: Whom) -> int:
    """The name at each side stays until that side is proven clean; what it held goes at once."""
    whose = Binding.contractor_id == whom.contractor_id
    values = {"agreed": whom.left, "raw_hash": None, "settled_hash": None, "version": None, "departures": None}
    return connection.execute(update(Binding).where(whose).values(**values)).rowcount


def _memberships(connection: Connection, whom: Whom) -> int:
    return connection.execute(delete(Membership).where(Membership.contractor_id == whom.contractor_id)).rowcount


def _listings(connection: Connection, whom: Whom) -> int:
    """What lists go by follows from the contractor's own row."""
    return listings.refresh(connection, [whom.contractor_id])


def _saved_views(connection: Connection, whom: Whom) -> int:
    """Who was looked for by name is found no more; without that text a view would mean everybody, so it goes."""
    views = connection.execute(select(SavedView.id, SavedView.filter, SavedView.search)).all() if whom.named else []
    gone = [view.id for view in views if any(name in fold(f"{view.filter}\n{view.search}") for name in whom.named)]
    return connection.execute(delete(SavedView).where(SavedView.id.in_(gone))).rowcount if gone else 0


def _runs(connection: Connection, whom: Whom) -> int:
    """A run over single records names them."""
    changed = 0
    for connection_id, external_id in whom.records:
        named = select(Run.id, Run.only, Run.probe, Run.state).where(
            Run.connection_id == connection_id,
            or_(
                Run.only.contains(msgspec.json.encode(external_id).decode(), autoescape=True), Run.probe == external_id
            ),
        )
        for run_id, only, probe, state in connection.execute(named).all():
            others = [one for one in msgspec.json.decode(only or "[]") if one != external_id]
            values = {"only": msgspec.json.encode(others).decode() if others else None}
            if only and not others and state == RunState.QUEUED:
                values["state"] = RunState.CANCELLED  # without a name it would read everything
            values["probe"] = None if probe == external_id else probe
            connection.execute(update(Run).where(Run.id == run_id).values(**values))
            changed += 1
    return changed


def _vat_answers(connection: Connection, _whom: Whom) -> int:
    """The contractor's row holds its number no more, unless a law has it kept."""
    return vat_answers.forget_unheld(connection)


def _match_decisions(connection: Connection, whom: Whom) -> int:
    records = (and_(MatchDecision.connection_id == c, MatchDecision.external_id == x) for c, x in whom.records)
    whose = or_(MatchDecision.contractor_id.in_(whom.ids), *records)
    return connection.execute(delete(MatchDecision).where(whose)).rowcount


def _quiet_records(connection: Connection, whom: Whom) -> int:
    """What was kept for a replay goes, also of records that were not the contractor's then."""
    records = (and_(QuietRecord.connection_id == c, QuietRecord.external_id == x) for c, x in whom.records)
    whose = or_(QuietRecord.contractor_id.in_(whom.ids), *records)
    return connection.execute(delete(QuietRecord).where(whose)).rowcount


def _merges(connection: Connection, whom: Whom) -> int:
    """That two were one is kept, and cannot be taken back."""
    whose = or_(Merge.kept_id == whom.contractor_id, Merge.gone_id.in_(whom.ids))
    return connection.execute(update(Merge).where(whose, Merge.before.is_not(None)).values(before=None)).rowcount


def _country_decisions(connection: Connection, whom: Whom) -> int:
    return country_names.remove_decisions(connection, whom.contractor_id)


def _hook_calls(connection: Connection, whom: Whom) -> int:
    """Names of records for which no run was asked yet; the platform's next full read finds what is left of them."""
    emptied = 0
    for connection_id, external_id in whom.records:
        named = HookCall.external_ids.contains(msgspec.json.encode(external_id).decode(), autoescape=True)
        statement = update(HookCall).where(HookCall.connection_id == connection_id, named)
        emptied += connection.execute(statement.values(external_ids=None)).rowcount
    return emptied


def _tries(connection: Connection, whom: Whom) -> int:
    """What was sent to a side holds everything, and so may what it answered."""
    return connection.execute(delete(Try).where(Try.contractor_id.in_(whom.ids))).rowcount


SCRUBBED: Final[Mapping[str, Callable[[Connection, Whom], int]]] = {
    "plan_lines": _plan_lines,
    "issues": _issues,
    "audit": _audit,
    "bindings": _bindings,
    "memberships": _memberships,
    "listings": _listings,
    "saved_views": _saved_views,
    "runs": _runs,
    "vat_answers": _vat_answers,
    "match_decisions": _match_decisions,
    "quiet_records": _quiet_records,
    "merges": _merges,
    "country_decisions": _country_decisions,
    "hook_calls": _hook_calls,
    "tries": _tries,
}
"""What empties each table; answers how many rows that were. The contractor's own row is what remains of it."""

IMPERSONAL: Final[Mapping[str, str]] = {
    "api_answers": "numbers and codes, for a day",
    "api_tokens": "programs that may use the API",
    "absences": "whom a read did not contain: numbers of ours",
    "alarms": "what is late",
    "certificates": "figures, and customer codes",
    "connections": "what is configured, and how it is",
    "connection_secrets": "credentials of connections, sealed",
    "connection_drafts": "connections that somebody is about to make",
    "contractors": "the contractor's own row is replaced by what remains",
    "counters": "numbers handed out",
    "country_names": "what names of countries mean",
    "cursors": "where reads start",
    "deliveries": "which fields were written, never their values: the proof of the erasure",
    "erasures": "made to hold nothing",
    "exemptions": "keyed digests",
    "field_rules": "who may change what",
    "group_rules": "which groups mean which",
    "groups": "names of groups",
    "hooks": "where platforms call",
    "identities": "as whom an identity provider knows the staff",
    "imports": "lines and columns of files, and customer codes; never a cell",
    "leases": "processes",
    "log_in_steps": "digests",
    "login_attempts": "digests",
    "managed_groups": "names of groups",
    "notices": "that something happened: names of connections, causes, codes and counts",
    "pushes": "who is behind, never on what",
    "recovery_codes": "staff, not customers",
    "second_factors": "staff, not customers",
    "seeded_routes": "which routes have rules",
    "served_countries": "which shop serves which country",
    "setup_links": "digests",
    "spent_log_ins": "digests",
    "throttles": "rate limits",
    "told": "when a side was told last",
    "tombstones": "keyed digests",
    "unalike": "pairs of numbers of ours",
    "user_preferences": "how the staff likes to see the console",
    "user_sessions": "who of the staff is logged in",
    "users": "staff, not customers",
    "workers": "processes",
}
"""Tables that hold nothing of a person, and why."""


def scrub(connection: Connection, whom: Whom) -> dict[str, int]:
    """Empty every place; answer how many rows of each table that were. Safe to repeat."""
    whom = msgspec.structs.replace(whom, parts=_parts(connection, whom))
    counts = {table: empty(connection, whom) for table, empty in SCRUBBED.items()}
    return {table: number for table, number in counts.items() if number}


def reclaim(engine: Engine) -> str:
    """Let go of the disk space in which changed and deleted rows still stand; say what was done.

    No transaction can hold it, so it is a connection of its own that commits each statement by itself.
    """
    raw = engine.raw_connection()
    try:
        driver: Any = raw.driver_connection
        if engine.dialect.name == "sqlite":
            listings.compact(driver)
            driver.execute("VACUUM")
            busy = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            rest = "its log goes with the next checkpoint" if busy else "its log was emptied"
            return f"SQLite: the file was written anew, and {rest}"
        tables = ", ".join((*SCRUBBED, "contractors"))
        driver.autocommit = True
        try:
            driver.execute(f"VACUUM {tables}")
        finally:
            driver.autocommit = False
        return f"PostgreSQL: vacuumed {tables}"
    finally:
        raw.close()
