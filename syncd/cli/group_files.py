"""``syncd groups``, its commands about many rules: look before, write down, take over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click
import msgspec

from syncd.cli.asked import as_asked
from syncd.cli.command import Command
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.following import Stop
from syncd.cli.group_effect import Effects, end, follow_up, show_effect
from syncd.cli.opening import opened, who
from syncd.cli.rule_files import export_command, text_of
from syncd.cli.session import Session
from syncd.domain.groups import GroupRule, Match
from syncd.registry.groups import RuleRow
from syncd.registry.queries.runs import RunRow
from syncd.sync.app import App
from syncd.sync.groups.arrange import Change, all_of, put
from syncd.sync.groups.portable import Rules, export_rules, read_rules
from syncd.sync.groups.preview import preview
from syncd.sync.groups.rules import import_rules
from syncd.sync.groups.wanted import row_of

__all__ = ["export", "import_", "preview_"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    "preview",
    cls=Command,
    example="syncd groups preview optima shop --add contains vip Key\n"
    "syncd groups preview optima shop --file rules.toml",
)
@click.argument("erp")
@click.argument("shop")
@click.option(
    "--add",
    "added",
    nargs=3,
    multiple=True,
    metavar="MATCH PATTERN TARGET",
    help="A rule more: equals, contains, regex or fallback (with an empty pattern).",
)
@click.option("--position", type=click.IntRange(1), help="Place of the rule that --add names.")
@click.option("--file", type=_FILE, help="These rules instead of all.")
@click.pass_obj
def preview_(
    session: Session,
    erp: str,
    shop: str,
    *,
    added: tuple[tuple[str, str, str], ...],
    position: int | None,
    file: Path | None,
) -> None:
    """Show whom other rules would concern: who would join and leave which group of SHOP.

    No side is called and nothing is written.
    """
    if bool(added) == (file is not None):
        raise click.UsageError("say by --add or by --file which rules are to be looked at")
    with opened(session) as app, as_asked():
        if file is None:
            changes = [put(_parsed(*one), by=who(), at=app.now(), position=position) for one in added]
        else:
            changes = [all_of(_of_route(file, erp, shop), by=who(), at=app.now(), replace=True)]
        effect = preview(app, erp, shop, _one_by_one(changes))
    if session.json:
        session.document({"erp": erp, "shop": shop, **msgspec.structs.asdict(row_of(effect))})
        return
    show_effect(session, shop, effect)


export: Final = export_command(
    export_rules,
    "Print the rules of all routes as TOML, for the configuration or for `syncd groups import`.",
    "syncd groups export > rules.toml",
)


@click.command("import", cls=Command, example="syncd groups import rules.toml --dry-run")
@click.argument("file", type=_FILE)
@click.option("--replace", is_flag=True, help="In place of the rules that the file's routes have, not behind them.")
@click.option("--dry-run", is_flag=True, help="Show whom it would concern, and change nothing.")
@click.option("--reverify", is_flag=True, help="Look again at all customers at once, so that the shops follow.")
@click.pass_obj
def import_(session: Session, file: Path, *, replace: bool, dry_run: bool, reverify: bool) -> None:
    """Take rules over from FILE, which has the form of `syncd groups export`. A file that is wrong changes nothing."""
    stop = Stop()
    with opened(session, stopping=stop) as app:
        with as_asked():
            found = read_rules(text_of(file), file.name)
            told = _previews(app, found, replace=replace)
        runs: list[RunRow] = []
        if not dry_run:
            for (erp, shop), rules in found.items():
                import_rules(app, erp, shop, rules, by=who(), replace=replace)
            runs = follow_up(session, app, stop, told, wanted=reverify)
    if session.json:
        routes = [
            {"erp": erp, "shop": shop, **msgspec.structs.asdict(row_of(effect))} for (erp, shop), effect in told.items()
        ]
        session.document({"routes": routes, "runs": [run.id for run in runs]})
    else:
        for (_, shop), effect in told.items():
            show_effect(session, shop, effect)
    end(session, runs)


def _previews(app: App, found: Rules, *, replace: bool) -> Effects:
    """Whom the rules of a file would concern, looked at before the first of them is taken over."""
    return {
        (erp, shop): preview(app, erp, shop, all_of(rules, by=who(), at=app.now(), replace=replace))
        for (erp, shop), rules in found.items()
    }


def _of_route(file: Path, erp: str, shop: str) -> Sequence[GroupRule]:
    found = read_rules(text_of(file), file.name)
    if (erp, shop) not in found:
        raise WrongUsage(f"{file.name} has no route from {erp} to {shop}")
    return found[erp, shop]


def _parsed(match: str, pattern: str, target: str) -> GroupRule:
    if match not in set(Match):
        raise WrongUsage(f"{match!r} is no way to match", cure=f"There are: {', '.join(Match)}.")
    return GroupRule(match=Match(match), pattern=pattern, target=target)


def _one_by_one(changes: Sequence[Change]) -> Change:
    def change(rows: Sequence[RuleRow]) -> list[RuleRow]:
        after = list(rows)
        for one in changes:
            after = one(after)
        return after

    return change
