"""``syncd adapters``: which platforms are there, and does an adapter keep its promises?"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import msgspec

from syncd import plugins
from syncd.certify.cost import CHANGED, CONTRACTORS, measure
from syncd.certify.live import certify_live
from syncd.certify.quality import quality_of
from syncd.certify.run import Report
from syncd.certify.turnstile import Spacing
from syncd.cli.command import finish, group
from syncd.cli.exit_codes import ExitCode, WrongUsage
from syncd.cli.opening import opened, pick
from syncd.cli.session import Session
from syncd.errors import Misconfigured
from syncd.ports import Adapter, Context, parse_options
from syncd.settings.convert import nearest
from syncd.settings.explain import describe
from syncd.settings.options import collect_options, secret_options
from syncd.trial.run import STORIES, certificate

__all__ = ["command"]


@group("adapters")
def command() -> None:
    """List the platforms, and certify that an adapter keeps its promises."""


@command.command("list", example="syncd adapters list\nsyncd adapters list vendure")
@click.argument("kind", required=False)
@click.pass_obj
def list_(session: Session, kind: str | None) -> None:
    """List the platforms that syncd can talk to; with KIND its options."""
    kinds = plugins.kinds() if kind is None else [_known(kind)]
    found = [plugins.load(one) for one in kinds]
    if session.json:
        session.document({"adapters": [_document(adapter) for adapter in found]})
    elif kind is None:
        session.rows(
            ("kind", "title", "side", "options"),
            ((a.kind, a.title, " or ".join(sorted(a.sides)), ", ".join(a.options.__struct_fields__)) for a in found),
        )
    else:
        session.rows(
            ("option", "secret", "required", "default", "meaning"),
            ((o["name"], o["secret"], o["required"], o["default"], o["meaning"]) for o in _options(found[0])),
        )


@command.command(
    "certify",
    example="syncd adapters certify memory\nsyncd adapters certify --all --json\nsyncd adapters certify vendure --cost"
    "\nsyncd adapters certify --connection shop",
)
@click.argument("kinds", metavar="KIND...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All adapters.")
@click.option(
    "--stories", type=click.IntRange(min=1), default=STORIES, show_default=True, help="Stories to tell of each."
)
@click.option("--cost", "costs", is_flag=True, help="Count what a read of a few changes takes, instead.")
@click.option("--contractors", type=click.IntRange(min=1), default=CONTRACTORS, show_default=True, help="For --cost.")
@click.option(
    "--connection", metavar="NAME", help="Certify the real system behind a configured connection by reading it."
)
@click.option(
    "--url", help="The same for the real system of one KIND at this address; secrets come from the environment."
)
@click.pass_obj
def certify(
    session: Session,
    kinds: tuple[str, ...],
    *,
    every: bool,
    stories: int,
    costs: bool,
    contractors: int,
    connection: str | None,
    url: str | None,
) -> None:
    """Check every promise of an adapter against the simulator of its platform, and try it with the whole pipeline.

    What a platform cannot be asked for is listed as degraded, never counted as kept. The exit code is 1 if a promise
    is broken. --connection and --url ask a real system instead what reading shows: nothing is written there, and
    nothing made to go wrong.

    --json prints an array, one object for each adapter: kind, the numbers passed and failed, degraded (promise and
    reason), failures (promise and why).
    """
    if sum((bool(kinds) and url is None, every, connection is not None, url is not None)) != 1:
        raise click.UsageError("name the kinds to certify, or --all, or --connection NAME, or one KIND and --url")
    chosen = plugins.kinds() if every else [_known(kind) for kind in kinds]
    if costs:
        _tell_costs(session, chosen, contractors)
        return
    if connection is not None:
        reports = [_of_connection(session, connection)]
    elif url is not None:
        reports = [_of_url(chosen, url)]
    else:
        reports = _of_simulators(session, chosen, stories)
    if session.json:
        session.array(_summary(report) for report in reports)
    else:
        session.rows(("adapter", "outcome", "promise", "why"), (row for report in reports for row in _rows(report)))
    finish(ExitCode.UNEXPECTED if any(report.failed for report in reports) else ExitCode.DONE)


def _of_simulators(session: Session, kinds: Sequence[str], stories: int) -> list[Report]:
    """Certificates in the order of `kinds`; several are made side by side, in processes of their own."""
    certify_one = partial(certificate, stories=stories)
    if len(kinds) == 1:
        session.say(f"certifying {kinds[0]} ...")
        return [certify_one(kinds[0])]
    reports = []
    with ProcessPoolExecutor(min(len(kinds), os.cpu_count() or 1), get_context("spawn")) as pool:
        for report in pool.map(certify_one, kinds):
            session.say(f"certified {report.kind}")
            reports.append(report)
    return reports


def _of_connection(session: Session, name: str) -> Report:
    with opened(session) as app:
        connected = pick(app, name)
        options = parse_options(connected.adapter.options, connected.settings.options, connection=name)
        home, folder = app.settings.home, app.settings.folder
        context = Context(
            connection=name, home=home, folder=folder, throttle=app.throttle(connected), fields=connected.fields
        )
        return certify_live(connected.adapter, options, context)


def _of_url(kinds: Sequence[str], url: str) -> Report:
    if len(kinds) != 1:
        raise click.UsageError("--url is the address of one KIND")
    adapter = plugins.load(kinds[0])
    if "url" not in adapter.options.__struct_fields__:
        raise WrongUsage(
            f"{adapter.kind} has no option url", cure="Configure a connection and name it by --connection."
        )
    given = collect_options(
        adapter.kind, adapter.options, {"url": url}, os.environ, file="the command line", folder=Path()
    )
    options = parse_options(adapter.options, given.values, connection=adapter.kind)
    return certify_live(adapter, options, Context(connection=adapter.kind, throttle=Spacing(adapter.rate)))


def _tell_costs(session: Session, kinds: Sequence[str], contractors: int) -> None:
    costs = []
    for kind in kinds:
        session.say(f"counting what {kind} takes ...")
        costs.append(measure(kind, contractors, min(CHANGED, contractors)))
    if session.json:
        session.array(costs)
        return
    session.rows(
        ("adapter", "read", "contractors", "changed", "delivered", "requests", "statements", "rows"),
        (
            (cost.kind, name, cost.contractors, changed, one.records, one.requests, one.statements, one.rows)
            for cost in costs
            for name, changed, one in (("full", 0, cost.full), ("incremental", cost.changed, cost.incremental))
        ),
    )


def _summary(report: Report) -> dict[str, Any]:
    return {
        "kind": report.kind,
        "passed": report.passed,
        "failed": len(report.failed),
        "degraded": report.degraded,
        "failures": report.failed,
    }


def _known(kind: str) -> str:
    kinds = plugins.kinds()
    if kind not in kinds:
        raise WrongUsage(f"there is no adapter {kind!r}", cure=nearest(kind, kinds, f"There are: {', '.join(kinds)}."))
    return kind


def _options(adapter: Adapter) -> list[dict[str, Any]]:
    secret = secret_options(adapter.options)
    return [{**msgspec.structs.asdict(one), "secret": one.name in secret} for one in describe(adapter.options)]


def _document(adapter: Adapter) -> dict[str, Any]:
    try:
        quality = quality_of(adapter)
    except Misconfigured:
        quality = None
    return {
        "kind": adapter.kind,
        "title": adapter.title,
        "sides": sorted(adapter.sides),
        "options": _options(adapter),
        "capabilities": msgspec.structs.asdict(adapter.capabilities)
        | {"reads": sorted(adapter.capabilities.reads), "writes": sorted(adapter.capabilities.writes)},
        "rate": adapter.rate,
        "poll_seconds": adapter.poll_seconds,
        "parallel_calls": adapter.parallel_calls,
        "links": adapter.link is not None,
        "quality": quality,
    }


def _rows(report: Report) -> list[tuple[str, str, str, str]]:
    asked = report.passed + len(report.failed) + len(report.degraded)
    return [
        (report.kind, "kept", f"{report.passed} of {asked} promises", ""),
        *((report.kind, "degraded", one.promise, one.reason) for one in report.degraded),
        *((report.kind, "broken", one.promise, one.why) for one in report.failed),
    ]
