"""What do the tests of the Optima adapter share? A connection to a simulated company, and what a read brought."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from adapters.optima import ADAPTER, OptimaEndpoint
from adapters.optima.simulator import OptimaSandbox
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from syncd.ports import Context, Page, Proof, Record, Rejected, Remote, parse_options

opened: Final[list[OptimaEndpoint]] = []
"""Connections of the test that runs: they are closed at its end."""


def connect(
    company: OptimaSandbox,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    without: tuple[str, ...] = (),
    **options: Any,
) -> OptimaEndpoint:
    """Open a connection; `options` go over the company's own, `without` takes some of those away."""
    values = {name: value for name, value in {**company.options, **options}.items() if name not in without}
    checked = parse_options(ADAPTER.options, values, connection="erp")
    endpoint = ADAPTER.open(checked, Context(connection="erp", now=now, sleep=lambda _seconds: None))
    assert isinstance(endpoint, OptimaEndpoint)
    opened.append(endpoint)
    return endpoint


class Got(msgspec.Struct, frozen=True):
    """One whole read."""

    endpoint: OptimaEndpoint
    pages: list[Page]

    @property
    def records(self) -> list[Record]:
        return [item for page in self.pages for item in page.records if isinstance(item, Record)]

    @property
    def rejected(self) -> list[Rejected]:
        return [item for page in self.pages for item in page.records if isinstance(item, Rejected)]

    @property
    def broken(self) -> dict[str, InvalidRecord]:
        """What cannot be used of those that are there."""
        found = {}
        for record in self.records:
            try:
                self.endpoint.parse(record)
            except InvalidRecord as error:
                found[record.external_id] = error
        return found

    @property
    def ids(self) -> list[str]:
        return [record.external_id for record in self.records]

    @property
    def told(self) -> dict[str, Contractor]:
        return {record.external_id: self.endpoint.parse(record).contractor for record in self.records}

    @property
    def proof(self) -> Proof:
        assert self.pages[-1].end is not None
        return self.pages[-1].end

    @property
    def cursor(self) -> str | None:
        return self.pages[-1].cursor


def read(endpoint: OptimaEndpoint, cursor: str | None = None, *, full: bool = False) -> Got:
    return Got(endpoint, list(endpoint.read(cursor, full=full)))


def changed(remote: Remote, **changes: Any) -> Contractor:
    return msgspec.structs.replace(remote.contractor, **changes)
