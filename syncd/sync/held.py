"""What does it mean that an admin holds a customer's synchronization, and what follows when it is released?

While it is held nothing that a side states of the customer is taken over, and nothing is told to a side; an erasure is
carried out all the same. Nothing is lost by that: what was last seen stays what was last seen, and the pushes wait.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from syncd.domain.code import code_of
from syncd.domain.match import Link
from syncd.errors import Ambiguous, RecordError
from syncd.registry import issues, lines, outbox
from syncd.registry.engine import among, reading, writing
from syncd.registry.outbox import HELD
from syncd.registry.tables import Binding, Issue
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.recognise import WORD_OF
from syncd.sync.request import AT_ONCE, request_run

__all__ = ["LinkHeld", "SyncHeld", "hear_released"]


class SyncHeld(RecordError):
    """The push waits for the release."""

    code = HELD

    def __init__(self, contractor_id: int) -> None:
        super().__init__(
            Sentence("the synchronization of %(customer)s is held", customer=code_of(contractor_id)), cure="Release it."
        )


class LinkHeld(Ambiguous):
    """A record that was nobody's is a customer whose synchronization is held."""

    code = "customer-held"

    def __init__(self, found: Link) -> None:
        code = code_of(found.contractor_id)
        told = Sentence("the record is %(customer)s, as a person said, whose synchronization is held", customer=code)
        if found.evidence:
            told = Sentence(
                "the record has the same %(key)s as %(customer)s, whose synchronization is held",
                key=WORD_OF[found.evidence],
                customer=code,
            )
        super().__init__(told, cure=Sentence("Release %(customer)s: the record is read again then.", customer=code))


def hear_released(app: App, run_id: int) -> None:
    """After a run that let customers go: push what waited, and read what nobody heard of them meanwhile."""
    with reading(app.engine) as connection:
        ids = lines.released_to_sync(connection, run_id)
    for start in range(0, len(ids), AT_ONCE):
        _hear(app, ids[start : start + AT_ONCE], run_id)


def _hear(app: App, ids: list[int], run_id: int) -> None:
    records: dict[int, list[str]] = defaultdict(list)
    with writing(app.engine) as connection:
        bound = select(Binding.connection_id, Binding.external_id).where(among(connection, Binding.contractor_id, ids))
        strange = select(Issue.connection_id, Issue.external_id).where(
            Issue.code == LinkHeld.code, Issue.state != "resolved", among(connection, Issue.contractor_id, ids)
        )
        for connection_id, external_id in (*connection.execute(bound), *connection.execute(strange)):
            records[connection_id].append(external_id)
        issues.close_of(connection, LinkHeld.code, ids, by=f"run {run_id}", now=app.now())
        outbox.wake(connection, ids, now=app.now())
    for connected in app.connections.values():
        if connected.id in records:
            request_run(app, connected, mode="only", only=records[connected.id], asked_by=f"run {run_id}")
            app.doorbell.push(connected.id)
