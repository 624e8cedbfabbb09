"""What was done to erase one customer, how is it known, what is kept and why, and what has a person to do?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.code import code_of
from syncd.domain.erasure import BY_HAND
from syncd.registry import lookups, tombstones
from syncd.registry.erasures import Case
from syncd.registry.issues import said_of
from syncd.registry.tables import Connection as ConnectionRow
from syncd.registry.tables import Delivery, Issue, Push
from syncd.sentence import Sentence, sentence_of, unpack
from syncd.sync.app import App
from syncd.sync.erase_there import ERASE
from syncd.sync.sharing import Sharing, told

__all__ = ["BY_A_PERSON", "Report", "Retained", "System", "report_of", "systems_of"]

Proof = Literal["verified", "flag_only", "gone", "by_hand", "refused", "unknown", "not_connected"]

BY_A_PERSON: Final[frozenset[Proof]] = frozenset({"by_hand", "refused", "not_connected"})
"""Proofs that are missing until a person has done something."""

WHY: Final = "a law requires it to be kept (setting erasure.retain_person or erasure.retain_organisation)"


class System(msgspec.Struct, frozen=True, kw_only=True):
    """One side's part.

    Attributes:
        proof: ``verified``: read back, and nothing personal is there; the log-in is off. ``flag_only``: the same, but
            the platform does not stop the log-in by itself, or only its own next statement proves it. ``gone``: the
            record is not there. ``by_hand``: something is there that syncd may not write. ``refused``: the platform
            refused. ``unknown``: not told yet, it is tried again. ``not_connected``: the connection is no longer
            configured.
        fields: Fields that were overwritten.
        copies: What was removed of copies that syncd kept of that side.
    """

    connection: str
    kind: str
    side: str
    proof: Proof
    at: datetime | None = None
    fields: tuple[str, ...] = ()
    note: str = ""
    copies: tuple[str, ...] = ()


class Retained(msgspec.Struct, frozen=True):
    """A field that is kept."""

    field: str
    why: str
    until: str | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole. It names the customer by code only.

    Attributes:
        registry: Rows by table that were emptied or deleted.
        marks: How many keyed digests stand for what the customer is recognised by, by kind.
        by_hand: What a person has to do.
        retained_forgotten_at: When the registry forgot what was retained.
        sharing: Other customers who could be known by the same when it was asked for, and are not erased by it.
    """

    erasure: int
    code: str
    state: str
    requested_by: str
    requested_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    erased_at: datetime | None
    finished_at: datetime | None
    systems: tuple[System, ...]
    retained: tuple[Retained, ...]
    registry: dict[str, int]
    database: str
    marks: dict[str, int]
    by_hand: tuple[str, ...]
    retained_forgotten_at: str | None = None
    sharing: tuple[Sharing, ...] = ()


def report_of(connection: Connection, app: App, case: Case) -> Report:
    """How it stands now; of one that is over, how it ended."""
    systems = systems_of(connection, app, case)
    return Report(
        erasure=case.id,
        code=code_of(case.contractor_id),
        state=case.state,
        requested_by=case.requested_by,
        requested_at=case.requested_at,
        approved_by=case.approved_by,
        approved_at=case.approved_at,
        erased_at=case.erased_at,
        finished_at=case.finished_at,
        systems=systems,
        retained=tuple(Retained(field, WHY, case.retained_until) for field in case.retained),
        registry=case.report.get("registry", {}),
        database=case.report.get("database", ""),
        marks=tombstones.count(connection, case.id),
        by_hand=tuple(_to_do(one) for one in systems if one.proof in BY_A_PERSON),
        retained_forgotten_at=case.report.get("forgotten_at"),
        sharing=told(case.report),
    )


def systems_of(connection: Connection, app: App, case: Case) -> tuple[System, ...]:
    """Every side that had the customer when the registry forgot it, or got it since."""
    bound = lookups.of_contractor(connection, case.contractor_id)
    pushes = {
        row.connection_id: row
        for row in connection.execute(
            select(Push.connection_id, Push.due_at, Push.error_code).where(Push.contractor_id == case.contractor_id)
        )
    }
    told = _deliveries(connection, case)
    notes = _notes(connection, case)
    ids = sorted({*bound, *pushes, *told})
    rows = connection.execute(select(ConnectionRow.__table__).where(ConnectionRow.id.in_(ids)))
    systems = []
    for row in rows.mappings():
        id_ = row["id"]
        delivery, push = told.get(id_), pushes.get(id_)
        proof: Proof = "unknown"
        if id_ not in app.network.stations:
            proof = "not_connected"
        elif push is not None:
            proof = "by_hand" if push.error_code == BY_HAND else "refused" if push.due_at is None else "unknown"
        elif delivery is not None:
            proof = delivery.verified
        systems.append(
            System(
                connection=row["name"],
                kind=row["kind"],
                side=row["side"],
                proof=proof,
                at=delivery.at if delivery is not None else None,
                fields=tuple(delivery.fields.split(",")) if delivery is not None and delivery.fields else (),
                note=notes.get(id_, ""),
                copies=tuple(map(_removed, case.report.get("copies", {}).get(row["name"], ()))),
            )
        )
    return tuple(systems)


def _deliveries(connection: Connection, case: Case) -> dict[int, Any]:
    rows = connection.execute(
        select(Delivery.connection_id, Delivery.at, Delivery.fields, Delivery.verified)
        .where(Delivery.contractor_id == case.contractor_id, Delivery.action == ERASE)
        .order_by(Delivery.id)
    )
    return {row.connection_id: row for row in rows}


def _notes(connection: Connection, case: Case) -> dict[int, str]:
    """What stands against the sides, in the words of their issues."""
    rows = connection.execute(
        select(Issue.connection_id, Issue.message, Issue.details).where(
            Issue.contractor_id == case.contractor_id, Issue.external_id.is_(None), Issue.state != "resolved"
        )
    )
    return {row.connection_id: said_of(row.details, "message", row.message) for row in rows}


def _removed(kept: Mapping[str, str | None] | str) -> str:
    """What was removed, as it was said; a bare text is of a version that kept no more."""
    return kept if isinstance(kept, str) else unpack(str(kept["text"]), kept["said"])


def _to_do(system: System) -> str:
    said = {"connection": system.connection, "note": sentence_of(system.note)}
    if system.proof == "not_connected":
        return Sentence(
            "%(connection)s: it is no longer configured; anonymise or delete the customer's record there.", **said
        )
    if system.proof == "refused":
        return Sentence(
            "%(connection)s: the platform refused: %(note)s. Settle it there, then retry the issue.", **said
        )
    return Sentence(
        "%(connection)s: %(note)s. Anonymise or delete the record there; it is checked again by itself.", **said
    )
