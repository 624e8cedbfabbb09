"""Is a write exactly what was asked for: no more, no less, and not over somebody else's?"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import msgspec

from syncd.certify import samples
from syncd.certify.faults import Fault
from syncd.certify.promises.case import Case, Degraded, Reading, demand, differing, raised
from syncd.certify.promises.needs import ability, blocks, deletes, edits, fault, stores, versions, writes
from syncd.certify.promises.promise import promise
from syncd.errors import InvalidRecord, NotFound, RetryableError, Unstorable, VersionConflict

__all__: list[str] = []


@promise(writes)
def create_stores_every_field_that_it_says_it_writes(case: Case) -> None:
    """And answers with what the platform now holds."""
    case.settle()
    wanted = case.contractor(1)
    made = case.endpoint.create(wanted)
    wrong = differing(made.contractor, wanted, case.stores)
    demand(not wrong, f"the answer has other values in {', '.join(wrong)}")
    wrong = differing(case.sandbox.holds()[made.external_id].contractor, wanted, case.stores)
    demand(not wrong, f"the platform holds other values in {', '.join(wrong)}")


@promise(blocks)
def an_inactive_contractor_is_created_inactive(case: Case) -> None:
    """Nobody may buy in the moments between a create and a block."""
    case.settle()
    made = case.endpoint.create(case.contractor(1, active=False))
    demand(not made.contractor.active, "the answer says that it is active")
    demand(not case.sandbox.holds()[made.external_id].contractor.active, "the platform holds it as active")


@promise(writes)
def a_write_answers_what_get_says_afterwards(case: Case) -> None:
    """The answer becomes the agreed snapshot, and its version the one for the next write."""
    case.settle()
    made = case.endpoint.create(case.contractor(1))
    changed = case.endpoint.update(made, case.contractor(1, name="Firma Nowa"))
    got = case.endpoint.get(made.external_id)
    wrong = differing(changed.contractor, got.contractor, case.can.reads)
    demand(not wrong, f"the answer and get differ in {', '.join(wrong)}")
    demand(changed.version == got.version, f"the answer has version {changed.version}, get {got.version}")


@promise(writes)
def an_update_writes_each_field_that_differs(case: Case) -> None:
    """One field at a time, so that none rides on another's back."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    lost = []
    for field in sorted(case.stores - {"active"}):
        value = getattr(case.contractor(1, second=True), field)
        wanted = msgspec.structs.replace(remote.contractor, **{field: value})
        remote = case.endpoint.update(remote, wanted)
        held = case.sandbox.holds()[remote.external_id].contractor
        if differing(remote.contractor, wanted, {field}) or differing(held, wanted, {field}):
            lost.append(field)
    demand(not lost, f"a change of these fields alone was not stored: {', '.join(lost)}")


@promise(writes)
def an_update_can_empty_a_field(case: Case) -> None:
    """A deleted telephone number is a change; "not said" is what the pipeline leaves out before it calls."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    kept = []
    for field in sorted(case.stores & {"phones", "website", "notes", "contact_person", "groups"}):
        empty: object = () if field in {"phones", "groups"} else ""
        remote = case.endpoint.update(remote, msgspec.structs.replace(remote.contractor, **{field: empty}))
        if getattr(case.sandbox.holds()[remote.external_id].contractor, field) != empty:
            kept.append(field)
    demand(not kept, f"these fields cannot be emptied: {', '.join(kept)}")


@promise(writes)
def an_update_without_a_difference_writes_nothing(case: Case) -> None:
    """Repeating a push costs nothing and moves no clock."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    before, calls = case.sandbox.holds(), len(case.writes())
    case.endpoint.update(remote, remote.contractor)
    demand(len(case.writes()) == calls, f"it wrote: {case.writes()[calls:]}")
    demand(case.sandbox.holds() == before, "the platform holds something else now")


@promise(writes, stores("email"), edits("email"))
def an_update_leaves_alone_what_it_was_not_asked_to_change(case: Case) -> None:
    """An admin edits the e-mail while syncd writes the name: both must live, or the update must say conflict."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    case.sandbox.edit(remote.external_id, email="edited@example.com")
    wanted = msgspec.structs.replace(remote.contractor, name="Firma Nowa")
    error = raised(lambda: case.endpoint.update(remote, wanted))
    demand(error is None or isinstance(error, VersionConflict), f"it is {error!r}")
    email = case.sandbox.holds()[remote.external_id].contractor.email
    demand(email == "edited@example.com", "the admin's edit was overwritten")


@promise(stores("groups"), edits("groups"))
def an_update_leaves_groups_alone_that_an_admin_changed_meanwhile(case: Case) -> None:
    """An admin regroups a customer between our reading and our writing of the name: both live, or it is a conflict."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    groups = case.other("groups")
    case.sandbox.edit(remote.external_id, groups=groups)
    wanted = msgspec.structs.replace(remote.contractor, name="Firma Nowa")
    error = raised(lambda: case.endpoint.update(remote, wanted))
    demand(error is None or isinstance(error, VersionConflict), f"it is {error!r}")
    held = case.sandbox.holds()[remote.external_id].contractor.groups
    demand(held == groups, f"the admin's groups {groups} became {held}")


