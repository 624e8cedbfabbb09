"""What does the registry keep? Every table, in one place.

Times are UTC. Documents (a contractor, a list of holds, counts) are JSON in text columns, which PostgreSQL and SQLite
store and return alike; what is searched or joined has a column of its own. Tables with a row for each contractor
have no foreign keys: checking them row by row costs more than storing the row, and only `syncd.registry` writes there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import JSON

__all__ = [
    "Audit",
    "Base",
    "Binding",
    "Connection",
    "Contractor",
    "Counter",
    "Cursor",
    "Delivery",
    "Group",
    "Issue",
    "Lease",
    "Membership",
    "PlanLine",
    "Push",
    "Run",
    "Throttled",
    "Worker",
]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. SQLite keeps no zone, so it is added back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: it would be somebody's local time."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "a moment needs a time zone"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value if dialect.name != "sqlite" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite numbers rows by itself only in columns of type INTEGER.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """All mapped classes; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        str: Text(),
        bytes: LargeBinary(),
    }


class Connection(Base):
    """One configured adapter. Options stay in the configuration; this is its identity and its state."""

    __tablename__ = "connections"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str]
    side: Mapped[str] = mapped_column(String(4))
    paused_by: Mapped[str | None]
    """Who paused it; ``None`` when it works."""
    failing_since: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    """After a fatal error: when one call may find out whether it is healed."""
    problem: Mapped[str | None]
    last_success_at: Mapped[datetime | None]
    last_full_at: Mapped[datetime | None]
    last_listing: Mapped[str | None]
    """What the last complete read that counted absence was of; see `syncd.ports.Proof.listing`."""


class Contractor(Base):
    """What a customer should be. `doc` is a `syncd.domain.contractor.Contractor`."""

    __tablename__ = "contractors"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(250))
    number: Mapped[str | None] = mapped_column(index=True)
    tax_key: Mapped[str | None] = mapped_column(index=True)
    email_key: Mapped[str | None] = mapped_column(index=True)
    phone_key: Mapped[str | None] = mapped_column(index=True)
    country: Mapped[str]
    zone: Mapped[str] = mapped_column(String(12))
    reasons: Mapped[str]
    """Why this zone: JSON list of sentences."""
    status: Mapped[str] = mapped_column(String(16))
    holds: Mapped[str]
    doc: Mapped[str]
    version: Mapped[int]
    """Raised by every change: a plan names the version it was made on."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Group(Base):
    """A group of contractors that an ERP states."""

    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str | None]
    color: Mapped[str | None] = mapped_column(String(9))


class Membership(Base):
    """Who is in which group: `Contractor.doc` holds the same, this is for asking by group."""

    __tablename__ = "memberships"

    contractor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    group_id: Mapped[int] = mapped_column(primary_key=True, index=True)


class Binding(Base):
    """A contractor's name on one connection, with what that side held when last seen."""

    __tablename__ = "bindings"

    connection_id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    contractor_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[str | None]
    raw_hash: Mapped[bytes | None]
    """Digest of the record as it was sent, salted with adapter and rule versions."""
    agreed: Mapped[str]
    settled_hash: Mapped[bytes | None]
    """Digest of what the registry wanted there when it was last brought about; ``None`` when a push is due."""
    missing_reads: Mapped[int] = mapped_column(default=0)
    """Complete full reads in a row that did not contain it."""

    __table_args__ = (UniqueConstraint("contractor_id", "connection_id"),)


class Cursor(Base):
    """Where a connection's next read starts; moved only in the transaction that stores a run's last page."""

    __tablename__ = "cursors"

    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id), primary_key=True)
    value: Mapped[str | None]
    moved_at: Mapped[datetime]
    run_id: Mapped[int] = mapped_column(BigInteger)


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
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    planned_at: Mapped[datetime | None]
    """When the plan was complete: from then on the run only applies it."""
    finished_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    probe: Mapped[str | None]
    """After a crash: the record that is being understood, so that one that kills the process is known."""
    applied_seq: Mapped[int] = mapped_column(default=0)
    """Lines up to this one are applied: `syncd.registry.history` says what that means."""
    approved_by: Mapped[str | None]
    cursor_after: Mapped[str | None]
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    proof: Mapped[str | None]
    held_because: Mapped[str | None]
    error: Mapped[str | None]
    error_code: Mapped[str | None]

    __table_args__ = (UniqueConstraint("connection_id", "slot"),)


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
    base_version: Mapped[int | None]
    """Version of the contractor that the line was made on; ``None`` for a new one."""
    before: Mapped[str | None]
    after: Mapped[str | None]
    """The contractor's document after the change; ``None``, as all columns down to `groups`, when it stays."""
    name: Mapped[str | None] = mapped_column(String(250))
    number: Mapped[str | None]
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
    push_to: Mapped[str]
    """Connections that will be behind once this is applied: ids with commas between."""
    outcome: Mapped[str | None]
    """``None`` when it was or will be applied; else why it was not (``stale``, ``left_out``)."""


class Push(Base):
    """The outbox: this connection is behind on this contractor. It says who, never what."""

    __tablename__ = "pushes"

    connection_id: Mapped[int] = mapped_column(primary_key=True)
    contractor_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    wanted: Mapped[int] = mapped_column(BigInteger, default=1)
    """Raised whenever the contractor changes again, so that a push that was under way is not taken for enough."""
    run_id: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """``None`` when a person has to act first (the issue says what)."""
    attempts: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0, server_default="0")
    """Processes in a row that took it, alone but for the first, and never gave it back."""
    owner: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    error_code: Mapped[str | None]

    __table_args__ = (Index("ix_pushes_due", "connection_id", "due_at"),)


class Delivery(Base):
    """One effect at one side: what a push brought about, for history and for the proof that it arrived."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id))
    contractor_id: Mapped[int] = mapped_column(BigInteger, index=True)
    run_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(12))
    fields: Mapped[str]
    """Names of the fields written, with commas between."""
    verified: Mapped[str | None] = mapped_column(String(16))


class Issue(Base):
    """Something for a person."""

    __tablename__ = "issues"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(unique=True)
    """Same connection, record and cause: one issue, however often it is seen."""
    code: Mapped[str] = mapped_column(String(48), index=True)
    connection_id: Mapped[int | None] = mapped_column(ForeignKey(Connection.id))
    contractor_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    external_id: Mapped[str | None]
    field: Mapped[str | None] = mapped_column(String(32))
    message: Mapped[str]
    cure: Mapped[str]
    raw: Mapped[bytes | None]
    """The record that could not be used, to retry it from."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(12), index=True)
    seen: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    run_id: Mapped[int | None] = mapped_column(BigInteger)
    closed_by: Mapped[str | None]


class Audit(Base):
    """What a person did."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Lease(Base):
    """Who works on something that only one may work on, and until when."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner: Mapped[str | None]
    until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    """Raised with every new holder: a holder that slept past its time finds a higher number and commits nothing."""


class Counter(Base):
    """Numbers handed out in blocks, so that a plan can name contractors that do not exist yet."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Throttled(Base):
    """The rate limit of a connection where no Redis keeps it: a token bucket, and the pause a peer asked for."""

    __tablename__ = "throttles"

    connection_id: Mapped[int] = mapped_column(ForeignKey(Connection.id), primary_key=True)
    tokens: Mapped[float]
    at: Mapped[datetime]
    paused_until: Mapped[datetime | None]


class Worker(Base):
    """A process that works, and when it last said so."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    role: Mapped[str] = mapped_column(String(12))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
