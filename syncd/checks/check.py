"""What does one check say?"""

from __future__ import annotations

from typing import Literal

import msgspec

from syncd.errors import AuthFailed, Misconfigured, RetryableError, SyncError
from syncd.sentence import Sentence

__all__ = ["Check", "broken", "failed", "fine", "weak"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at.

    Attributes:
        state: ``ok``; ``warn``: it works and should be better; ``fail``: it does not work.
        cause: Of a failure: ``config``, ``reach`` (it did not answer or refused the log-in) or ``other``.
        detail: What was seen, without secrets.
        cure: What helps; empty where nothing has to be done.
    """

    name: str
    state: Literal["ok", "warn", "fail"]
    detail: str
    cure: str = ""
    cause: Literal["", "config", "reach", "other"] = ""


def fine(name: str, detail: str) -> Check:
    """It works."""
    return Check(name=name, state="ok", detail=detail)


def weak(name: str, detail: str, cure: str) -> Check:
    """It works and should be better."""
    return Check(name=name, state="warn", detail=detail, cure=cure)


def failed(name: str, detail: str, cure: str, *, cause: Literal["config", "reach", "other"] = "other") -> Check:
    """It does not work."""
    return Check(name=name, state="fail", detail=detail, cure=cure, cause=cause)


def broken(name: str, error: SyncError) -> Check:
    """It raised an error of ours."""
    reach = isinstance(error, RetryableError | AuthFailed)
    cause: Literal["config", "reach", "other"] = (
        "config" if isinstance(error, Misconfigured) else "reach" if reach else "other"
    )
    return failed(name, error.message, error.cure or Sentence("Try again later.") if reach else error.cure, cause=cause)