@promise(writes, edits("name"))
def an_update_clears_nothing_that_the_connection_does_not_write(case: Case) -> None:
    """Platforms that replace a record whole empty what is not sent: fields of theirs, of others, of tomorrow."""
    case.settle()
    (external_id,) = case.add(1)
    narrow = case.open(fields=frozenset({"name", "active"}))
    if "name" not in narrow.capabilities.writes:
        raise Degraded("the name is not written there")
    before = case.sandbox.holds()[external_id].contractor
    listed = Reading(list(narrow.read(None, full=True)))
    remote = narrow.parse(next(record for record in listed.records if record.external_id == external_id))
    narrow.update(remote, msgspec.structs.replace(remote.contractor, name="Firma Nowa"))
    after = case.sandbox.holds()[external_id].contractor
    demand(after.name == "Firma Nowa", f"the name is {after.name!r}")
    # A platform that puts the name together from others' parts may change those with it.
    lost = set(differing(after, before, case.edits - {"name", "first_name", "last_name"}))
    demand(not lost, f"these fields are others now: {', '.join(sorted(lost))}")


@promise(writes)
def a_write_touches_no_other_contractor(case: Case) -> None:
    """Neither by sharing an address nor by a filter that fits too many."""
    case.settle()
    case.add(2, 3)
    before = case.sandbox.holds()
    remote = case.endpoint.create(case.contractor(1))
    case.endpoint.update(remote, case.contractor(1, second=True))
    after = case.sandbox.holds()
    moved = [name for name, held in before.items() if after.get(name) != held]
    demand(not moved, f"other records changed: {moved}")


@promise(stores("groups"))
def an_update_of_groups_adds_and_removes(case: Case) -> None:
    """Left behind, an old group keeps its price."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    for second in (True, False):
        groups = case.contractor(1, second=second).groups
        remote = case.endpoint.update(remote, msgspec.structs.replace(remote.contractor, groups=groups))
        held = case.sandbox.holds()[remote.external_id].contractor.groups
        demand(held == groups, f"asked for {groups}, the platform holds {held}")


@promise(blocks)
def an_update_of_active_blocks_and_unblocks(case: Case) -> None:
    """There and back, by the platform's own account of it."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    for active in (False, True):
        remote = case.endpoint.update(remote, msgspec.structs.replace(remote.contractor, active=active))
        demand(remote.contractor.active is active, f"asked for {active}, the answer says otherwise")
        held = case.sandbox.holds()[remote.external_id].contractor.active
        demand(held is active, f"asked for {active}, the platform holds {held}")


@promise(blocks)
def an_inactive_contractor_can_be_edited_and_stays_inactive(case: Case) -> None:
    """Platforms hide inactive records from their own update calls, or wake them up."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1, active=False))
    case.endpoint.update(remote, msgspec.structs.replace(remote.contractor, name="Firma Nowa"))
    held = case.sandbox.holds()[remote.external_id].contractor
    demand((held.name, held.active) == ("Firma Nowa", False), "the edit was lost, or the contractor woke up")


@promise(writes, versions, edits("name"))
def a_stale_version_is_a_conflict_and_changes_nothing(case: Case) -> None:
    """An older statement never overwrites a newer one."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    case.sandbox.edit(remote.external_id, name="Firma Nowsza")
    wanted = msgspec.structs.replace(remote.contractor, name="Firma Starsza")
    error = raised(lambda: case.endpoint.update(remote, wanted))
    demand(isinstance(error, VersionConflict), f"it is {error!r}")
    demand(case.sandbox.holds()[remote.external_id].contractor.name == "Firma Nowsza", "it was overwritten")


