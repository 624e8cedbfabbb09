"""What does a person change in the registry? Planned, guarded and applied like what a side states.

So a block by an admin, an accepted registration or an answer to a conflict has a run, lines with before and after, and
a place in the customer's history, and reaches the sides by the same pushes as everything else.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection, insert, select

from syncd.domain.contractor import Contractor, load
from syncd.domain.country import Zone
from syncd.domain.holds import Holds, load_holds
from syncd.domain.risk import load_risks
from syncd.errors import Misconfigured, Unavailable
from syncd.registry import bindings, lines, lookups
from syncd.registry.engine import among, reading, writing
from syncd.registry.lines import Line
from syncd.registry.merging import missing
from syncd.registry.runs import COUNT_OF, RunState, counts_of, load_run
from syncd.registry.tables import Binding, Run
from syncd.sentence import Counted, Sentence, joined, pack
from syncd.sync.app import App, Connected
from syncd.sync.decide import Decider, open_decider
from syncd.sync.execute import execute_run
from syncd.sync.guard import Facts, objections
from syncd.sync.home import home_of
from syncd.sync.mode import EDIT

__all__ = [
    "Change",
    "Draft",
    "Subject",
    "apply_in_turn",
    "by_home",
    "came_from",
    "change",
    "draw_up",
    "plan_change",
    "store_plan",
    "subject_of",
]

_TRIES: Final = 5
"""How often a change is planned anew when its contractor moved between plan and apply."""

_PATIENCE: Final = 20.0
"""Seconds for which a change waits that another one of the same connection makes: thousands of lines take less."""

_GLANCE: Final = 0.1
"""Seconds between two looks."""


class _Asked(NamedTuple):
    by: str
    approved: bool
    dry_run: bool


class Subject(msgspec.Struct, frozen=True):
    """A contractor as it is now."""

    id: int
    contractor: Contractor
    holds: Holds
    zone: Zone


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A contractor as it should be.

    Attributes:
        contractor: Whether it is active follows from `holds`.
        rule: What decided, in words for the history.
    """

    contractor: Contractor
    holds: Holds
    rule: str


Change = Callable[[Subject], Draft | None]
"""What is to become of a contractor; ``None`` where nothing is."""


def change(app: App, ids: Collection[int], make: Change, *, by: str, approved: bool = False) -> list[int]:
    """Change contractors now. Returns the runs that did it; one that a limit holds waits for approval.

    Args:
        approved: A person has seen how many there are: no limit holds it.

    Raises:
        NotFound: When one of them is unknown; nothing is changed then.
        Unavailable: When a contractor kept moving under the change, or the changes of somebody else take too long.
    """
    runs: list[int] = []
    waiting: Collection[int] = ids
    for _ in range(_TRIES):
        planned = plan_change(app, waiting, make, by=by, approved=approved)
        runs.extend(planned)
        for run_id in planned:
            if apply_in_turn(app, run_id) is RunState.QUEUED:
                raise Unavailable(
                    Sentence("other changes are being made, and run %(run)s waits for them", run=run_id),
                    cure="Look at that run later: who was changed meanwhile is left out of it, and named there.",
                )
        with reading(app.engine) as connection:
            waiting = [id_ for run_id in planned for id_ in lines.contractors_left_out(connection, run_id, "stale")]
        if not waiting:
            return runs
    raise Unavailable(
        Sentence(
            Counted("%(count)s customer kept changing meanwhile", "%(count)s customers kept changing meanwhile"),
            count=len(waiting),
        ),
        cure="Try again.",
    )


