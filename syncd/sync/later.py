"""When is what could not be delivered due again, and what should a person know of it?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from syncd.errors import FatalError, OutcomeUnknown, RateLimited, RecordError, SyncError, Unavailable
from syncd.registry import issues
from syncd.registry.outbox import IN_DOUBT, Claim, Postponed
from syncd.sync.app import App
from syncd.sync.confirm import Unconfirmed
from syncd.sync.deliver import MovedThere, TwinsThere
from syncd.sync.erase_there import EraseByHand
from syncd.sync.held import SyncHeld
from syncd.sync.matching import twins_answers
from syncd.sync.pauses import OUTAGE, longest_pause
from syncd.sync.taken import LoginTaken

__all__ = ["NotTried", "postponed", "wait", "worst"]

_FATAL_WAIT: Final = timedelta(minutes=15)


class NotTried(Unavailable):
    """The next batch has to see to this push: this one ended before its turn, or could not know enough."""

    code = "not-tried"


def postponed(
    app: App,
    connection_id: int,
    claims: Sequence[Claim],
    failures: Mapping[int, SyncError],
    now: datetime,
    *,
    side: SyncError | None,
) -> tuple[list[Postponed], list[issues.Report]]:
    """Give back the claims of contractors with a failure, and report those that a person has to know of.

    Args:
        side: What the whole side's trouble is: then the connection says so, and its contractors say nothing.
    """
    later, reports = [], []
    for claim in claims:
        failure = failures.get(claim.contractor_id)
        if failure is None:
            continue
        if isinstance(failure, NotTried):
            code = claim.error_code or failure.code
            later.append(Postponed(claim.contractor_id, now, code, claim.attempts - 1, claim.in_doubt))
            continue
        if isinstance(failure, SyncHeld):
            # It goes on with the release, which is a person's: nobody has to be told of it.
            later.append(Postponed(claim.contractor_id, None, failure.code, claim.attempts - 1, claim.in_doubt))
            continue
        due_at = None if isinstance(failure, RecordError) else now + wait(app, failure, attempts=claim.attempts)
        if due_at is not None and isinstance(failure, MovedThere | OutcomeUnknown):
            # The read that it waits for lets it go on at once. Asking earlier would only be refused again, and a
            # thousand such questions use up the calls that the read needs. And what no answer came to may still be
            # under way: looked for before it arrives it is not there, and would be made twice.
            due_at = max(due_at, now + app.lease)
        in_doubt = claim.in_doubt or failure.code in IN_DOUBT
        later.append(Postponed(claim.contractor_id, due_at, failure.code, claim.attempts, in_doubt))
        tired = claim.attempts >= app.settings.push_tries and side is None
        if due_at is None or tired or isinstance(failure, Unconfirmed | EraseByHand):
            details: dict[str, Any] = {"record": failure.record or ""}
            if isinstance(failure, LoginTaken):
                details["holders"] = list(failure.holders)
            reports.append(
                issues.from_error(
                    failure,
                    connection_id=connection_id,
                    external_id=None,
                    contractor_id=claim.contractor_id,
                    details=details,
                    answers=twins_answers(failure.external_ids) if isinstance(failure, TwinsThere) else (),
                )
            )
    return later, reports


def wait(app: App, error: SyncError, *, attempts: int) -> timedelta:
    """Back-off with full jitter; a pause that the peer asked for, or a person's work, is waited for in full."""
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    if isinstance(error, FatalError):
        return _FATAL_WAIT
    return app.random.uniform(0, 1) * longest_pause(app, attempts=attempts)


def worst(failures: Sequence[SyncError], tried: int, answers: Callable[[], bool]) -> SyncError | None:
    """The failure that concerns the connection and not one record of it.

    Args:
        answers: Asks whether the side is there at all. Where a few were tried and all in vain nothing else tells.
    """
    fatal = [failure for failure in failures if isinstance(failure, FatalError | RateLimited)]
    down = [failure for failure in failures if isinstance(failure, Unavailable) and not isinstance(failure, NotTried)]
    if fatal:
        return fatal[0]
    return down[0] if len(down) >= OUTAGE or (down and len(down) == tried and not answers()) else None
