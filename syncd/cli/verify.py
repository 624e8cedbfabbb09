"""``syncd verify``: do both sides hold what the registry says?"""

from __future__ import annotations

from typing import Any

import click
import msgspec

from syncd.cli.command import finish, standalone
from syncd.cli.exit_codes import ExitCode, WrongUsage
from syncd.cli.opening import opened, pick, who
from syncd.cli.session import Session
from syncd.registry.certificates import CertificateRow, latest
from syncd.registry.engine import reading
from syncd.sync.app import App
from syncd.sync.repair import plan_repair
from syncd.sync.verify import Verified, both_sides, prove

__all__ = ["command", "summary"]

_SHOWN = 50


@standalone("verify", example="syncd verify shop\nsyncd verify shop --repair\nsyncd verify shop --last --json")
@click.argument("connection", metavar="CONNECTION")
@click.option("--repair", is_flag=True, help="Make plans that would settle the differences; nothing is applied yet.")
@click.option("--last", is_flag=True, help="Show the newest certificates instead; nothing is read.")
@click.pass_obj
def command(session: Session, connection: str, *, repair: bool, last: bool) -> None:
    """Read a connection and all that its routes join it with in full, and compare each with the registry.

    The certificate is kept. Ends with 3 when anything differs that nobody knew of.
    """
    if repair and last:
        raise WrongUsage("a certificate of the past cannot be repaired", cure="Leave out --last.")
    with opened(session) as app:
        sides = both_sides(app, pick(app, connection))
        if last:
            _show_last(session, app, [side.name for side in sides])
            return
        proofs = [prove(app, side, by=who()) for side in sides]
        plans = {one.connection: plan_repair(app, one, by=who()) for one in proofs} if repair else {}
    if session.json:
        session.document({"sides": [_told(one) for one in proofs], "repair": plans})
    else:
        _show(session, proofs)
    for run_id in (run_id for runs in plans.values() for run_id in runs):
        session.say(f"plan {run_id}: syncd plan show {run_id}; syncd plan apply {run_id}")
    finish(ExitCode.DONE if all(one.agrees for one in proofs) else ExitCode.SOME_FAILED)


def _told(proof: Verified) -> dict[str, Any]:
    return {**msgspec.structs.asdict(proof), "agrees": proof.agrees}


def _show(session: Session, proofs: list[Verified]) -> None:
    rows = [(proof.connection, one) for proof in proofs for one in proof.differences]
    session.rows(
        ("connection", "cause", "customer", "record", "what"),
        ((name, one.cause, one.code, one.external_id, one.sentence) for name, one in rows[:_SHOWN]),
        empty="No differences.",
    )
    if len(rows) > _SHOWN:
        session.say(f"... and {len(rows) - _SHOWN} more: --json shows them.")
    for proof in proofs:
        session.say(f"{summary(proof)}; checksums {proof.expected} and {proof.stated}")
        if not proof.complete:
            session.say(f"{proof.connection}: the list is not proven complete: {proof.how}")
        if proof.silent:
            session.say(
                f"{proof.connection}: not compared, since the side does not state it: {', '.join(proof.silent)}"
            )


def summary(proof: Verified | CertificateRow) -> str:
    """One line about a side."""
    text = f"{proof.connection}: {proof.agree} of {proof.compared} agree"
    causes = ", ".join(f"{number} {cause}" for cause, number in proof.by_cause.items())
    what = f"{text}; {proof.compared - proof.agree} differ: {causes}" if causes else text
    return f"{what} ({proof.record_reads} records read one by one)"


def _show_last(session: Session, app: App, names: list[str]) -> None:
    with reading(app.engine) as connection:
        found = [row for name, row in latest(connection).items() if name in names]
    if session.json:
        session.document({"certificates": found})
        return
    session.rows(
        ("connection", "when", "who", "compared", "agree", "complete", "differ", "expected", "stated"),
        (
            (
                row.connection, row.finished_at, row.asked_by, row.compared, row.agree, row.complete,
                ", ".join(f"{number} {cause}" for cause, number in row.by_cause.items()), row.expected, row.stated,
            )
            for row in found
        ),
        empty="Nothing was verified yet.",
    )  # fmt: skip
