"""What does one read deliver, and from where does the next one go on?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from adapters.xl import clarion, tracking
from adapters.xl.document import Carrier
from adapters.xl.groups import TOO_MANY, Groups
from adapters.xl.options import Options
from adapters.xl.overlay import overlaid
from adapters.xl.queries import Queries, Row
from adapters.xl.records import Selection, decode, encode, records
from adapters.xl.tables import CARD, PERSON, Tables
from syncd.errors import Misconfigured, SuspiciousRun
from syncd.ports import Page, Proof, Record, Rejected
from syncd.sentence import Counted, Sentence
from syncd.sql.database import Database

__all__ = ["Reader"]


class _Start(msgspec.Struct, frozen=True):
    """Where a read begins.

    Attributes:
        cursor: Where the next one does.
        since: Stamp from which changes are asked for; ``None``: everybody, or `numbers`.
        numbers: Contractors that changed, where the database names them.
        moved: Groups whose members changed because the group did.
    """

    groups: Groups
    selection: Selection
    cursor: str | None
    since: int | None = None
    numbers: tuple[int, ...] | None = None
    moved: frozenset[int] = frozenset()


class Reader:
    """Reads one database, a page at a time.

    Args:
        carrier: What waits for the bridge counts as held.
        changes: Change Tracking, where it is to be used.
    """

    def __init__(
        self, source: Database, options: Options, carrier: Carrier | None, changes: tracking.Changes | None = None
    ) -> None:
        self._source = source
        self._options = options
        self._carrier = carrier
        self._zone = ZoneInfo(options.zone)
        self._tables = Tables(source)
        self._changes = changes or tracking.ServerChanges(options.schema)
        self.queries = Queries(self._tables, options.types, options.skip_codes)

    def pages(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        """Everybody, or who changed; see `syncd.ports.Endpoint.read`."""
        with self._source.connect() as connection:
            start = self._start(connection, cursor, full=full)
        after, count = 0, 0
        while True:
            with self._source.connect() as connection:
                rows, ended = self._rows(connection, start, after)
                found = self._records(connection, rows, start)
            count += len(rows)
            self._require_plausible(count)
            if ended:
                yield Page(records=[*found, *self._refused()], cursor=start.cursor, end=_proof(start, count))
                return
            after = int(rows[-1][0])
            yield Page(records=found)

    def named(self, connection: Connection, numbers: Sequence[int]) -> list[Record | Rejected]:
        """Contractors with these numbers, whoever they are."""
        if not numbers:
            return []
        groups = self.groups(connection)
        rows = self.queries.cards(connection, numbers)
        return self._overlaid(records(connection, self.queries, self._tables, rows, groups, self.selection(groups)))

    def groups(self, connection: Connection) -> Groups:
        """All groups as they are now."""
        return Groups(self.queries.definitions(connection), self._options.group_names)

    def selection(self, groups: Groups) -> Selection:
        """Who belongs to the shop.

        Raises:
            Misconfigured: If a group or a column that the configuration goes by is not there: nobody would belong.
        """
        self._require_columns()
        chosen = {groups.named(name) for name in self._options.only_groups}
        return Selection(
            types=frozenset(self._options.types),
            esklep=self._options.only_esklep,
            groups=groups.below(chosen) if chosen else None,
        )

    def _require_columns(self) -> None:
        """Older databases lack some columns; an option that goes by one would find everybody unmarked."""
        for option, used, table, column in (
            ("only_esklep", self._options.only_esklep, CARD.table, "Knt_ESklep"),
            ("persons", self._options.persons == "esklep", PERSON.table, "KnS_ESklep"),
            ("blocks_count", self._options.blocks_count, CARD.table, "Knt_BlokadaZam"),
            ("blocks_count", self._options.blocks_count, CARD.table, "Knt_BlokadaTransakcji"),
        ):
            if used and self._tables.optional(table, column) is None:
                raise Misconfigured(
                    Sentence("this database has no column %(column)s", column=column),
                    code="column-missing",
                    field=option,
                    cure=Sentence("It is older than this; set %(option)s otherwise.", option=option),
                )

    def _start(self, connection: Connection, cursor: str | None, *, full: bool) -> _Start:
        groups = self.groups(connection)
        selection = self.selection(groups)
        if self._options.changes == "change_tracking":
            return self._tracked(connection, groups, selection, None if full else cursor)
        before = clarion.point_of(cursor)
        until = clarion.stamp_of(self._source.clock(connection), self._zone)
        if before is not None:
            before = min(before, until)  # The clock was set back, or the database comes from a backup.
        seen = [point for point in (before, self.queries.furthest(connection, until)) if point is not None]
        reached = clarion.cursor_of(max(seen, default=None))
        if before is None or full:
            return _Start(groups, selection, reached)
        since = before - self._options.overlap
        moved = groups.changed(since)
        if len(moved) > TOO_MANY:
            return _Start(groups, selection, reached)
        return _Start(groups, selection, reached, since, moved=moved)

    def _tracked(self, connection: Connection, groups: Groups, selection: Selection, cursor: str | None) -> _Start:
        if self._source.dialect != "mssql" and isinstance(self._changes, tracking.ServerChanges):
            raise Misconfigured("only SQL Server has Change Tracking", field="changes", cure='Set changes = "stamps".')
        # The version is asked for first: what is committed meanwhile comes again next time.
        version = self._changes.version(connection)
        reached = tracking.cursor_of(version)
        since = tracking.version_of(cursor)
        changed = None
        # A version that is yet to come is of the time before the database came from a backup: it tells nothing.
        if since is not None and since <= version:
            changed = tracking.contractors_changed(connection, self._changes, self._tables, self.queries, groups, since)
        numbers = None if changed is None else tuple(sorted(changed))
        return _Start(groups, selection, reached, numbers=numbers)

    def _rows(self, connection: Connection, start: _Start, after: int) -> tuple[Sequence[Row], bool]:
        """The rows of the next page, and whether it is the last one."""
        size = self._options.page
        if start.numbers is None:
            rows = self.queries.page(connection, after, size, start.since, start.moved)
            return rows, len(rows) < size
        return self._named_rows(connection, start.numbers, after, size)

    def _named_rows(
        self, connection: Connection, numbers: Sequence[int], after: int, size: int
    ) -> tuple[Sequence[Row], bool]:
        left = [number for number in numbers if number > after]
        rows: Sequence[Row] = ()
        while left and not rows:
            rows = self.queries.customers(connection, left[:size])
            left = left[size:]
        return rows, not left

    def _records(self, connection: Connection, rows: Sequence[Row], start: _Start) -> list[Record | Rejected]:
        made = records(connection, self.queries, self._tables, rows, start.groups, start.selection)
        if self._options.outside == "left_out":
            made = [one for one in made if isinstance(one, Rejected) or not _is_left_out(one)]
        return self._overlaid(made)

    def _overlaid(self, made: list[Record | Rejected]) -> list[Record | Rejected]:
        numbers = {int(one.external_id) for one in made}
        waiting = self._carrier.waiting(numbers) if self._carrier is not None and made else {}
        if not waiting:
            return made
        return [
            Record(one.external_id, encode(overlaid(decode(one), waiting[int(one.external_id)])))
            if isinstance(one, Record) and int(one.external_id) in waiting
            else one
            for one in made
        ]

    def _refused(self) -> list[Rejected]:
        """What the bridge answered later and no import came of: an issue each, as long as its answer lies there."""
        refused = () if self._carrier is None else self._carrier.refused()
        return [Rejected(name, b"", error) for name, error in refused]

    def _require_plausible(self, count: int) -> None:
        if count > self._options.row_cap:
            raise SuspiciousRun(
                Sentence(
                    Counted("the read has more than %(count)s record", "the read has more than %(count)s records"),
                    count=self._options.row_cap,
                ),
                code="row-cap",
                cure="Raise row_cap if there are that many contractors.",
            )


def _is_left_out(record: Record) -> bool:
    """Outside of the selection. Who is archived or anonymised is told all the same: that has to be known."""
    values = decode(record)
    card = values["card"]
    gone = card.get("Knt_Archiwalny", "0") != "0" or card.get("Knt_Anonim", "0") != "0"
    return bool(values["outside"]) and not gone


def _proof(start: _Start, count: int) -> Proof:
    if start.since is not None or start.numbers is not None:
        return Proof(complete=False, how="only what changed since the last read was asked for")
    if not count:
        return Proof(complete=False, how="the database has no customers for this account", listed=0)
    return Proof(complete=True, how="every page by number was read, and the last one was not full", listed=count)
