"""``syncd audit``: what people did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import click

from syncd.cli.command import group
from syncd.cli.duration import WHEN, moment_of
from syncd.cli.opening import opened
from syncd.cli.session import Session
from syncd.domain.via import Via
from syncd.registry.engine import reading
from syncd.registry.queries.audit import COLUMNS, AuditFilter, cells, list_audit
from syncd.sync.app import App

__all__ = ["command"]


@group("audit")
def command() -> None:
    """See what people did, from where, and what it changed. Nothing is ever taken out by hand."""


def _filtered(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--until", type=WHEN, metavar="WHEN", help="Only what was done before then."),
        click.option("--since", type=WHEN, metavar="WHEN", help="Only what was done since then: 7d, 2026-05-04 (UTC)."),
        click.option("--object", "subject", default="", metavar="TEXT", help="Part of what it was done to."),
        click.option("--action", default="", metavar="ACTION", help="Such as approve-plan."),
        click.option("--from", "came", type=click.Choice([way.value for way in Via]), help="The way they came."),
        click.option("--who", default="", metavar="TEXT", help="Part of who did it."),
    ):
        function = option(function)
    return function


@command.command("list", example="syncd audit list --since 7d\nsyncd audit list --object 'user anna' --json")
@_filtered
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@click.option("--before", type=int, metavar="ID", help="Go on where the last list ended.")
@click.pass_obj
def list_(session: Session, /, *, limit: int, before: int | None, **words: Any) -> None:
    """List the latest acts, newest first."""
    with opened(session) as app, reading(app.engine) as connection:
        found = list_audit(connection, _filter(app, **words), before=before, limit=limit)
    if session.json:
        session.document({"acts": found, "next": found[-1].id if len(found) == limit else None})
        return
    session.rows(COLUMNS, (cells(row) for row in found), empty="Nobody did anything like this yet.")


def _filter(
    app: App,
    *,
    who: str,
    came: str | None,
    action: str,
    subject: str,
    since: datetime | timedelta | None,
    until: datetime | timedelta | None,
) -> AuditFilter:
    return AuditFilter(
        actor=who,
        via=Via(came) if came else None,
        action=action,
        subject=subject,
        since=moment_of(since, app.now()),
        until=moment_of(until, app.now()),
    )
