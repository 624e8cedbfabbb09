"""How is the list of customers taken apart into records, and where does the next read begin?

No filter for "changed since" is published. So an incremental read lists nothing but uid and time of every customer,
500 on a page, and asks for those whose time is new; a shop that is known to filter is asked for them at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from adapters.abicart.api import Api
from adapters.abicart.customer import at, moment, record_of
from adapters.abicart.export_file import Export
from adapters.abicart.groups import Groups
from adapters.abicart.options import Options
from adapters.abicart.paging import Step, walk
from adapters.abicart.schema import selection
from syncd.errors import Misconfigured, NotFound, Unavailable
from syncd.ports import Page, Proof, Record, Rejected
from syncd.sentence import Counted, Sentence, sentence_of

__all__ = ["Reader", "read_rows"]

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)

SINGLY: Final = 5
"""Most customers of one page that are asked for one by one; for more the page is read."""


class Reader:
    """Reads customers of one shop.

    Args:
        now: Our clock, in UTC.
        clock: Seconds that pass, from any beginning.
    """

    def __init__(
        self,
        api: Api,
        groups: Groups,
        options: Options,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._groups = groups
        self._options = options
        self._now = now
        self._clock = clock
        self._zone = ZoneInfo(options.timezone)
        self._pointers = options.pointers
        self._whole = selection(options)
        self._light = {self._pointers[key].split("/")[1]: True for key in ("uid", "changed")}

    def everything(self, export: Export | None = None) -> Iterator[Page]:
        """All customers; what `export` tells of them is taken from there."""
        if export is None:
            yield from self._pages(self._whole, {}, lambda step: step.rows, None)
            return
        taken = 0

        def choose(step: Step) -> Sequence[Any]:
            nonlocal taken
            told = {uid: export.customer(row, self.changed(row)) for row in step.rows if (uid := self.uid(row))}
            known = {uid: row for uid, row in told.items() if row is not None}
            taken += len(known)
            return self._fetched(step, step.rows, known)

        for page in self._pages(export.select, {}, choose, None):
            if page.end is None:
                yield page
                continue
            how = Sentence(
                "%(how)s; %(taken)s taken from the export file, %(lines)s",
                how=sentence_of(page.end.how),
                taken=taken,
                lines=Sentence(
                    Counted("%(count)s of its lines was of no use", "%(count)s of its lines were of no use"),
                    count=export.refused,
                ),
            )
            yield msgspec.structs.replace(page, end=msgspec.structs.replace(page.end, how=how))

    def changes(self, cursor: str) -> Iterator[Page]:
        """Customers that changed since the read that gave `cursor`, or a bit before.

        Raises:
            Misconfigured: If `cursor` is not one of this adapter's.
        """
        at_ = _read_cursor(cursor)
        since = at_ - timedelta(seconds=self._options.overlap_seconds)
        if self._options.changed_since:
            # Local time with its offset, as the shop states times: some compare them as texts.
            bound = since.astimezone(self._zone).isoformat(timespec="seconds")
            filters = {self._pointers["changed"]: {self._options.changed_since: bound}}
            yield from self._pages(self._whole, filters, lambda step: step.rows, at_)
        else:
            yield from self._pages(self._light, {}, lambda step: self._fetched(step, self._new(step, since), {}), at_)

    def rows(self, select: Mapping[str, Any], filters: Mapping[str, Any], offset: int, limit: int) -> Sequence[Any]:
        """Rows by ascending uid."""
        query: dict[str, Any] = {"limit": limit, "offset": offset, "sort": self._pointers["uid"][1:]}
        if filters:
            query["filters"] = filters
        return read_rows(self._api.ask("Customer.list", select, query))

    def count(self, filters: Mapping[str, Any] | None = None) -> int:
        """How many customers there are."""
        try:
            return msgspec.json.decode(self._api.ask("Customer.count", {"filters": filters or {}}), type=int)
        except msgspec.DecodeError:
            raise Unavailable("the shop's number of customers is no number") from None

    def record(self, row: Any) -> Record | Rejected:
        """A row as a record, with the names of its groups."""
        members = at(row, self._pointers["groups"]) if isinstance(row, dict) else None
        wanted = [uid for uid in members if isinstance(uid, int)] if isinstance(members, list) else []
        names = self._groups.names(wanted) if wanted else {}
        return record_of(row, names, self._pointers["uid"], self._pointers["groups"])

    def uid(self, row: Any) -> int | None:
        """A row's uid as a number; ``None`` if it has none."""
        value = at(row, self._pointers["uid"]) if isinstance(row, dict) else None
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def changed(self, row: Any, *, earliest: bool = False) -> datetime | None:
        """When the shop last changed a row."""
        stated = at(row, self._pointers["changed"]) if isinstance(row, dict) else None
        return moment(stated, self._zone, earliest=earliest)

    def _pages(
        self,
        select: Mapping[str, Any],
        filters: Mapping[str, Any],
        choose: Callable[[Step], Sequence[Any]],
        cursor: datetime | None,
    ) -> Iterator[Page]:
        began = self._clock()
        newest = cursor or BEGINNING
        stale = True
        total = self.count(filters)
        for step in walk(lambda o, n: self.rows(select, filters, o, n), self._options.page_size, total, self.uid):
            stamps = (self.changed(row, earliest=True) for row in step.rows)
            newest = max([newest, *(stamp for stamp in stamps if stamp is not None)])
            rows = choose(step)
            if rows and stale:
                self._groups.forget()
                stale = False
            records = [self.record(row) for row in rows]
            if not step.last:
                yield Page(records=records)
                continue
            # The shop tells no time of its own. What it stamped last is at most as old as this read took, and a stamp
            # of the future (a wrong clock, an import) must not hide what comes until then.
            start = min(newest, self._now()) - timedelta(seconds=self._clock() - began)
            yield Page(
                records=records,
                cursor=max(start, cursor or BEGINNING).isoformat(),
                end=self._proof(step, total, filters, full=cursor is None),
            )

    def _proof(self, step: Step, total: int, filters: Mapping[str, Any], *, full: bool) -> Proof:
        """Both have to fit the shop's count: where the list ended, and how many rows were seen until there."""
        declared = total if step.reached == step.seen == total else self.count(filters)
        whole = step.reached == declared <= step.seen
        how = Sentence(
            Counted(
                "the shop counts %(count)s customer, and the list ended there",
                "the shop counts %(count)s customers, and the list ended there",
            ),
            count=declared,
        )
        if not whole:
            how = Sentence(
                Counted(
                    "the shop counts %(count)s customer, and the list ended after %(seen)s",
                    "the shop counts %(count)s customers, and the list ended after %(seen)s",
                ),
                count=declared,
                seen=min(step.reached, step.seen),
            )
        return Proof(complete=whole, how=how, declared=declared if full else None)

    def _new(self, step: Step, since: datetime) -> list[Any]:
        """Rows whose time is not before `since`; who has none may have changed."""
        return [row for row in step.rows if (stamp := self.changed(row)) is None or stamp >= since]

    def _fetched(self, step: Step, rows: Sequence[Any], known: Mapping[int, Any]) -> list[Any]:
        """Whole customers for rows of a light list; those that were deleted in between are left out."""
        wanted = [row for row in rows if self.uid(row) not in known]
        whole = {uid: known[uid] for row in rows if (uid := self.uid(row)) in known and uid is not None}
        if len(wanted) > SINGLY:
            page = self.rows(self._whole, {}, step.offset, self._options.page_size)
            whole |= {uid: row for row in page if (uid := self.uid(row)) is not None and uid not in known}
        for row in wanted:
            uid = self.uid(row)
            if uid is not None and uid not in whole:
                try:
                    whole[uid] = msgspec.json.decode(self._api.ask("Customer.get", uid, self._whole))
                except NotFound:
                    continue
        found = [whole.get(uid) if (uid := self.uid(row)) is not None else row for row in rows]
        return [row for row in found if row is not None]


def read_rows(result: bytes) -> list[Any]:
    """Decode a list.

    Raises:
        Unavailable: If it is none.
    """
    try:
        return msgspec.json.decode(result, type=list[Any])
    except msgspec.DecodeError:
        raise Unavailable("the shop's list has another shape than expected", code="not-json-rpc") from None


def _read_cursor(cursor: str) -> datetime:
    try:
        return datetime.fromisoformat(cursor).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misconfigured(
            "the stored cursor is none of an Abicart shop",
            code="bad-cursor",
            field="cursor",
            cure="Start a full read: it stores a new one.",
        ) from None
