"""What do the tests of the files adapter share? A folder, a connection to it, and what a read brought."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from adapters.files import ADAPTER, FilesEndpoint
from syncd.ports import Context, Page, Proof, Record, Rejected, parse_options

HEAD = "Id;Nazwa;NIP;Tel\n"

OPTIONS: dict[str, Any] = {
    "key": "Id",
    "fields": {"name": "Nazwa", "tax_id": "NIP", "phones": "Tel"},
    "settle_seconds": 0,
    "record": "k",
}


def connect(
    folder: Path,
    *,
    sleep: Callable[[float], None] = lambda _seconds: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    **options: Any,
) -> FilesEndpoint:
    """Open the folder; `options` go over `OPTIONS`."""
    values = {**OPTIONS, "folder": str(folder), **options}
    checked = parse_options(ADAPTER.options, values, connection="erp")
    endpoint: Any = ADAPTER.open(checked, Context(connection="erp", sleep=sleep, now=now))
    assert isinstance(endpoint, FilesEndpoint)
    return endpoint


class Got(msgspec.Struct, frozen=True):
    """One whole read."""

    pages: list[Page]

    @property
    def ids(self) -> list[str]:
        return [item.external_id for page in self.pages for item in page.records if isinstance(item, Record)]

    @property
    def records(self) -> list[Record]:
        return [item for page in self.pages for item in page.records if isinstance(item, Record)]

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


def read(endpoint: FilesEndpoint, cursor: str | None = None, *, full: bool = False) -> Got:
    return Got(list(endpoint.read(cursor, full=full)))


def names(folder: Path, place: str = "") -> list[str]:
    """Names of the files in a subfolder, without those that syncd keeps for itself."""
    where = folder / place
    return (
        sorted(path.name for path in where.iterdir() if path.is_file() and path.name[0] != ".")
        if where.is_dir()
        else []
    )
