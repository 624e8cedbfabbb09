"""How is a run taken back, and has that arrived?"""

from __future__ import annotations

from syncd.sync.undo.check import Checked, check_undo
from syncd.sync.undo.compensate import Impossible, Kept
from syncd.sync.undo.links import untie_links
from syncd.sync.undo.news import ask_for_news
from syncd.sync.undo.plan import Undone, plan_undo
from syncd.sync.undo.rest import Rest, take_back_rest

__all__ = [
    "Checked",
    "Impossible",
    "Kept",
    "Rest",
    "Undone",
    "ask_for_news",
    "check_undo",
    "plan_undo",
    "take_back_rest",
    "untie_links",
]
