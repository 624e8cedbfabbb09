"""How is one contractor brought to one side? One call where nothing is in doubt, and a look before every create.

Runs in a thread, without a transaction: what it needs was looked up for the whole batch, what it found out is stored
for the whole batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from syncd import fault_hooks
from syncd.domain import match
from syncd.domain.contractor import Contractor, load, restrict
from syncd.domain.country import Zone
from syncd.domain.employees import LOGIN_TAKEN, login_of, logins_of
from syncd.domain.groups import Vocabulary, normalise
from syncd.domain.holds import is_erased, is_sync_held, load_holds
from syncd.domain.members import in_order_of
from syncd.errors import Ambiguous, NotFound, RecordError, RetryableError, SyncError, VersionConflict
from syncd.ports import Endpoint, Remote
from syncd.registry.lookups import Bound
from syncd.sentence import Counted, Sentence
from syncd.sync.confirm import confirm_block
from syncd.sync.delivered import Delivered, Job
from syncd.sync.erase_there import erase_there
from syncd.sync.held import SyncHeld
from syncd.sync.recognise import FIELD_OF, WORD_OF
from syncd.sync.routes import Station

__all__ = ["MovedThere", "TwinsThere", "deliver"]


class MovedThere(VersionConflict):
    """The side changed the record, or has one that we did not know: it has to be heard first.

    Attributes:
        external_id: The record to read.
    """

    code = "moved-there"

    def __init__(self, message: str, external_id: str) -> None:
        super().__init__(message, record=external_id)
        self.external_id = external_id


class TwinsThere(Ambiguous):
    """The side has records that could be the contractor.

    Attributes:
        external_ids: Which ones.
    """

    def __init__(self, external_ids: Sequence[str], evidence: match.Key) -> None:
        number, same = len(external_ids), WORD_OF[evidence]
        message = Sentence("the side has a record that may not be the same but has the same %(field)s", field=same)
        if number > 1:
            message = Sentence(
                Counted(
                    "the side has %(count)s record with the same %(field)s",
                    "the side has %(count)s records with the same %(field)s",
                ),
                count=number,
                field=same,
            )
        super().__init__(
            message,
            field=FIELD_OF[evidence],
            cure="Answer which one it is, or that it is none of them; or delete the duplicates there, then retry.",
        )
        self.external_ids = tuple(external_ids)


class NotKept(RetryableError):
    """The side said that it was done, and holds something else."""

    code = "write-not-kept"

    def __init__(self, external_id: str) -> None:
        super().__init__(
            "the side reported success and holds other groups than it was given",
            record=external_id,
            cure="It is tried again by itself; look at that side if this stays.",
        )


def deliver(
    job: Job, station: Station, endpoint: Endpoint, bound_elsewhere: Callable[[Sequence[str]], set[str]]
) -> Delivered:
    """Bring one side up to date with one contractor.

    Args:
        bound_elsewhere: Says which external ids belong to other contractors.

    Raises:
        MovedThere: When the side has to be read first.
        SyncHeld: When an admin holds the contractor's synchronization.
        SyncError: What the endpoint raises.
    """
    holds = load_holds(job.known.holds)
    if is_erased(holds):
        return erase_there(job, station, endpoint)
    if is_sync_held(holds):
        raise SyncHeld(job.known.id)
    doc = load(job.known.doc)
    zone = Zone(job.known.zone)
    settled = station.wanted_hash(doc, zone)
    if job.bound is None:
        if not job.belongs(doc, zone):
            return Delivered(settled=settled)
        return _create(station.wanted(doc, zone, new=True), station, endpoint, settled, bound_elsewhere)
    if job.bound.settled_hash == settled and not (job.again and _blocks(station, doc)):
        return Delivered(settled=settled)
    return _update(job, job.bound, doc, station, endpoint, settled)


def _create(
    wanted: Contractor,
    station: Station,
    endpoint: Endpoint,
    settled: bytes,
    bound_elsewhere: Callable[[Sequence[str]], set[str]],
) -> Delivered:
    if not endpoint.capabilities.idempotent_create:
        _refuse_twin(wanted, endpoint.find(wanted), bound_elsewhere)
    try:
        remote = endpoint.create(wanted)
    except RecordError as error:
        # An earlier try, whose answer was lost, may have arrived there after we looked: then it is no fault of data.
        found = endpoint.find(wanted)
        _refuse_twin(wanted, found, bound_elsewhere)
        raise _with_holder(error, wanted, found) from None
    fault_hooks.hit("after_send")
    fields = tuple(name for name in wanted.__struct_fields__ if getattr(wanted, name) != getattr(_BLANK, name))
    remote = msgspec.structs.replace(remote, contractor=restrict(remote.contractor, station.created))
    created = Delivered(settled=settled, remote=remote, action="create", fields=fields)
    created = _kept(created, wanted, endpoint)
    return created if wanted.active else _confirmed(created, endpoint, remote.external_id)


def _with_holder(
    error: RecordError, wanted: Contractor, found: Sequence[Remote], ours: str | None = None
) -> RecordError:
    """Let a refusal for a log-in that is taken name the record that has it, where the side could be asked."""
    if error.code != LOGIN_TAKEN:
        return error
    login, _ = login_of(wanted)
    there = (one.external_id for one in found if one.external_id != ours and login in logins_of(one.contractor))
    error.record = next(there, None)
    return error


def _kept(done: Delivered, target: Contractor, endpoint: Endpoint) -> Delivered:
    """Doubt a success after which the side is in other groups; other fields it may keep in a form of its own."""
    able = endpoint.capabilities
    if done.remote is None or not able.many_groups or "groups" not in able.writes & able.reads:
        return done
    if normalise(target.groups) == normalise(done.remote.contractor.groups):
        return done
    return msgspec.structs.replace(done, doubt=NotKept(done.remote.external_id))


def _blocks(station: Station, doc: Contractor) -> bool:
    return not doc.active and "active" in station.written


def _confirmed(blocked: Delivered, endpoint: Endpoint, external_id: str) -> Delivered:
    """Ask the side whether a block works; if it does not, or cannot tell now, that is a doubt and no lost write."""
    try:
        return msgspec.structs.replace(blocked, verified=confirm_block(endpoint, external_id))
    except SyncError as error:
        return msgspec.structs.replace(blocked, doubt=error)


def _refuse_twin(
    wanted: Contractor, found: Sequence[Remote], bound_elsewhere: Callable[[Sequence[str]], set[str]]
) -> None:
    """Create nothing that is there: after a lost answer, or because it was there before syncd came.

    Raises:
        MovedThere: When the side has this contractor; hearing it links the two, without overwriting what it holds.
        Ambiguous: When it could be one of several.
    """
    if not found:
        return
    others = bound_elsewhere([remote.external_id for remote in found])
    free = [remote for remote in found if remote.external_id not in others]
    by_key: dict[tuple[match.Key, str], set[int]] = defaultdict(set)
    for index, remote in enumerate(free):
        for key in match.keys(remote.contractor):
            by_key[key].add(index)
    decided = match.decide(wanted, by_key, {index: remote.contractor for index, remote in enumerate(free)})
    if isinstance(decided, match.Link):
        raise MovedThere("the side has this contractor already", free[decided.contractor_id].external_id)
    if isinstance(decided, match.Ambiguity):
        raise TwinsThere([free[index].external_id for index in decided.contractor_ids], decided.evidence)


def _update(job: Job, bound: Bound, doc: Contractor, station: Station, endpoint: Endpoint, settled: bytes) -> Delivered:
    agreed = load(bound.agreed)
    remote = Remote(external_id=bound.external_id, contractor=agreed, version=bound.version)
    if not endpoint.capabilities.versions:
        # Nothing at that side refuses a write that is based on old reading, so the reading is made now.
        remote = endpoint.get(bound.external_id)
        said = endpoint.capabilities.reads
        if restrict(remote.contractor, said) != restrict(agreed, said):
            raise MovedThere("the record changed at that side since it was last read", bound.external_id)
    wanted = station.wanted(doc, Zone(job.known.zone))
    changes = differences(remote.contractor, doc, wanted, station, job.words, bound.departures)
    if not changes:
        if job.again and _blocks(station, doc):
            return _confirmed(Delivered(settled=settled, action="block"), endpoint, bound.external_id)
        return Delivered(settled=settled)
    target = msgspec.structs.replace(remote.contractor, **changes)
    try:
        written = endpoint.update(remote, target)
    except NotFound:
        raise NotFound(
            "the record was deleted at that side",
            code="gone",
            record=bound.external_id,
            cure="Drop this issue if that was right; retry makes it again.",
        ) from None
    except VersionConflict as error:
        raise MovedThere(error.message, bound.external_id) from None
    except RecordError as error:
        found = endpoint.find(target) if error.code == LOGIN_TAKEN else ()
        raise _with_holder(error, target, found, bound.external_id) from None
    fault_hooks.hit("after_send")
    blocked = remote.contractor.active and not target.active
    action = "block" if blocked else "unblock" if target.active and not remote.contractor.active else "update"
    done = Delivered(settled=settled, remote=written, action=action, fields=tuple(changes), departures=bound.departures)
    done = _kept(done, target, endpoint)
    return _confirmed(done, endpoint, bound.external_id) if blocked else done


def differences(
    there: Contractor,
    doc: Contractor,
    wanted: Contractor,
    station: Station,
    words: Vocabulary,
    departures: Mapping[str, str] = {},
) -> dict[str, Any]:
    """Fields in which a side has to change, with the values that it should get.

    What the side owns and cannot state stays as it is there, since the registry never heard of it; so do groups that
    only that side has.

    Args:
        wanted: What the side should hold of `doc`.
        departures: Edits there that do not count and stay, as long as neither value changes.
    """
    plain = restrict(there, station.written)
    wanted = in_order_of(plain, wanted)
    changes: dict[str, Any] = {}
    for name in sorted(station.written - station.not_told(doc)):
        value = getattr(wanted, name)
        if name == "groups":
            value = station.beside(value, plain.groups, words)
        if value == getattr(plain, name):
            continue
        if name == "tax_class" and station.zones and not value:
            continue  # nobody knows the zone, so nobody corrects the shop's word for it
        rule = station.rules.get(name)
        unheard = name not in station.said and rule is not None and rule.owner is station.side
        if unheard and _never_said(value):
            continue
        if name in station.lenient and departures.get(name) == station.departure(name, there, doc):
            continue
        changes[name] = value
    return changes


_BLANK = Contractor(name="")


def _never_said(value: object) -> bool:
    return value is None or value in ("", (), {})
