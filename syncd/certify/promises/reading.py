"""Does a full read see everything once, and never claim more than it saw?"""

from __future__ import annotations

import itertools
from collections import Counter

from syncd.certify.faults import Fault
from syncd.certify.promises.case import MANY_FAULTS, Case, Reading, demand
from syncd.certify.promises.needs import ability, deletes, edits, fault
from syncd.certify.promises.promise import promise
from syncd.certify.sandbox import supports
from syncd.errors import RecordError, SyncError
from syncd.ports import Page

__all__: list[str] = []


@promise()
def a_full_read_delivers_every_record_once(case: Case) -> None:
    """What an operator sees in the platform's own list, no more and no less."""
    case.add(1, 2, 3)
    ids = Counter(case.read(full=True).ids)
    demand(set(ids) == set(case.sandbox.holds()), f"the platform holds {len(case.sandbox.holds())}, read {len(ids)}")
    demand(max(ids.values()) == 1, f"delivered more than once: {[name for name, times in ids.items() if times > 1]}")


@promise()
def pages_join_with_no_gap_or_repeat(case: Case) -> None:
    """The first and last record of each page are where paging goes wrong."""
    wanted = set(case.populate())
    reading = case.read(full=True)
    repeats = [name for name, times in Counter(reading.ids).items() if times > 1]
    demand(not repeats, f"{len(repeats)} records came on two pages")
    demand(wanted <= set(reading.ids), f"{len(wanted - set(reading.ids))} records came on no page")


@promise()
def the_last_page_and_only_it_carries_a_proof(case: Case) -> None:
    """The pipeline stops at the proof: on an earlier page it would lose the rest."""
    case.populate()
    pages = list(case.pages(full=True))
    demand(all(page.end is None for page in pages[:-1]), "a page before the last says that it is the end")
    demand(pages[-1].end is not None, "the last page does not say that it is the end")


@promise()
def a_full_read_that_saw_the_end_is_proven_complete(case: Case) -> None:
    """Without this nothing could ever be found missing; a declared count must be the true one."""
    case.add(1, 2)
    proof = case.read(full=True).proof
    demand(proof is not None and proof.complete, f"the proof is {proof}")
    held = len(case.sandbox.holds())
    demand(proof is None or proof.declared in {None, held}, f"the platform holds {held}, the proof is {proof}")


@promise()
def a_read_of_an_empty_platform_ends_with_a_proof(case: Case) -> None:
    """An empty list is an answer; whether to believe it is the guard's affair, not the adapter's."""
    reading = case.read(full=True)
    demand(reading.proof is not None, "there is no last page")
    demand(set(reading.ids) == case.before, f"{len(reading.ids)} records came out of nothing")


@promise()
def a_full_read_without_its_end_is_not_claimed_complete(case: Case) -> None:
    """A list that broke off must not make anybody look missing."""
    wanted = set(case.populate())
    for kind in ("drop", "cut", "status", "html"):
        if kind not in supports(case.sandbox):
            continue
        seen = []
        try:
            for page in case.pages(full=True):
                seen.append(page)
                case.sandbox.faults.plan(*[Fault(kind=kind, status=500)] * MANY_FAULTS)
        except SyncError:
            continue
        finally:
            case.sandbox.faults.clear()
        reading = Reading(seen)
        whole = wanted <= set(reading.ids)
        demand(whole or not reading.complete, f"after {kind} {len(reading.ids)} of {len(wanted)} count as all")


@promise()
def a_passing_fault_in_the_middle_of_a_read_loses_no_page(case: Case) -> None:
    """The page that failed is asked for again, or the read ends with an error; it is never left out."""
    wanted = set(case.populate())
    for kind in ("drop", "cut", "status", "html", "expired"):
        if kind not in supports(case.sandbox):
            continue
        seen: list[Page] = []
        try:
            for page in case.pages(full=True):
                if not seen:
                    case.sandbox.faults.plan(Fault(kind=kind, status=502))
                seen.append(page)
        except SyncError:
            continue
        finally:
            case.sandbox.faults.clear()
        lost = wanted - set(Reading(seen).ids)
        demand(not lost, f"after one {kind} {len(lost)} of {len(wanted)} records are lost, and no error tells of it")


@promise(fault("status"))
def a_list_that_is_not_found_is_not_an_empty_list(case: Case) -> None:
    """404: a wrong address, or a module that was switched off. Nobody is missing because of it."""
    case.add(1, 2)
    readings: list[Reading] = []
    error = case.fail("status", lambda: readings.append(case.read(full=True)), status=404)
    demand(error is not None or not readings[0].complete, "the read counts as a complete list of nobody")
    demand(error is not None, "the read ends without an error")


