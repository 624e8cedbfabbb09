"""Does the next read deliver every change since the last one?"""

from __future__ import annotations

import contextlib

from syncd.certify.faults import Fault
from syncd.certify.promises.case import MANY_FAULTS, Case, Reading, demand
from syncd.certify.promises.needs import ability, edits, fault
from syncd.certify.promises.promise import promise
from syncd.errors import SyncError

__all__: list[str] = []


def _frozen(case: Case) -> contextlib.AbstractContextManager[object]:
    """The platform's clock stands still inside, where the simulator can do that."""
    frozen: contextlib.AbstractContextManager[object] = getattr(case.sandbox, "frozen", contextlib.nullcontext)()
    return frozen


@promise(edits("name"))
def an_incremental_read_delivers_what_changed_since_the_cursor(case: Case) -> None:
    """Platforms that cannot tell what changed deliver everything, which is no gap either."""
    ids = case.add(1, 2, 3)
    cursor = case.read(full=True).cursor
    case.sandbox.edit(ids[1], name="Firma Nowa")
    told = case.told(case.read_changes(cursor))
    demand(ids[1] in told, "the changed record is not delivered")
    demand(told[ids[1]].contractor.name == "Firma Nowa", "the changed record is delivered as it was before")


@promise()
def an_incremental_read_delivers_what_was_added_since_the_cursor(case: Case) -> None:
    """A new customer is a change."""
    case.add(1, 2)
    cursor = case.read(full=True).cursor
    (added,) = case.add(3)
    demand(added in case.read(cursor).ids, "the added record is not delivered")


@promise()
def an_incremental_read_ends_like_any_other(case: Case) -> None:
    """Nothing new is an answer too: a last page, and a cursor that serves again."""
    case.add(1, 2)
    first = case.read(full=True)
    second = case.read(first.cursor)
    demand(second.proof is not None, "the read has no last page")
    (added,) = case.add(3)
    demand(added in case.read(second.cursor or first.cursor).ids, "after a read of nothing a change is lost")


@promise()
def a_cursor_serves_a_new_connection(case: Case) -> None:
    """It is stored as text and used hours later by another process."""
    case.add(1)
    cursor = case.read(full=True).cursor
    (added,) = case.add(2)
    pages = list(case.open().read(cursor, full=False))
    demand(added in Reading(pages).ids, "the added record is not delivered to a connection opened later")


@promise()
def a_full_read_ignores_the_cursor(case: Case) -> None:
    """The nightly full read sees what all incremental ones missed."""
    ids = case.add(1, 2)
    cursor = case.read(full=True).cursor
    demand(set(ids) <= set(case.read(cursor, full=True).ids), "a full read with a cursor delivers less than all")


@promise(edits("name"))
def two_changes_in_the_same_second_are_both_delivered(case: Case) -> None:
    """A cursor of whole seconds that asks for "later than" loses the second one."""
    one, two = case.add(1, 2)
    cursor = case.read(full=True).cursor
    with _frozen(case):
        case.sandbox.edit(one, name="Firma Pierwsza")
        reading = case.read_changes(cursor)
        case.sandbox.edit(two, name="Firma Druga")
    demand(one in reading.ids, "the first change is not delivered")
    later = case.told(case.read_changes(reading.cursor or cursor))
    demand(two in later, "a change in the second that was already read is not delivered")
    demand(later[two].contractor.name == "Firma Druga", "the second change is delivered as it was before")


@promise(edits("name"))
def many_changes_of_one_second_fill_several_pages_without_a_gap(case: Case) -> None:
    """An import stamps thousands of records with one time; paging by time alone stops or skips."""
    with _frozen(case):
        wanted = set(case.populate())
        cursor = case.read(full=True).cursor
        for external_id in wanted:
            case.sandbox.edit(external_id, name="Firma Nowa")
        seen = set(case.read_changes(cursor).ids)
    demand(wanted <= seen, f"{len(wanted - seen)} of {len(wanted)} changes are lost")


