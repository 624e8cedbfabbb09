"""``syncd customers group``: put customers into groups of the admins' own."""

from __future__ import annotations

import click

from syncd.cli.asked import as_asked
from syncd.cli.command import finish, group
from syncd.cli.customer_codes import id_from
from syncd.cli.exit_codes import ExitCode, of_run
from syncd.cli.following import Stop, follow
from syncd.cli.opening import opened, who
from syncd.cli.rendering import show_changed
from syncd.cli.session import Session
from syncd.sync.groups.members import join_group, leave_group

__all__ = ["command"]


@group("group")
def command() -> None:
    """Put customers into groups that admins make.

    Shops get such groups; ERPs neither learn of them nor empty them.
    """


@command.command("add", example="syncd customers group add 'Trade fair 2026' K000231 K000232")
@click.argument("name")
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@click.pass_obj
def add(session: Session, name: str, codes: tuple[str, ...]) -> None:
    """Put customers into the group NAME, which is made if there is none."""
    _regroup(session, name, codes, joins=True)


@command.command("remove", example="syncd customers group remove 'Trade fair 2026' K000231")
@click.argument("name")
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@click.pass_obj
def remove(session: Session, name: str, codes: tuple[str, ...]) -> None:
    """Take customers out of the group NAME."""
    _regroup(session, name, codes, joins=False)


def _regroup(session: Session, name: str, codes: tuple[str, ...], *, joins: bool) -> None:
    stop = Stop()
    act = join_group if joins else leave_group
    ids = [id_from(code) for code in codes]
    with opened(session, stopping=stop) as app:
        with as_asked():
            made = act(app, name, ids, by=who())
        finished = [follow(session, app, run_id, stop) for run_id in made]
        show_changed(session, app, ids, finished)
    finish(max((of_run(one.state, one.error_code) for one in finished), default=ExitCode.DONE))
