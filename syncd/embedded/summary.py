"""What did one full cycle bring, and do the sides agree? For eyes, and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from rich.columns import Columns
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from sqlalchemy import func, select

from syncd.domain.code import code_of
from syncd.domain.difference import EXCUSED
from syncd.errors import SyncError
from syncd.registry import tables as t
from syncd.registry.engine import reading
from syncd.registry.runs import RunState, counts_of
from syncd.sync.app import App, Connected
from syncd.sync.verify import verify

__all__ = ["Compared", "Mark", "OfConnection", "OfIssue", "Summary", "compare", "mark", "print_summary", "summarize"]

_EXAMPLES: Final = 3
_LISTED: Final = 10
_STATES: Final = ("read", "unchanged", "failed")
_CHANGES: Final = ("created", "linked", "updated", "blocked", "unblocked", "set_back", "released")
_COUNTS: Final = ("read", *_CHANGES, "unchanged", "failed")


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One side against the registry.

    Attributes:
        compared: Records that the side listed, and contractors that it should have.
        excused: Those with an open issue.
        differences: How many records or contractors differ.
        examples: Some of them, as external id or customer number and what is wrong; no values.
    """

    compared: int
    excused: int
    differences: int
    examples: list[str]


class Mark(msgspec.Struct, frozen=True):
    """Where the cycle began: the last run and the last delivery before it."""

    run: int
    delivery: int


class OfConnection(msgspec.Struct, frozen=True, kw_only=True):
    """One connection in one cycle.

    Attributes:
        counts: What became of the records: states by the first full run of the cycle, changes over all its runs.
        pushed: Effects at this side by kind: create, update, block, unblock.
        verified: How many of them left a contractor switched off and were read back to see that it is.
        compared: The second reading; ``None`` when it could not be done.
        problem: Why the cycle did not end well here, as far as it did not.
    """

    kind: str
    side: str
    counts: dict[str, int]
    pushed: dict[str, int]
    verified: int
    compared: Compared | None
    problem: str | None

    @property
    def agrees(self) -> bool:
        """Whether this side holds what the registry says."""
        return self.compared is not None and self.compared.differences == 0 and self.problem is None


class OfIssue(msgspec.Struct, frozen=True, kw_only=True):
    """Open issues of one cause."""

    count: int
    message: str
    cure: str
    examples: list[str]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """One cycle."""

    version: int = 1
    agree: bool
    connections: dict[str, OfConnection]
    issues: dict[str, OfIssue]
    seconds: float


def mark(app: App) -> Mark:
    """Remember where a cycle begins."""
    with reading(app.engine) as connection:
        return Mark(
            connection.scalar(select(func.max(t.Run.id))) or 0, connection.scalar(select(func.max(t.Delivery.id))) or 0
        )


def summarize(app: App, since: Mark, *, seconds: float, quiet: bool) -> Summary:
    """Read all sides in full, compare, and count.

    Args:
        quiet: Whether the cycle came to its end; if not, the sides cannot be said to agree.
    """
    of = {name: _of_connection(app, connected, since) for name, connected in app.connections.items()}
    return Summary(
        agree=quiet and all(one.agrees for one in of.values()), connections=of, issues=_issues(app), seconds=seconds
    )


def _of_connection(app: App, connected: Connected, since: Mark) -> OfConnection:
    with reading(app.engine) as connection:
        runs = connection.execute(
            select(t.Run.mode, t.Run.counts, t.Run.state, t.Run.error, t.Run.held_because)
            .where(t.Run.connection_id == connected.id, t.Run.id > since.run)
            .order_by(t.Run.id)
        ).all()
        pushed = connection.execute(
            select(t.Delivery.action, func.count(), func.count(t.Delivery.verified))
            .where(t.Delivery.connection_id == connected.id, t.Delivery.id > since.delivery)
            .group_by(t.Delivery.action)
        ).all()
    counts = _counted([counts_of(row.counts) for row in runs if row.mode == "full"][:1], _STATES)
    counts.update(_counted([counts_of(row.counts) for row in runs], _CHANGES))
    last = runs[-1] if runs else None
    bad = last is not None and last.state in {RunState.FAILED, RunState.HELD, RunState.CANCELLED}
    problem = (last.error or last.held_because) if last is not None and bad else None
    compared = None
    try:
        compared = compare(app, connected)
    except SyncError as error:
        problem = problem or f"{error}"
    return OfConnection(
        kind=connected.settings.kind,
        side=connected.settings.side.value,
        counts={name: counts[name] for name in _COUNTS},
        pushed={row[0]: row[1] for row in pushed},
        verified=sum(row[2] for row in pushed),
        compared=compared,
        problem=problem,
    )


