"""``syncd adapters``: which platforms are there, and does an adapter keep its promises?"""

from __future__ import annotations

from typing import Any

import click
import msgspec

from syncd import plugins
from syncd.certify.quality import quality_of
from syncd.certify.run import Report, run
from syncd.cli.command import finish, group
from syncd.cli.exit_codes import ExitCode, WrongUsage
from syncd.cli.session import Session
from syncd.errors import Misconfigured
from syncd.ports import Adapter
from syncd.settings.convert import nearest
from syncd.settings.explain import describe
from syncd.settings.options import secret_options

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


@command.command("certify", example="syncd adapters certify memory\nsyncd adapters certify --all --json")
@click.argument("kinds", metavar="KIND...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All adapters.")
@click.pass_obj
def certify(session: Session, kinds: tuple[str, ...], *, every: bool) -> None:
    """Check every promise of an adapter against the simulator of its platform.

    What a platform cannot be asked for is listed as degraded, never counted as kept. The exit code is 1 if a promise
    is broken.
    """
    if bool(kinds) == every:
        raise click.UsageError("name the kinds to certify, or --all")
    reports = []
    for kind in plugins.kinds() if every else map(_known, kinds):
        session.say(f"certifying {kind} ...")
        reports.append(run(kind))
    if session.json:
        session.document({"reports": reports})
    else:
        session.rows(("adapter", "outcome", "promise", "why"), (row for report in reports for row in _rows(report)))
    finish(ExitCode.UNEXPECTED if any(report.failed for report in reports) else ExitCode.DONE)


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
        "quality": quality,
    }


def _rows(report: Report) -> list[tuple[str, str, str, str]]:
    asked = report.passed + len(report.failed) + len(report.degraded)
    return [
        (report.kind, "kept", f"{report.passed} of {asked} promises", ""),
        *((report.kind, "degraded", one.promise, one.reason) for one in report.degraded),
        *((report.kind, "broken", one.promise, one.why) for one in report.failed),
    ]
