"""Does a connection keep secrets, names and its hands to itself?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from syncd.certify.faults import FaultKind
from syncd.certify.listening import overheard
from syncd.certify.promises.case import Case, demand
from syncd.certify.promises.needs import fault, secrets, writes
from syncd.certify.promises.promise import promise
from syncd.certify.sandbox import supports
from syncd.errors import SyncError

__all__: list[str] = []

_STATUSES: Final = (400, 401, 403, 404, 409, 422, 429, 500, 503)


@promise()
def opening_makes_no_call(case: Case) -> None:
    """A configuration is checked without any platform being there."""
    calls = len(case.sandbox.journal)
    case.open()
    demand(len(case.sandbox.journal) == calls, "opening called the platform")


@promise()
def check_answers_and_changes_nothing(case: Case) -> None:
    """The connection test of an admin who is only looking."""
    case.add(1)
    before = case.sandbox.holds()
    demand(case.endpoint.check().detail, "check says nothing")
    demand(not any(call.applied for call in case.writes()), f"it wrote: {case.writes()}")
    demand(case.sandbox.holds() == before, "the platform holds something else now")


@promise()
def reading_changes_nothing(case: Case) -> None:
    """Not even a "last exported" mark, unless the platform is told to."""
    ids = case.add(1, 2)
    before = case.sandbox.holds()
    case.read(full=True)
    case.endpoint.get(ids[0])
    demand(not any(call.applied for call in case.writes()), f"it wrote: {case.writes()}")
    demand(case.sandbox.holds() == before, "the platform holds something else now")


@promise()
def fields_narrow_what_a_connection_reads_and_writes(case: Case) -> None:
    """The configuration may take fields away, never add any."""
    chosen = frozenset({"name", "number", "email"})
    narrow = case.open(fields=chosen).capabilities
    demand(narrow.reads <= chosen & case.can.reads, f"it reads {sorted(narrow.reads)}")
    demand(narrow.writes <= chosen & case.can.writes, f"it writes {sorted(narrow.writes)}")


@promise()
def closing_twice_is_safe(case: Case) -> None:
    """The second time by whoever cleans up after an error."""
    case.read(full=True)
    endpoint = case.open()
    endpoint.close()
    endpoint.close()
    demand(case.read(full=True).proof is not None, "closing one connection closed another")


def _chain(error: BaseException | None) -> Iterator[str]:
    """Texts of an error and of those that it was raised from, as a log would print them."""
    while error is not None:
        yield f"{error!r} {error}"
        if isinstance(error, SyncError):
            yield f"{error.cure} {error.field} {error.record}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


@promise(secrets)
def no_secret_shows_in_the_connection_or_its_options(case: Case) -> None:
    """They reach logs by accident, so their ``repr`` must be harmless."""
    shown = f"{case.endpoint!r} {case.options!r} {case.endpoint.capabilities!r}"
    demand(not any(secret in shown for secret in case.secrets), "a secret is in a repr")


@promise(secrets, fault("status"))
def no_secret_shows_in_an_error(case: Case) -> None:
    """URLs with keys in them, and log-in calls with passwords, end up in errors."""
    for status in (400, 401, 403, 404, 422, 429, 500):
        error = case.fail("status", lambda: case.read(full=True), status=status)
        text = " ".join(_chain(error))
        demand(not any(secret in text for secret in case.secrets), f"a secret is in the error after HTTP {status}")


@promise(writes, fault("status"))
def no_personal_data_shows_in_an_error(case: Case) -> None:
    """Names, addresses and numbers of people stay out of logs; external ids may go in."""
    case.settle()
    wanted = case.contractor(1, second=True, active=True)
    personal = (wanted.name, wanted.email, wanted.tax_id, wanted.last_name)
    for status in (400, 409, 422, 500):
        error = case.fail("status", lambda: case.endpoint.create(wanted), status=status, only="write")
        text = " ".join(_chain(error))
        shown = [value for value in personal if value and value in text]
        demand(not shown, f"the error after HTTP {status} shows {shown}")


def _failing_calls(case: Case, *, writes: bool) -> None:
    """Everything that goes wrong, one after the other, as a log would hear of it."""
    wanted = case.contractor(1, second=True, active=True)
    call = (lambda: case.endpoint.create(wanted)) if writes else (lambda: case.read(full=True))
    kinds: tuple[FaultKind, ...] = ("drop", "cut", "html", "expired", "lose_answer")
    for kind in kinds:
        if kind in supports(case.sandbox):
            case.fail(kind, call, only="write" if writes else None)
    if "status" in supports(case.sandbox):
        for status in _STATUSES:
            case.fail("status", call, only="write" if writes else None, status=status)


@promise(secrets)
def no_secret_shows_in_a_log(case: Case) -> None:
    """Nor in what libraries log of their own accord: URLs with keys, headers, statements with passwords."""
    with overheard() as lines:
        case.open().close()
        case.endpoint.check()
        case.read(full=True)
        _failing_calls(case, writes=False)
    told = [line for line in lines if any(secret in line for secret in case.secrets)]
    who = {line.split()[0] for line in told}
    demand(not told, f"{len(told)} lines of a log have a secret in them; they are from {', '.join(sorted(who))}")


@promise(writes)
def no_personal_data_shows_in_a_log(case: Case) -> None:
    """Logs are kept elsewhere, longer, and read by others than customers' records."""
    case.settle()
    wanted = case.contractor(1, second=True, active=True)
    personal = [value for value in (wanted.name, wanted.email, wanted.tax_id, wanted.username) if value]
    with overheard() as lines:
        case.endpoint.find(wanted)
        case.endpoint.create(case.contractor(2))
        _failing_calls(case, writes=True)
    told = [line for line in lines if any(value in line for value in personal)]
    who = {line.split()[0] for line in told}
    demand(not told, f"{len(told)} lines of a log tell of a person; they are from {', '.join(sorted(who))}")