@promise(edits("name"))
def a_change_made_while_reading_is_delivered_now_or_next_time(case: Case) -> None:
    """The next cursor starts where this read began to look, not where it ended."""
    case.populate()
    pages = case.pages(full=True)
    first = next(page for page in pages if page.records)
    read_already = first.records[0].external_id
    case.sandbox.edit(read_already, name="Firma Nowa")
    (added,) = case.add(9001)
    now = Reading([first, *pages])
    then = case.read_changes(now.cursor)
    told = {**case.told(now), **case.told(then)}
    demand(told[read_already].contractor.name == "Firma Nowa", "a record changed after its page is lost")
    demand(added in told, "a record added while reading is lost")


@promise(fault("drop"), edits("name"))
def an_incremental_read_that_broke_off_is_continued_without_a_gap(case: Case) -> None:
    """The next run starts at the last cursor that was stored, and what the broken page had is still to come."""
    wanted = set(case.populate())
    cursor = case.read(full=True).cursor
    for external_id in wanted:
        case.sandbox.edit(external_id, name="Firma Nowa")
    seen = []
    with contextlib.suppress(SyncError):  # planned: the read breaks off behind its first page
        for page in case.pages(None if case.can.incremental == "created" else cursor):
            seen.append(page)
            case.sandbox.faults.plan(*[Fault(kind="drop")] * MANY_FAULTS)
    case.sandbox.faults.clear()
    broken = Reading(seen)
    after = case.read_changes(broken.cursor or cursor)
    lost = wanted - set(broken.ids) - set(after.ids)
    demand(not lost, f"{len(lost)} of {len(wanted)} changes are lost")


def _lives_by_another_clock(case: Case, hours: int) -> None:
    case.sandbox.pass_time(hours * 3600.0)  # type: ignore[attr-defined]  # optional, see Sandbox
    one, two = case.add(1, 2)
    first = case.read(full=True)
    case.sandbox.edit(one, name="Firma Nowa")
    second = case.read_changes(first.cursor)
    demand(one in second.ids, "a change is not delivered")
    case.sandbox.edit(two, name="Firma Nowa")
    third = case.read_changes(second.cursor or first.cursor)
    demand(two in third.ids, "a change after the first incremental read is not delivered")
    told = [remote.modified for remote in case.told(third).values() if remote.modified is not None]
    demand(all(at.tzinfo is not None for at in told), "the moment of the change has no zone")


_NO_CLOCK = ability("pass_time", "the simulator's clock cannot be set")


@promise(_NO_CLOCK, edits("name"))
def a_platform_whose_clock_is_ahead_loses_no_change(case: Case) -> None:
    """Cursors are the platform's own moments: three hours ahead of ours it would wait three hours, mixed up."""
    _lives_by_another_clock(case, 3)


@promise(_NO_CLOCK, edits("name"))
def a_platform_whose_clock_is_behind_loses_no_change(case: Case) -> None:
    """With our own "now" as the cursor, a change that is stamped three hours ago is never asked for."""
    _lives_by_another_clock(case, -3)


@promise(edits("groups"))
def a_change_of_groups_alone_is_delivered_as_a_change(case: Case) -> None:
    """Memberships are in a table of their own on many platforms, and move no clock of the contractor."""
    (external_id,) = case.add(1)
    case.settle()
    cursor = case.read(full=True).cursor
    groups = case.other("groups")
    case.sandbox.edit(external_id, groups=groups)
    told = case.told(case.read_changes(cursor))
    demand(external_id in told, "the contractor is not delivered")
    demand(told[external_id].contractor.groups == groups, "the contractor is delivered with its groups of before")


@promise(edits("active"))
def a_deactivated_contractor_is_delivered_as_a_change(case: Case) -> None:
    """The one change that matters most: a blocked customer must not go on buying."""
    (external_id,) = case.add(1)
    cursor = case.read(full=True).cursor
    case.sandbox.edit(external_id, active=False)
    told = case.told(case.read_changes(cursor))
    demand(external_id in told, "the deactivated contractor is not delivered")
    demand(not told[external_id].contractor.active, "the deactivated contractor is delivered as active")


@promise(edits("active"))
def a_reactivated_contractor_is_delivered_as_a_change(case: Case) -> None:
    """And back again."""
    (external_id,) = case.add(1, active=False)
    cursor = case.read(full=True).cursor
    case.sandbox.edit(external_id, active=True)
    told = case.told(case.read_changes(cursor))
    demand(external_id in told, "the reactivated contractor is not delivered")
    demand(told[external_id].contractor.active, "the reactivated contractor is delivered as inactive")
