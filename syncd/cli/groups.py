"""``syncd groups``: which groups are there, and what are they called in each shop?"""

from __future__ import annotations

from collections.abc import Callable

import click

from syncd.cli.asked import as_asked
from syncd.cli.command import group
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.following import Stop, follow
from syncd.cli.group_effect import end
from syncd.cli.group_files import export, import_, preview_
from syncd.cli.group_rules import map_, move, release_, rules, unmap
from syncd.cli.opening import opened, who
from syncd.cli.session import Session
from syncd.sync.app import App
from syncd.sync.groups.names import list_groups, set_color, set_label
from syncd.sync.groups.own import check_deletable, create_group, delete_group, rename_group

__all__ = ["command"]


@group("groups")
def command() -> None:
    """See groups, and say what they are called in each shop.

    The rules are in the registry; those of the configuration are taken over when a route is first used.
    """


@command.command("list", example="syncd groups list")
@click.pass_obj
def list_(session: Session) -> None:
    """List groups with their members and what each shop calls them."""
    with opened(session) as app:
        found = list_groups(app)
    if session.json:
        session.document({"groups": found})
        return
    shops = list(dict.fromkeys(shop for one in found for shop in one.targets))
    session.rows(
        ("name", "from", "members", *(f"at {shop}" for shop in shops), "label", "color"),
        (
            (
                *(one.name, one.origin, one.members),
                *(one.targets[shop] or "(left out)" for shop in shops),
                *(one.label, one.color),
            )
            for one in found
        ),
        empty="No groups yet.",
    )


@command.command("label", example="syncd groups label Hurt Wholesale")
@click.argument("name")
@click.argument("text")
@click.pass_obj
def label(session: Session, name: str, text: str) -> None:
    """Say what is shown beside customers of a group; an empty TEXT shows its name."""
    with opened(session) as app, as_asked():
        set_label(app, name, text, by=who())
        _tell(session, name, label=text)


@command.command("color", example="syncd groups color Hurt '#206bc4'")
@click.argument("name")
@click.argument("color", metavar="#RRGGBB")
@click.pass_obj
def color_(session: Session, name: str, color: str) -> None:
    """Say in which colour a group is shown; an empty text shows it in none."""
    with opened(session) as app, as_asked():
        set_color(app, name, color, by=who())
        _tell(session, name, color=color.lower())


@command.command("create", example="syncd groups create 'Key accounts' --label Key --color '#206bc4'")
@click.argument("name")
@click.option("--label", default="", help="What is shown beside customers; its name without.")
@click.option("--color", default="", metavar="#RRGGBB", help="In which colour it is shown.")
@click.pass_obj
def create(session: Session, name: str, *, label: str, color: str) -> None:
    """Make a group of the admins' own. `syncd customers group add` fills it."""
    with opened(session) as app, as_asked():
        name = create_group(app, name, by=who(), label=label, color=color)
        _tell(session, name, label=label, color=color.lower())


@command.command("rename", example="syncd groups rename 'Key accounts' 'VIP'")
@click.argument("name")
@click.argument("new")
@click.pass_obj
def rename(session: Session, name: str, new: str) -> None:
    """Give a group of the admins' own another name. Its members move by a run, which a safety limit may hold.

    Rules of the mapping that name it stay as they are.
    """
    _move_members(session, lambda app: rename_group(app, name, new, by=who()))


@command.command("delete", example="syncd groups delete VIP --yes")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(session: Session, name: str, *, yes: bool) -> None:
    """Take everybody out of a group of the admins' own, and forget it."""

    def act(app: App) -> list[int]:
        check_deletable(app, name)
        if not session.confirm(f"Take everybody out of {name} and delete it?", yes=yes):
            raise WrongUsage(f"{name} would lose its members", cure="Confirm with --yes.")
        return delete_group(app, name, by=who())

    _move_members(session, act)


def _move_members(session: Session, act: Callable[[App], list[int]]) -> None:
    stop = Stop()
    with opened(session, stopping=stop) as app:
        with as_asked():
            made = act(app)
        runs = [follow(session, app, run_id, stop) for run_id in made]
    if session.json:
        session.document({"runs": [{"id": run.id, "state": run.state} for run in runs]})
    end(session, runs)


for _command in (rules, map_, unmap, move, preview_, export, import_, release_):
    command.add_command(_command)


def _tell(session: Session, name: str, **values: str) -> None:
    if session.json:
        session.document({"group": {"name": name, **values}})
    else:
        session.pairs([("group", name), *values.items()])
