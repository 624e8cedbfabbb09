"""Which VAT numbers are to be asked for, and what follows from the answers?

VIES fills a table; the country verdict reads it. An outage changes nothing: the answer before it stands, and the
number is asked for again later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from syncd.domain.country import VatAnswer
from syncd.errors import Misconfigured, RateLimited, Unavailable
from syncd.registry import issues, leases, vat_answers
from syncd.registry.engine import reading, writing
from syncd.registry.vat_answers import Due, Number
from syncd.sentence import Sentence
from syncd.sync.app import App
from syncd.sync.reverify import request_look
from syncd.vies import Answered, Vies

__all__ = ["BATCH", "VAT_INVALID", "Asked", "ask_all", "ask_due", "ask_for"]

BATCH: Final = 50
"""Numbers asked for at once, so that the task has an end."""

FRESH: Final = 5000
"""New numbers taken in at once; after a large import the next rounds bring the rest."""

LONGEST: Final = timedelta(seconds=45)

VAT_INVALID: Final = "vat-invalid"

_LEASE: Final = timedelta(minutes=3)
_UNTIL_REGISTERED: Final = timedelta(days=1)
"""After so long a number that was not registered is asked for again: new ones take some days to arrive at VIES."""

_FIRST_WAIT: Final = timedelta(minutes=5)
_LONGEST_WAIT: Final = timedelta(hours=6)
_OUTAGE: Final = timedelta(minutes=5)
_REFUSED: Final = timedelta(hours=1)
_REFUSALS: Final = frozenset({"IP_BLOCKED", "INVALID_REQUESTER_INFO", "auth-failed", "not-found"})
"""Causes that go on until a person, ours or theirs, has acted."""

_HOPELESS: Final = frozenset({"INVALID_INPUT", "VAT_BLOCKED"})
"""Causes that asking again will hardly change."""

_log = logging.getLogger(__name__)


class Asked(msgspec.Struct, kw_only=True):
    """What a round of questions brought.

    Attributes:
        stopped: Why more cannot be asked now; empty when it can, or when nothing more is due.
    """

    valid: int = 0
    invalid: int = 0
    unknown: int = 0
    stopped: str = ""

    @property
    def total(self) -> int:
        return self.valid + self.invalid + self.unknown


def ask_due(app: App, *, limit: int = BATCH) -> Asked:
    """Ask VIES for numbers that are due, and bring issues up to date; nothing happens where VIES is switched off."""
    return Asked() if app.vies is None else _round(app, limit, None)


def ask_all(app: App, *, every: bool, tell: Callable[[Asked], None]) -> Asked:
    """Ask VIES round by round, until nothing is due or no answers come.

    Args:
        every: Ask for all numbers, whether they are due or not.
        tell: Hears the sums after each round.

    Raises:
        Misconfigured: If VIES is switched off.
    """
    _require(app)
    if every:
        _gather(app)
        with writing(app.engine) as connection:
            vat_answers.make_due(connection, None, app.now())
    sums = Asked()
    while True:
        asked = ask_due(app)
        for name in VatAnswer:
            setattr(sums, name, getattr(sums, name) + getattr(asked, name))
        sums.stopped = asked.stopped
        if asked.stopped or not asked.total:
            return sums
        tell(sums)


def ask_for(app: App, numbers: Collection[Number]) -> Asked:
    """Ask VIES for these numbers now.

    Raises:
        Misconfigured: If VIES is switched off.
    """
    _require(app)
    with writing(app.engine) as connection:
        vat_answers.make_due(connection, numbers, app.now())
    return _round(app, len(numbers), numbers)


def _require(app: App) -> None:
    if app.vies is None:
        raise Misconfigured(
            "VIES is not to be asked", field="vies.enabled", cure="Set enabled = true in the table [vies]."
        )


def _round(app: App, limit: int, only: Collection[Number] | None) -> Asked:
    held = leases.acquire(app.engine, "vat", owner=app.owner, now=app.now(), length=_LEASE)
    if held is None:
        return Asked(stopped="another process is asking")
    try:
        _gather(app)
        with reading(app.engine) as connection:
            due = vat_answers.due(connection, app.now(), limit, only)
        asked = _ask(app, held, due)
        _settle_issues(app)
    finally:
        leases.release(app.engine, held)
    return asked


def _gather(app: App) -> None:
    """Make the numbers due that nobody asked for yet. Looking for them is slow, so no write waits for it."""
    with reading(app.engine) as connection:
        fresh = vat_answers.unasked(connection, FRESH)
    if fresh:
        with writing(app.engine) as connection:
            vat_answers.make_due(connection, fresh, app.now())


def _ask(app: App, held: leases.Held, due: Sequence[Due]) -> Asked:
    asked = Asked()
    if not due or app.vies is None:
        return asked
    began = app.now()
    vies = app.vies()
    try:
        for one in due:
            if app.stopping():
                asked.stopped = "the process was asked to end"
                break
            if app.now() - began > LONGEST or not _ask_one(app, held, vies, one, asked):
                break
    except leases.LostLease:
        asked.stopped = "another process is asking"
    finally:
        vies.close()
    return asked


def _ask_one(app: App, held: leases.Held, vies: Vies, one: Due, asked: Asked) -> bool:
    """Ask for one number and keep the answer; say whether the next one can be asked for."""
    try:
        answered = vies.ask(one.prefix, one.number)
    except (RateLimited, Unavailable) as error:
        asked.stopped = error.message
        return False
    now = app.now()
    with writing(app.engine) as connection:
        leases.verify(connection, held)
        leases.prolong(connection, held, now=now, length=_LEASE)
        vat_answers.store(
            connection,
            (one.prefix, one.number),
            answered.answer,
            consultation=answered.consultation,
            cause=answered.cause,
            now=now,
            again_at=now + _wait(app, answered, one.tries),
        )
        if answered.everybodys:
            vat_answers.put_off(connection, now + (_REFUSED if answered.cause in _REFUSALS else _OUTAGE))
    setattr(asked, answered.answer.value, getattr(asked, answered.answer.value) + 1)
    if answered.everybodys:
        asked.stopped = answered.cause
        _log.warning("VIES gives no answers now: %s", answered.cause)
    return not answered.everybodys


def _wait(app: App, answered: Answered, tries: int) -> timedelta:
    """How long until the number is asked for again; spread, so that one import is not one crowd for ever."""
    if answered.answer is VatAnswer.VALID:
        return timedelta(days=app.settings.vies.keep_days) * app.random.uniform(0.9, 1)
    if answered.answer is VatAnswer.INVALID or answered.cause in _HOPELESS:
        return _UNTIL_REGISTERED
    longest: timedelta = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(tries, 10))
    return longest * app.random.uniform(0.5, 1)


def _settle_issues(app: App) -> None:
    """Open an issue for each contractor whose number is not registered, and close those whose cause is gone."""
    now = app.now()
    with reading(app.engine) as connection:
        invalid = vat_answers.invalid(connection)
        wrong = {id_: number for number, ids in vat_answers.holders(connection, invalid.keys()).items() for id_ in ids}
        standing = issues.standing(connection, VAT_INVALID)
    fresh = sorted(wrong.keys() - standing)
    gone = sorted(standing - wrong.keys())
    if not fresh and not gone:
        return
    reports = [_report(id_, wrong[id_], invalid[wrong[id_]].answered_at) for id_ in fresh]
    with writing(app.engine) as connection:
        issues.open_issues(connection, reports, run_id=None, now=now)
        issues.close_of(connection, VAT_INVALID, gone, by="VIES", now=now)
    request_look(app, [*fresh, *gone], by="VIES")


def _report(contractor_id: int, number: Number, answered_at: datetime | None) -> issues.Report:
    return issues.Report(
        connection_id=None,
        contractor_id=contractor_id,
        code=VAT_INVALID,
        field="tax_id",
        message=Sentence(
            "VIES says that the %(number)s VAT number is not registered for trade inside the EU", number=number[0]
        ),
        cure="Ask the customer for the right number, or to have it registered; VIES is asked again every day.",
        details={"answered_at": answered_at.isoformat() if answered_at else ""},
    )
