"""How are all parties read, or those that changed, so that none is missed and the next read knows where to start?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from adapters.tryton.party import FIELDS, changed_at
from adapters.tryton.query import Domain, after, changed_categories, changed_since
from adapters.tryton.session import Session
from syncd.errors import InvalidRecord, Misconfigured, NotFound, Unavailable
from syncd.ports import Page, Proof, Record, Rejected
from syncd.sentence import Counted, Sentence

__all__ = ["canonical", "list_rows", "read_pages"]

QUIET: Final = timedelta(minutes=15)
"""How far the cursor may stay behind the web server's clock.

The rows' times are the database's, and the cursor follows what was seen of them. Where nothing changes for long it
follows the web server's clock instead, at this distance: far more than two clocks of one ERP ever differ."""


VANISHING_TRIES: Final = 3


class _Cursor(msgspec.Struct, frozen=True):
    """Every change up to `since` was delivered."""

    since: datetime


class _Key(msgspec.Struct):
    id: int


_cursor = msgspec.json.Decoder(_Cursor).decode
_key = msgspec.json.Decoder(_Key).decode


def read_pages(session: Session, cursor: str | None, *, size: int, overlap: timedelta) -> Iterator[Page]:
    """List parties by id, `size` at a time; after `cursor` those that changed since.

    Args:
        overlap: How long a change may take from its time to its visibility: Tryton stamps a row with the start of
            its transaction, so that older times appear after newer ones.
    """
    since = _since(cursor)
    domain: Domain = []
    if since is None:
        # Asked first for the server's clock: whatever changes from here on belongs to the next read.
        started = session.read("model.party.party.search_count", []).at
    else:
        moved = session.read("model.party.category.search", changed_categories(since - overlap), 0, None, None)
        started = moved.at
        domain = changed_since(since - overlap, moved.read_as(list[int]))
    newest: datetime | None = None
    last = seen = 0
    while True:
        rows = list_rows(session, after(last, domain), size)
        records = [_record(row, last, position) for position, row in enumerate(rows)]
        times = [at for record in records if (at := changed_at(record.raw)) is not None]
        newest = max([*times, newest] if newest else times, default=None)
        seen += len(records)
        if len(rows) < size:
            next_cursor = _Cursor(_advance(since, newest, started)) if (newest or started or since) else None
            text = msgspec.json.encode(next_cursor).decode() if next_cursor else None
            yield Page(records=records, cursor=text, end=_proof(session, seen, full=since is None))
            return
        last = _last_id(rows)
        yield Page(records=records)


def list_rows(session: Session, domain: Domain, limit: int) -> Sequence[bytes]:
    """Parties with their rows, in the order of ids."""
    for _ in range(VANISHING_TRIES):
        try:
            answer = session.read("model.party.party.search_read", domain, 0, limit, [["id", "ASC"]], FIELDS)
            return [bytes(row) for row in answer.read_as(list[msgspec.Raw])]
        except NotFound:
            # Tryton searches first and reads then: a row that somebody deletes in between fails the whole page.
            continue
    raise Unavailable("parties vanish from Tryton faster than they can be read", code="vanishing-rows")


def canonical(row: bytes) -> bytes:
    """The same bytes for the same party: Tryton orders keys by chance, anew at each start of the server."""
    return msgspec.json.encode(msgspec.json.decode(row), order="sorted")


def _since(cursor: str | None) -> datetime | None:
    if not cursor:
        return None
    try:
        return _cursor(cursor).since
    except msgspec.MsgspecError:
        raise Misconfigured(
            "the stored cursor is not one of Tryton's", cure="Run a full read of this connection.", code="bad-cursor"
        ) from None


def _record(row: bytes, last: int, position: int) -> Record | Rejected:
    try:
        return Record(str(_key(row).id), canonical(row))
    except msgspec.MsgspecError:
        error = InvalidRecord("Tryton sent a row without an id", cure="Look for it in Tryton by its neighbours.")
        return Rejected(f"row {position + 1} after party {last}", row, error)


def _last_id(rows: Sequence[bytes]) -> int:
    try:
        return _key(rows[-1]).id
    except msgspec.MsgspecError:
        raise Unavailable("a page of parties ends with a row that has no id", code="unexpected-form") from None


def _advance(since: datetime | None, newest: datetime | None, started: datetime | None) -> datetime:
    """Where the next read starts: at the newest change seen, but never in the future and never far behind.

    A row stamped by a wrong clock must not carry the cursor past changes that are still to come.
    """
    seen = min(newest, started) if newest and started else newest
    quiet = started - QUIET if started else None
    return max(moment for moment in (since, seen, quiet) if moment is not None)


def _proof(session: Session, seen: int, *, full: bool) -> Proof:
    if not full:
        return Proof(complete=True, how="the last page was short")
    count = session.read("model.party.party.search_count", []).read_as(int)
    if seen < count:
        return Proof(
            complete=False,
            how=Sentence(
                Counted(
                    "Tryton counts %(count)s party, %(seen)s came", "Tryton counts %(count)s parties, %(seen)s came"
                ),
                count=count,
                seen=seen,
            ),
            declared=count,
        )
    return Proof(complete=True, how="the last page was short and Tryton's own count agrees", declared=count)
