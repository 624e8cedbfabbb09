"""What can be done to one customer or to many at once, and what becomes of each?"""

from __future__ import annotations

from syncd.sync.bulk.carry_out import carry_out
from syncd.sync.bulk.counts import MANY, Preview, Result, check_number
from syncd.sync.bulk.operations import KINDS, Kind, Operation, open_operation
from syncd.sync.bulk.preview import preview
from syncd.sync.bulk.selection import ids_matching, ids_of, mark_of

__all__ = [
    "KINDS",
    "MANY",
    "Kind",
    "Operation",
    "Preview",
    "Result",
    "carry_out",
    "check_number",
    "ids_matching",
    "ids_of",
    "mark_of",
    "open_operation",
    "preview",
]
