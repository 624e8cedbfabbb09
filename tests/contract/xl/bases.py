"""What do the tests of the XL adapter share? A company, a connection to it, what a read brought, its tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec

from adapters.xl import ADAPTER, XlEndpoint
from adapters.xl.simulator import Way, XlSandbox, simulate
from syncd.domain.contractor import Address, AddressKind, Contractor, Employee
from syncd.ports import Context, Page, Proof, Record, Rejected, Remote, parse_options

MAIN = Address(street="Długa 1", postal_code="30-001", city="Kraków", country="PL")
STORE = Address(kind=AddressKind.DELIVERY, street="Magazynowa 2", postal_code="30-002", city="Kraków", country="PL")
ANNA = Employee(name="Anna Lis", email="anna@firma.example", default_login=True)
FIRM = Contractor(
    name="Firma Pierwsza",
    number="K1",
    tax_id="5260250274",
    country="PL",
    email="biuro@firma.example",
    addresses=(MAIN,),
    employees=(ANNA,),
    groups=("Detal",),
)


@contextmanager
def opened(
    sandbox: XlSandbox,
    *,
    fields: frozenset[str] | None = None,
    now: datetime | None = None,
    sleep: Callable[[float], None] = time.sleep,
    **options: Any,
) -> Iterator[XlEndpoint]:
    """Connect to a company; `options` go over the sandbox's own."""
    checked = parse_options(ADAPTER.options, {**sandbox.options, **options}, connection="erp")
    clock = (lambda: now) if now else lambda: datetime.now(UTC)
    endpoint: Any = ADAPTER.open(checked, Context(connection="erp", fields=fields, now=clock, sleep=sleep))
    assert isinstance(endpoint, XlEndpoint)
    try:
        yield endpoint
    finally:
        endpoint.close()


@contextmanager
def company(way: Way = "http", **options: Any) -> Iterator[tuple[XlSandbox, XlEndpoint]]:
    """An empty company and a connection to it."""
    with simulate(way) as sandbox, opened(sandbox, **options) as endpoint:
        yield sandbox, endpoint


def run(sandbox: XlSandbox, statement: str, *values: Any) -> None:
    """Do something to the database that XL's own forms would not."""
    with sandbox.program.database() as db:
        db.execute(statement, values)


def rows(sandbox: XlSandbox, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with sandbox.program.database() as db:
        return [tuple(row) for row in db.execute(statement, values)]


def age(sandbox: XlSandbox, seconds: int = 200_000) -> str:
    """Let everything that is there have happened long ago; answer the cursor of a read that has just ended."""
    for table, stamp in (
        ("KntKarty", "Knt_LastModL"),
        ("KntAdresy", "KnA_LastModL"),
        ("KntOsoby", "KnS_CzasModyfikacji"),
        ("KntGrupy", "KnG_CzasModyfikacji"),
    ):
        run(sandbox, f"UPDATE {table} SET {stamp} = {stamp} - ?", seconds)
    return f"stamps:{sandbox.program.stamp}"


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


def read(endpoint: XlEndpoint, cursor: str | None = None, *, full: bool = False) -> Got:
    return Got(list(endpoint.read(cursor, full=full)))


def told(endpoint: XlEndpoint, got: Got) -> dict[str, Contractor]:
    return {record.external_id: endpoint.parse(record).contractor for record in got.records}


def changed(endpoint: XlEndpoint, remote: Remote, **changes: Any) -> Remote:
    """Write these fields."""
    return endpoint.update(remote, msgspec.structs.replace(remote.contractor, **changes))


def names(found: Sequence[Remote]) -> list[str]:
    return [remote.contractor.name for remote in found]
