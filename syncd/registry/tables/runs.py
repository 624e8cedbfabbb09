"""What did each run intend, and what became of it?"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from syncd.registry.tables.base import Base, BigId
from syncd.registry.tables.connections import Connection

__all__ = ["UNHEARD_RUN", "UNLISTED_RUN", "UNTOLD_RUN", "PlanLine", "QuietRecord", "Run"]

UNTOLD_RUN: Final = "told IS NULL OR told <> state"
"""Few runs at a time: those under way, and those that came to another state a moment ago."""

UNLISTED_RUN: Final = "listed_seq < applied_seq AND finished_at IS NOT NULL"
"""Fewer still: those that ended a moment ago."""

UNHEARD_RUN: Final = "state = 'failed' AND mode = 'only' AND NOT dry_run AND read_again_by IS NULL"
"""Those that named records of a side which did not answer."""


class Run(Base):
    """One execution for one connection."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id), index=True)
    slot: Mapped[datetime | None]
    """The schedule's slot; one run for each, whoever ticks. ``None`` for runs that a person asked for."""
    mode: Mapped[str] = mapped_column(String(12))
    only: Mapped[str | None]
    """JSON list of external ids, for a run over some records only."""
    dry_run: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), index=True)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(index=True)
    started_at: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    """When the present attempt began, or the plan began to be applied: what a rate is measured from."""
    planned_at: Mapped[datetime | None]
    """When the plan was complete, or a later read made the same one: from then on the run only applies it."""
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    received: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Records that the side has brought in the present attempt, decided or not."""
    probe: Mapped[str | None]
    """After a crash: the record that is being understood, so that one that kills the process is known."""
    applied_seq: Mapped[int] = mapped_column(default=0)
    """Lines up to this one are applied: `syncd.registry.history` says what that means."""
    listed_seq: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Lists follow lines up to this one: see `syncd.registry.following`."""
    approved_by: Mapped[str | None]
    cursor_after: Mapped[str | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    proof: Mapped[str | None]
    proof_said: Mapped[str | None]
    held_because: Mapped[str | None]
    held_said: Mapped[str | None]
    """How the sentence was made, as `syncd.sentence.pack` writes it; so do the others, and a line's `said`."""
    error: Mapped[str | None]
    error_said: Mapped[str | None]
    error_code: Mapped[str | None]
    undoes: Mapped[int | None] = mapped_column(BigInteger)
    """The run that this one takes back."""
    read_again_by: Mapped[int | None] = mapped_column(BigInteger)
    """The run that asks for its records once more, since this one failed."""
    told: Mapped[str | None] = mapped_column(String(12))
    """The state that others heard of last: see `syncd.registry.news`."""

    __table_args__ = (
        UniqueConstraint("connection_id", "slot"),
        Index("ix_runs_untold", "id", sqlite_where=text(UNTOLD_RUN), postgresql_where=text(UNTOLD_RUN)),
        Index("ix_runs_unlisted", "id", sqlite_where=text(UNLISTED_RUN), postgresql_where=text(UNLISTED_RUN)),
        Index("ix_runs_unheard", "connection_id", sqlite_where=text(UNHEARD_RUN), postgresql_where=text(UNHEARD_RUN)),
    )


class PlanLine(Base):
    """One intended change of one contractor. Never altered; once its run applied it, it is history."""

    __tablename__ = "plan_lines"

    run_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    contractor_id: Mapped[int] = mapped_column(BigInteger, index=True)
    external_id: Mapped[str]
    action: Mapped[str] = mapped_column(String(12))
    rule: Mapped[str]
    """What decided it, in words."""
    said: Mapped[str | None]
    base_version: Mapped[int | None]
    """Version of the contractor that the line was made on; ``None`` for a new one."""
    before: Mapped[str | None]
    after: Mapped[str | None]
    """The contractor's document after the change; ``None``, as all columns down to `groups`, when it stays."""
    name: Mapped[str | None] = mapped_column(String(250))
    number: Mapped[str | None]
    number_key: Mapped[str | None]
    tax_key: Mapped[str | None]
    email_key: Mapped[str | None]
    phone_key: Mapped[str | None]
    country: Mapped[str | None]
    zone: Mapped[str | None] = mapped_column(String(12))
    reasons: Mapped[str | None]
    status: Mapped[str | None] = mapped_column(String(16))
    holds: Mapped[str | None]
    groups: Mapped[str | None]
    """JSON list of group names; ``None`` when membership stays."""
    agreed: Mapped[str | None]
    """What the side told, where that is not the same as `after`."""
    version: Mapped[str | None]
    raw_hash: Mapped[bytes | None]
    """``None`` when the side told nothing: the contractor is missing there."""
    seen_hash: Mapped[bytes | None]
    """What `Binding.raw_hash` was: if it is another when the line is applied, the side has said something since."""
    settled_hash: Mapped[bytes | None]
    departures: Mapped[str | None]
    """What `Binding.departures` becomes."""
    push_to: Mapped[str]
    """Connections that will be behind once this is applied: ids with commas between."""
    changed_at: Mapped[datetime | None]
    """When the side changed it, as far as it says so and that can be; ``None``: when it was read."""
    risks: Mapped[str] = mapped_column(server_default=text("''"))
    """What the change puts at risk: see `syncd.domain.risk`."""
    outcome: Mapped[str | None]
    """``None`` when it was or will be applied; else why it was not: see `syncd.registry.lines.Outcome`."""
    was_holds: Mapped[str | None]
    """What `holds` was: nothing else that is kept tells; ``None`` for a new contractor and in older lines."""
    basis: Mapped[str | None]
    """What else the line was made on, for a replay: a `syncd.registry.lines.Basis`; kept for `replay.days`."""
    fields: Mapped[str | None]
    """Names of the fields that change, with a comma at each end; ``None`` where nothing does, and in older lines."""
    moves: Mapped[str | None]
    """JSON list of the groups that are joined and left: ``["+Hurt", "-VIP"]``; ``None`` where none is."""


class QuietRecord(Base):
    """A record that a run heard and that changed nothing: under other rules it might have. Kept for a replay."""

    __tablename__ = "quiet_records"

    run_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    connection_id: Mapped[int]
    contractor_id: Mapped[int] = mapped_column(BigInteger, index=True)
    told: Mapped[str]
    """What the side stated."""
    version: Mapped[str | None]
    known: Mapped[str]
    """What the registry held then, and the next two as in `PlanLine`."""
    was_holds: Mapped[str]
    basis: Mapped[str]
