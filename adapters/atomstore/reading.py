"""How is the one long answer of ``GetUsers`` handed on in pages, and was it the whole of it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, Final

from adapters.atomstore.api import EVER
from syncd import xml
from syncd.errors import InvalidRecord, Misconfigured
from syncd.ports import Page, Proof, Record, Rejected
from syncd.sentence import Counted, Sentence

__all__ = ["look_back", "pages", "tomorrow"]

_STAMP: Final = "%Y-%m-%d %H:%M:%S"
_LIST: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*<users[\s/>]")

_ZONES: Final = timedelta(hours=14)
"""How far a clock on a wall can be ahead of UTC."""


def look_back(cursor: str, minutes: int) -> str:
    """The moment from which to ask, by the shop's own clock; it is on local time and is never converted.

    Raises:
        Misconfigured: If `cursor` is not one of this adapter's.
    """
    at = _moment(cursor)
    if at is None:
        raise Misconfigured(
            "the stored cursor is none of an AtomStore shop",
            code="bad-cursor",
            cure="Start a full read: it stores a new one.",
        )
    return f"{at - timedelta(minutes=minutes):{_STAMP}}"


def tomorrow(now: datetime) -> str:
    """A moment from which on nobody has registered, by any clock on earth."""
    return f"{now.astimezone(UTC) + timedelta(days=1):{_STAMP}}"


def pages(document: BinaryIO, size: int, now: datetime) -> Iterator[Page]:
    """Cut a document into pages of `size` customers.

    The next cursor is the latest registration in it. One that lies in the future, by any clock on earth, does not
    count: after it nothing would be new for years.

    Raises:
        SuspiciousRun: If the document is cut or broken; pages before are no basis for any conclusion.
    """
    is_list = _LIST.match(document.read(500)) is not None
    document.seek(0)
    if not is_list:
        # An empty text, or a document of another kind: nobody is listed, and nothing is proven.
        yield Page(records=(), end=Proof(complete=False, how="the shop answered something else than a list of users"))
        return
    users = xml.records(document, "user", fallback_encoding="utf-8")
    latest = ""
    limit = f"{now.astimezone(UTC) + _ZONES:{_STAMP}}"
    waiting: list[Record | Rejected] = []
    nameless = 0
    for item in users:
        if len(waiting) == size:
            yield Page(records=waiting)
            waiting = []
        record = _record(item, users.count)
        stamp = _text(item, "created")
        if latest < stamp <= limit and _moment(stamp) is not None:
            latest = stamp
        nameless += isinstance(record, Rejected)
        waiting.append(record)
    yield Page(records=waiting, cursor=latest or None, end=_proof(users.count, nameless))


def _text(item: xml.Item, element: str) -> str:
    """A text of one customer; what cannot be read says nothing here, and is named when the customer is understood."""
    try:
        return xml.text(item.element, element)
    except InvalidRecord:
        return ""


def _record(item: xml.Item, place: int) -> Record | Rejected:
    atom_id = _text(item, "atom_id")
    if atom_id.isascii() and atom_id.isdigit() and int(atom_id):
        return Record(str(int(atom_id)), item.raw)
    error = InvalidRecord(
        "a customer in the list has no number of the shop's",
        code="unexpected-form",
        field="atom_id",
        cure="Compare the shop's version with what the manual says was tested.",
    )
    return Rejected(f"user {place} of the list", item.raw, error)


def _proof(seen: int, nameless: int) -> Proof:
    if nameless:
        return Proof(
            complete=False,
            how=Sentence(
                Counted(
                    "%(count)s of %(seen)s customers has no number, so nobody is known to lack",
                    "%(count)s of %(seen)s customers have no number, so nobody is known to lack",
                ),
                count=nameless,
                seen=seen,
            ),
        )
    return Proof(
        complete=True,
        how=Sentence(
            Counted("the list of %(count)s customer was closed", "the list of %(count)s customers was closed"),
            count=seen,
        ),
    )


def _moment(stamp: str) -> datetime | None:
    if len(stamp) != len(EVER):
        return None
    try:
        return datetime.strptime(stamp, _STAMP)  # noqa: DTZ007 - the shop's wall clock, compared with itself only
    except ValueError:
        return None
