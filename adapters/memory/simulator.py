"""What does the in-process platform look like from its own side, and how does it fail on demand?

It needs no simulation: the sandbox works on the same store, and a gate before each call makes the faults.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from adapters.memory.store import Content, Entry, Store, forget, store_named
from syncd.certify.faults import Fault, Faults
from syncd.certify.journal import Journal
from syncd.certify.sandbox import Call
from syncd.certify.webhooks import Webhooks
from syncd.domain.contractor import Contractor
from syncd.errors import AuthFailed, InvalidRecord, NotFound, OutcomeUnknown, RateLimited, SyncError, Unavailable
from syncd.http import retry_after
from syncd.ports import Remote

__all__ = ["FaultyGate", "MemorySandbox", "simulate"]

Answer = TypeVar("Answer")

_REFUSALS: Final[Mapping[int, type[SyncError]]] = {401: AuthFailed, 403: AuthFailed, 404: NotFound}


class FaultyGate:
    """Lets calls through, or makes them fail as planned; notes them all."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.journal = Journal()

    def __call__(self, name: str, act: Callable[[], Answer], /, *, writes: bool, external_id: str | None) -> Answer:
        fault = self._take(name, writes=writes, external_id=external_id)
        if fault is not None and fault.kind not in {"latency", "lose_answer", "late", "cut"}:
            self._note(name, writes=writes, external_id=external_id, applied=False)
            raise _refusal(fault, writes=writes)
        if fault is not None and fault.kind == "latency":
            time.sleep(fault.seconds)
        try:
            answer = act()
        except SyncError:
            self._note(name, writes=writes, external_id=external_id, applied=False)
            raise
        made = answer.external_id if isinstance(answer, Entry) else external_id
        self._note(name, writes=writes, external_id=made, applied=writes)
        if fault is not None and fault.kind in {"lose_answer", "late", "cut"}:
            raise _lost("the answer did not arrive", writes=writes)
        return answer

    def _take(self, name: str, *, writes: bool, external_id: str | None) -> Fault | None:
        """The fault of this call. A session that has ended is renewed once, as a careful client does."""
        fault = self.faults.take(writes=writes)
        if fault is not None and fault.kind == "expired":
            self._note(name, writes=writes, external_id=external_id, applied=False)
            fault = self.faults.take(writes=writes)
        return fault

    def _note(self, name: str, *, writes: bool, external_id: str | None, applied: bool) -> None:
        self.journal.enter(Call(name=name, writes=writes, applied=applied, external_id=external_id))


def _refusal(fault: Fault, *, writes: bool) -> SyncError:
    """The error that a client over a network would raise."""
    if fault.kind == "expired":
        return AuthFailed("the session ended and cannot be renewed")
    if fault.kind == "html":
        return _lost("the answer is a web page, not data", writes=writes)
    if fault.kind == "drop":
        return _lost("the connection was dropped", writes=writes)
    pause = retry_after(fault.retry_after, datetime.now(UTC))
    if fault.status == 429 or (fault.status == 503 and pause is not None):
        return RateLimited(f"the platform asks for a pause ({fault.status})", retry_after=pause)
    if fault.status >= 500:
        return _lost(f"the platform failed ({fault.status})", writes=writes)
    return _REFUSALS.get(fault.status, InvalidRecord)(f"the platform refused ({fault.status})")


def _lost(message: str, *, writes: bool) -> SyncError:
    return OutcomeUnknown(message) if writes else Unavailable(message)


class MemorySandbox:
    """The store, seen by an operator."""

    page_records = 10

    def __init__(self, name: str) -> None:
        self._name = name
        self._store: Store = store_named(name)
        self._gate = FaultyGate()
        self.webhooks = Webhooks()
        self._store.gate = self._gate
        self._store.tell = self.webhooks.send

    @property
    def options(self) -> Mapping[str, Any]:
        return {"store": self._name, "page": self.page_records}

    @property
    def usual_options(self) -> Mapping[str, Any]:
        """The same with pages of the usual size."""
        return {"store": self._name}

    @property
    def revision(self) -> int:
        """Number of the last change."""
        return self._store.last_change

    @property
    def faults(self) -> Faults:
        return self._gate.faults

    @property
    def journal(self) -> Sequence[Call]:
        return self._gate.journal.calls()

    def content(self) -> Content:
        """What it holds now."""
        return self._store.content()

    def become(self, content: Content) -> None:
        """Hold what it, or another one, held at another moment."""
        self._store.become(content)

    def add(self, contractor: Contractor) -> str:
        return self._store.add(contractor).external_id

    def edit(self, external_id: str, **changes: Any) -> None:
        self._store.edit(external_id, **changes)

    def remove(self, external_id: str) -> None:
        self._store.remove(external_id)

    def holds(self) -> Mapping[str, Remote]:
        return {
            entry.external_id: Remote(
                external_id=entry.external_id,
                contractor=entry.contractor,
                version=str(entry.change),
                modified=entry.modified,
            )
            for entry in self._store.entries().values()
        }

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let the store's clock stand still."""
        clock, still = self._store.now, self._store.now()
        self._store.now = lambda: still
        try:
            yield
        finally:
            self._store.now = clock

    def pass_time(self, seconds: float) -> None:
        """Put the store's clock ahead, or back."""
        clock = self._store.now
        self._store.now = lambda: clock() + timedelta(seconds=seconds)

    def spoil(self, external_id: str) -> None:
        """Take a record's name away, which no contractor can be without."""
        self._store.edit(external_id, name="")


_numbers: Final = itertools.count(1)


@contextlib.contextmanager
def simulate() -> Iterator[MemorySandbox]:
    """A store of its own for each call."""
    name = f"sandbox-{next(_numbers)}"
    try:
        yield MemorySandbox(name)
    finally:
        forget(name)
