"""``syncd fields``: who may change what."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from syncd.cli.command import group
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.opening import opened, pick, who
from syncd.cli.rule_files import export_command, text_of
from syncd.cli.session import Session
from syncd.domain.policy import Empty, Forbidden
from syncd.domain.side import Side
from syncd.errors import InvalidRecord
from syncd.sync.fields import FieldRow, Wish, export_rules, import_rules, list_rules, reset_rule, set_rule

__all__ = ["command"]


@group("fields")
def command() -> None:
    """See and change who may change which field.

    What a rule means for everybody shows `syncd reverify CONNECTION --dry-run`.
    """


@command.command("list", example="syncd fields list --changed")
@click.option("--changed", is_flag=True, help="Only rules that differ from the default.")
@click.pass_obj
def list_(session: Session, *, changed: bool) -> None:
    """List the rules in force: the owner wins a conflict; a shop's edit counts for customers of the zones named."""
    with opened(session) as app:
        rows = [row for row in list_rules(app) if row.changed or row.by or not changed]
    _show(session, rows)


@command.command("set", example="syncd fields set website --edit always\nsyncd fields set name --forbidden refuse")
@click.argument("field")
@click.option("--owner", type=click.Choice([side.value for side in Side]), help="Whose value stands in a conflict.")
@click.option("--edit", metavar="ZONES", help="Where a shop's edit counts: never, domestic, always, or zones a,b.")
@click.option(
    "--empty",
    type=click.Choice([empty.value for empty in Empty]),
    help="What it means that a side holds nothing any more.",
)
@click.option(
    "--forbidden",
    type=click.Choice([fate.value for fate in Forbidden]),
    help="What becomes of an edit that does not count.",
)
@click.option("--shop", metavar="NAME", help="Only for what this shop says.")
@click.pass_obj
def set_(session: Session, /, field: str, *, shop: str | None, **parts: str | None) -> None:
    """Change the rule of a field; parts that are not named stay."""
    if not any(parts.values()):
        raise WrongUsage("nothing was to be changed", cure="Name --owner, --edit, --empty or --forbidden.")
    with opened(session) as app:
        if shop:
            pick(app, shop)
        try:
            row = set_rule(app, field, msgspec.convert(parts, Wish), by=who(), shop=shop)
        except InvalidRecord as error:
            raise WrongUsage(error.message, cure=error.cure) from None
    _show(session, [row])
    session.say("runs follow it from now on; `syncd reverify` shows what it means for what is there already")


@command.command("reset", example="syncd fields reset website")
@click.argument("field")
@click.option("--shop", metavar="NAME", help="Only for what this shop says.")
@click.pass_obj
def reset(session: Session, field: str, *, shop: str | None) -> None:
    """Go back to the default; for one shop to what is in force for all."""
    with opened(session) as app:
        if shop:
            pick(app, shop)
        try:
            row = reset_rule(app, field, by=who(), shop=shop)
        except InvalidRecord as error:
            raise WrongUsage(error.message, cure=error.cure) from None
    _show(session, [row])


command.add_command(
    export_command(export_rules, "Print what differs from the defaults as TOML.", "syncd fields export > fields.toml")
)


@command.command("import", example="syncd fields import fields.toml")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_obj
def import_(session: Session, file: Path) -> None:
    """Take over exported rules, all or none."""
    with opened(session) as app:
        try:
            rows = import_rules(app, text_of(file), by=who())
        except InvalidRecord as error:
            raise WrongUsage(error.message, cure=error.cure) from None
    _show(session, rows)


def _show(session: Session, rows: list[FieldRow]) -> None:
    if session.json:
        session.document({"fields": rows})
        return
    session.rows(
        ("field", "shop", "owner", "shop's edit counts", "empty", "forbidden edit", "changed", "by"),
        ((r.field, r.shop, r.owner, r.edit, r.empty, r.forbidden, ", ".join(r.changed), r.by) for r in rows),
        empty="All rules are the defaults.",
    )
