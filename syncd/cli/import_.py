"""``syncd import``: make plans of a file that a person made, look, then say yes or no."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any, Final

import click

from syncd.cli.command import finish, group
from syncd.cli.exit_codes import ExitCode, WrongUsage, of_run
from syncd.cli.following import Stop, follow
from syncd.cli.opening import opened, who
from syncd.cli.rendering import short, summary
from syncd.cli.session import Session, numbered
from syncd.errors import InvalidRecord
from syncd.registry.engine import reading
from syncd.registry.imports import Imported, list_imports
from syncd.registry.queries.changes import Change, changes
from syncd.registry.queries.runs import RunRow
from syncd.sync.app import App
from syncd.sync.imports.batch import apply_import, discard_import, load_import, plan_import, plans_of, state_of
from syncd.sync.imports.rows import BYTES

__all__ = ["command"]

_SHOWN: Final = 50


@group("import")
def command() -> None:
    """Change customers by a file: it becomes plans, and nothing changes until they are applied."""


_EXAMPLE = """\
syncd import customers list.csv --dry-run
syncd import customers list.xlsx --yes"""


@command.command("customers", example=_EXAMPLE)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--dry-run", is_flag=True, help="Show what would change, and let the plans wait for `syncd import apply`."
)
@click.option("--yes", is_flag=True, help="Apply without a question.")
@click.pass_obj
def customers(session: Session, file: Path, *, dry_run: bool, yes: bool) -> None:
    """Read FILE (CSV, XLSX, or XML as syncd-export-1.xsd says) and show what it would change.

    Its columns are those of `syncd export customers`, in any order. A column that is not there leaves its values alone,
    and so does an empty cell; `-` clears. Customers are found by code, or by number where there is no code. What an ERP
    owns is refused, cell by cell. The exit code is 3 when anything was refused, 5 when plans wait for a yes.
    """
    stop = Stop()
    with opened(session, stopping=stop) as app:
        one = plan_import(app, _bytes(file), source=file.name, by=who())
        _show(session, app, one)
        if not one.runs:
            finish(_code(one))
        if dry_run or not session.confirm(f"Change {numbered(one.changed, 'customer', 'customers')}?", yes=yes):
            session.say(f"apply: syncd import apply {one.id}    discard: syncd import discard {one.id}")
            finish(_code(one) if dry_run else ExitCode.HELD)
        _finish(one, _apply(session, app, one, stop))


@command.command("apply", example="syncd import apply 3")
@click.argument("import_id", metavar="ID", type=int)
@click.option("--reason", default="", help="Why, for the audit log.")
@click.pass_obj
def apply(session: Session, import_id: int, *, reason: str) -> None:
    """Apply the plans of an import that wait. Who changed since they were made is left out, and named."""
    stop = Stop()
    with opened(session, stopping=stop) as app:
        one = load_import(app, import_id)
        runs = _apply(session, app, one, stop, reason=reason)
        if session.json:
            _document(session, app, load_import(app, import_id))
        _finish(one, runs)


@command.command("discard", example="syncd import discard 3")
@click.argument("import_id", metavar="ID", type=int)
@click.pass_obj
def discard_(session: Session, import_id: int) -> None:
    """Throw the plans of an import away."""
    with opened(session) as app:
        discard_import(app, import_id, by=who())
        if session.json:
            _document(session, app, load_import(app, import_id))
    session.say(f"import {import_id} is discarded; nothing was changed")


@command.command("show", example="syncd import show 3 --json")
@click.argument("import_id", metavar="ID", type=int)
@click.pass_obj
def show(session: Session, import_id: int) -> None:
    """Show what an import changes, and what of its file was refused."""
    with opened(session) as app:
        _show(session, app, load_import(app, import_id))


@command.command("list", example="syncd import list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="At most so many.")
@click.pass_obj
def list_(session: Session, *, limit: int) -> None:
    """List imports, the latest first."""
    with opened(session) as app:
        with reading(app.engine) as connection:
            found = list_imports(connection, limit=limit)
        states = [state_of(plans_of(app, one)) for one in found]
    if session.json:
        session.document({"imports": [_head(one, state) for one, state in zip(found, states, strict=True)]})
        return
    session.rows(
        ("id", "at", "by", "file", "rows", "changes", "refused", "state"),
        (
            (one.id, one.at, one.by, one.source, one.rows, one.changed, one.refused, state)
            for one, state in zip(found, states, strict=True)
        ),
        empty="Nothing was imported.",
    )


def _bytes(file: Path) -> bytes:
    if file.stat().st_size > BYTES:
        raise InvalidRecord(
            f"{file.name} is larger than {BYTES >> 20} MiB", code="import-too-large", cure="Import it in parts."
        )
    try:
        return file.read_bytes()
    except OSError as error:
        raise WrongUsage(f"{file} cannot be read: {error.strerror}") from None


def _apply(session: Session, app: App, one: Imported, stop: Stop, *, reason: str = "") -> list[RunRow]:
    runs = [follow(session, app, run_id, stop) for run_id in apply_import(app, one.id, by=who(), reason=reason)]
    for run in runs:
        session.say(f"{summary(run)}    undo: syncd runs undo {run.id}")
    return runs


def _finish(one: Imported, runs: list[RunRow]) -> None:
    worst = max((of_run(run.state, run.error_code) for run in runs), default=ExitCode.DONE)
    finish(max(worst, _code(one)))


def _code(one: Imported) -> ExitCode:
    return ExitCode.SOME_FAILED if one.refused else ExitCode.DONE


def _head(one: Imported, state: str) -> dict[str, Any]:
    return {
        "id": one.id, "at": one.at, "by": one.by, "file": one.source, "kind": one.kind, "state": state,
        "rows": one.rows, "changed": one.changed, "refused": one.refused, "runs": one.runs,
    }  # fmt: skip


def _document(session: Session, app: App, one: Imported) -> None:
    head = _head(one, state_of(plans_of(app, one)))
    more = {"passed_over": one.passed_over, "problems": one.problems}
    session.stream({"import": head | more}, "changes", _lines(app, one))


def _lines(app: App, one: Imported) -> Any:
    return (line for run_id in one.runs for line in changes(app.engine, run_id))


def _show(session: Session, app: App, one: Imported) -> None:
    if session.json:
        _document(session, app, one)
        return
    for name, why in one.passed_over.items():
        session.warn(f"column {name}: {why}")
    for plan in plans_of(app, one):
        if plan.held_because:
            session.warn(f"a safety limit objects: {plan.held_because}")
    for problem in one.problems[:_SHOWN]:
        where = " ".join(filter(None, (f"line {problem.line}", problem.column, problem.customer)))
        session.say(f"{where}: {problem.message}. {problem.cure}")
    if one.refused > _SHOWN:
        session.say(f"... and {one.refused - _SHOWN} more: syncd import show {one.id} --json")
    session.rows(
        ("code", "run", "rule", "changes"),
        ((line.code, run_id, line.rule, _differences(line)) for run_id, line in _first(app, one)),
        empty="The file changes nothing.",
    )
    if one.changed > _SHOWN:
        session.say(f"... and {one.changed - _SHOWN} more: syncd import show {one.id} --json")
    rows, changed = numbered(one.rows, "row", "rows"), numbered(one.changed, "customer", "customers")
    session.say(f"import {one.id}: {rows}, {changed} to change, {one.refused} refused")


def _first(app: App, one: Imported) -> Any:
    lines = ((run_id, line) for run_id in one.runs for line in changes(app.engine, run_id))
    return islice(lines, _SHOWN)


def _differences(line: Change) -> str:
    return "; ".join(f"{name}: {short(field.before)} → {short(field.after)}" for name, field in line.fields.items())
