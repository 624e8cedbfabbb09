"""What if a read heard a record while a push of it was under way?

A batch is stored seconds after its first call. What a read stored meanwhile may be older than our write or newer, and
most sides' versions do not say which: it stays what the next edit is compared with, and the record is read once more.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from syncd.errors import SyncError
from syncd.ports import Remote
from syncd.registry import lines, lookups
from syncd.registry.lookups import Bound
from syncd.registry.outbox import HEARD_MEANWHILE
from syncd.sync.deliver import MovedThere
from syncd.sync.delivered import Delivered

__all__ = ["overheard"]


class HeardMeanwhile(MovedThere):
    """A read stored something else of the record between our write and its being stored."""

    code = HEARD_MEANWHILE


def overheard(
    connection: Connection,
    connection_id: int,
    bound: Mapping[int, Bound],
    outcomes: Mapping[int, Delivered],
) -> dict[int, Delivered | SyncError]:
    """What became of pushes, by contractor, seen beside what reads stored meanwhile.

    Args:
        bound: The bindings on which the pushes were based. Nobody changes them any more before the transaction ends.
    """
    bound_now = lookups.bound(connection, connection_id, outcomes)
    return {id_: _seen_beside(done, bound.get(id_), bound_now.get(id_)) for id_, done in outcomes.items()}


def _seen_beside(done: Delivered, before: Bound | None, after: Bound | None) -> Delivered | SyncError:
    """What a push counts for whose binding was `before`, and is `after` now and stays so."""
    bound = after or before
    if bound is None or _what_is_held(before) == _what_is_held(after):
        return done
    if done.remote is not None and after is not None and _is_read_back(done.remote, after):
        return msgspec.structs.replace(done, remote=None, settled=None)
    if done.action is None:
        return MovedThere("the record was read while it was compared", bound.external_id)
    doubt = done.doubt or HeardMeanwhile(
        "the record was read while it was written, and either may have come first", bound.external_id
    )
    return msgspec.structs.replace(done, remote=None, settled=None, doubt=doubt)


def _what_is_held(bound: Bound | None) -> tuple[str, str | None, str] | None:
    return None if bound is None else (bound.external_id, bound.version, bound.agreed)


def _is_read_back(written: Remote, heard: Bound) -> bool:
    """Whether what was heard is what we wrote."""
    if written.version is not None:
        return written.version == heard.version
    return lines.snapshot(written.contractor) == heard.agreed
