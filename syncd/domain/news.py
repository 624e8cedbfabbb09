"""What happens that others may want to hear of at once?"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["ALARMS", "News"]


class News(StrEnum):
    """Kinds of news; what each tells: docs/reference/webhooks.md."""

    RUN_FINISHED = "run.finished"
    RUN_HELD = "run.held"
    PLAN_WAITING = "plan.waiting"
    ISSUE_OPENED = "issue.opened"
    LATE = "freshness.late"
    BACK = "freshness.back"


ALARMS: Final = frozenset({News.RUN_HELD, News.LATE, News.BACK})
"""What whoever keeps watch is told without having asked for it."""