@promise(deletes)
def a_record_removed_while_reading_hides_no_other(case: Case) -> None:
    """Paging by position skips one record for each that is removed before it."""
    ids = case.populate()
    pages = case.pages(full=True)
    first = next(page for page in pages if page.records)
    gone = [record.external_id for record in first.records][:3]
    for external_id in gone:
        case.sandbox.remove(external_id)
    reading = Reading([first, *pages])
    lost = set(ids) - set(gone) - set(reading.ids)
    demand(not (lost and reading.complete), f"{len(lost)} records were skipped and the read counts as complete")


@promise(edits("name"))
def a_record_edited_while_reading_hides_no_other(case: Case) -> None:
    """In a list by time or by name an edited record moves, and all between its places move up by one."""
    ids = case.populate()
    pages = case.pages(full=True)
    first = next(page for page in pages if page.records)
    moved = [record.external_id for record in first.records][:3]
    for external_id, name in zip(moved, ("Żyrafa", "Aaron", "Żubr"), strict=False):
        case.sandbox.edit(external_id, name=name)
    reading = Reading([first, *pages])
    lost = set(ids) - set(reading.ids)
    demand(not (lost and reading.complete), f"{len(lost)} records were skipped and the read counts as complete")


@promise(deletes)
def a_removed_record_is_not_delivered_as_active(case: Case) -> None:
    """Whether it is gone or marked depends on the platform; it must not look like a live customer."""
    kept, gone = case.add(1, 2)
    case.sandbox.remove(gone)
    told = case.told(case.read(full=True))
    demand(kept in told, "the record that was kept is missing")
    demand(gone not in told or not told[gone].contractor.active, "the removed record is delivered as active")


@promise()
def unchanged_records_have_equal_raw_bytes_on_two_reads(case: Case) -> None:
    """Change detection compares these bytes: any noise in them makes every record look changed, every time."""
    case.add(1, 2, 3)
    demand(case.read(full=True).raws == case.read(full=True).raws, "two reads without a change differ")


@promise(edits("name"))
def a_change_of_one_record_leaves_the_raw_bytes_of_others_equal(case: Case) -> None:
    """Positions, page numbers and counters of the list do not belong into a record."""
    one, two, three = case.add(1, 2, 3)
    before = case.read(full=True).raws
    case.sandbox.edit(two, name="Firma Nowa")
    after = case.read(full=True).raws
    demand(before[two] != after[two], "the changed record has equal raw bytes")
    demand((before[one], before[three]) == (after[one], after[three]), "an unchanged record has other raw bytes")


@promise()
def raw_bytes_differ_after_a_change_of_any_field(case: Case) -> None:
    """A change of groups only, or of an address only, is in a table of its own on many platforms."""
    (external_id,) = case.add(1)
    unseen = []
    before = case.read(full=True).raws[external_id]
    for field in sorted(case.edits):
        case.sandbox.edit(external_id, **{field: case.other(field)})
        after = case.read(full=True).raws[external_id]
        if after == before:
            unseen.append(field)
        before = after
    demand(not unseen, f"a change of these fields alone is not seen: {', '.join(unseen)}")


@promise(edits("active"))
def an_inactive_contractor_is_delivered_and_inactive(case: Case) -> None:
    """Many lists hide the switched-off ones unless asked; hidden means never blocked in the shop."""
    (added,) = case.add(1, active=False)
    (switched,) = case.add(2)
    case.sandbox.edit(switched, active=False)
    told = case.told(case.read(full=True))
    for external_id, how in ((added, "created inactive"), (switched, "switched off")):
        demand(external_id in told, f"a contractor {how} is not delivered")
        demand(not told[external_id].contractor.active, f"a contractor {how} is delivered as active")


@promise(ability("spoil", "the simulator cannot hold a damaged record"))
def one_bad_record_does_not_end_the_page(case: Case) -> None:
    """It is rejected, or raises when it is parsed; all others are delivered and understood."""
    ids = case.add(1, 2, 3)
    case.sandbox.spoil(ids[1])  # type: ignore[attr-defined]  # optional, see Sandbox
    reading = case.read(full=True)
    bad = len(reading.rejected)
    understood = set()
    for record in reading.records:
        try:
            case.endpoint.parse(record)
            understood.add(record.external_id)
        except RecordError:
            bad += 1
    demand({ids[0], ids[2]} <= understood, "a good record beside a bad one was not delivered")
    demand(bad, "the bad record left no trace")


@promise()
def a_read_that_is_not_finished_does_no_harm(case: Case) -> None:
    """A held or cancelled run stops in the middle; the next read starts anew."""
    wanted = set(case.populate())
    for _ in itertools.islice(case.pages(full=True), 1):
        pass
    demand(wanted <= set(case.read(full=True).ids), "the read after an unfinished one has gaps")
