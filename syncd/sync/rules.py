"""Which rules of the admins are in force?

Rules that admins change while syncd runs are rows. Workers live for days, so each run and each round of pushes asks
first whether the rules are still the ones that it knows: one number tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from sqlalchemy import Connection, select

from syncd.domain.country import NOTHING_MAPPED, Names
from syncd.domain.groups import GroupRule
from syncd.domain.policy import FieldRules
from syncd.registry import field_rules, groups
from syncd.registry.bulk import reserve_ids
from syncd.registry.country_names import read_decisions, read_names
from syncd.registry.served import all_served
from syncd.registry.tables import Counter

__all__ = ["Rules", "load_rules", "rules_changed", "version"]

_COUNTER = "rules"
_VERSION: Final = select(Counter.value).where(Counter.name == _COUNTER)


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules at one moment.

    Attributes:
        version: Raised by every change of any of them.
        names: What stated countries mean.
        countries: Where somebody is, by the statements of it that contradict each other.
        fields: Who may change what.
        groups: The mapping of groups of each route, by the ids of its ERP and its shop.
        admin_groups: Groups that admins made.
        managed_groups: By shop: its groups that syncd answers for, or did.
        served: By shop: countries that it serves besides those of its configuration.
    """

    version: int = 0
    names: Names = NOTHING_MAPPED
    countries: Mapping[bytes, str] = {}
    fields: FieldRules = FieldRules()
    groups: Mapping[tuple[int, int], tuple[GroupRule, ...]] = {}
    admin_groups: frozenset[str] = frozenset()
    managed_groups: Mapping[int, frozenset[str]] = {}
    served: Mapping[int, frozenset[str]] = {}


def rules_changed(connection: Connection) -> None:
    """Say that a rule was changed, in the transaction that changes it."""
    reserve_ids(connection, _COUNTER, 1)


def load_rules(connection: Connection) -> Rules:
    """Read all rules."""
    return Rules(
        version=version(connection),
        names=read_names(connection),
        countries=read_decisions(connection),
        fields=field_rules.load(connection),
        groups=groups.all_rules(connection),
        admin_groups=groups.made_by_admins(connection),
        managed_groups=groups.all_managed(connection),
        served=all_served(connection),
    )


def version(connection: Connection) -> int:
    """Which version of the rules is in force."""
    return connection.scalar(_VERSION) or 0
