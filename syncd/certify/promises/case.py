"""What does one promise get to work with, and how does it say that it was broken?"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec

from syncd.certify import samples
from syncd.certify.faults import Fault, FaultKind
from syncd.certify.sandbox import Call, Sandbox, page_records, patience
from syncd.domain.contractor import FIELDS, Contractor, restrict
from syncd.errors import SyncError
from syncd.http import hurried
from syncd.ports import (
    Adapter,
    Capabilities,
    Context,
    Endpoint,
    NoThrottle,
    Page,
    Proof,
    Record,
    Rejected,
    Remote,
    Secret,
    Throttle,
    parse_options,
)

__all__ = ["Broken", "Case", "Degraded", "Reading", "demand", "differing", "raised"]

MANY_FAULTS = 20
"""More than any adapter tries a read."""


class Broken(AssertionError):
    """A promise was not kept; the text says how."""


class Degraded(Exception):
    """A promise does not apply to this platform; the text is the reason that an admin reads."""


def demand(condition: object, why: str) -> None:
    """Go on only if `condition` holds; `why` says what was seen instead.

    Raises:
        Broken: If it does not.
    """
    if not condition:
        raise Broken(why)


def raised(call: Callable[[], object]) -> SyncError | None:
    """The error of `syncd.errors` that `call` ends with; any other goes on, since no endpoint may raise it."""
    try:
        call()
    except SyncError as error:
        return error
    return None


def differing(told: Contractor, wanted: Contractor, fields: Iterable[str]) -> list[str]:
    """Names of the `fields` in which two statements differ, sides' own keys aside."""
    chosen = frozenset(fields)
    one, two = restrict(told, chosen), restrict(wanted, chosen)
    return [field for field in FIELDS if field in chosen and getattr(one, field) != getattr(two, field)]


class Reading(msgspec.Struct, frozen=True):
    """All pages of one read."""

    pages: Sequence[Page]

    @property
    def records(self) -> list[Record]:
        return [record for page in self.pages for record in page.records if isinstance(record, Record)]

    @property
    def rejected(self) -> list[Rejected]:
        return [record for page in self.pages for record in page.records if isinstance(record, Rejected)]

    @property
    def ids(self) -> list[str]:
        return [record.external_id for record in self.records]

    @property
    def raws(self) -> dict[str, bytes]:
        """The last raw bytes of each record."""
        return {record.external_id: record.raw for record in self.records}

    @property
    def proof(self) -> Proof | None:
        return self.pages[-1].end if self.pages else None

    @property
    def complete(self) -> bool:
        return self.proof is not None and self.proof.complete

    @property
    def cursor(self) -> str | None:
        """Where the next run would start: the last cursor that a page gave."""
        return next((page.cursor for page in reversed(self.pages) if page.cursor is not None), None)


