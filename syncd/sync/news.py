"""Who is to hear of what happened, and what do they hear?

Nobody's data leaves here: names of connections, causes and states, numbers of ours, counts and times.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec

from syncd.domain.code import code_of
from syncd.domain.news import ALARMS, News
from syncd.domain.trigger import trigger_of
from syncd.errors import NotFound
from syncd.registry import news, notices
from syncd.registry.engine import reading, writing
from syncd.registry.news import IssueNews, RunNews
from syncd.registry.queries.notices import ChannelRow, channel_rows
from syncd.registry.runs import RunState
from syncd.sentence import Sentence
from syncd.settings import WebhookSettings
from syncd.settings.convert import nearest
from syncd.sync.app import App

__all__ = ["TO", "WebhookRow", "announce", "channels", "list_webhooks", "webhook_of"]

TO: Final = "to:"
"""Begins the channel of one of ``[[webhooks]]``."""

_NAMED: Final = 20
"""Issues and customers that one message names; the others are counted."""

_WAITS: Final = {RunState.HELD: News.RUN_HELD, RunState.PLANNED: News.PLAN_WAITING}


class WebhookRow(msgspec.Struct, frozen=True, kw_only=True):
    """One of ``[[webhooks]]``; its address and its key are not shown.

    Attributes:
        state: What it was told, and still has to be; ``None`` before the first message.
    """

    name: str
    events: list[News]
    state: ChannelRow | None


class _Told(NamedTuple):
    event: News
    connection_id: int | None
    details: dict[str, Any]


def channels(app: App, event: News) -> list[str]:
    """Ways by which something is told."""
    own = app.settings.alerts
    further = {"command": own.command, "webhook": own.webhook, "email": own.mail_to}
    watching = ["log", *(name for name, configured in further.items() if configured)]
    asked = [f"{TO}{one.name}" for one in app.settings.webhooks if event in one.events]
    return [*(watching if event in ALARMS else []), *asked]


def list_webhooks(app: App) -> list[WebhookRow]:
    """Whom syncd calls, in the order of the configuration."""
    with reading(app.engine) as connection:
        known = {row.channel: row for row in channel_rows(connection)}
    return [
        WebhookRow(name=one.name, events=one.events, state=known.get(f"{TO}{one.name}"))
        for one in app.settings.webhooks
    ]


def webhook_of(app: App, name: str) -> WebhookSettings:
    """The webhook of this name.

    Raises:
        NotFound: If there is none, with the nearest.
    """
    for one in app.settings.webhooks:
        if one.name == name:
            return one
    names = [one.name for one in app.settings.webhooks]
    cure = nearest(name, names, "`syncd webhooks list` shows all; they are configured as [[webhooks]].")
    raise NotFound(Sentence("there is no webhook %(name)s", name=repr(name[:40])), cure=cure)


def announce(app: App) -> int:
    """Say who is to be told of what happened since the last look; answer how many messages that makes.

    A state that a run left again before anybody looked is not told.
    """
    made = 0
    while True:
        with reading(app.engine) as connection:
            if not news.untold_runs(connection) and not news.untold_issues(connection):
                return made
        with writing(app.engine) as connection:
            runs, issues = news.untold_runs(connection), news.untold_issues(connection)
            for told in (*map(_of_run, runs), *_of_issues(issues)):
                ways = channels(app, told.event)
                notices.tell(
                    connection,
                    told.event,
                    connection_id=told.connection_id,
                    channels=ways,
                    details=told.details,
                    now=app.now(),
                )
                made += len(ways)
            news.runs_told(connection, runs)
            news.issues_told(connection, issues, app.now())
        if max(len(runs), len(issues)) < news.MOST:
            return made


def _of_run(run: RunNews) -> _Told:
    details: dict[str, Any] = {
        "run": run.id,
        "connection": run.connection,
        "state": run.state,
        "mode": run.mode,
        "trigger": trigger_of(run.asked_by, undoes=run.undoes is not None),
        "asked_at": run.asked_at.isoformat(),
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "counts": run.counts,
        "error": run.error_code,
    }
    if run.state is RunState.HELD and run.held_because:
        details["because"] = run.held_because
        details[notices.SAID] = {"because": run.held_said}
    return _Told(_WAITS.get(run.state, News.RUN_FINISHED), run.connection_id, details)


def _of_issues(issues: Iterable[IssueNews]) -> Iterator[_Told]:
    """One message for each cause at each connection: ten thousand broken records are one piece of news."""
    groups: dict[tuple[str, int | None], list[IssueNews]] = defaultdict(list)
    for one in issues:
        if one.state == "open":
            groups[one.code, one.connection_id].append(one)
    for (code, connection_id), alike in groups.items():
        customers = dict.fromkeys(one.contractor_id for one in alike if one.contractor_id is not None)
        details = {
            "cause": code,
            "connection": alike[0].connection,
            "count": len(alike),
            "issues": [one.id for one in alike[:_NAMED]],
            "customers": [code_of(id_) for id_ in list(customers)[:_NAMED]],
            "run": alike[-1].run_id,
        }
        yield _Told(News.ISSUE_OPENED, connection_id, details)
