"""Does the suite see the mistakes that adapters make?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from adapters.memory import ADAPTER, MemoryEndpoint, Options
from adapters.memory.simulator import MemorySandbox, simulate
from syncd.certify.promises import PROMISES
from syncd.certify.promises.case import Broken, Case, Degraded
from syncd.certify.promises.promise import Promise
from syncd.certify.run import certify, keep, run
from syncd.errors import InvalidRecord
from syncd.ports import Context, Secret
from tests.unit.certify import careless

PROMISE = {promise.name: promise for promise in PROMISES}

MISTAKES = [
    (careless.SkipsTheSecondItHasRead, "two_changes_in_the_same_second_are_both_delivered"),
    (careless.RetriesACreate, "a_create_whose_answer_was_lost_is_unknown_and_can_be_found"),
    (careless.HidesInactive, "an_inactive_contractor_is_delivered_and_inactive"),
    (careless.HidesInactive, "a_deactivated_contractor_is_delivered_as_a_change"),
    (careless.FindsActiveOnly, "find_finds_an_inactive_contractor"),
    (careless.FindsByEmptyKeys, "find_of_a_stranger_finds_nobody"),
    (careless.IgnoresRetryAfter, "a_pause_asked_for_in_seconds_is_reported_in_seconds"),
    (careless.IgnoresRetryAfter, "a_pause_asked_for_by_a_date_is_reported_in_seconds"),
    (careless.ClaimsCompletenessWithoutTheEnd, "a_full_read_without_its_end_is_not_claimed_complete"),
    (careless.ClaimsCompletenessWithoutTheEnd, "a_dropped_connection_while_reading_is_unavailable"),
    (careless.TakesTheCursorAtTheEnd, "a_change_made_while_reading_is_delivered_now_or_next_time"),
    (careless.PagesByPosition, "a_record_removed_while_reading_hides_no_other"),
    (careless.NumbersItsRecords, "unchanged_records_have_equal_raw_bytes_on_two_reads"),
    (careless.HashesWithoutGroups, "raw_bytes_differ_after_a_change_of_any_field"),
    (careless.HashesWithoutGroups, "parse_states_what_the_platform_holds"),
    (careless.EndsThePageAtABadRecord, "one_bad_record_does_not_end_the_page"),
    (careless.WritesEverything, "an_update_leaves_alone_what_it_was_not_asked_to_change"),
    (careless.WritesEverything, "an_update_without_a_difference_writes_nothing"),
    (careless.OverwritesNewer, "a_stale_version_is_a_conflict_and_changes_nothing"),
    (careless.OnlyAddsGroups, "an_update_of_groups_adds_and_removes"),
    (careless.CutsNames, "a_long_name_is_stored_whole_or_refused"),
    (careless.ReplacesLetters, "a_name_in_foreign_letters_is_stored_as_it_is_or_refused"),
    (careless.CallsALostWriteUnavailable, "a_dropped_connection_while_writing_leaves_the_outcome_unknown"),
    (careless.RecreatesTheRemoved, "an_update_of_a_removed_record_is_not_found"),
    (careless.LeaksItsOwnErrors, "get_of_an_unknown_id_is_not_found"),
    (careless.NamesPeopleInErrors, "no_personal_data_shows_in_an_error"),
    (careless.AsksThePlatformWhileParsing, "parse_makes_no_call_and_answers_the_same_twice"),
    (careless.NeverGivesUpASession, "a_session_that_cannot_be_renewed_stops_the_connection"),
    (careless.WritesMarkupByHand, "signs_of_markup_in_a_name_are_stored_as_they_are"),
    (careless.EscapesTwice, "signs_of_markup_in_a_name_are_stored_as_they_are"),
    (careless.LosesAPage, "a_passing_fault_in_the_middle_of_a_read_loses_no_page"),
    (careless.ClearsWhatItDoesNotKnow, "an_update_clears_nothing_that_the_connection_does_not_write"),
    (careless.TakesNotFoundForNobody, "a_list_that_is_not_found_is_not_an_empty_list"),
    (careless.TellsNobodyOfAPause, "after_a_pause_was_asked_for_no_call_arrives_before_its_end"),
    (careless.TriesOnThroughALimit, "a_refusal_for_the_rate_is_not_tried_again_at_once"),
    (careless.GoesByItsOwnClock, "a_platform_whose_clock_is_behind_loses_no_change"),
    (careless.RetriesACreate, "a_create_answered_too_late_is_unknown_and_can_be_found"),
    (careless.UpsertsByEmail, "a_create_with_an_email_that_another_has_overwrites_nobody"),
    (careless.CutsNotes, "a_text_of_any_length_is_stored_whole_or_refused_by_field"),
    (careless.LogsItsCalls, "no_personal_data_shows_in_a_log"),
    (careless.PagesByPosition, "a_record_edited_while_reading_hides_no_other"),
    (careless.HashesWithoutGroups, "a_change_of_groups_alone_is_delivered_as_a_change"),
    (careless.WritesEverything, "an_update_leaves_groups_alone_that_an_admin_changed_meanwhile"),
]


@pytest.mark.parametrize(("endpoint", "promise"), MISTAKES, ids=lambda value: getattr(value, "__name__", value))
def test_a_careless_adapter_breaks_the_promise(endpoint: type[MemoryEndpoint], promise: str) -> None:
    adapter = msgspec.structs.replace(ADAPTER, open=endpoint)
    with pytest.raises((Broken, KeyError, InvalidRecord)):
        keep(PROMISE[promise], adapter, simulate, {})


class TokenOptions(Options, frozen=True, kw_only=True):
    token: Secret


class ShowsItsToken(MemoryEndpoint):
    def __repr__(self) -> str:
        assert isinstance(self._options, TokenOptions)
        return f"ShowsItsToken({self._options.token.reveal()})"


class TokenSandbox(MemorySandbox):
    @property
    def options(self) -> Mapping[str, Any]:
        return {**super().options, "token": "s3cret"}


@contextlib.contextmanager
def simulate_with_token() -> Iterator[TokenSandbox]:
    yield TokenSandbox("with-token")


def test_a_secret_in_a_repr_breaks_the_promise() -> None:
    adapter = msgspec.structs.replace(ADAPTER, options=TokenOptions, open=ShowsItsToken)
    with pytest.raises(Broken, match="a secret is in a repr"):
        keep(PROMISE["no_secret_shows_in_the_connection_or_its_options"], adapter, simulate_with_token, {})


@pytest.mark.parametrize(
    ("endpoint", "promise"),
    [
        (careless.ShowsItsAddress, "no_secret_shows_in_an_error"),
        (careless.LogsItsAddress, "no_secret_shows_in_a_log"),
    ],
)
def test_a_secret_in_an_error_or_a_log_breaks_the_promise(endpoint: type[MemoryEndpoint], promise: str) -> None:
    adapter = msgspec.structs.replace(ADAPTER, options=TokenOptions, open=endpoint)
    with pytest.raises(Broken, match="secret"):
        keep(PROMISE[promise], adapter, simulate_with_token, {})


def test_a_capability_that_lacks_is_degraded_with_the_reason() -> None:
    def open_without_versions(options: Any, context: Context) -> MemoryEndpoint:
        endpoint = MemoryEndpoint(options, context)
        endpoint._capabilities = msgspec.structs.replace(endpoint.capabilities, versions=False)
        return endpoint

    adapter = msgspec.structs.replace(ADAPTER, open=open_without_versions)
    with pytest.raises(Degraded, match="compares no version"):
        keep(PROMISE["a_stale_version_is_a_conflict_and_changes_nothing"], adapter, simulate, {})


def test_a_fault_that_a_simulator_cannot_make_is_degraded() -> None:
    @contextlib.contextmanager
    def folder() -> Iterator[MemorySandbox]:
        sandbox = MemorySandbox("folder")
        sandbox.supports = frozenset({"cut"})  # type: ignore[attr-defined]
        yield sandbox

    with pytest.raises(Degraded, match="cannot answer with an error status"):
        keep(PROMISE["refused_credentials_stop_the_connection"], ADAPTER, folder, {})


def test_a_declared_excuse_makes_a_broken_promise_degraded() -> None:
    name = "a_long_name_is_stored_whole_or_refused"
    adapter = msgspec.structs.replace(ADAPTER, open=careless.CutsNames)
    with pytest.raises(Degraded, match="60 characters"):
        keep(PROMISE[name], adapter, simulate, {name: "The platform has room for 60 characters."})


def test_an_excuse_for_a_promise_that_is_kept_is_refused() -> None:
    name = "a_long_name_is_stored_whole_or_refused"
    with pytest.raises(Broken, match="strike it off"):
        keep(PROMISE[name], ADAPTER, simulate, {name: "The platform has room for 60 characters."})


def test_a_report_counts_every_promise_once() -> None:
    report = run("memory")
    assert report.failed == ()
    assert report.passed + len(report.degraded) == len(PROMISES)
    assert {entry.reason for entry in report.degraded} == {
        "the connection has no secret",
        "the platform is not read as XML",
        "the platform mails nobody",
        "the platform sends no archives",
        "the simulator states no limit of a field that is written",
    }


def test_a_failure_in_a_report_says_what_was_seen() -> None:
    def stumble(case: Case) -> None:
        raise RuntimeError(case.adapter.kind)

    report = run("memory", [Promise(stumble, ())])
    assert [(entry.promise, entry.why) for entry in report.failed] == [("stumble", "RuntimeError('memory')")]


def test_several_adapters_are_certified_in_turn() -> None:
    assert [report.kind for report in certify(["memory"])] == ["memory"]
