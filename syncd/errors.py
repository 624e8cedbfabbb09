"""What can go wrong, and who has to act?

SyncError
├── RetryableError     nobody acts: the work is tried again later
│   ├── Unavailable        the peer, or the way to it, is down
│   ├── RateLimited        the peer asks for a pause (``retry_after`` seconds)
│   ├── VersionConflict    the record moved between our reading and our writing
│   └── OutcomeUnknown     a write was sent and its answer lost: look before sending again
├── RecordError        a person acts on one record; all others go on
│   ├── InvalidRecord      a value that cannot be used, or that the peer refused
│   ├── NotFound           the peer has no such record
│   ├── Ambiguous          more than one record fits, and guessing would merge two customers
│   └── Unstorable         a value that the other side has no room or no letters for
└── FatalError         a person acts on the connection; its runs stop, others go on
    ├── AuthFailed         credentials refused
    ├── Misconfigured      an option is missing or wrong, or the peer is not what it was said to be
    └── SuspiciousRun      the read as a whole is in doubt: nothing may be concluded from it

Texts of errors reach logs and screens. They name a record by its external id and a field by its
name, and never carry a secret or a value of a person.
"""

from __future__ import annotations

from syncd.sentence import Sentence, joined

__all__ = [
    "Ambiguous",
    "AuthFailed",
    "FatalError",
    "InvalidRecord",
    "Misconfigured",
    "NotFound",
    "OutcomeUnknown",
    "RateLimited",
    "RecordError",
    "RetryableError",
    "SuspiciousRun",
    "SyncError",
    "Unavailable",
    "Unstorable",
    "VersionConflict",
]


class SyncError(Exception):
    """Root of everything that syncd raises on purpose.

    Attributes:
        message: One sentence, fit for an admin; a `Sentence` where values stand in it.
        code: Stable name of the cause for grouping and documentation, ``kebab-case``.
        cure: What a person can do about it; empty where nobody has to act.
        record: External id of the record concerned, if it is one record's fault.
        field: Name of the field concerned, if it is one field's fault.
    """

    code = "error"
    cure = ""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        cure: str | None = None,
        record: str | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.cure = type(self).cure if cure is None else cure
        self.record = record
        self.field = field

    def __str__(self) -> str:
        return str(self.said)

    @property
    def said(self) -> str:
        """Where, what and what helps, to be stored and to be said in other languages."""
        where = []
        if self.record:
            where.append(Sentence("record %(record)s", record=self.record))
        if self.field:
            where.append(Sentence("field %(field)s", field=self.field))
        message = joined((joined(where, " "), self.message), ": ") if where else self.message
        stop = " " if str(message).endswith((".", "!", "?", ":")) else ". "
        return joined((message, self.cure), stop) if self.cure else message


class RetryableError(SyncError):
    """Later may be better."""

    code = "retry"


class Unavailable(RetryableError):
    """The peer, or the way to it, is down: refused, timed out before sending, 5xx."""

    code = "unavailable"


class RateLimited(RetryableError):
    """The peer asks for a pause.

    Attributes:
        retry_after: Seconds from now until the peer wants to be asked again; ``None`` if it did not say.
    """

    code = "rate-limited"

    def __init__(self, message: str, *, retry_after: float | None = None, record: str | None = None) -> None:
        super().__init__(message, record=record)
        self.retry_after = retry_after


class VersionConflict(RetryableError):
    """The record moved between our reading and our writing: read again, decide again."""

    code = "version-conflict"


class OutcomeUnknown(RetryableError):
    """A write was sent and no answer came: it may or may not have happened."""

    code = "outcome-unknown"


class RecordError(SyncError):
    """One record cannot go on; every other one can."""

    code = "record"


class InvalidRecord(RecordError):
    """A value that cannot be used, or that the peer refused."""

    code = "invalid-record"


class NotFound(RecordError):
    """The peer has no such record (any more)."""

    code = "not-found"


class Ambiguous(RecordError):
    """More than one record fits; guessing would merge two customers."""

    code = "ambiguous"


class Unstorable(RecordError):
    """The other side has no room, or no letters, for a value; cutting it would lose it."""

    code = "unstorable"


class FatalError(SyncError):
    """The connection cannot go on until a person has acted."""

    code = "fatal"


class AuthFailed(FatalError):
    """The peer refused our credentials."""

    code = "auth-failed"
    cure = "Renew the connection's credentials, then resume it."


class Misconfigured(FatalError):
    """An option is missing or wrong, or the peer is not what the configuration says."""

    code = "misconfigured"


class SuspiciousRun(FatalError):
    """The read as a whole is in doubt, so nothing may be concluded from it."""

    code = "suspicious-run"