class Case:
    """One platform in one fresh state, with an open connection to it.

    Attributes:
        opened: Every endpoint that was opened, for closing.
        before: External ids that the platform held from the start.
    """

    def __init__(self, adapter: Adapter, sandbox: Sandbox) -> None:
        self.adapter = adapter
        self.sandbox = sandbox
        self.opened: list[Endpoint] = []
        self.before = frozenset(sandbox.holds())
        self.endpoint = self.open()

    @functools.cached_property
    def options(self) -> msgspec.Struct:
        """The options of a connection to the sandbox, checked."""
        return parse_options(self.adapter.options, self.sandbox.options, connection=self.adapter.kind)

    @functools.cached_property
    def can(self) -> Capabilities:
        return self.endpoint.capabilities

    @functools.cached_property
    def edits(self) -> frozenset[str]:
        """Fields that the sandbox can change and a read states."""
        edits: frozenset[str] = getattr(self.sandbox, "edits", self.can.reads)
        return edits & self.can.reads

    @functools.cached_property
    def stores(self) -> frozenset[str]:
        """Fields that can be written and then read back."""
        return self.can.writes & self.can.reads

    @property
    def pairs(self) -> Mapping[str, tuple[Any, Any]]:
        pairs: Mapping[str, tuple[Any, Any]] = getattr(self.sandbox, "samples", {})
        return pairs

    @functools.cached_property
    def page_records(self) -> int:
        return page_records(self.sandbox)

    @property
    def secrets(self) -> list[str]:
        """The secrets of the connection, as the platform knows them."""
        values = (getattr(self.options, name) for name in self.options.__struct_fields__)
        return [value.reveal() for value in values if isinstance(value, Secret) and value]

    def open(self, *, fields: frozenset[str] | None = None, throttle: Throttle | None = None) -> Endpoint:
        """Open another connection; it is closed with the case."""
        # Waiting is cut short, not left out: whoever polls must not spin.
        context = Context(
            connection=self.adapter.kind,
            sleep=lambda s: time.sleep(min(s, 0.01)),
            fields=fields,
            throttle=throttle or NoThrottle(),
        )
        endpoint = self.adapter.open(self.options, context)
        self.opened.append(endpoint)
        return endpoint

    def close(self) -> None:
        """Close every connection."""
        for endpoint in self.opened:
            endpoint.close()

    def contractor(self, index: int, *, second: bool = False, **changes: Any) -> Contractor:
        """A contractor with every field that this connection can write, and no other."""
        full = samples.contractor(index, self.pairs, second=second, **changes)
        return restrict(full, self.can.writes)

    def other(self, field: str) -> Any:
        """A value of `field` other than the one that records start with."""
        return getattr(samples.contractor(9000, self.pairs, second=True), field)

    def add(self, *indices: int, **changes: Any) -> list[str]:
        """Let an operator create these contractors; answer their external ids."""
        return [self.sandbox.add(samples.contractor(index, self.pairs, **changes)) for index in indices]

    def populate(self) -> list[str]:
        """A bit more than two pages of contractors."""
        return self.add(*range(1, 2 * self.page_records + 2))

    def settle(self) -> None:
        """Let every group exist that the samples name, in two bystanders."""
        both = sorted({*self.contractor(8001).groups, *self.contractor(8001, second=True).groups})
        self.add(8001, 8002, groups=tuple(both))

    def read(self, cursor: str | None = None, *, full: bool = False) -> Reading:
        return Reading(list(self.endpoint.read(cursor, full=full)))

    def read_changes(self, cursor: str | None) -> Reading:
        """Read what changed since `cursor`; all, where the platform can only say what was created since."""
        return self.read(None if self.can.incremental == "created" else cursor)

    def pages(self, cursor: str | None = None, *, full: bool = False) -> Iterator[Page]:
        return self.endpoint.read(cursor, full=full)

    def told(self, reading: Reading) -> dict[str, Remote]:
        """Every record understood, by external id; of a repeated one the last."""
        return {record.external_id: self.endpoint.parse(record) for record in reading.records}

    def writes(self) -> list[Call]:
        """The calls so far that were meant to change something."""
        return [call for call in self.sandbox.journal if call.writes]

    def fail(
        self,
        kind: FaultKind,
        call: Callable[[], object],
        *,
        only: Literal["read", "write"] | None = None,
        status: int = 500,
        retry_after: str | None = None,
    ) -> SyncError | None:
        """Let all calls of `call` go wrong in one way; heal; answer the error that came of it."""
        fault = Fault(kind=kind, only=only, status=status, retry_after=retry_after)
        self.sandbox.faults.plan(*[fault] * MANY_FAULTS)
        try:
            return raised(call)
        finally:
            self.sandbox.faults.clear()

    def fail_late(self, call: Callable[[Endpoint], object], *, only: Literal["read", "write"]) -> SyncError | None:
        """The same where each answer comes later than a connection waits that is in a hurry."""
        with hurried(patience(self.sandbox)):
            endpoint = self.open()
            return self.fail("late", lambda: call(endpoint), only=only)
