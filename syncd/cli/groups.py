"""``syncd groups``: which groups are there, and what are they called in each shop?"""

from __future__ import annotations

import click

from syncd.cli.asked import as_asked
from syncd.cli.command import group
from syncd.cli.group_files import export, import_, preview_
from syncd.cli.group_rules import map_, move, release_, rules, unmap
from syncd.cli.opening import opened, who
from syncd.cli.session import Session
from syncd.sync.groups.names import list_groups, set_color, set_label

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


for _command in (rules, map_, unmap, move, preview_, export, import_, release_):
    command.add_command(_command)


def _tell(session: Session, name: str, **values: str) -> None:
    if session.json:
        session.document({"group": {"name": name, **values}})
    else:
        session.pairs([("group", name), *values.items()])
