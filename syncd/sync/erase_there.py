"""How is one erased contractor's record at one side overwritten, and how is it known that it was?

The rule of what is written here is not that of other pushes (`syncd.sync.routes.Station.written`): of an ERP's record
an edit changes only what shops may edit, and an erasure every personal field that the connection can write at all. No
record is deleted or made.
"""

from __future__ import annotations

from typing import Final

from syncd import fault_hooks
from syncd.domain import erasure
from syncd.domain.code import code_of
from syncd.domain.contractor import FIELDS, Contractor, load
from syncd.domain.country import Zone
from syncd.domain.erasure import BY_HAND
from syncd.errors import InvalidRecord, NotFound, RecordError, RetryableError
from syncd.ports import Endpoint, Remote, Scrubbed
from syncd.sentence import Sentence
from syncd.sync.confirm import confirm_block
from syncd.sync.delivered import Delivered, Job
from syncd.sync.routes import Station

__all__ = ["ERASE", "EraseByHand", "erase_there"]

ERASE: Final = "erase"
"""Action of a delivery that proves an erasure; how it is known is its ``verified``."""


class EraseByHand(RetryableError):
    """The side still holds something that syncd may not write; it is looked at again until it does not."""

    code = BY_HAND
    cure = "Anonymise these fields, or delete the record, at that side. It is checked again by itself."

    def __init__(self, external_id: str, fields: tuple[str, ...]) -> None:
        super().__init__(
            Sentence("the customer is erased, and syncd cannot overwrite there: %(fields)s", fields=", ".join(fields))
            if fields
            else Sentence(
                "the customer is erased, and what syncd cannot overwrite there is told by its next statement"
            ),
            record=external_id,
        )


def erase_there(job: Job, station: Station, endpoint: Endpoint) -> Delivered:
    """Overwrite one record, switch it off, read it back and compare.

    Returns:
        What was done, ``verified`` as ``verified``, as ``flag_only`` where the platform does not stop the log-in by
        itself or only its next statement proves it, or as ``gone``.

    Raises:
        EraseByHand: When something personal is left that cannot be written.
        SyncError: What the endpoint raises.
    """
    left = load(job.known.doc)
    settled = station.wanted_hash(left, Zone(job.known.zone))
    if job.bound is None:
        return Delivered(settled=settled)
    code = code_of(job.known.id)
    external_id = job.bound.external_id
    try:
        there = _overwrite(external_id, left, code, station, endpoint)
        fault_hooks.hit("after_send")
        seen = endpoint.get(external_id)
        rest = _rest(seen.contractor, left, job, station)
        if rest:
            raise EraseByHand(external_id, rest)
        proof = _proof(seen, endpoint)
    except NotFound:
        return Delivered(settled=settled, action=ERASE, verified="gone")
    except Scrubbed:
        raise EraseByHand(external_id, ()) from None
    return Delivered(settled=settled, remote=seen, action=ERASE, fields=there, verified=proof)


def _overwrite(external_id: str, left: Contractor, code: str, station: Station, endpoint: Endpoint) -> tuple[str, ...]:
    """Write what has to be written; answer the fields. What could not be written is found by reading back.

    A platform that refuses one field, such as a code that is final there, still gets all the others.
    """
    fields = station.created
    try:
        remote = endpoint.get(external_id)
    except (Scrubbed, InvalidRecord):  # nobody knows what it holds, or it cannot be understood
        if not fields:
            raise
        remote = Remote(external_id=external_id, contractor=erasure.unheard(external_id))
    while True:
        target = erasure.overwritten(remote.contractor, left, code, fields)
        changed = tuple(name for name in FIELDS if getattr(target, name) != getattr(remote.contractor, name))
        if not changed:
            return ()
        try:
            endpoint.update(remote, target)
        except RecordError as error:
            if error.field not in changed:
                raise
            fields -= {error.field}
        else:
            return changed


def _rest(seen: Contractor, left: Contractor, job: Job, station: Station) -> tuple[str, ...]:
    """Fields that still say something of the person.

    What syncd has written must be what it wrote. What a person anonymises by hand may be anything that is not what the
    contractor was.
    """
    differing = erasure.residue(seen, left, code_of(job.known.id))
    recalled = frozenset(differing) if job.memory is None else job.memory.recalls(seen, left)
    return tuple(field for field in differing if field in station.created or field in recalled)


def _proof(seen: Remote, endpoint: Endpoint) -> str:
    """How it is known that nobody logs in there any more; a side without log-ins to stop has nothing to prove."""
    if "active" not in endpoint.capabilities.writes:
        return "verified" if not seen.contractor.active else "flag_only"
    return confirm_block(endpoint, seen.external_id)
