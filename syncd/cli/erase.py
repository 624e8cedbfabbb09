"""``syncd erase``: forget customers, everywhere, and prove it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from syncd.cli.command import Group, finish
from syncd.cli.customer_codes import id_from
from syncd.cli.exit_codes import ExitCode, WrongUsage
from syncd.cli.opening import opened, who
from syncd.cli.output import write
from syncd.cli.rule_files import text_of
from syncd.cli.session import Session
from syncd.domain.code import id_of
from syncd.registry import erasures
from syncd.registry.engine import reading
from syncd.registry.erasures import State
from syncd.sync import erase as erasing
from syncd.sync.app import App
from syncd.sync.erasure_pdf import as_pdf
from syncd.sync.erasure_report import Report, report_of
from syncd.sync.pursue import deliver_now, pursue

__all__ = ["command"]


class _Erase(Group):
    """Takes a customer's code where the name of a command could be: ``syncd erase K000231``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in {"-h", "--help"}:
            args = ["customer", *args]
        return super().parse_args(ctx, args)


@click.command("erase", cls=_Erase)
def command() -> None:
    """Forget customers in the registry and at every side, and prove it.

    `syncd erase K000231` is short for `syncd erase customer K000231`.
    """


_AS_PERSON = click.option("--person", is_flag=True, help="Keep only what is kept of persons: a sole trader is one.")


@command.command(
    "customer",
    example="syncd erase K000231 --dry-run\nsyncd erase customer K000231 --yes-i-mean K000231\n"
    "syncd erase K000231 --with K000017",
)
@click.argument("code")
@click.option(
    "--with",
    "others",
    metavar="CODE",
    multiple=True,
    help="Erase this customer as well, who shares a key: a request, which another admin approves.",
)
@click.option("--yes-i-mean", "meant", metavar="CODE", help="The same code again: nothing is asked then.")
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@_AS_PERSON
@click.pass_obj
def customer(
    session: Session, code: str, *, others: tuple[str, ...], meant: str | None, dry_run: bool, person: bool
) -> None:
    """Erase one customer. It cannot be undone.

    The registry forgets the customer at once, every side's record is overwritten, switched off, and read back. What
    cannot be done now is done by the workers as soon as it can be. The exit code is 3 while something is left to do.
    """
    id_ = id_from(code)
    with opened(session) as app:
        try:
            shown = erasing.preview(app, id_, as_person=person)
            if dry_run:
                _show_preview(session, shown)
                return
            if others:
                together = [*map(id_from, others)]
                _request(session, app, erasing.request_with(app, id_, together, by=who(), as_person=person))
                return
            _make_sure(session, shown, meant)
            erasure_id = erasing.erase(app, id_, by=who(), as_person=person)
        except erasing.AlreadyErased as already:
            if others or already.case.state is State.REQUESTED:
                raise
            session.say(f"already erased: {already.message}")
            erasure_id = already.case.id
        report = _carry_out(app, erasure_id)
    _show(session, report)
    finish(ExitCode.DONE if report.state == State.DONE else ExitCode.SOME_FAILED)


@command.command("batch", example="syncd erase batch K000231 K000232\nsyncd erase batch codes.txt")
@click.argument("codes", metavar="FILE|CODE...", nargs=-1, required=True)
@_AS_PERSON
@click.pass_obj
def batch(session: Session, codes: tuple[str, ...], *, person: bool) -> None:
    """Ask that several customers be erased: nothing happens until another admin approves it.

    A FILE has one code on each line.
    """
    with opened(session) as app:
        ids = erasing.request(app, [id_from(code) for code in _codes(codes)], by=who(), as_person=person)
        _request(session, app, ids)


@command.command("approve", example="syncd erase approve 12 13")
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=int)
@click.pass_obj
def approve(session: Session, ids: tuple[int, ...]) -> None:
    """Let requested erasures begin. Who requested them cannot approve them."""
    with opened(session) as app:
        erasing.approve(app, ids, by=who())
        reports = [_carry_out(app, id_) for id_ in ids]
    _list(session, reports)
    finish(ExitCode.DONE if all(one.state == State.DONE for one in reports) else ExitCode.SOME_FAILED)


@command.command("withdraw", example="syncd erase withdraw 12")
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=int)
@click.pass_obj
def withdraw(session: Session, ids: tuple[int, ...]) -> None:
    """Take requests back that nobody approved yet."""
    with opened(session) as app:
        erasing.withdraw(app, ids, by=who())
    if session.json:
        session.document({"withdrawn": ids})
    session.say(f"withdrawn: {', '.join(map(str, ids))}")