def apply_in_turn(app: App, run_id: int) -> RunState | None:
    """Apply a person's change while they wait, after what somebody else is changing at the same connection.

    Left to a worker its plan would be out of date by then for whoever is in both, and nobody would plan it anew.

    Returns:
        How the run stands: still queued where the others took too long. A worker applies it when they are done.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        execute_run(app, run_id)
        with reading(app.engine) as connection:
            work = load_run(connection, run_id)
        if work is None or work.state is not RunState.QUEUED or app.stopping() or time.monotonic() > end:
            return None if work is None else work.state
        time.sleep(_GLANCE)


def plan_change(
    app: App, ids: Collection[int], make: Change, *, by: str, approved: bool = False, dry_run: bool = False
) -> list[int]:
    """Store what a change would do, one plan for each connection that its contractors come from.

    Raises:
        NotFound: When a contractor is unknown.
    """
    app = app.up_to_date()
    with writing(app.engine) as connection:
        known = lookups.known(connection, ids)
        unknown = sorted(set(ids) - known.keys())
        if unknown:
            raise missing(connection, unknown[0])
        parts = by_home(app, connection, ids)
        planned = [
            _plan(app, connection, connected, [known[id_] for id_ in part], make, _Asked(by, approved, dry_run))
            for connected, part in parts
        ]
    return [run_id for run_id in planned if run_id is not None]


def draw_up(decider: Decider, known: Sequence[lookups.Known], make: Change) -> Iterator[Line]:
    """Make the lines of a change."""
    for one in known:
        subject = subject_of(one)
        draft = make(subject)
        line = draft and decider.decreed(one, draft.contractor, draft.holds, draft.rule, before=subject.contractor)
        if line:
            yield line


def subject_of(known: lookups.Known) -> Subject:
    """A contractor's row, as a change takes it."""
    return Subject(known.id, load(known.doc), load_holds(known.holds), Zone(known.zone))


def came_from(app: App, connection: Connection, contractor_id: int) -> Connected:
    """The connection at which a change of this contractor is made: the one that it comes from."""
    ((connected, _),) = by_home(app, connection, [contractor_id])
    return connected


def by_home(app: App, connection: Connection, ids: Collection[int]) -> list[tuple[Connected, list[int]]]:
    """Contractors by the connection that they come from; who is nowhere any more is changed at the first one.

    Raises:
        Misconfigured: Where there is no connection.
    """
    if not app.connections:
        raise Misconfigured(
            "there is no connection, and a change is made at one",
            cure="Make one in the console, or write one into the configuration.",
        )
    rows = connection.execute(
        select(Binding.contractor_id, Binding.connection_id).where(among(connection, Binding.contractor_id, ids))
    )
    home = home_of(app, rows.all())
    first = next(iter(app.connections.values())).id
    parts: dict[int, list[int]] = defaultdict(list)
    for id_ in ids:
        parts[home.get(id_, first)].append(id_)
    return [(app.connection_by_id(connection_id), part) for connection_id, part in parts.items()]


def _plan(
    app: App, connection: Connection, connected: Connected, known: Sequence[lookups.Known], make: Change, asked: _Asked
) -> int | None:
    """Store one plan; ``None`` where the change changes nothing."""
    decider = open_decider(app, connection, connected, said=frozenset(), run_id=0)
    planned = list(draw_up(decider, known, make))
    if not planned:
        return None
    counts = Counter(COUNT_OF[line.action] for line in planned)
    counts["unchanged"] = len(known) - len(planned)
    risks = Counter(risk for line in planned for risk in load_risks(line.risks))
    facts = Facts(bound=bindings.count(connection, connected.id), risks=risks)
    objected = [] if asked.approved else objections(facts, connected.settings.guard)
    state = RunState.PLANNED if asked.dry_run else RunState.HELD if objected else RunState.QUEUED
    return store_plan(
        app, connection, connected, planned, by=asked.by, state=state, counts=counts, because=joined(objected)
    )


def store_plan(
    app: App,
    connection: Connection,
    connected: Connected,
    planned: Sequence[Line],
    *,
    by: str,
    state: RunState,
    counts: Counter[str],
    because: str = "",
) -> int:
    """Store a plan that no read made.

    Args:
        counts: What becomes of the contractors that it is about.
        because: Why it is held.
    """
    run_id: int = connection.execute(
        insert(Run)
        .values(
            connection_id=connected.id,
            mode=EDIT,
            dry_run=state is RunState.PLANNED,
            state=state,
            asked_by=by,
            asked_at=app.now(),
            planned_at=app.now(),
            attempts=0,
            applied_seq=0,
            counts=counts_of(counts),
            held_because=because or None,
            held_said=pack(because),
        )
        .returning(Run.id)
    ).scalar_one()
    for seq, line in enumerate(planned, start=1):
        line.run_id, line.seq = run_id, seq
    lines.store_lines(connection, planned)
    return run_id
