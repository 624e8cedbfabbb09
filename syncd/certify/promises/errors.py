"""Does every failure of the peer end in the error that says who has to act?"""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime, timedelta

from syncd.certify.faults import Fault
from syncd.certify.promises.case import Case, demand, raised
from syncd.certify.promises.needs import fault, writes
from syncd.certify.promises.promise import promise
from syncd.certify.turnstile import Turnstile
from syncd.errors import AuthFailed, FatalError, OutcomeUnknown, RateLimited, RecordError, RetryableError, Unavailable

__all__: list[str] = []


@promise(fault("status"))
def refused_credentials_stop_the_connection(case: Case) -> None:
    """401: a person renews them; trying on would lock the account."""
    error = case.fail("status", lambda: case.read(full=True), status=401)
    demand(isinstance(error, AuthFailed), f"it is {error!r}")


@promise(fault("status"))
def a_refused_right_stops_the_connection(case: Case) -> None:
    """403: the same for an account that may log in and not read."""
    error = case.fail("status", lambda: case.read(full=True), status=403)
    demand(isinstance(error, AuthFailed), f"it is {error!r}")


@promise(fault("status"), writes)
def refused_credentials_while_writing_stop_the_connection(case: Case) -> None:
    """Not the record: all others would fail as well."""
    case.settle()
    error = case.fail("status", lambda: case.endpoint.create(case.contractor(1)), status=401, only="write")
    demand(isinstance(error, AuthFailed), f"it is {error!r}")


@promise(fault("status"))
def a_pause_asked_for_in_seconds_is_reported_in_seconds(case: Case) -> None:
    """429 with ``Retry-After: 37``."""
    error = case.fail("status", lambda: case.read(full=True), status=429, retry_after="37")
    demand(isinstance(error, RateLimited), f"it is {error!r}")
    told = getattr(error, "retry_after", None)
    demand(told == 37, f"retry_after is {told}")


@promise(fault("status"))
def a_pause_asked_for_by_a_date_is_reported_in_seconds(case: Case) -> None:
    """429 with ``Retry-After: <HTTP date>``."""
    until = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=91), usegmt=True)
    error = case.fail("status", lambda: case.read(full=True), status=429, retry_after=until)
    demand(isinstance(error, RateLimited), f"it is {error!r}")
    told = getattr(error, "retry_after", None)
    demand(told is not None and 30 <= told <= 91, f"91 seconds from now are told as {told}")


@promise(fault("status"))
def an_overloaded_platform_that_names_a_pause_is_given_it(case: Case) -> None:
    """503 with ``Retry-After``."""
    error = case.fail("status", lambda: case.read(full=True), status=503, retry_after="12")
    demand(isinstance(error, RateLimited), f"it is {error!r}")
    told = getattr(error, "retry_after", None)
    demand(told == 12, f"retry_after is {told}")


@promise(fault("status"))
def an_overloaded_platform_that_names_a_time_is_given_it(case: Case) -> None:
    """503 with ``Retry-After: <HTTP date>``."""
    until = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=91), usegmt=True)
    error = case.fail("status", lambda: case.read(full=True), status=503, retry_after=until)
    demand(isinstance(error, RateLimited), f"it is {error!r}")
    told = getattr(error, "retry_after", None)
    demand(told is not None and 30 <= told <= 91, f"91 seconds from now are told as {told}")


@promise(fault("status"))
def a_refusal_for_the_rate_is_not_tried_again_at_once(case: Case) -> None:
    """Each further call makes the pause longer, on platforms that count them."""
    case.add(1)
    case.read(full=True)
    calls = len(case.sandbox.journal)
    case.fail("status", lambda: case.read(full=True), status=429, retry_after="37")
    sent = len(case.sandbox.journal) - calls
    demand(sent == 1, f"{sent} calls were made into the refusal")


