"""Which promises show in the journals? Each effect, against what operators said and what the registry knows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from syncd.domain.contractor import Contractor
from tests.faults.constellation.evidence import BOTH, OWNED, SIDES, Entry, Evidence
from tests.faults.constellation.verdict import Verdict, verdict

__all__ = ["applied_once", "caused", "in_order", "never_stale", "no_echo", "not_lost", "paced"]

_WATCHED = (*OWNED["erp"], *OWNED["shop"], BOTH)
Said = Mapping[tuple[str, str], Mapping[str, tuple[str, int]]]


def effects(evidence: Evidence, side: str, by: str) -> Iterator[Entry]:
    """Changes at one side."""
    return (entry for entry in evidence.journals[side] if entry.what == "effect" and entry.by == by)


def said(evidence: Evidence) -> Said:
    """By contractor and field: each value that an operator gave it, with the side and the place in the order."""
    values: dict[tuple[str, str], dict[str, tuple[str, int]]] = defaultdict(dict)
    for side in SIDES:
        for place, entry in enumerate(effects(evidence, side, "operator")):
            for field in entry.fields:
                if field in _WATCHED:
                    values[entry.key, field][getattr(entry.contractor, field)] = (side, place)
    return values


def last_said(evidence: Evidence) -> dict[tuple[str, str], dict[str, object]]:
    """By contractor and field: what each side's operator said last."""
    last: dict[tuple[str, str], dict[str, object]] = defaultdict(dict)
    for side in SIDES:
        for entry in effects(evidence, side, "operator"):
            for field in entry.fields:
                counts = field in OWNED[side] or field == BOTH or (field == "active" and side == "erp")
                # Whoever adds a record says everything in it.
                if counts or (field in _WATCHED and len(entry.fields) > 3):
                    last[entry.key, field][side] = getattr(entry.contractor, field)
    return last


def not_lost(evidence: Evidence) -> Verdict:
    """I1: what an operator said last is what both sides hold, unless the other operator said something else."""
    accepted = sum(1 for side in SIDES for _ in effects(evidence, side, "operator"))
    lost = []
    for (key, field), values in last_said(evidence).items():
        owner = next((side for side in SIDES if field in OWNED[side]), None)
        right = {values[owner]} if owner in values else set(values.values())
        for side in SIDES:
            records = evidence.held[side].get(key, ())
            if not records:
                lost.append(f"{key} is not at the {side}")
            elif field in _WATCHED or field == "active":
                lost += [f"{key} {field} at the {side}" for one in records if getattr(one, field) not in right]
    return verdict(f"{accepted} accepted changes, lost {len(lost)}", lost)


def applied_once(evidence: Evidence) -> Verdict:
    """I2: no write of ours finds its own effect there already, and nobody is there twice."""
    count, again, doubled = 0, [], []
    for side in SIDES:
        for entry in effects(evidence, side, "syncd"):
            count += 1
            if not entry.fields:
                again.append(f"{entry.key} at the {side}")
        doubled += [f"{key} at the {side}" for key, these in evidence.held[side].items() if len(these) > 1]
    figure = f"{count} effects, applied twice {len(again)}, duplicates {len(doubled)}"
    return verdict(figure, again + doubled)


def in_order(evidence: Evidence) -> Verdict:
    """I3: what we write to one record never goes back to what its operator said earlier."""
    values, count, wrong = said(evidence), 0, []
    for side in SIDES:
        newest: dict[tuple[int, str, str], int] = {}
        for entry in effects(evidence, side, "syncd"):
            for field in entry.fields:
                origin, place = values[entry.key, field].get(_value(entry, field), ("", 0))
                if not origin or origin == side:
                    continue
                count += 1
                where = (entry.created, field, origin)
                if place < newest.get(where, -1):
                    wrong.append(f"{entry.key} {field} at the {side}")
                newest[where] = max(place, newest.get(where, -1))
    return verdict(f"{count} values in order, order violations {len(wrong)}", wrong)


def never_stale(evidence: Evidence) -> Verdict:
    """I4: no write of ours puts an older word of a side in the place of a newer one of that side."""
    values, count, stale = said(evidence), 0, []
    for side in SIDES:
        there: dict[int, Contractor] = {}
        for entry in evidence.journals[side]:
            if entry.what != "effect" or entry.contractor is None:
                continue
            before = there.get(entry.created)
            there[entry.created] = entry.contractor
            if entry.by != "syncd" or before is None:
                continue
            count += 1
            if entry.base in {None, "*"}:
                stale.append(f"{entry.key} at the {side}, blindly")
            for field in entry.fields:
                known = values[entry.key, field]
                new, old = known.get(_value(entry, field)), known.get(str(getattr(before, field)))
                older = new is None or new[0] != side if field in OWNED[side] else False
                if old and old[0] == side and (older or (new and new[0] == side and new[1] < old[1])):
                    stale.append(f"{entry.key} {field} at the {side}")
    return verdict(f"{count} writes over what was there, stale overwrites {len(stale)}", stale)