@promise(writes, deletes)
def an_update_of_a_removed_record_is_not_found(case: Case) -> None:
    """It is not created anew behind the admin's back."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    case.sandbox.remove(remote.external_id)
    held = set(case.sandbox.holds())
    wanted = msgspec.structs.replace(remote.contractor, name="Firma Nowa")
    error = raised(lambda: case.endpoint.update(remote, wanted))
    demand(isinstance(error, NotFound | VersionConflict), f"it is {error!r}")
    demand(set(case.sandbox.holds()) == held, "the record came back")


@promise(writes)
def a_long_name_is_stored_whole_or_refused(case: Case) -> None:
    """250 characters; a silent cut would come back as an edit and end in the ERP."""
    _stored_or_refused(case, samples.LONG_NAME)


@promise(writes)
def a_name_in_foreign_letters_is_stored_as_it_is_or_refused(case: Case) -> None:
    """Never with ``?`` in the place of what the code page lacks."""
    _stored_or_refused(case, samples.HARD_NAME)


def _stored_or_refused(case: Case, name: str) -> None:
    case.settle()
    before = set(case.sandbox.holds())
    error = raised(lambda: case.endpoint.create(case.contractor(1, name=name)))
    made = [case.sandbox.holds()[key].contractor.name for key in set(case.sandbox.holds()) - before]
    if error is None:
        demand(made == [name], f"asked for {name!r}, the platform holds {made}")
    else:
        demand(isinstance(error, Unstorable | InvalidRecord), f"it is {error!r}")
        demand(error.field == "name", f"the error names the field {error.field!r}")
        demand(not made, f"it was refused, and stored as {made}")


@promise(writes, fault("latency"), fault("lose_answer"))
def a_create_broken_off_after_any_call_is_finished_by_the_next_attempt(case: Case) -> None:
    """Where one contractor takes several calls, each of them may be the last one that arrived."""
    case.settle()
    calls = len(case.writes())
    case.endpoint.create(case.contractor(100))
    for step in range(min(len(case.writes()) - calls, 6)):
        before = set(case.sandbox.holds())
        wanted = case.contractor(101 + step)
        passing = [Fault(kind="latency", only="write")] * step
        case.sandbox.faults.plan(*passing, Fault(kind="lose_answer", only="write"))
        error = raised(lambda wanted=wanted: case.endpoint.create(wanted))  # type: ignore[misc]
        case.sandbox.faults.clear()
        demand(isinstance(error, RetryableError), f"broken off after call {step + 1} it is {error!r}")
        found = case.endpoint.find(wanted)
        if found:
            case.endpoint.update(found[0], wanted)
        else:
            case.endpoint.create(wanted)
        made = set(case.sandbox.holds()) - before
        demand(len(made) == 1, f"broken off after call {step + 1} there are {len(made)}")
        wrong = differing(case.sandbox.holds()[made.pop()].contractor, wanted, case.stores)
        demand(not wrong, f"broken off after call {step + 1} these fields stay wrong: {', '.join(wrong)}")


@promise(writes)
def two_threads_may_write_at_once(case: Case) -> None:
    """Pushes of different contractors run side by side over one connection."""
    case.settle()
    before = set(case.sandbox.holds())
    wanted = [case.contractor(number) for number in range(1, 9)]
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(case.endpoint.create, wanted))
    demand(len({remote.external_id for remote in made}) == len(wanted), "two creates answered one record")
    held = case.sandbox.holds()
    demand(set(held) - before == {remote.external_id for remote in made}, "what was answered is not what is held")
    mixed = [r.external_id for r, w in zip(made, wanted, strict=True) if held[r.external_id].contractor.name != w.name]
    demand(not mixed, f"answers were mixed up: {mixed}")


def _mails(case: Case) -> list[str]:
    mails: list[str] = [*case.sandbox.mails]  # type: ignore[attr-defined]  # optional, see Sandbox
    return mails


_MAILS_NOBODY = ability("mails", "the platform mails nobody")


@promise(writes, _MAILS_NOBODY)
def a_create_mails_nobody(case: Case) -> None:
    """Ten thousand imported customers get no welcome, and no password that they did not ask for."""
    case.settle()
    before = len(_mails(case))
    case.endpoint.create(case.contractor(1))
    case.endpoint.create(case.contractor(2, active=False))
    demand(len(_mails(case)) == before, f"it mailed: {_mails(case)[before:]}")


@promise(writes, _MAILS_NOBODY)
def an_update_mails_nobody(case: Case) -> None:
    """Neither a changed e-mail nor a block is told to the customer by the platform."""
    case.settle()
    remote = case.endpoint.create(case.contractor(1))
    before = len(_mails(case))
    remote = case.endpoint.update(remote, case.contractor(1, second=True, active=True))
    if blocks(case) is None:
        for active in (False, True):
            remote = case.endpoint.update(remote, msgspec.structs.replace(remote.contractor, active=active))
    demand(len(_mails(case)) == before, f"it mailed: {_mails(case)[before:]}")
