"""Does the checker find each promise that was broken, and nothing where all were kept? On evidence made up here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from syncd.domain.contractor import FIELDS, Contractor
from tests.faults.constellation.checker import CHECKS, check
from tests.faults.constellation.evidence import (
    Entry,
    Evidence,
    Injected,
    Line,
    Load,
    Run,
    Sample,
    Stop,
    Takeover,
    Visit,
)

LATE = Visit(at=9, status=200, seconds=0.1)
EMAIL = "e1@kanarek.example"


def who(name: str = "n e0", first_name: str = "f s0", contact_person: str = "c e0", **more: Any) -> Contractor:
    return Contractor(
        **{"name": name, "first_name": first_name, "contact_person": contact_person, "email": EMAIL} | more
    )


def effect(
    at: float, by: Any, contractor: Contractor, *fields: str, base: str | None = '"1"', created: int = 1
) -> Entry:
    return Entry(
        at=at,
        what="effect",
        by=by,
        contractor=contractor,
        fields=fields or FIELDS,
        base=base,
        created=created,
        change=1,
    )


FIRST, RENAMED = who(), who(name="n e5")
CALLED = who(name="n e5", first_name="f s6")


def kept() -> Evidence:
    """A contractor is added at the ERP, created at the shop, renamed by one and called otherwise by the other."""
    return Evidence(
        journals={
            "erp": [
                effect(1, "operator", FIRST),
                effect(5, "operator", RENAMED, "name"),
                effect(8, "syncd", CALLED, "first_name"),
            ],
            "shop": [
                Entry(at=2, what="call", name="POST /contractors"),
                effect(2, "syncd", FIRST),
                effect(6, "operator", who(first_name="f s6"), "first_name"),
                effect(7, "syncd", CALLED, "name"),
            ],
        },
        held={"erp": {EMAIL: [CALLED]}, "shop": {EMAIL: [CALLED]}},
        names={"erp": {1: 77}, "shop": {1: 77}},
        runs=[
            Run(id=1, side="erp", slot=100, mode="full", state="succeeded", asked_by="schedule", finished_at=2),
            Run(id=2, side="erp", slot=102, mode="full", state="succeeded", asked_by="schedule", finished_at=6),
            Run(
                id=4,
                side="erp",
                slot=106,
                mode="full",
                state="succeeded",
                asked_by="schedule",
                finished_at=18,
                missed_slots=1,
            ),
            Run(id=3, side="shop", slot=102, mode="full", state="succeeded", asked_by="schedule", finished_at=7),
        ],
        lines=[
            Line(run_id=1, contractor_id=77, rule="new", before=None, after=FIRST),
            Line(run_id=2, contractor_id=77, rule="told", before=FIRST, after=RENAMED),
            Line(run_id=3, contractor_id=77, rule="told", before=RENAMED, after=CALLED),
        ],
        deliveries=[(1, 77), (2, 77), (3, 77)],
        holds=[],
        waiting=[],
        faults=[
            Injected(kind="side-away", target="shop", begin=1, end=3),
            Injected(kind="bad-record", target="erp", begin=4, end=5),
        ],
        stops=[
            Stop(role="worker-1", seconds=2.5, exit_code=0),
            Stop(role="console", seconds=0.1, exit_code=-15, had_begun=False),
        ],
        takeovers=[Takeover(contractors=3, seconds=12.0)],
        samples=[Sample(at=3, redis_keys=9, queue=2, rss_mb=120, descriptors=40, threads=12)],
        visits=[Visit(at=3, status=503, seconds=0.1), Visit(at=4, status=0, seconds=0.1), LATE],
        leaks=[],
        load=Load(began=1, healed=8, agreed=10, ended=20),
    )


Break = Callable[[Evidence], Evidence]


def with_(**changes: Any) -> Break:
    return lambda evidence: msgspec.structs.replace(evidence, **changes)


def run(id_: int, slot: float) -> Run:
    return Run(id=id_, side="erp", slot=slot, mode="full", state="succeeded", asked_by="schedule", finished_at=9)


def line(run_id: int, before: Contractor | None, after: Contractor) -> Line:
    return Line(run_id=run_id, contractor_id=77, rule="told", before=before, after=after)


def sample(redis_keys: int = 9, rss_mb: float = 120) -> Sample:
    return Sample(at=4, redis_keys=redis_keys, queue=2, rss_mb=rss_mb, descriptors=40, threads=12)


def at(side: str, *entries: Entry) -> Break:
    """Let more be in a journal."""
    return lambda evidence: msgspec.structs.replace(
        evidence, journals={**evidence.journals, side: [*evidence.journals[side], *entries]}
    )


def without(**changes: Any) -> Break:
    """Let the limits be others."""
    return lambda evidence: msgspec.structs.replace(
        evidence, limits=msgspec.structs.replace(evidence.limits, **changes)
    )


def more(name: str, *values: Any) -> Break:
    return lambda evidence: msgspec.structs.replace(evidence, **{name: [*getattr(evidence, name), *values]})


SOMEBODY = who(name="x e9", email="x@kanarek.example")
PAUSE = Entry(at=10, what="refused", status=429, retry_after=8)

PLANTED: list[tuple[str, str, Break]] = [
    ("I1", "name at the shop", with_(held={"erp": {EMAIL: [CALLED]}, "shop": {EMAIL: [who(first_name="f s6")]}})),
    ("I1", "is not at the erp", at("shop", effect(9, "operator", SOMEBODY))),
    ("I1", "active at the shop", at("erp", effect(9, "operator", who(active=False), "active"))),
    ("I2", "applied twice 1", at("shop", msgspec.structs.replace(effect(9, "syncd", CALLED), fields=()))),
    ("I2", "duplicates 1", with_(held={"erp": {EMAIL: [CALLED]}, "shop": {EMAIL: [CALLED, CALLED]}})),
    ("I3", "order violations 1", at("shop", effect(9, "syncd", who(name="n e0", first_name="f s6"), "name"))),
    ("I4", "stale overwrites 1", at("shop", effect(9, "syncd", RENAMED, "first_name"))),
    ("I4", "blindly", at("shop", effect(9, "syncd", who(name="n e7"), "name", base=None))),
    ("I5", "2 runs for one slot", lambda e: more("runs", e.runs[0])(e)),
    (
        "I5",
        "said",
        more("runs", run(9, 112)),
    ),
    ("I6", "nobody blocked 1", at("shop", effect(9, "syncd", who(name="n e5", active=False), "active"))),
    ("I6", "held for missing", with_(holds=['[{"reason":"missing_in_erp"}]'])),
    ("I7", "while the erp was away", more("faults", Injected(kind="side-away", target="erp", begin=30, end=40))),
    ("I7", "beside a bad record", more("faults", Injected(kind="bad-record", target="erp", begin=60, end=70))),
    (
        "I8",
        "without a cause 1",
        with_(lines=[line(1, None, FIRST), line(3, FIRST, who(first_name="f s6"))]),
    ),
    ("I8", "a delivery of run 99", more("deliveries", (99, 77))),
    ("I9", "no agreement", with_(load=Load(began=1, healed=8, agreed=None, ended=20))),
    ("I9", "longer than 60 s", with_(load=Load(began=1, healed=8, agreed=100, ended=120))),
    ("I9", "run 5 held", with_(waiting=["run 5 held"])),
    ("I10", "rss_mb 900", more("samples", sample(rss_mb=900))),
    (
        "I10",
        "redis_keys 900",
        more("samples", sample(redis_keys=900)),
    ),
    ("I10", "left in the outbox", with_(waiting=["push shop 77 unavailable"])),
    ("I10", "nothing was measured", with_(samples=[])),
    ("I11", "worker-1.log:3", with_(leaks=["worker-1.log:3"])),
    ("I12", "too early 1", at("shop", PAUSE, Entry(at=15, what="call"))),
    ("I12", "calls in 10 s", without(calls=0, under_way=0)),
    ("I13", "echoes 1", more("lines", line(3, FIRST, RENAMED))),
    (
        "I13",
        "1 lines of run 4",
        more("lines", Line(run_id=4, contractor_id=77, rule="told", before=None, after=CALLED)),
    ),
    ("I13", "nothing was read", with_(load=Load(began=1, healed=8, agreed=18, ended=20))),
    ("I14", "41.0 s", more("stops", Stop(role="beat", seconds=41, exit_code=0))),
    ("I14", "ended with 75", more("stops", Stop(role="beat", seconds=4, exit_code=75))),
    ("I14", "ended with -15", more("stops", Stop(role="beat", seconds=4, exit_code=-15))),
    ("I14", "ended with 1", more("stops", Stop(role="beat", seconds=4, exit_code=1, had_begun=False))),
    ("takeover", "never", more("takeovers", Takeover(contractors=2, seconds=None))),
    ("takeover", "80.0 s", more("takeovers", Takeover(contractors=2, seconds=80))),
    ("console", "500", more("visits", Visit(at=3, status=500, seconds=0.1))),
    ("console", "back never", with_(visits=[Visit(at=3, status=200, seconds=0.1)])),
    ("console", "no answer in time", with_(visits=[msgspec.structs.replace(LATE, at=5000.0)])),
]


def test_a_course_of_things_in_which_all_went_well_breaks_no_promise() -> None:
    assert [f"{result}" for result in check(kept()) if not result.verdict.kept] == []


def test_there_is_a_planted_violation_for_each_line() -> None:
    assert {name for name, _, _ in PLANTED} == set(CHECKS)


@pytest.mark.parametrize(("name", "figure", "plant"), PLANTED, ids=[f"{name} {figure}" for name, figure, _ in PLANTED])
def test_a_planted_violation_is_found(name: str, figure: str, plant: Break) -> None:
    verdict = CHECKS[name](plant(kept()))
    assert (verdict.kept, figure in verdict.figure) == (False, True), verdict.figure


def test_a_line_says_the_promise_whether_it_was_kept_and_the_figure() -> None:
    assert f"{check(kept())[0]}" == "I1 PASS 3 accepted changes, lost 0"
