"""Is Tryton spoken to as one session, and are its refusals understood?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapters.tryton import TrytonEndpoint
from adapters.tryton.refusal import explain_error, explain_status
from adapters.tryton.simulator import TrytonSandbox
from syncd.certify.faults import Fault
from syncd.domain.contractor import Contractor
from syncd.errors import (
    AuthFailed,
    InvalidRecord,
    Misconfigured,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
    VersionConflict,
)
from tests.contract.tryton.conftest import Open
from tests.contract.tryton.looking import read_all, writes


def test_many_calls_log_in_once(sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int) -> None:
    for _ in range(5):
        endpoint.get(str(party))
    assert sandbox.database.log_ins == 1


def test_threads_that_start_together_share_one_log_in(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(endpoint.get, [str(party)] * 16))
    assert sandbox.database.log_ins == 1


def test_threads_that_find_the_session_dead_log_in_once_more(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, party: int
) -> None:
    endpoint.get(str(party))
    sandbox.database.forget_sessions()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(endpoint.get, [str(party)] * 16))
    assert sandbox.database.log_ins == 2


def test_a_write_that_finds_the_session_dead_is_done_once(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, firm: Contractor
) -> None:
    endpoint.check()
    sandbox.database.forget_sessions()
    endpoint.create(firm)
    assert len(sandbox.holds()) == 1


def test_a_wrong_password_is_tried_once(sandbox: TrytonSandbox, connect: Open) -> None:
    endpoint = connect(password="wrong")
    for _ in range(3):
        with pytest.raises(AuthFailed, match="user name or the password"):
            endpoint.get("1")
    assert sandbox.database.log_ins == 1


def test_threads_with_a_wrong_password_do_not_lock_the_user(sandbox: TrytonSandbox, connect: Open) -> None:
    endpoint = connect(password="wrong")

    def get(_: int) -> None:
        with pytest.raises(AuthFailed):
            endpoint.get("1")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(get, range(8)))
    assert sandbox.database.log_ins == 1


def test_after_six_wrong_passwords_the_right_one_is_told_to_wait_five_minutes(connect: Open) -> None:
    for _ in range(6):
        with pytest.raises(AuthFailed):
            connect(password="wrong").get("1")
    with pytest.raises(RateLimited) as caught:
        connect().get("1")
    assert caught.value.retry_after == 300


def test_other_users_are_not_locked(connect: Open, party: int) -> None:
    for _ in range(7):
        with pytest.raises((AuthFailed, RateLimited)):
            connect(password="wrong").get("1")
    assert connect(username="admin", password="admin-test").get(str(party)).contractor.active


def test_an_unknown_database_is_misconfigured_and_no_missing_record(connect: Open) -> None:
    with pytest.raises(Misconfigured, match="database"):
        connect(database="nope").get("1")


def test_a_user_without_rights_is_told_which_group_is_missing(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    sandbox.database.rights = False
    with pytest.raises(AuthFailed, match="Party Administration"):
        read_all(endpoint)


def test_a_page_that_is_larger_than_the_server_allows_is_misconfigured(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint
) -> None:
    sandbox.database.records_limit = 10
    with pytest.raises(Misconfigured, match="page_size"):
        read_all(endpoint)


def test_an_unknown_method_is_misconfigured(endpoint: TrytonEndpoint) -> None:
    with pytest.raises(Misconfigured, match="no such method"):
        endpoint._session.read("model.party.party.frobnicate", [])


def test_an_unknown_field_is_misconfigured_and_named(endpoint: TrytonEndpoint, party: int) -> None:
    with pytest.raises(Misconfigured, match="vat_code"):
        endpoint._session.read("model.party.party.search_read", [], 0, 1, None, ["vat_code"])


def test_an_unknown_model_is_misconfigured_and_named(endpoint: TrytonEndpoint) -> None:
    with pytest.raises(Misconfigured, match=r"bank\.account"):
        endpoint._session.read("model.bank.account.search", [], 0, 1, None)


def test_a_page_for_people_while_writing_leaves_the_outcome_unknown(
    sandbox: TrytonSandbox, endpoint: TrytonEndpoint, firm: Contractor
) -> None:
    sandbox.faults.plan(Fault(kind="html", only="write"))
    with pytest.raises(OutcomeUnknown):
        endpoint.create(firm)


def test_a_server_that_has_not_loaded_its_modules_yet_is_not_taken_for_a_wrong_password() -> None:
    error = explain_error(["'res.user'", ""], writes=False, record=None)
    assert isinstance(error, Misconfigured)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (["ConcurrencyException", "Records were modified in the meanwhile"], VersionConflict),
        (["UserError", ['You are trying to read records "9" of "Party" that don\'t exist.', "", None]], NotFound),
        (["UserError", ['You are not allowed to access "Party".', "Within groups: ", None]], AuthFailed),
        (["UserError", ["The code on party must be unique.", "", None]], InvalidRecord),
        (["UserWarning", ["similar", 'The party "Jan Lis" is similar.', ""]], InvalidRecord),
        (["LoginException", ["sms_code", "Code", "char"]], AuthFailed),
        (["'vat_code'", ""], Misconfigured),
        (["PostgreSQL text fields cannot contain NUL (0x00) bytes", ""], InvalidRecord),
        ([], InvalidRecord),
    ],
)
def test_an_error_with_status_200_says_who_has_to_act(error: list[Any], kind: Any) -> None:
    assert isinstance(explain_error(error, writes=True, record="7"), kind)


def test_an_unexpected_failure_while_reading_is_tried_again_later() -> None:
    assert isinstance(explain_error(["division by zero", ""], writes=False, record=None), Unavailable)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AuthFailed), (403, Misconfigured), (404, Misconfigured), (413, Misconfigured), (422, Misconfigured)],
)
def test_a_status_of_the_rpc_address_is_never_one_records_fault(status: int, kind: Any) -> None:
    assert isinstance(explain_status(status, b""), kind)


@pytest.mark.parametrize(
    ("sentence", "field"),
    [
        ('The Polish VAT Number "1234567890" for party "Jan "Kos" Lis" is not valid.', "tax_id"),
        ('The phone number "601 234" for party "Jan Lis" is not valid.', "phones"),
        ('The email address "jan@lis" for party "Jan Lis" is not valid.', "email"),
        ('The value "Jan\nLis" for field "Name" in record "Jan\nLis" of "Party" contains some invalid chars.', "name"),
        (
            'The value "Lis" for field "City" in record "Jan Lis, x" of "Party Address" contains invalid chars.',
            "addresses",
        ),
        ("The code on party must be unique.", "number"),
    ],
)
def test_a_refusal_names_the_field_and_nothing_that_a_person_typed(sentence: str, field: str) -> None:
    error = explain_error(["UserError", [sentence, 'Jan "Lis"', None]], writes=True, record="7")
    assert (error.record, error.field) == ("7", field)
    assert error.cure
    assert not any(value in str(error) for value in ("Jan", "Lis", "Kos", "1234567890", "601", "jan@lis"))


def test_a_refused_record_is_the_last_call_for_it(sandbox: TrytonSandbox, endpoint: TrytonEndpoint) -> None:
    with pytest.raises(InvalidRecord):
        endpoint.create(Contractor(name="Firma", tax_id="1234567890", country="PL"))
    assert writes(sandbox) == ["create"]
