"""What is kept of tries that did not succeed?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from syncd.domain.exchange import Exchange, kept
from syncd.errors import SyncError
from syncd.ports import Secret
from syncd.registry.outbox import Claim, Postponed
from syncd.registry.tries import Tried
from syncd.settings.options import secret_options
from syncd.sync.app import App, Connected
from syncd.sync.held import SyncHeld
from syncd.sync.later import NotTried
from syncd.tape import Call

__all__ = ["tried"]


def tried(
    app: App,
    connected: Connected,
    claims: Sequence[Claim],
    failures: Mapping[int, SyncError],
    later: Sequence[Postponed],
    *,
    taped: Mapping[int, Call],
    now: datetime,
) -> list[Tried]:
    """Say what became of these claims.

    Args:
        taped: The telling call of each that failed, where HTTP is spoken.
    """
    due_at = {one.contractor_id: one.due_at for one in later}
    secrets = _secrets(connected) if taped else []
    return [
        Tried(
            connection_id=connected.id,
            contractor_id=claim.contractor_id,
            run_id=claim.run_id,
            at=now,
            attempt=claim.attempts,
            code=failure.code,
            message=failure.said,
            due_at=due_at.get(claim.contractor_id),
            exchange=_exchange(app, taped.get(claim.contractor_id), secrets),
        )
        for claim in claims
        if (failure := failures.get(claim.contractor_id)) is not None and not isinstance(failure, NotTried | SyncHeld)
    ]


def _exchange(app: App, call: Call | None, secrets: Sequence[str]) -> Exchange | None:
    if call is None or not app.settings.payload_days:
        return None
    return kept(
        call.method,
        call.url,
        call.headers,
        call.content,
        status=call.status,
        answer_headers=call.answer_headers,
        answer=call.answer,
        secrets=secrets,
    )


def _secrets(connected: Connected) -> list[str]:
    """What the configuration calls a secret."""
    names = secret_options(connected.adapter.options)
    return list(_texts([value for name, value in connected.settings.options.items() if name in names]))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Secret):
        yield value.reveal()
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, Sequence):
        for part in value:
            yield from _texts(part)
