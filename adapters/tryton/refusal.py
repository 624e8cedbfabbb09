"""What does an error of Tryton mean, and what may be said about it?

Tryton answers most errors with HTTP 200 and ``{"error": [KIND, ...]}``. Its sentences quote what people typed: names,
numbers, e-mails. Those stay here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from syncd.errors import AuthFailed, InvalidRecord, Misconfigured, NotFound, SyncError, Unavailable, VersionConflict
from syncd.sentence import Sentence

__all__ = ["SessionEnded", "explain_error", "explain_status"]

RIGHTS: Final = "Put the user of this connection into the group Party Administration in Tryton."

_QUOTED: Final = re.compile(r'".*"', re.DOTALL)
_UNKNOWN_NAME: Final = re.compile(r"'([A-Za-z_][\w.]*)'")
_ACCESS: Final = re.compile(r'You are not allowed to access "([^"]{1,80})"')
_FIELD: Final = re.compile(r'field "([^"]{1,60})" in (?:record|")')

_CURES: Final[tuple[tuple[re.Pattern[str], str, str], ...]] = (
    (
        re.compile(r"^The phone number "),
        "phones",
        "Write the number with its country's prefix (+48 …), or correct it.",
    ),
    (re.compile(r"^The email address "), "email", "Correct the e-mail address."),
    (re.compile(r"^The code on party must be unique"), "number", "Another party has this code: link it instead."),
    (
        re.compile(r'of "Party Identifier"|^The [^"]+ ".*" for party ".*" is not valid', re.DOTALL),
        "tax_id",
        "Check the number and its country: Tryton takes a typed number only with the right check digits.",
    ),
    (re.compile(r'of "Party Contact Mechanism"'), "phones", "Correct the e-mail, phones or website."),
    (re.compile(r'(?:of|in) "Party Address"'), "addresses", "Correct the address."),
    (re.compile(r'field "Name" in record .* of "Party"', re.DOTALL), "name", "Correct the name."),
)
"""Beginnings of Tryton's English sentences with the field that they are about, and what a person can do."""


class SessionEnded(AuthFailed):
    """Tryton does not know the session (any more)."""


def explain_status(status: int, _body: bytes) -> SyncError | None:
    """Read an answer that is no success; ``None`` leaves it to the shared table."""
    if status == 401:
        return SessionEnded("Tryton does not know the session")
    if status == 403:
        return Misconfigured(
            "Tryton has no such method (HTTP 403)",
            code="unknown-method",
            cure="Check that the address is Tryton's, in version 8.2, and that the module party is active.",
        )
    if status == 404:
        return Misconfigured("there is no such database (HTTP 404)", cure="Check the options url and database.")
    if status == 413:
        return Misconfigured(
            "Tryton refuses to send so many rows at once (HTTP 413)",
            cure="Set the option page_size to no more than records_limit of Tryton's configuration.",
        )
    if status in {400, 422}:
        return Misconfigured(
            Sentence("Tryton does not understand the call (HTTP %(code)s)", code=str(status)),
            cure="Check that the address is Tryton's, and that it is version 8.2.",
        )
    return None


def explain_error(error: Sequence[Any], *, writes: bool, record: str | None) -> SyncError:
    """Read the ``error`` of an answer with HTTP 200.

    Args:
        error: ``["UserError", [message, description, domain]]``, ``["ConcurrencyException", message]``,
            ``["UserWarning", [name, message, description]]``; or ``[text, traceback]`` for what Tryton did not
            expect itself.
        writes: Whether the call was to change something. Tryton has then rolled it back.
    """
    kind = str(error[0]) if error else ""
    if kind == "ConcurrencyException":
        return VersionConflict("somebody changed the party in the meantime", record=record)
    if kind == "UserError":
        return _user_error(_first(error), writes=writes, record=record)
    if kind == "UserWarning":
        return InvalidRecord(
            "Tryton asks a person to confirm before it stores this",
            code="asks-for-confirmation",
            cure="Store the party once in Tryton with this user and tick that the warning shall not come again.",
            record=record,
        )
    if kind == "LoginException":
        return AuthFailed(
            "Tryton asks for a second factor", cure="Use a user of Tryton who logs in with a password alone."
        )
    return _unexpected(kind, writes=writes, record=record)


def _first(error: Sequence[Any]) -> str:
    detail = error[1] if len(error) > 1 else ""
    if isinstance(detail, list | tuple):
        detail = detail[0] if detail else ""
    return str(detail)


def _user_error(message: str, *, writes: bool, record: str | None) -> SyncError:
    if "that don't exist" in message:
        return NotFound("Tryton has no such party (any more)", record=record)
    access = _ACCESS.search(message)
    if access:
        return AuthFailed(
            Sentence("the user may not use %(name)s in Tryton", name=access[1]), code="no-rights", cure=RIGHTS
        )
    if not writes:
        return Misconfigured(
            Sentence("Tryton refuses to answer: %(reason)s", reason=_told(message)), code="refused-read", cure=RIGHTS
        )
    field, cure = next(((f, cure) for form, f, cure in _CURES if form.search(message)), (None, "Correct the value."))
    return InvalidRecord(_told(message), code="refused", cure=cure, record=record, field=field)


def _told(message: str) -> Sentence:
    """Tryton's own sentence without what people typed.

    Quotes in values cannot be told from those around them, so all goes from the first quote to the last; the name of
    the field is added, for it is Tryton's.
    """
    label = _FIELD.search(message)
    text = _QUOTED.sub('"…"', message).strip()
    if label:
        return Sentence("Tryton says: %(text)s (field %(name)s)", text=text, name=label[1])
    return Sentence("Tryton says: %(text)s", text=text)


def _unexpected(text: str, *, writes: bool, record: str | None) -> SyncError:
    name = _UNKNOWN_NAME.fullmatch(text)
    if name:
        return Misconfigured(
            Sentence("Tryton has no field or model %(name)s", name=name[1]),
            code="unknown-name",
            cure="Check that it is version 8.2 with the module party, and that the server has finished starting.",
        )
    if writes:
        return InvalidRecord(
            "Tryton failed on this party, and stored nothing",
            code="failed",
            cure="Tryton's own log has the reason.",
            record=record,
        )
    return Unavailable("Tryton failed to answer; its own log has the reason", code="failed")
