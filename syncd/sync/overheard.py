"""What if a read heard a record while a push of it was under way?

A batch is stored seconds after its first call. What a read stored meanwhile may be older than our write or newer, and
most sides' versions do not say which: it stays what the next edit is compared with, and the record is read once more.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from syncd.errors import SyncError
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
    return {
        id_: done if _same(bound.get(id_), bound_now.get(id_)) else _beside(done, bound_now.get(id_))
        for id_, done in outcomes.items()
    }


def _same(before: Bound | None, after: Bound | None) -> bool:
    if before is None or after is None:
        return before is after
    return (before.external_id, before.version, before.agreed) == (after.external_id, after.version, after.agreed)


def _beside(done: Delivered, heard: Bound | None) -> Delivered | SyncError:
    """What a push counts for, now that the binding is `heard` and stays so."""
    if done.remote is not None and heard is not None and _is_our_write(done.remote.version, done, heard):
        return msgspec.structs.replace(done, remote=None, settled=None)
    name = heard.external_id if heard is not None else done.remote.external_id if done.remote is not None else ""
    if done.action is None:
        return MovedThere("the record was read while it was compared", name)
    doubt = done.doubt or HeardMeanwhile(
        "the record was read while it was written, and either may have come first", name
    )
    return msgspec.structs.replace(done, remote=None, settled=None, doubt=doubt)


def _is_our_write(version: str | None, done: Delivered, heard: Bound) -> bool:
    if done.remote is None:
        return False
    if version is not None:
        return version == heard.version
    return lines.snapshot(done.remote.contractor) == heard.agreed
