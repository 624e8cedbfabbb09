"""Which customers are meant? A filter that people can read, in an address or on a command line.

``status:in:blocked_by_erp,blocked AND (country:eq:PL OR changed:ge:2026-01-01) AND group:has:hurt``

A condition is a field, an operator and values, with colons between; ``sync.esklep:eq:stuck`` asks for one connection.
AND binds closer than OR. A value with a blank, a comma, a bracket or a quote in it stands in double quotes, where a
quote is written twice.
"""

from __future__ import annotations

from syncd.domain.filter.fields import FIELDS, Field, Op, check
from syncd.domain.filter.moments import days
from syncd.domain.filter.problem import InvalidFilter
from syncd.domain.filter.reader import parse
from syncd.domain.filter.tree import (
    AllOf,
    AnyOf,
    Condition,
    Expression,
    all_of,
    any_of,
    beside_last,
    conditions,
    parts,
    to_text,
    without,
)

__all__ = [
    "FIELDS",
    "AllOf",
    "AnyOf",
    "Condition",
    "Expression",
    "Field",
    "InvalidFilter",
    "Op",
    "all_of",
    "any_of",
    "beside_last",
    "check",
    "conditions",
    "days",
    "parse",
    "parts",
    "to_text",
    "without",
]
