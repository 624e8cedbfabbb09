"""Which rules of the admins are in force?

Rules that admins change while syncd runs are rows. Workers live for days, so each run and each round of pushes asks
first whether the rules are still the ones that it knows: one number tells.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.policy import FieldRules
from syncd.registry import field_rules
from syncd.registry.bulk import reserve_ids
from syncd.registry.tables import Counter

__all__ = ["Rules", "load_rules", "rules_changed", "version"]

_COUNTER = "rules"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules at one moment.

    Attributes:
        version: Raised by every change of any of them.
        fields: Who may change what.
    """

    version: int = 0
    fields: FieldRules = FieldRules()


def rules_changed(connection: Connection) -> None:
    """Say that a rule was changed, in the transaction that changes it."""
    reserve_ids(connection, _COUNTER, 1)


def load_rules(connection: Connection) -> Rules:
    """Read all rules."""
    return Rules(version=version(connection), fields=field_rules.load(connection))


def version(connection: Connection) -> int:
    """Which version of the rules is in force."""
    return connection.scalar(select(Counter.value).where(Counter.name == _COUNTER)) or 0
