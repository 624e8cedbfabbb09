"""What does the registry keep? Every table, in one place.

Times are UTC. Documents (a contractor, a list of holds, counts) are JSON in text columns, which PostgreSQL and SQLite
store and return alike; what is searched or joined has a column of its own. Tables with a row for each contractor
have no foreign keys: checking them row by row costs more than storing the row, and only `syncd.registry` writes there.
"""

from __future__ import annotations

from syncd.registry.tables.access import (
    ApiAnswer,
    ApiToken,
    Identity,
    LoginAttempt,
    LogInStep,
    RecoveryCode,
    SavedView,
    SecondFactor,
    SetupLink,
    SpentLogIn,
    User,
    UserPreferences,
    UserSession,
)
from syncd.registry.tables.base import Base, UtcDateTime
from syncd.registry.tables.connections import Connection, ConnectionDraft, ConnectionSecret, Cursor, Throttled
from syncd.registry.tables.customers import Absence, Binding, Contractor, Group, Membership
from syncd.registry.tables.erasures import Erasure, Exemption, Tombstone
from syncd.registry.tables.groups import GroupRule, ManagedGroup, SeededRoute
from syncd.registry.tables.hooks import Hook, HookCall
from syncd.registry.tables.imports import Import
from syncd.registry.tables.listings import Listing
from syncd.registry.tables.matching import MatchDecision, Merge, Unalike
from syncd.registry.tables.outbox import Delivery, Push, Told, Try
from syncd.registry.tables.people import Audit, Issue
from syncd.registry.tables.processes import Counter, Lease, Worker
from syncd.registry.tables.rules import CountryDecision, CountryName, FieldRule, ServedCountry
from syncd.registry.tables.runs import PlanLine, QuietRecord, Run
from syncd.registry.tables.trust import Alarm, Certificate, Notice
from syncd.registry.tables.vat import VatNumber

__all__ = [
    "Absence",
    "Alarm",
    "ApiAnswer",
    "ApiToken",
    "Audit",
    "Base",
    "Binding",
    "Certificate",
    "Connection",
    "ConnectionDraft",
    "ConnectionSecret",
    "Contractor",
    "Counter",
    "CountryDecision",
    "CountryName",
    "Cursor",
    "Delivery",
    "Erasure",
    "Exemption",
    "FieldRule",
    "Group",
    "GroupRule",
    "Hook",
    "HookCall",
    "Identity",
    "Import",
    "Issue",
    "Lease",
    "Listing",
    "LogInStep",
    "LoginAttempt",
    "ManagedGroup",
    "MatchDecision",
    "Membership",
    "Merge",
    "Notice",
    "PlanLine",
    "Push",
    "QuietRecord",
    "RecoveryCode",
    "Run",
    "SavedView",
    "SecondFactor",
    "SeededRoute",
    "ServedCountry",
    "SetupLink",
    "SpentLogIn",
    "Throttled",
    "Told",
    "Tombstone",
    "Try",
    "Unalike",
    "User",
    "UserPreferences",
    "UserSession",
    "UtcDateTime",
    "VatNumber",
    "Worker",
]