def caused(evidence: Evidence) -> Verdict:
    """I8: each value that we wrote stands in an applied line of a run, with its rule and who asked."""
    runs = {run.id: run for run in evidence.runs}
    told = {
        (line.contractor_id, field, getattr(line.after, field))
        for line in evidence.lines
        if line.after and line.rule and line.run_id in runs and runs[line.run_id].asked_by
        for field in _WATCHED
    }
    count, unexplained = 0, []
    for side in SIDES:
        for entry in effects(evidence, side, "syncd"):
            count += 1
            whose = evidence.names[side].get(entry.created, 0)
            unexplained += [
                f"{entry.key} {field} at the {side}"
                for field in entry.fields
                if field in _WATCHED and (whose, field, _value(entry, field)) not in told
            ]
    orphans = [f"a delivery of run {run_id}" for run_id, _ in evidence.deliveries if run_id not in runs]
    figure = (
        f"{count} effects, {len(evidence.lines)} lines and {len(evidence.deliveries)} deliveries, "
        f"without a cause {len(unexplained) + len(orphans)}"
    )
    return verdict(figure, unexplained + orphans)


def paced(evidence: Evidence) -> Verdict:
    """I12: nobody calls before the moment that a side named, and no window has more calls than the limit."""
    limits, asked, early, most = evidence.limits, 0, [], 0
    for side in SIDES:
        calls = [entry.at for entry in evidence.journals[side] if entry.what == "call"]
        for entry in evidence.journals[side]:
            if entry.what == "refused" and entry.retry_after:
                asked += 1
                first, last = entry.at + limits.grace, entry.at + entry.retry_after - 0.05
                early += [f"{side} {at - entry.at:.1f} s after" for at in calls if first < at < last]
        for start in calls:
            most = max(most, bisect_right(calls, start + limits.seconds) - bisect_left(calls, start))
    allowed = limits.calls + limits.under_way
    over = [f"{most} calls in {limits.seconds:g} s"] if most > allowed else []
    figure = (
        f"{asked} pauses kept, at most {most} calls in {limits.seconds:g} s of {limits.calls}, too early {len(early)}"
    )
    return verdict(figure, early + over)


def no_echo(evidence: Evidence) -> Verdict:
    """I13: no run takes our own write for news, and once both sides agree nothing moves any more."""
    values, sides = said(evidence), {run.id: run.side for run in evidence.runs}
    keys = {contractor.email for one in evidence.held.values() for these in one.values() for contractor in these}
    echoes, count = [], 0
    for line in evidence.lines:
        if line.before is None or line.after is None or line.after.email not in keys:
            continue
        count += 1
        for field in _WATCHED:
            new = getattr(line.after, field)
            origin = values[line.after.email, field].get(new, ("", 0))[0]
            if new != getattr(line.before, field) and origin and origin != sides.get(line.run_id, origin):
                echoes.append(f"run {line.run_id}: {line.after.email} {field}")
    quiet, moved = _quiet(evidence)
    if not quiet:
        echoes.append("nothing was read once both sides agreed")
    figure = f"{count} changes heard, echoes {len(echoes)}; {quiet} runs in the quiet, moved {len(moved)}"
    return verdict(figure, echoes + moved)


def _quiet(evidence: Evidence) -> tuple[int, list[str]]:
    """Runs after both sides agreed, and what moved all the same."""
    load = evidence.load
    if load.agreed is None:
        return 0, []
    begin = load.agreed + evidence.limits.grace
    late = {run.id for run in evidence.runs if run.finished_at and begin < run.finished_at < load.ended}
    by_run = Counter(line.run_id for line in evidence.lines)
    moved = [f"{by_run[id_]} lines of run {id_}" for id_ in sorted(late) if by_run[id_]]
    for side in SIDES:
        moved += [f"{entry.key} at the {side}" for entry in effects(evidence, side, "syncd") if entry.at > begin]
    return len(late), moved


def _value(entry: Entry, field: str) -> str:
    return str(getattr(entry.contractor, field))
