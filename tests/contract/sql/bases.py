"""What do the tests of the database adapter share? A table of contractors, a connection to it, what a read brought."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import create_engine, text

from adapters.sql import ADAPTER, SqlEndpoint
from syncd.ports import Context, Page, Proof, Record, Rejected, parse_options

OPTIONS: dict[str, Any] = {
    "table": "kontrahenci",
    "key": "id",
    "fields": {"name": "nazwa", "number": "kod", "tax_id": "nip"},
}

TABLE = (
    "CREATE TABLE kontrahenci (id INTEGER PRIMARY KEY, kod CHAR(10), nazwa VARCHAR(250), nip VARCHAR(20),"
    " archiwalny SMALLINT, grupy VARCHAR(100), zmiana TIMESTAMP)"
)


def run(url: str, *statements: str, **values: Any) -> None:
    """Do something to the database, as the ERP would."""
    engine = create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":  # keeps moments as texts, and Python 3.12 wants to be told
            values = {name: str(value) if isinstance(value, datetime) else value for name, value in values.items()}
        for statement in statements:
            connection.execute(text(statement), values)
    engine.dispose()


def fill(url: str, rows: Sequence[tuple[int, str]], when: str | None = "2026-01-01 10:00:00") -> None:
    """Add contractors: id and name."""
    for id_, name in rows:
        run(
            url,
            "INSERT INTO kontrahenci (id, kod, nazwa, zmiana) VALUES (:id, :kod, :nazwa, :zmiana)",
            id=id_,
            kod=f"K{id_}",
            nazwa=name,
            zmiana=None if when is None else datetime.fromisoformat(when),
        )


@contextmanager
def connected(
    url: str, *, now: datetime | None = None, folder: Path | None = None, **options: Any
) -> Iterator[SqlEndpoint]:
    """Open the database; `options` go over `OPTIONS`."""
    values = {**OPTIONS, "url": url, **options}
    checked = parse_options(ADAPTER.options, values, connection="erp")
    context = Context(connection="erp", folder=folder or Path(), now=lambda: now or datetime.now(UTC))
    endpoint: Any = ADAPTER.open(checked, context)
    assert isinstance(endpoint, SqlEndpoint)
    try:
        yield endpoint
    finally:
        endpoint.close()


class Got(msgspec.Struct, frozen=True):
    """One whole read."""

    pages: list[Page]

    @property
    def records(self) -> list[Record]:
        return [item for page in self.pages for item in page.records if isinstance(item, Record)]

    @property
    def ids(self) -> list[str]:
        return [record.external_id for record in self.records]

    @property
    def rejected(self) -> list[Rejected]:
        return [item for page in self.pages for item in page.records if isinstance(item, Rejected)]

    @property
    def proof(self) -> Proof:
        assert self.pages[-1].end is not None
        return self.pages[-1].end

    @property
    def cursor(self) -> str | None:
        return self.pages[-1].cursor


def read(endpoint: SqlEndpoint, cursor: str | None = None, *, full: bool = False) -> Got:
    return Got(list(endpoint.read(cursor, full=full)))
