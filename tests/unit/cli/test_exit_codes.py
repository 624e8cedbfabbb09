"""Does every ending have its code?"""

from __future__ import annotations

import pytest

from syncd import errors
from syncd.cli.exit_codes import MEANINGS, ExitCode, of_error, of_run


def test_every_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(ExitCode)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.Misconfigured("x"), ExitCode.MISCONFIGURED),
        (errors.AuthFailed("x"), ExitCode.UNREACHABLE),
        (errors.Unavailable("x"), ExitCode.UNREACHABLE),
        (errors.RateLimited("x"), ExitCode.UNREACHABLE),
        (errors.SuspiciousRun("x"), ExitCode.HELD),
        (errors.NotFound("x"), ExitCode.USAGE),
        (errors.OutcomeUnknown("x"), ExitCode.UNEXPECTED),
    ],
)
def test_an_error_has_the_code_of_its_kind(error: errors.SyncError, code: ExitCode) -> None:
    assert of_error(error) is code


@pytest.mark.parametrize(
    ("state", "error_code", "code"),
    [
        ("succeeded", None, ExitCode.DONE),
        ("planned", None, ExitCode.DONE),
        ("planned", "invalid-record", ExitCode.SOME_FAILED),
        ("no_changes", "not-found", ExitCode.SOME_FAILED),
        ("partial", None, ExitCode.SOME_FAILED),
        ("held", None, ExitCode.HELD),
        ("queued", None, ExitCode.BUSY),
        ("failed", "unavailable", ExitCode.UNREACHABLE),
        ("failed", "auth-failed", ExitCode.UNREACHABLE),
        ("failed", "misconfigured", ExitCode.MISCONFIGURED),
        ("failed", "suspicious-run", ExitCode.HELD),
        ("failed", "something-new", ExitCode.UNEXPECTED),
        ("cancelled", None, ExitCode.UNEXPECTED),
    ],
)
def test_a_run_has_the_code_of_its_end(state: str, error_code: str | None, code: ExitCode) -> None:
    assert of_run(state, error_code) is code