def compare(app: App, connected: Connected) -> Compared:
    """Read one side in full and compare it with the registry.

    Raises:
        SyncError: If the side cannot be read.
    """
    found = verify(app, connected)
    return Compared(
        compared=found.compared,
        excused=found.compared - found.agree - found.unexcused,
        differences=found.unexcused,
        examples=[one.sentence for one in found.differences if one.cause not in EXCUSED][:_LISTED],
    )


def _counted(runs: Iterable[Mapping[str, int]], names: Sequence[str]) -> Counter[str]:
    """What several runs counted together."""
    total: Counter[str] = Counter()
    for counts in runs:
        total.update({name: counts.get(name, 0) for name in names})
    return total


def _issues(app: App) -> dict[str, OfIssue]:
    issue = t.Issue
    with reading(app.engine) as connection:
        rows = connection.execute(
            select(issue.code, issue.message, issue.cure, issue.external_id, issue.contractor_id)
            .where(issue.state == "open")
            .order_by(issue.id)
        ).all()
    gathered: dict[str, list[Any]] = {}
    for row in rows:
        gathered.setdefault(row.code, []).append(row)
    return {
        code: OfIssue(
            count=len(same),
            message=same[0].message,
            cure=same[0].cure,
            examples=list(filter(None, map(_named, same[:_EXAMPLES]))),
        )
        for code, same in sorted(gathered.items(), key=lambda item: -len(item[1]))
    }


def _named(issue: Any) -> str:
    """Whom an issue is about; nobody, if it is about a group."""
    return issue.external_id or (code_of(issue.contractor_id) if issue.contractor_id else "")


def print_summary(summary: Summary, console: Console, routes: Sequence[tuple[str, str]] = ()) -> None:
    """Show it on a terminal.

    Args:
        routes: Pairs of an ERP and a shop: what feeds each other is shown together.
    """
    together = [
        _table({name: one for name, one in summary.connections.items() if name in names})
        for names in _networks(list(summary.connections), routes)
    ]
    console.print(Columns([Padding(table, (0, 3, 1, 0)) for table in together], padding=0))
    if summary.issues:
        console.print(_issue_table(summary.issues))
        console.print()
    for name, one in summary.connections.items():
        if one.problem:
            console.print(Text(f"{name}: {one.problem}", style="red"))
        for example in one.compared.examples if one.compared else []:
            console.print(Text(f"{name}: {example}", style="red"))
    compared = sum(one.compared.compared for one in summary.connections.values() if one.compared)
    word, style = ("yes", "bold green") if summary.agree else ("no", "bold red")
    who = "All sides agree: " if len(together) > 1 else "Both sides agree: "
    console.print(Text.assemble(who, (word, style), f" ({compared} records read in full and compared)"))
    console.print(f"{summary.seconds:.1f} s")


def _networks(names: Sequence[str], routes: Sequence[tuple[str, str]]) -> list[set[str]]:
    """Connections that routes join, in the order of the first of each."""
    networks: list[set[str]] = [{name} for name in names]
    for ends in routes:
        met = [network for network in networks if not network.isdisjoint(ends)]
        networks[networks.index(met[0])] = set().union(*met)
        networks = [network for network in networks if network not in met[1:]]
    return networks


def _table(connections: Mapping[str, OfConnection]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name, one in connections.items():
        table.add_column(name if name == one.kind else f"{name} ({one.kind})", justify="right", no_wrap=True)
    for count in _COUNTS:
        values = [one.counts[count] for one in connections.values()]
        if any(values):
            table.add_row("contractors read" if count == "read" else f"  {count.replace('_', ' ')}", *map(str, values))
    table.add_row("brought there", *(str(sum(one.pushed.values())) for one in connections.values()))
    for action in sorted({action for one in connections.values() for action in one.pushed}):
        table.add_row(f"  {action}", *(str(one.pushed.get(action, 0)) for one in connections.values()))
    if any(one.verified for one in connections.values()):
        table.add_row("  switched off, read back", *(str(one.verified) for one in connections.values()))
    return table


def _issue_table(issues: Mapping[str, OfIssue]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("issues", "cause", "cure", "such as"):
        table.add_column(column, overflow="fold")
    for code, one in issues.items():
        table.add_row(str(one.count), Text(code), Text(one.cure or one.message), Text(", ".join(one.examples)))
    return table
