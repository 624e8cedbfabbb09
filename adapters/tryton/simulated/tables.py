"""Where do rows live, and what does a transaction do when it fails?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from adapters.tryton.simulated.schema import MODELS

__all__ = ["Row", "Tables"]

Row = dict[str, Any]
"""Stored values by field; a row in a table is replaced, never changed."""


class Tables:
    """All rows of one database, and its clock.

    Args:
        clock: The database's clock, with time zone.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.rows: dict[str, dict[int, Row]] = {model: {} for model in MODELS}
        self.last_id: dict[str, int] = dict.fromkeys(MODELS, 0)
        self.last_code = 0
        self._last_start = datetime.min.replace(tzinfo=UTC)
        self._undo: list[tuple[str, int, Row | None]] = []
        self._children: dict[tuple[str, int], set[int]] = {}
        self.start = self._last_start

    @contextmanager
    def transaction(self, late: timedelta = timedelta()) -> Iterator[None]:
        """All or nothing. Every row written inside bears the time of the transaction's start.

        Args:
            late: How long the transaction has been under way already: others have committed in the meantime.
        """
        now = self.clock()
        # Two transactions never start in the same microsecond.
        self._last_start = max(now, self._last_start + timedelta(microseconds=1))
        self.start = self._last_start - late
        self._undo.clear()
        code = self.last_code
        try:
            yield
        except Exception:
            for model, id_, row in reversed(self._undo):
                self._set(model, id_, row)
            self.last_code = code
            raise

    def insert(self, model: str, row: Row) -> int:
        """Store a new row; its id is used up even if the transaction fails."""
        self.last_id[model] += 1
        id_ = self.last_id[model]
        self.replace(model, id_, {**row, "id": id_, "create_date": self.start, "write_date": None})
        return id_

    def replace(self, model: str, id_: int, row: Row | None) -> None:
        """Put a row in the place of another; ``None`` deletes it."""
        self._undo.append((model, id_, self.rows[model].get(id_)))
        self._set(model, id_, row)

    def children(self, model: str, party: int) -> list[int]:
        """Ids of the rows of a party, in no order."""
        return list(self._children.get((model, party), ()))

    def _set(self, model: str, id_: int, row: Row | None) -> None:
        for known in (self.rows[model].get(id_), row):
            if known is not None and "party" in known:
                self._children.setdefault((model, known["party"]), set()).discard(id_)
        if row is None:
            self.rows[model].pop(id_, None)
        else:
            self.rows[model][id_] = row
            if "party" in row:
                self._children.setdefault((model, row["party"]), set()).add(id_)

    def dump(self) -> bytes:
        """Everything as JSON."""
        return msgspec.json.encode({"rows": self.rows, "last_id": self.last_id, "last_code": self.last_code})

    def load(self, data: bytes) -> None:
        """Take over what `dump` wrote."""
        stored: Mapping[str, Any] = msgspec.json.decode(data)
        self.last_id.update(stored["last_id"])
        self.last_code = stored["last_code"]
        for model, rows in stored["rows"].items():
            for id_, row in rows.items():
                dates = {key: value and datetime.fromisoformat(value) for key, value in row.items() if "_date" in key}
                self._set(model, int(id_), {**row, **dates})
