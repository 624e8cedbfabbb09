"""Is it known of every table whether a person can be in it, and of every column of a plan's line?"""

from __future__ import annotations

from syncd.registry.scrub import _LINE_VALUES, IMPERSONAL, SCRUBBED
from syncd.registry.tables import Base, PlanLine

SAYS_NOTHING_OF_A_PERSON = {
    "run_id", "seq", "contractor_id", "external_id", "action", "rule", "said", "base_version", "zone", "status",
    "holds", "push_to", "risks", "outcome", "changed_at", "was_holds",
}  # fmt: skip
"""Columns that history keeps; `external_id` is emptied by itself."""


def test_every_table_is_scrubbed_or_known_to_hold_nothing_personal() -> None:
    assert sorted([*SCRUBBED, *IMPERSONAL]) == sorted(Base.metadata.tables)


def test_every_column_of_a_line_is_emptied_or_known_to_hold_nothing_personal() -> None:
    assert sorted([*_LINE_VALUES, *SAYS_NOTHING_OF_A_PERSON]) == sorted(PlanLine.__table__.columns.keys())