@promise(fault("status"))
def after_a_pause_was_asked_for_no_call_arrives_before_its_end(case: Case) -> None:
    """Whoever calls, and in whichever process: the connection's throttle is told, and asked before every call."""
    (external_id,) = case.add(1)
    clock = [0.0]
    shared = Turnstile(lambda: clock[0])
    first, second = case.open(throttle=shared), case.open(throttle=shared)
    error = case.fail("status", lambda: list(first.read(None, full=True)), status=429, retry_after="37")
    demand(isinstance(error, RateLimited), f"it is {error!r}")
    demand(37 in shared.pauses, f"the throttle was told {shared.pauses}")
    calls = len(case.sandbox.journal)
    clock[0] = 36.0
    for endpoint in (first, second):
        error = raised(lambda endpoint=endpoint: endpoint.get(external_id))  # type: ignore[misc]
        demand(isinstance(error, RateLimited), f"one second too early it is {error!r}")
    demand(len(case.sandbox.journal) == calls, "a call arrived before the end of the pause")
    clock[0] = 38.0
    demand(second.get(external_id).external_id == external_id, "after the pause it does not work")


@promise(fault("status"), writes)
def a_pause_asked_for_while_writing_is_kept(case: Case) -> None:
    """A write that was refused for its rate has certainly not happened."""
    case.settle()
    before = set(case.sandbox.holds())
    create = lambda: case.endpoint.create(case.contractor(1))  # noqa: E731
    error = case.fail("status", create, status=429, retry_after="37", only="write")
    demand(isinstance(error, RateLimited), f"it is {error!r}")
    demand(set(case.sandbox.holds()) == before, "the simulator stored it all the same")


@promise(fault("status"))
def a_server_error_while_reading_is_unavailable(case: Case) -> None:
    """500, 502, 503 without a pause, 504: later may be better."""
    for status in (500, 502, 503, 504):
        error = case.fail("status", lambda: case.read(full=True), status=status)
        demand(isinstance(error, Unavailable), f"after {status} it is {error!r}")


@promise(fault("drop"))
def a_dropped_connection_while_reading_is_unavailable(case: Case) -> None:
    """The same without an answer."""
    error = case.fail("drop", lambda: case.read(full=True))
    demand(isinstance(error, Unavailable), f"it is {error!r}")


@promise(fault("late"))
def an_answer_that_comes_too_late_while_reading_is_unavailable(case: Case) -> None:
    """Nobody waits for ever: a read that hangs would hang its run, and all after it."""
    error = case.fail_late(lambda endpoint: list(endpoint.read(None, full=True)), only="read")
    demand(isinstance(error, Unavailable), f"it is {error!r}")


@promise(fault("cut"))
def a_cut_answer_while_reading_is_unavailable(case: Case) -> None:
    """Half a page is no page."""
    case.add(1, 2, 3)
    error = case.fail("cut", lambda: case.read(full=True))
    demand(isinstance(error, Unavailable), f"it is {error!r}")


@promise(fault("html"))
def a_web_page_instead_of_data_is_no_data(case: Case) -> None:
    """A log-in page with status 200 is the connection's fault, not a record's, and not an empty list."""
    error = case.fail("html", lambda: case.read(full=True))
    demand(isinstance(error, RetryableError | FatalError), f"it is {error!r}")


@promise(fault("status"), writes)
def a_server_error_while_writing_leaves_the_outcome_unknown(case: Case) -> None:
    """500 says that something broke, not that nothing was stored."""
    case.settle()
    error = case.fail("status", lambda: case.endpoint.create(case.contractor(1)), status=500, only="write")
    demand(isinstance(error, OutcomeUnknown), f"it is {error!r}")


@promise(fault("drop"), writes)
def a_dropped_connection_while_writing_leaves_the_outcome_unknown(case: Case) -> None:
    """Sent, and never answered."""
    case.settle()
    error = case.fail("drop", lambda: case.endpoint.create(case.contractor(1)), only="write")
    demand(isinstance(error, OutcomeUnknown), f"it is {error!r}")


