"""What does a command's exit code say?"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from syncd.errors import AuthFailed, Misconfigured, RateLimited, RecordError, SuspiciousRun, SyncError, Unavailable

__all__ = ["MEANINGS", "ExitCode", "WrongUsage", "of_error", "of_run"]


class WrongUsage(RecordError):
    """The command names something that is not there, or that it does not fit."""

    code = "usage"


class ExitCode(IntEnum):
    """The exit codes of all commands; `MEANINGS` says what they mean."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    SOME_FAILED = 3
    UNREACHABLE = 4
    HELD = 5
    BUSY = 6
    MISCONFIGURED = 7
    CHANGES_PENDING = 10
    INTERRUPTED = 130


MEANINGS: Final[Mapping[ExitCode, str]] = {
    ExitCode.DONE: "Done.",
    ExitCode.UNEXPECTED: "An unexpected error, or a failure without a code of its own.",
    ExitCode.USAGE: "The command was called wrongly: unknown option, name or number.",
    ExitCode.SOME_FAILED: "Finished, but some records need a person: `syncd attention list` shows them.",
    ExitCode.UNREACHABLE: "A platform, the database or Redis could not be reached, or refused the log-in.",
    ExitCode.HELD: "A safety limit stopped the run; nothing was changed. It waits for `syncd plan apply` or `discard`.",
    ExitCode.BUSY: "Another run has the connection; this one waits its turn.",
    ExitCode.MISCONFIGURED: "The configuration is wrong: `syncd config check` tells more.",
    ExitCode.CHANGES_PENDING: "There are changes to apply. Only with `--detailed-exitcode`.",
    ExitCode.INTERRUPTED: "Interrupted by Ctrl-C.",
}

_ERRORS: Final = (
    (Misconfigured, ExitCode.MISCONFIGURED),
    (SuspiciousRun, ExitCode.HELD),
    (Unavailable, ExitCode.UNREACHABLE),
    (RateLimited, ExitCode.UNREACHABLE),
    (AuthFailed, ExitCode.UNREACHABLE),
)
_CODES: Final = {error.code: exit_code for error, exit_code in _ERRORS} | {"same-plan": ExitCode.HELD}
_PLANS: Final = ("planned", "no_changes")
_STATES: Final = {
    "succeeded": ExitCode.DONE,
    "partial": ExitCode.SOME_FAILED,
    "held": ExitCode.HELD,
    "queued": ExitCode.BUSY,
    "running": ExitCode.BUSY,
    "applying": ExitCode.BUSY,
}


def of_error(error: SyncError) -> ExitCode:
    """The code for an error that ends a command; one about a record is about what the command named."""
    if isinstance(error, RecordError):
        return ExitCode.USAGE
    return next((code for kind, code in _ERRORS if isinstance(error, kind)), ExitCode.UNEXPECTED)


def of_run(state: str, error_code: str | None, *, pending: bool = False) -> ExitCode:
    """The code for a run that a command waited for.

    Args:
        pending: It is a dry run with changes, and these have a code of their own.
    """
    if state in _PLANS:  # its error is that of the first record that it could not use
        return ExitCode.CHANGES_PENDING if pending else ExitCode.SOME_FAILED if error_code else ExitCode.DONE
    if state in _STATES:
        return _STATES[state]
    return _CODES.get(error_code or "", ExitCode.UNEXPECTED)
