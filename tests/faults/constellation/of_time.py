"""Which promises show in the course of things? Slots, outages, stops, and what the machine held."""

from __future__ import annotations

import signal
from collections import Counter
from itertools import pairwise

from tests.faults.constellation.evidence import SIDES, Evidence
from tests.faults.constellation.of_effects import effects
from tests.faults.constellation.verdict import Verdict, verdict

__all__ = [
    "bounded",
    "converged",
    "go_on",
    "looked_into",
    "nobody_blocked",
    "nothing_told",
    "once_a_slot",
    "stopped",
    "taken_over",
]

_OVER = frozenset({"succeeded", "partial"})
_SAID = frozenset({200, 503, 0})
"""What a visitor may get: a page, a reason, or no connection while the console is killed and started again."""


def once_a_slot(evidence: Evidence) -> Verdict:
    """I5: one run at most for each slot, and each slot without one is counted by the run after it."""
    wrong, count, missed = [], 0, 0
    for side in SIDES:
        slots = sorted((run.slot, run.missed_slots) for run in evidence.runs if run.side == side and run.slot)
        count += len(slots)
        times = Counter(slot for slot, _ in slots)
        wrong += [f"{n} runs for one slot of the {side}" for n in times.values() if n > 1]
        for (earlier, _), (later, said) in pairwise(slots):
            without = round((later - earlier) / evidence.limits.every) - 1
            missed += max(without, 0)
            if without > said:
                wrong.append(f"{without} slots of the {side} without a run, {said} said")
    return verdict(f"{count} slots with one run each, {missed} missed and said", wrong)


def nobody_blocked(evidence: Evidence) -> Verdict:
    """I6: whoever we blocked, the ERP's operator had switched off; a bad list removes nobody."""
    lies = Counter(entry.name for side in SIDES for entry in evidence.journals[side] if entry.what == "lied")
    off: dict[str, float] = {}
    for entry in effects(evidence, "erp", "operator"):
        if entry.contractor and not entry.contractor.active:
            off.setdefault(entry.key, entry.at)
    blocked, wrong = 0, []
    for side in SIDES:
        for entry in effects(evidence, side, "syncd"):
            if entry.contractor and not entry.contractor.active and "active" in entry.fields:
                blocked += 1
                if entry.at < off.get(entry.key, float("inf")):
                    wrong.append(f"{entry.key} at the {side}")
    missing = [f"{hold} held for missing" for hold in evidence.holds if "missing_in_erp" in hold]
    lists = ", ".join(f"{n} {name}" for name, n in sorted(lies.items())) or "none"
    return verdict(f"bad lists read: {lists}; {blocked} blocks, of people nobody blocked {len(wrong)}", wrong + missing)


def go_on(evidence: Evidence) -> Verdict:
    """I7: while one side is away the other is read, and beside a bad record the others move."""
    away = bad = 0
    stuck = []
    for fault in evidence.faults:
        if fault.kind == "side-away":
            away += 1
            other = next(side for side in SIDES if side != fault.target)
            ended = [
                run
                for run in evidence.runs
                if run.side == other and run.state in _OVER and fault.begin < (run.finished_at or 0) < fault.end + 1
            ]
            if not ended:
                stuck.append(f"nothing was read from the {other} while the {fault.target} was away")
        if fault.kind == "bad-record":
            bad += 1
            moved = any(
                fault.begin < entry.at < fault.end + evidence.limits.lease
                for side in SIDES
                for entry in effects(evidence, side, "syncd")
            )
            if not moved:
                stuck.append(f"nobody moved beside a bad record of the {fault.target}")
    return verdict(f"{away} times a side was away, {bad} bad records, others stuck {len(stuck)}", stuck)


def converged(evidence: Evidence) -> Verdict:
    """I9: once faults have ended both sides agree, in time and with nobody's help."""
    load, longest = evidence.load, evidence.limits.converge
    if load.agreed is None:
        return verdict("no agreement", [*evidence.waiting, "both sides still differ"])
    took = load.agreed - load.healed
    late = [f"longer than {longest:g} s"] if took > longest else []
    return verdict(f"both sides agreed {took:.1f} s after the last fault", [*late, *evidence.waiting])


def bounded(evidence: Evidence) -> Verdict:
    """I10: no process, and neither Redis nor the outbox, grew beyond its bound."""
    limits, samples = evidence.limits, evidence.samples
    found, over = [], [] if samples else ["nothing was measured"]
    for name in ("redis_keys", "queue", "rss_mb", "descriptors", "threads"):
        most = max((getattr(sample, name) for sample in samples), default=0)
        found.append(f"{name} {most:.0f}")
        if most > getattr(limits, name):
            over.append(f"{name} {most:.0f} > {getattr(limits, name):g}")
    pushes = sum(one.startswith("push") for one in evidence.waiting)
    if pushes:
        over.append(f"{pushes} rows left in the outbox")
    return verdict(f"{', '.join(found)}, outbox {pushes}", over)


def nothing_told(evidence: Evidence) -> Verdict:
    """I11: no canary in logs or in Redis."""
    return verdict(f"canaries found {len(evidence.leaks)}", evidence.leaks)


def stopped(evidence: Evidence) -> Verdict:
    """I14: whoever is asked to end does so in time and in order."""
    late = [f"{stop.role} {stop.seconds:.1f} s" for stop in evidence.stops if stop.seconds > evidence.limits.stop]
    late += [
        f"{stop.role} ended with {stop.exit_code}"
        for stop in evidence.stops
        if stop.exit_code and (stop.had_begun or stop.exit_code != -signal.SIGTERM)
    ]
    if not evidence.stops:
        late.append("nobody was stopped")
    longest = max((stop.seconds for stop in evidence.stops), default=0.0)
    return verdict(f"{len(evidence.stops)} stops, the longest {longest:.1f} s", late)


def taken_over(evidence: Evidence) -> Verdict:
    """What a killed worker had in its hands moves again in time."""
    limit = evidence.limits.takeover
    late = [
        f"{one.contractors} contractors: {'never' if one.seconds is None else f'{one.seconds:.1f} s'}"
        for one in evidence.takeovers
        if one.seconds is None or one.seconds > limit
    ]
    longest = max((one.seconds or 0.0 for one in evidence.takeovers), default=0.0)
    whose = sum(one.contractors for one in evidence.takeovers)
    figure = f"{whose} contractors of {len(evidence.takeovers)} killed workers moved again within {longest:.1f} s"
    return verdict(f"{figure} (lease {evidence.limits.lease:g} s)", late)


def looked_into(evidence: Evidence) -> Verdict:
    """The console says that it cannot answer, never that it broke, and answers soon after the last fault."""
    load, visits = evidence.load, evidence.visits
    wrong = [f"{one.status} {one.at - load.began:.0f} s after the start" for one in visits if one.status not in _SAID]
    answered = [one.at + one.seconds - load.healed for one in visits if one.status == 200 and one.at > load.healed]
    back = min(answered, default=None)
    if back is None or back > evidence.limits.converge:
        wrong.append("no answer in time after the last fault")
    counted = Counter(one.status for one in visits)
    figure = (
        f"{counted[200]} pages, {counted[503]} refused with the reason, {counted[0]} unanswered while it was away; "
        f"back {'never' if back is None else f'{back:.1f} s'} after the last fault"
    )
    return verdict(figure, wrong)
