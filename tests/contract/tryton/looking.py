"""What do tests look at: what a read delivers, and which calls reached the server?"""

from __future__ import annotations

from adapters.tryton import TrytonEndpoint
from adapters.tryton.simulator import TrytonSandbox
from syncd.ports import Record, Remote


def changed(endpoint: TrytonEndpoint, cursor: str | None) -> set[int]:
    """Ids of the parties that a read from there delivers."""
    return {int(record.external_id) for page in endpoint.read(cursor, full=False) for record in page.records}


def records(endpoint: TrytonEndpoint) -> list[Record]:
    """All records of a full read, as they came."""
    return [record for page in endpoint.read(None, full=True) for record in page.records if isinstance(record, Record)]


def read_all(endpoint: TrytonEndpoint) -> dict[int, Remote]:
    """All parties, understood."""
    return {int(record.external_id): endpoint.parse(record) for record in records(endpoint)}


def writes(sandbox: TrytonSandbox) -> list[str]:
    """Names of the calls so far that were to change something."""
    return [call.name.rpartition(".")[2] for call in sandbox.journal if call.writes]
