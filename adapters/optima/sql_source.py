"""How is Optima read through its database: read-only, page by page, with a place to go on from?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection

from adapters.optima.card import Card, Fault, raw_of
from adapters.optima.options import Options
from adapters.optima.queries import MOVED, Queries, Rows
from adapters.optima.rows import cards_of
from adapters.optima.source import Batch
from adapters.optima.watermark import cursor_of, moment_of, point_of, start_of, wall_clock
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord, SuspiciousRun
from syncd.ports import Context, Health, Proof, Rejected
from syncd.sentence import Counted, Sentence, pack
from syncd.sql.database import Database
from syncd.sql.values import refuse_unusable

__all__ = ["SqlSource"]

_SKEW_SECONDS: Final = 300


class SqlSource:
    """The database of one company."""

    def __init__(self, options: Options, context: Context) -> None:
        self._options = options
        self._context = context
        self._zone = ZoneInfo(options.zone)
        self._skip = frozenset(code.casefold() for code in options.skip)
        self._database = Database(
            options.url,
            context.folder,
            schema=options.schema,
            attach=options.attach,
            statement_seconds=options.statement_seconds,
        )
        self._queries = Queries(self._database, options)

    def check(self) -> Health:
        warnings = []
        with self._database.connect() as connection:
            found = self._queries.page(connection, None, None)
            skew = abs((self._queries.clock(connection) - self._context.now()).total_seconds())
        if skew > _SKEW_SECONDS:
            warnings.append(
                Sentence(
                    Counted(
                        "the database's clock and ours are %(count)s second apart",
                        "the database's clock and ours are %(count)s seconds apart",
                    ),
                    count=round(skew),
                )
            )
        if self._queries.missing:
            warnings.append(Sentence("this version of Optima has no %(names)s", names=", ".join(self._queries.missing)))
        detail = Sentence(
            Counted(
                "%(dialect)s: CDN.Kontrahenci has %(count)s contractor",
                "%(dialect)s: CDN.Kontrahenci has %(count)s contractors",
            ),
            dialect=self._database.dialect,
            count=len(found.rows),
        )
        if len(found.rows) == self._options.page:
            detail = Sentence(
                "%(dialect)s: CDN.Kontrahenci has %(count)s or more contractors",
                dialect=self._database.dialect,
                count=len(found.rows),
            )
        return Health(detail=detail, warnings=tuple(warnings))

    def batches(self, cursor: str | None, *, full: bool) -> Iterator[Batch]:
        with self._database.connect() as connection:
            until = wall_clock(self._queries.clock(connection), self._zone)
        # Of a clock that was set back, or a database from a backup, the cursor lies in the future.
        before = None if cursor is None else min(point_of(cursor), until)
        since = None if full or before is None else start_of(before, self._options.overlap_minutes)
        furthest, after, count, nameless = before, None, 0, 0
        while True:
            with self._database.connect() as connection:
                found = self._queries.page(connection, after, since)
            place = found.columns.index(MOVED)
            # A record from the future, by a wrong clock, is read like any other but moves nothing.
            seen = [min(moment, until) for row in found.rows if (moment := moment_of(row[place])) is not None]
            furthest = max([*seen, *([] if furthest is None else [furthest])], default=None)
            items = self._items(found)
            nameless += sum(isinstance(item, Rejected) for item in items)
            count += len(found.rows)
            self._require_plausible(count)
            if len(found.rows) < self._options.page:
                yield Batch(items=items, cursor=cursor_of(furthest), end=_proof(since is None, nameless, count))
                return
            after = int(found.rows[-1][0])
            yield Batch(items=items)

    def card(self, external_id: str) -> Card | None:
        with self._database.connect() as connection:
            found = self._queries.one(connection, external_id)
        return next((item for item in self._items(found) if isinstance(item, Card)), None)

    def cards(self, codes: Sequence[str]) -> Sequence[Card]:
        cards: list[Card] = []
        with self._database.connect() as connection:
            for start in range(0, len(codes), self._options.page):
                some = codes[start : start + self._options.page]
                cards += self._named(self._queries.of_codes(connection, some))
        return cards

    def matching(self, contractor: Contractor) -> Sequence[Card]:
        with self._database.connect() as connection:
            return self._named(self._candidates(connection, contractor))

    def close(self) -> None:
        self._database.close()

    def _candidates(self, connection: Connection, contractor: Contractor) -> Rows:
        country = contractor.country if len(contractor.country) == 2 else ""
        prefixes = {"", contractor.tax_prefix, country}
        tax_ids = sorted(f"{prefix}{contractor.tax_id}" for prefix in prefixes) if contractor.tax_id else []
        return self._queries.matching(connection, contractor.number, tax_ids, contractor.email)

    def _named(self, found: Rows) -> list[Card]:
        return [item for item in self._items(found) if isinstance(item, Card)]

    def _items(self, found: Rows) -> list[Card | Rejected]:
        """Rows as cards, those that cannot be used with their fault; only who has no acronym is none."""
        items: list[Card | Rejected] = []
        for row, card in zip(found.rows, cards_of(found, self._options), strict=True):
            if card.code.casefold() in self._skip:
                continue
            raw = raw_of(card)
            external_id = card.id if self._options.identity == "id" else card.code
            if not external_id:
                items.append(Rejected(f"Knt_KntId {card.id}", raw, _no_code()))
                continue
            try:
                refuse_unusable(row, self._queries.kinds, found.columns, raw)
                items.append(card)
            except InvalidRecord as error:
                fault = Fault(
                    message=str(error.message),
                    code=error.code,
                    cure=str(error.cure),
                    field=error.field,
                    said=pack(error.message),
                )
                items.append(msgspec.structs.replace(card, fault=fault))
        return items

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


def _proof(everything: bool, nameless: int, count: int) -> Proof:  # noqa: FBT001 - of one caller
    if not everything:
        return Proof(complete=False, how="only what changed since the last read was asked for")
    if nameless:
        return Proof(
            complete=False,
            how=Sentence(
                Counted(
                    "%(count)s contractor has no acronym and cannot be named",
                    "%(count)s contractors have no acronym and cannot be named",
                ),
                count=nameless,
            ),
        )
    if not count:
        return Proof(complete=False, how="the table has no contractors for this account", listed=0)
    return Proof(complete=True, how="every page by Knt_KntId was read, and the last one was not full", listed=count)


def _no_code() -> InvalidRecord:
    return InvalidRecord("the contractor has no acronym", field="number", cure="Give it an acronym in Optima.")
