"""What does the registry keep? Every table, in one place.

Times are UTC. Documents (a contractor, a list of holds, counts) are JSON in text columns, which PostgreSQL and SQLite
store and return alike; what is searched or joined has a column of its own. Tables with a row for each contractor
have no foreign keys: checking them row by row costs more than storing the row, and only `syncd.registry` writes there.
"""

from __future__ import annotations

from syncd.registry.tables.base import Base, UtcDateTime
from syncd.registry.tables.connections import Connection, Cursor, Throttled
from syncd.registry.tables.customers import Binding, Contractor, Group, Membership
from syncd.registry.tables.erasures import Erasure, Exemption, Tombstone
from syncd.registry.tables.outbox import Delivery, Push
from syncd.registry.tables.people import Audit, Issue
from syncd.registry.tables.processes import Counter, Lease, Worker
from syncd.registry.tables.runs import PlanLine, Run

__all__ = [
    "Audit",
    "Base",
    "Binding",
    "Connection",
    "Contractor",
    "Counter",
    "Cursor",
    "Delivery",
    "Erasure",
    "Exemption",
    "Group",
    "Issue",
    "Lease",
    "Membership",
    "PlanLine",
    "Push",
    "Run",
    "Throttled",
    "Tombstone",
    "UtcDateTime",
    "Worker",
]
