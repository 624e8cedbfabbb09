"""What would the records of a run do under other rules, or today? Nothing is written and no side is asked."""

from __future__ import annotations

from syncd.sync.rehearse.compare import Effect, Replayed, Totals
from syncd.sync.rehearse.mapping import under
from syncd.sync.rehearse.replay import AsOf, Replay, open_replay

__all__ = ["AsOf", "Effect", "Replay", "Replayed", "Totals", "open_replay", "under"]
