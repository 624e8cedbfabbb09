"""``syncd replay``: what would the records of a run do under other rules?"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from syncd.bootstrap import reconfigured
from syncd.cli.command import finish, standalone
from syncd.cli.exit_codes import ExitCode, WrongUsage
from syncd.cli.following import get_run
from syncd.cli.opening import opened
from syncd.cli.rendering import short
from syncd.cli.rule_files import text_of
from syncd.cli.session import Session
from syncd.settings import load_settings
from syncd.sync.app import App
from syncd.sync.rehearse import AsOf, Effect, Replay, Replayed, open_replay, under

__all__ = ["command"]

_EXAMPLE = """
syncd replay 812 --mapping rules.toml
syncd replay 812 --mapping new-syncd.toml --as-of now --json
"""


@standalone("replay", example=_EXAMPLE)
@click.argument("run_id", metavar="RUN", type=int)
@click.option(
    "--mapping",
    "files",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Rules to look at: as `syncd groups export` or `syncd fields export` write them, or a configuration file.",
)
@click.option(
    "--as-of",
    type=click.Choice([str(moment) for moment in AsOf]),
    default=str(AsOf.THEN),
    show_default=True,
    help="Against customers as the run met them, or as they are.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 10 if anything would be otherwise.")
@click.pass_obj
def command(session: Session, run_id: int, files: tuple[Path, ...], *, as_of: str, detailed_exitcode: bool) -> None:
    """See what the records of a run would do under other rules.

    What RUN understood of its records is decided once more by the same code. Nothing is written and no side is asked.
    Without --mapping the rules in force are compared with what RUN did. Options that say how a record is read change
    nothing here: `syncd sync CONNECTION --full --dry-run` reads the records that way.
    """
    with opened(session) as app:
        get_run(app, run_id)
        base = app.up_to_date()
        replay = open_replay(base, run_id, other=_under(base, files) if files else None, as_of=AsOf(as_of))
        _show(session, run_id, replay, as_of)
    pending = detailed_exitcode and replay.totals.differ
    finish(ExitCode.CHANGES_PENDING if pending else ExitCode.DONE)


def _under(app: App, files: Sequence[Path]) -> App:
    """The program under all files, one after the other: a configuration first, whatever its place."""
    texts = {file: text_of(file) for file in files}
    configurations = [file for file, text in texts.items() if "connections" in _keys(text)]
    if len(configurations) > 1:
        raise WrongUsage("two configuration files cannot be in force at once", cure="Name one of them.")
    for file in configurations:
        app = reconfigured(app, load_settings(file, os.environ).settings)
    for file, text in texts.items():
        if file not in configurations or _has_rules(text):
            app = under(app, text, file.name)
    return app


def _keys(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}  # told by whoever reads it as rules


def _has_rules(text: str) -> bool:
    """Whether a configuration says anything of groups: it is read for the first time only, and here as well."""
    return any(route.keys() & {"groups", "group_rules"} for route in _keys(text).get("routes", []))


def _show(session: Session, run_id: int, replay: Replay, as_of: str) -> None:
    found = list(replay.differing())
    if session.json:
        head = {"run": run_id, "as_of": as_of, "totals": replay.totals}
        session.stream(head, "changes", found)
    else:
        session.rows(("code", "external_id", "did", "would", "otherwise"), map(_row, found), empty="All the same.")
    totals = replay.totals
    gone = f"; of {totals.not_kept} more not enough is kept" if totals.not_kept else ""
    session.say(f"{totals.differ} of {totals.records} records would do something else{gone}")


def _row(one: Replayed) -> tuple[str, ...]:
    return one.code, one.external_id, one.did.action, one.would.action, "; ".join((*_fields(one), *_sides(one)))


def _fields(one: Replayed) -> list[str]:
    did, would = one.did.fields, one.would.fields
    told = [
        f"{name}: {_after(one.did, name)} / {_after(one.would, name)}"
        for name in dict.fromkeys((*did, *would))
        if did.get(name) != would.get(name)
    ]
    for name in ("holds", "zone", "push_to"):
        was, now = getattr(one.did, name), getattr(one.would, name)
        told += [f"{name}: {short(was)} / {short(now)}"] if was != now else []
    return told


def _after(effect: Effect, name: str) -> str:
    return short(effect.fields[name].after) if name in effect.fields else "unchanged"


def _sides(one: Replayed) -> list[str]:
    told = []
    for side in one.sides:
        if side.belongs[0] is not side.belongs[1]:
            told.append(f"{'in' if side.belongs[1] else 'not in'} {side.connection}")
        told += [
            f"{side.connection} {name}: {short(change.before)} / {short(change.after)}"
            for name, change in side.fields.items()
        ]
    return told