@command.command("list", example="syncd erase list --state incomplete")
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="At most so many.")
@click.pass_obj
def list_(session: Session, *, state: str | None, limit: int) -> None:
    """List erasures, the latest first."""
    with opened(session) as app, reading(app.engine) as connection:
        cases = erasures.listed(connection, [State(state)] if state else [], limit=limit)
        reports = [report_of(connection, app, case) for case in cases]
    _list(session, reports)


@command.command("show", example="syncd erase show 12\nsyncd erase show 12 --pdf erasure-12.pdf")
@click.argument("id_", metavar="ID", type=int)
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the report there.")
@click.pass_obj
def show(session: Session, id_: int, *, pdf: Path | None) -> None:
    """Show what was done for one erasure, the proof for each system, what is retained, and what a person has to do."""
    with opened(session) as app:
        report = _report(app, id_)
    if pdf is not None:
        write(pdf, as_pdf(report))
        session.say(f"written: {pdf}")
    _show(session, report)


def _carry_out(app: App, erasure_id: int) -> Report:
    """Take an erasure as far as it can go in this process."""
    pursue(app, erasure_id)
    deliver_now(app, erasure_id)
    pursue(app, erasure_id)
    return _report(app, erasure_id)


def _report(app: App, erasure_id: int) -> Report:
    with reading(app.engine) as connection:
        (case,) = erasing.load_cases(connection, [erasure_id])
        return report_of(connection, app, case)


def _request(session: Session, app: App, ids: list[int]) -> None:
    """Say what was asked for, and who is left out of it although it may be the same person."""
    if session.json:
        session.document({"erasures": ids})
    else:
        session.rows(("erasure",), ((id_,) for id_ in ids))
    for report in (_report(app, id_) for id_ in ids):
        for one in report.sharing:
            session.say(f"not erased with {report.code}: {one}")
    session.say(f"requested; another admin approves: syncd erase approve {' '.join(map(str, ids))}")


def _make_sure(session: Session, shown: erasing.Preview, meant: str | None) -> None:
    """Have the code said twice: one typing error must not erase somebody else."""
    code = shown.code
    for one in shown.sharing:
        session.say(f"not erased with {code}: {one}")
    if meant is None and session.asks:
        meant = click.prompt(f"This cannot be undone. Type {code} again to erase this customer", err=True)
    if meant is None or id_of(meant) != id_of(code):
        raise WrongUsage(
            "nothing was erased: the code was not said twice", cure=f"Add --yes-i-mean {code} if you mean it."
        )


def _codes(words: tuple[str, ...]) -> list[str]:
    if len(words) == 1 and Path(words[0]).is_file():
        lines = text_of(Path(words[0])).splitlines()
        return [line.strip() for line in lines if line.strip()]
    return list(words)


def _show_preview(session: Session, shown: erasing.Preview) -> None:
    if session.json:
        session.document({"would_erase": shown})
        return
    session.pairs(
        [
            ("code", shown.code),
            *((f"overwrite at {name}", ", ".join(fields)) for name, fields in shown.overwritten.items()),
            *((f"by hand at {name}", ", ".join(fields)) for name, fields in shown.by_hand.items()),
            ("retained", _retained(shown.retained, shown.retained_until)),
            *(("not erased", str(one)) for one in shown.sharing),
        ]
    )
    session.say("nothing was changed")


def _show(session: Session, report: Report) -> None:
    if session.json:
        session.document({"erasure": report})
        return
    approved = f"{report.approved_by} at {report.approved_at:%Y-%m-%d %H:%M}" if report.approved_at else None
    until = report.retained[0].until if report.retained else None
    pairs: list[tuple[str, Any]] = [
        ("erasure", report.erasure),
        ("code", report.code),
        ("state", report.state),
        ("requested", f"{report.requested_by} at {report.requested_at:%Y-%m-%d %H:%M}"),
        ("approved", approved),
        ("registry forgot", report.erased_at),
        *((f"at {one.connection}", ": ".join(filter(None, (one.proof, one.note)))) for one in report.systems),
        ("retained", _retained([one.field for one in report.retained], until)),
        *(("to do", sentence) for sentence in report.by_hand),
        *(("not erased", str(one)) for one in report.sharing),
        ("database", report.database),
        ("finished", report.finished_at),
    ]
    session.pairs(pairs)


def _retained(fields: list[str], until: str | None) -> str:
    return f"{', '.join(fields)} until {until}" if fields else "nothing"


def _list(session: Session, reports: list[Report]) -> None:
    if session.json:
        session.document({"erasures": reports})
        return
    rows = ((r.erasure, r.code, r.state, r.requested_by, r.approved_by, r.erased_at, r.finished_at) for r in reports)
    session.rows(("erasure", "code", "state", "requested by", "approved by", "erased", "finished"), rows)
