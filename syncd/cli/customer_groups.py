"""``syncd customers group``: put customers into groups of the admins' own."""

from __future__ import annotations

from typing import Any

import click

from syncd.cli.command import group
from syncd.cli.customer_acts import act, selects
from syncd.cli.session import Session

__all__ = ["command"]


@group("group")
def command() -> None:
    """Put customers into groups that admins make.

    Shops get such groups; ERPs neither learn of them nor empty them.
    """


@command.command("add", example="syncd customers group add 'Trade fair 2026' K000231 K000232")
@click.argument("name")
@selects
def add(session: Session, *, name: str, codes: tuple[str, ...], **how: Any) -> None:
    """Put customers into the group NAME, which is made if there is none."""
    act(session, "group-add", codes, value=name, **how)


@command.command("remove", example="syncd customers group remove 'Trade fair 2026' K000231")
@click.argument("name")
@selects
def remove(session: Session, *, name: str, codes: tuple[str, ...], **how: Any) -> None:
    """Take customers out of the group NAME."""
    act(session, "group-remove", codes, value=name, **how)
