"""How do dropped files become the pages of a read?"""

from __future__ import annotations

from collections.abc import Iterator

from syncd.folder.intake import Intake
from syncd.folder.position import Position, cursor_of, position_of
from syncd.folder.state import Entry, FileFacts, State
from syncd.ports import Page, Proof, Record, Rejected

__all__ = ["read_pages"]


def read_pages(
    intake: Intake, state: State, cursor: str | None, *, full: bool, limit: int, snapshot: bool
) -> Iterator[Page]:
    """Take in what was dropped, then list what the files said last, or what they said since `cursor`.

    Args:
        limit: Records on one page.
        snapshot: A file holds everybody, so that one that is proven whole tells who is missing.

    Raises:
        Misconfigured: If the cursor is another platform's.
        SuspiciousRun: If a file is broken.
    """
    done = position_of(cursor)
    intake.run(done)
    last = state.last_file()
    final = Position(last.seq) if last is not None else done
    at = Position() if full or done is None else done
    while True:
        entries = state.page(at, limit + 1)
        records = [_delivered(entry) for entry in entries[:limit]]
        if len(entries) <= limit:
            yield Page(records=records, cursor=cursor_of(final), end=_proof(last, snapshot=snapshot))
            return
        at = entries[limit - 1].at
        yield Page(records=records, cursor=None if full else cursor_of(at))


def _proof(last: FileFacts | None, *, snapshot: bool) -> Proof:
    if not snapshot:
        return Proof(complete=False, how="files hold changes only: who is absent from them is not missing")
    if last is None:
        return Proof(complete=False, how="no file has arrived yet")
    return Proof(complete=last.proven, how=last.how, declared=last.declared, listing=str(last.seq), listed=last.records)


def _delivered(entry: Entry) -> Record | Rejected:
    if entry.error is None:
        return Record(entry.external_id, entry.raw)
    return Rejected(entry.external_id, entry.raw, entry.error)
