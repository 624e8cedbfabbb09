"""How does syncd read an ERP through its database, whatever its tables are called?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from adapters.sql.mapping import RowMap
from adapters.sql.options import Options, check_options
from adapters.sql.queries import Queries
from adapters.sql.staging import StagingTable
from syncd.domain.contractor import FIELDS, Contractor, digest, restrict
from syncd.errors import Misconfigured, NotFound, SuspiciousRun
from syncd.ports import Adapter, Capabilities, Context, Health, Page, Proof, Record, Rejected, Remote, Side
from syncd.sentence import Counted, Sentence
from syncd.sql.database import Database

__all__ = ["ADAPTER", "Options", "SqlEndpoint", "open_endpoint"]

_READ_ONLY: Final = "The database is only read; changes from the shop need a staging table that the ERP's import takes."
_WRITES: Final = "A write is a row for the ERP's import: until it is taken, what was written counts as held."
_KEY: Final = "A new contractor's key is made by syncd, and the ERP's import has to take it over."
_NO_WATERMARK: Final = "Without a watermark column every read is of everything."
_SKEW_SECONDS: Final = 300


class SqlEndpoint:
    """An open connection to one database."""

    def __init__(self, options: Options, context: Context) -> None:
        check_options(options)
        self._options = options
        self._context = context
        self._map = RowMap(options)
        self._source = Database(
            options.url,
            context.folder,
            schema=options.schema,
            attach=options.attach,
            statement_seconds=options.statement_seconds,
            writable=options.staging is not None,
        )
        self._queries = Queries(self._source, options, self._map.row)
        self._staging = StagingTable(self._source, options.staging) if options.staging else None
        self._capabilities = _capabilities(options, self._map.fields, context.fields)

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def check(self) -> Health:
        warnings = []
        with self._source.connect() as connection:
            rows = self._queries.page(connection, None, None)
            self._queries.records(connection, rows)
            if self._options.watermark is not None and self._options.watermark.kind not in ("rowversion", "counter"):
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
        seen = {"dialect": self._source.dialect, "table": self._options.table, "count": len(rows)}
        detail = Sentence(
            Counted("%(dialect)s: %(table)s has %(count)s record", "%(dialect)s: %(table)s has %(count)s records"),
            **seen,
        )
        if len(rows) == self._options.page:
            detail = Sentence("%(dialect)s: %(table)s has %(count)s or more records", **seen)
        return Health(detail=detail, warnings=tuple(warnings))

    def read(self, cursor: str | None, *, full: bool) -> Iterator[Page]:
        points = self._queries.points
        before = points.load(cursor) if points is not None and cursor is not None else None
        with self._source.connect() as connection:
            until = self._queries.now(connection)
            if before is not None and until is not None:
                before = min(before, until)  # The clock was set back, or the database comes from a backup.
            since = points.start(before) if points is not None and before is not None and not full else None
            keyless = 0 if since is not None else self._queries.keyless(connection)
        furthest, after, count = before, None, 0
        while True:
            with self._source.connect() as connection:
                rows = self._queries.page(connection, after, since)
                records = self._queries.records(connection, rows)
            count += len(rows)
            self._require_plausible(count)
            if points is not None and until is not None:
                # A record from the future, by a wrong clock, is read like any other but moves nothing.
                seen = [min(point, until) for row in rows if (point := points.of(row[1])) is not None]
                furthest = max([*seen, *([] if furthest is None else [furthest])], default=None)
            if len(rows) < self._options.page:
                reached = None if points is None or furthest is None else points.dump(furthest)
                yield Page(records=records, cursor=reached, end=_proof(since, keyless, count))
                return
            after = rows[-1][0]
            yield Page(records=records)

    def parse(self, record: Record) -> Remote:
        contractor = self._map.contractor(record)
        return Remote(external_id=record.external_id, contractor=self._narrow(contractor))

    def get(self, external_id: str) -> Remote:
        with self._source.connect() as connection:
            return self._get(connection, external_id)

    def find(self, contractor: Contractor) -> Sequence[Remote]:
        tax_ids = [f"{prefix}{contractor.tax_id}" for prefix in _prefixes(contractor)] if contractor.tax_id else []
        with self._source.connect() as connection:
            keys = self._queries.matching(connection, contractor.number, tax_ids, contractor.email)
            if self._staging is not None:
                texts = [contractor.number, contractor.tax_id, contractor.email]
                staged = self._staging.mentioning(connection, texts)
                keys += [self._queries.named(connection, key) or key for key in staged]
            found = [self._get(connection, key) for key in sorted(set(keys))]
        return [remote for remote in found if _is_meant(remote.contractor, contractor)]

    def create(self, contractor: Contractor) -> Remote:
        writes, staging = self._writable()
        stored = restrict(contractor, writes)
        keys = (stored.number, stored.tax_prefix, stored.tax_id, stored.email, stored.name)
        # The same contractor gets the same key, so that a second attempt is the same import and not a double.
        external_id = f"S-{digest(msgspec.json.encode(keys)).hex()}"
        fields = {name: getattr(stored, name) for name in FIELDS if name in writes}
        with self._source.connect(writes=True) as connection:
            staging.put(connection, "create", external_id, fields, self._context.now())
        return Remote(external_id=external_id, contractor=stored)

    def update(self, remote: Remote, contractor: Contractor) -> Remote:
        writes, staging = self._writable()
        told, wanted = restrict(remote.contractor, writes), restrict(contractor, writes)
        changes = {
            name: getattr(wanted, name)
            for name in FIELDS
            if name in writes and getattr(told, name) != getattr(wanted, name)
        }
        if not changes:
            return remote
        with self._source.connect(writes=True) as connection:
            current = self._get(connection, remote.external_id)
            staging.put(connection, "update", remote.external_id, changes, self._context.now())
        contractor = msgspec.structs.replace(current.contractor, **changes)
        return Remote(external_id=remote.external_id, contractor=contractor)

    def close(self) -> None:
        self._source.close()

    def _get(self, connection: Connection, external_id: str) -> Remote:
        record = self._queries.one(connection, external_id)
        if isinstance(record, Rejected):
            raise record.error
        contractor = None if record is None else self.parse(record).contractor
        if self._staging is not None:
            own = external_id if record is None else record.external_id
            contractor = self._staging.changes(
                connection, own, contractor, lambda key: self._queries.named(connection, key) == own
            )
        if contractor is None:
            raise NotFound("the table has no such record", record=external_id)
        return Remote(external_id=external_id, contractor=self._narrow(contractor))

    def _writable(self) -> tuple[frozenset[str], StagingTable]:
        if self._staging is None:
            raise Misconfigured(
                Sentence("connection %(connection)s is only read", connection=self._context.connection),
                field="staging",
                cure="Name a staging table that the ERP's own import takes; syncd never writes an ERP's tables.",
            )
        return self._capabilities.writes, self._staging

    def _narrow(self, contractor: Contractor) -> Contractor:
        return contractor if self._context.fields is None else restrict(contractor, self._capabilities.reads)

    def _require_plausible(self, count: int) -> None:
        if count > self._options.row_cap:
            raise SuspiciousRun(
                Sentence(
                    Counted("the read has more than %(count)s record", "the read has more than %(count)s records"),
                    count=self._options.row_cap,
                ),
                code="row-cap",
                cure="Narrow the where option, or raise row_cap if there are that many contractors.",
            )


def _proof(since: Any | None, keyless: int, count: int) -> Proof:
    if since is not None:
        return Proof(complete=False, how="only what changed since the last read was asked for")
    if keyless:
        return Proof(
            complete=False,
            how=Sentence(
                Counted(
                    "%(count)s record has no key and cannot be named",
                    "%(count)s records have no key and cannot be named",
                ),
                count=keyless,
            ),
        )
    if not count:
        return Proof(complete=False, how="the table has no records for this account", listed=0)
    return Proof(complete=True, how="every page by key was read, and the last one was not full", listed=count)


def _prefixes(contractor: Contractor) -> set[str]:
    return {"", contractor.tax_prefix, contractor.country if len(contractor.country) == 2 else ""}


def _is_meant(found: Contractor, wanted: Contractor) -> bool:
    """Whether the two share a key in full: what a query finds by parts, or by another collation, is a candidate."""
    return any(
        getattr(wanted, key) and getattr(found, key).casefold() == getattr(wanted, key).casefold()
        for key in ("number", "tax_id", "email")
    )


def _capabilities(options: Options, stated: frozenset[str], chosen: frozenset[str] | None) -> Capabilities:
    reads = stated if chosen is None else stated & chosen
    degradations = [_WRITES, _KEY] if options.staging else [_READ_ONLY]
    degradations += [] if options.watermark else [_NO_WATERMARK]
    return Capabilities(
        reads=reads,
        writes=reads - {"tax_id_stated"} if options.staging else frozenset(),
        block="flag" if options.staging and "active" in reads else "none",
        incremental="modified" if options.watermark else "none",
        degradations=tuple(degradations),
    )


def open_endpoint(options: Any, context: Context) -> SqlEndpoint:
    """Open a database without connecting to it.

    Raises:
        Misconfigured: If the options contradict themselves, or the driver is not installed.
    """
    return SqlEndpoint(options, context)


ADAPTER: Final = Adapter(
    kind="sql",
    title="Database of an ERP (SQLAlchemy)",
    sides=frozenset({Side.ERP}),
    options=Options,
    open=open_endpoint,
    capabilities=Capabilities(reads=frozenset(FIELDS) - {"activity"}, block="none", degradations=(_READ_ONLY,)),
    poll_seconds=120,
    parallel_calls=2,
)