@promise(fault("cut"), writes)
def a_cut_answer_while_writing_leaves_the_outcome_unknown(case: Case) -> None:
    """It was stored; how it was stored, nobody knows."""
    case.settle()
    error = case.fail("cut", lambda: case.endpoint.create(case.contractor(1)), only="write")
    demand(isinstance(error, OutcomeUnknown), f"it is {error!r}")


@promise(fault("html"), writes)
def a_web_page_while_writing_is_no_success(case: Case) -> None:
    """Status 200 alone stores nothing."""
    case.settle()
    error = case.fail("html", lambda: case.endpoint.create(case.contractor(1)), only="write")
    demand(isinstance(error, RetryableError | FatalError), f"it is {error!r}")


@promise(fault("late"), writes)
def an_update_answered_too_late_leaves_the_outcome_unknown(case: Case) -> None:
    """It was stored after everybody had stopped waiting."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    wanted = case.contractor(1, name="Firma Nowa")
    error = case.fail_late(lambda endpoint: endpoint.update(remote, wanted), only="write")
    demand(isinstance(error, OutcomeUnknown), f"it is {error!r}")


@promise(fault("lose_answer"), writes)
def an_update_whose_answer_was_lost_is_sent_once(case: Case) -> None:
    """Whether it may be sent again is the pipeline's decision, after a look."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    calls = len(case.writes())
    wanted = case.contractor(1, name="Firma Nowa")
    error = case.fail("lose_answer", lambda: case.endpoint.update(remote, wanted), only="write")
    demand(isinstance(error, OutcomeUnknown), f"it is {error!r}")
    sent = len(case.writes()) - calls
    demand(sent == 1, f"{sent} writes were sent")


@promise(fault("status"), writes)
def a_refused_value_is_the_fault_of_one_record_only(case: Case) -> None:
    """422: one contractor waits for a person, all others go on."""
    case.settle()
    error = case.fail("status", lambda: case.endpoint.create(case.contractor(1)), status=422, only="write")
    demand(isinstance(error, RecordError), f"it is {error!r}")


@promise(fault("expired"))
def an_ended_session_is_renewed_without_being_seen(case: Case) -> None:
    """Once, by logging in again, in the middle of whatever was going on."""
    (external_id,) = case.add(1)
    case.read(full=True)
    case.sandbox.faults.plan(Fault(kind="expired"))
    demand(external_id in case.read(full=True).ids, "the read after the session's end lacks a record")
    case.sandbox.faults.plan(Fault(kind="expired"))
    demand(case.endpoint.get(external_id).external_id == external_id, "get after the session's end fails")


@promise(fault("expired"), writes)
def an_ended_session_is_renewed_while_writing(case: Case) -> None:
    """A write refused for its session has not happened and is sent again, once."""
    case.settle()
    before = set(case.sandbox.holds())
    case.sandbox.faults.plan(Fault(kind="expired", only="write"))
    made = case.endpoint.create(case.contractor(1)).external_id
    demand(set(case.sandbox.holds()) - before == {made}, "there is not exactly one new record")


@promise(fault("expired"))
def a_session_that_cannot_be_renewed_stops_the_connection(case: Case) -> None:
    """And soon: log-in attempts without end lock accounts."""
    calls = len(case.sandbox.journal)
    error = case.fail("expired", lambda: case.read(full=True))
    demand(isinstance(error, AuthFailed), f"it is {error!r}")
    tried = len(case.sandbox.journal) - calls
    demand(tried <= 6, f"it took {tried} calls to give up")


@promise(fault("latency"))
def a_slow_answer_is_waited_for(case: Case) -> None:
    """Slow is not broken."""
    (external_id,) = case.add(1)
    case.sandbox.faults.plan(Fault(kind="latency", seconds=0.05))
    demand(external_id in case.read(full=True).ids, "a slow answer was lost")


@promise(fault("drop"))
def a_connection_heals_with_its_peer(case: Case) -> None:
    """After a failure the same endpoint works again, without being opened anew."""
    (external_id,) = case.add(1)
    case.fail("drop", lambda: case.read(full=True))
    demand(external_id in case.read(full=True).ids, "the read after the outage lacks a record")
