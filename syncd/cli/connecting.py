"""How is a connection made, tried and taken away on the command line? Commands of ``syncd connections``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any, TextIO

import click

from syncd import plugins
from syncd.checks.connections import check_connections
from syncd.cli.command import Command
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.opening import opened, pick, who
from syncd.cli.session import Session, numbered
from syncd.domain.side import Side
from syncd.errors import InvalidRecord, Misconfigured
from syncd.ports import Adapter
from syncd.settings.convert import nearest
from syncd.settings.form import Asked, ask, read_answers
from syncd.sync.app import App, Connected
from syncd.sync.connecting import adding, credentials, editing, retiring
from syncd.sync.connecting.drafts import draft_of
from syncd.sync.connecting.place import find_place
from syncd.sync.connecting.wish import Wish, WishedRoute, as_toml

__all__ = ["add", "edit", "forget_secret", "remove", "retire", "secrets", "set_secret"]


def _act(name: str, example: str) -> Callable[[Callable[..., Any]], Command]:
    return click.command(name, cls=Command, example=example)


@_act(
    "add",
    "syncd connections add optima --kind bridge --option url=https://bridge.example --secret token=- --route shop"
    "\nsyncd connections add shop --kind vendure --option url=https://shop.example/admin-api"
    " --secret api_key=/run/secrets/shop --no-input",
)
@click.argument("name")
@click.option("--kind", required=True, help="The platform: `syncd adapters list`.")
@click.option("--side", type=click.Choice([side.value for side in Side]), help="Where the platform can be both.")
@click.option("--option", "options", multiple=True, metavar="NAME=VALUE", help="An option; lists have line breaks.")
@click.option("--secret", multiple=True, metavar="NAME=FILE", help="A secret option, read from a file; - reads stdin.")
@click.option("--every", default="5m", show_default=True, help="How often changes are pulled.")
@click.option("--full-every", default="1d", show_default=True, help="How often everything is pulled.")
@click.option(
    "--route", "routes", multiple=True, metavar="OTHER", help="Connection of the other side to exchange with."
)
@click.option("--untested", is_flag=True, help="Do not log in first.")
@click.pass_obj
def add(
    session: Session,
    name: str,
    *,
    kind: str,
    side: str | None,
    options: tuple[str, ...],
    secret: tuple[str, ...],
    every: str,
    full_every: str,
    routes: tuple[str, ...],
    untested: bool,
) -> None:
    """Make the connection NAME, after it was tried.

    It gets a file of its own in the folder beside the configuration file (syncd.d). Without that folder the file is
    printed, for you to put where your configuration is. Secrets are kept in the registry, encrypted; they are never
    taken from the command line, where others can see them. Programs at work take the connection up by themselves.
    """
    adapter = _adapter(kind)
    asked = ask(adapter.options)
    with opened(session) as app:
        answers = _pairs(options) | {option: _read(file) for option, file in _pairs(secret).items()}
        answers = _asked_for(session, asked, answers)
        try:
            draft = draft_of(app, name=name, kind=kind, side=side or _side(adapter), answers=answers, by=who())
        except InvalidRecord as error:
            raise WrongUsage(error.message, cure=_given_by(asked, answers, error), field=error.field) from None
        erp = draft.side is Side.ERP
        wish = Wish(
            name=name,
            kind=kind,
            side=draft.side,
            options=draft.options,
            every=every,
            full_every=full_every,
            routes=tuple(WishedRoute(erp=name if erp else other, shop=other if erp else name) for other in routes),
        )
        adding.check(app, wish, draft.secrets)
        if not untested:
            _try(session, app, draft.connected, "made")
        file = adding.add(app, wish, draft.secrets, by=who())
    if session.json:
        session.document({"connection": name, "file": file, "toml": as_toml(wish)})
    elif file is None:
        click.echo(as_toml(wish), nl=False)
    if file is None:
        session.say(f"no folder to write into: put this into {app.loaded.file or 'syncd.toml'}, or make the folder "
                    f"{app.loaded.folder or 'syncd.d'} and try again")  # fmt: skip
    else:
        session.say(f"wrote {file}; look first: `syncd plan {name}`")


@_act(
    "edit",
    "syncd connections edit optima --set every=10m --set guard.blocks_percent=10"
    "\nsyncd connections edit shop --set served='PL DE CZ' --dry-run",
)
@click.argument("connection")
@click.option("--set", "answers", multiple=True, metavar="KEY=VALUE", help="A setting; an empty value: the default.")
@click.option("--dry-run", is_flag=True, help="Check it and show what would change.")
@click.option("--untested", is_flag=True, help="Do not log in first where an option changes.")
@click.pass_obj
def edit(session: Session, connection: str, *, answers: tuple[str, ...], dry_run: bool, untested: bool) -> None:
    """Change CONNECTION: when, how far, and how it is reached.

    Keys are those of the configuration: every, served, guard.blocks_most, options.url, routes.0.guests. A file that a
    person wrote is left alone: the lines to write there are printed. Programs at work take the change up by themselves.
    """
    with opened(session) as app:
        connected, place = pick(app, connection), find_place(app, connection)
        try:
            found = editing.look(app, connected, place, _pairs(answers))
        except InvalidRecord as error:
            raise WrongUsage(error.message, cure=error.cure, field=error.field) from None
        if found.changes and not dry_run and not place.locked:
            if found.calls and not untested:
                editing.note_trial(app, found, by=who())
                _try(session, app, found.connected, "changed")
            editing.change(app, connected, place, found, seen=place.seen, by=who())
    if session.json:
        told = {"connection": connection, "file": place.file, "locked": place.locked, "changes": found.changes}
        session.document({**told, "toml": found.text})
        return
    session.rows(
        ("setting", "now", "then"),
        ((one.key, one.before, one.after) for one in found.changes),
        empty="Nothing changes.",
    )
    if found.elsewhere:
        session.warn(f"the secrets go to {', '.join(found.elsewhere)}, which did not get them before")
    if place.locked and found.changes:
        click.echo(found.text, nl=False)
        session.say(f"syncd does not write {place.file}: put these lines there")


@_act("remove", "syncd connections remove optima --yes")
@click.argument("connection")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(session: Session, connection: str, *, yes: bool) -> None:
    """Take CONNECTION away that has a file of its own, with its secrets. Its customers stay in the registry."""
    with opened(session) as app:
        pick(app, connection)
        if not session.confirm(f"Take {connection} away?", yes=yes):
            raise WrongUsage(f"{connection} was not taken away", cure="Confirm with --yes.")
        file = adding.remove(app, connection, by=who())
    if session.json:
        session.document({"connection": connection, "file": file, "removed": True})
    session.say(f"{connection} is gone, and so is {file}; whom it blocks stays blocked: "
                f"`syncd connections retire {connection} --dry-run`")  # fmt: skip


@_act("retire", "syncd connections retire optima --dry-run\nsyncd connections retire optima --yes")
@click.argument("connection")
@click.option("--dry-run", is_flag=True, help="Plan it, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def retire(session: Session, connection: str, *, dry_run: bool, yes: bool) -> None:
    """Let CONNECTION, which is not configured any more and will not be again, block no customer.

    Who was switched off or missing there works again, unless something else blocks them. `syncd runs undo` takes
    that back. Should the connection come back, nothing that it said before counts, only what it says anew.
    """
    with opened(session) as app:
        try:
            found = retiring.whom(app, connection)
        except Misconfigured as error:
            raise WrongUsage(error.message, cure=error.cure) from None
        number, work = len(found), sum(found.values())
        kept = f"{connection} blocks {numbered(number, 'customer', 'customers')}, of whom {work} would work again"
        if dry_run or not found:
            runs = retiring.preview_retire(app, connection, by=who()) if found else []
        else:
            if not session.confirm(f"{kept}. Lift its blocks?", yes=yes):
                raise WrongUsage(f"{connection} still blocks them", cure="Confirm with --yes.")
            runs = retiring.retire(app, connection, by=who())
    if session.json:
        session.document(
            {"connection": connection, "customers": number, "work": work, "runs": runs, "dry_run": dry_run}
        )
    session.say(kept)
    for run in runs:
        session.say(f"see it: `syncd plan show {run}`" if dry_run else f"take it back: `syncd runs undo {run}`")


@_act("secrets", "syncd connections secrets optima")
@click.argument("connection")
@click.pass_obj
def secrets(session: Session, connection: str) -> None:
    """List the secret options of CONNECTION and where each comes from; never their values."""
    with opened(session) as app:
        found = credentials.credentials(app, pick(app, connection))
    if session.json:
        session.document({"connection": connection, "secrets": found})
        return
    session.rows(
        ("option", "where", "origin", "set at", "by", "variable"),
        ((c.option, c.held if c.readable else f"{c.held}, unreadable", c.origin, c.set_at, c.set_by, c.variable)
         for c in found),
        empty="This platform has no secrets.",
    )  # fmt: skip


@_act("set-secret", "syncd connections set-secret optima token < token.txt")
@click.argument("connection")
@click.argument("option")
@click.option("--file", type=click.File("r", encoding="utf-8"), metavar="FILE", help="Read it there instead of asking.")
@click.pass_obj
def set_secret(session: Session, connection: str, option: str, file: TextIO | None) -> None:
    """Keep a secret OPTION of CONNECTION in the registry; environment and configuration files win over it."""
    with opened(session) as app:
        connected = pick(app, connection)
        value = _secret(session, option, file)
        try:
            credentials.set_secret(app, connected, option, value, by=who())
        except InvalidRecord as error:
            raise WrongUsage(error.message, cure=error.cure) from None
        told = next(one for one in credentials.credentials(app, connected) if one.option == option)
    if session.json:
        session.document({"connection": connection, "secret": told})
    if told.hidden:
        session.warn(f"{told.origin} wins over it: take it out there")
    session.say(f"{option} of {connection} is in the registry; try it: `syncd connections test {connection}`")


@_act("forget-secret", "syncd connections forget-secret optima token")
@click.argument("connection")
@click.argument("option")
@click.pass_obj
def forget_secret(session: Session, connection: str, option: str) -> None:
    """Take a secret OPTION of CONNECTION out of the registry."""
    with opened(session) as app:
        credentials.forget_secret(app, pick(app, connection), option, by=who())
    if session.json:
        session.document({"connection": connection, "option": option, "forgotten": True})
    session.say(f"{option} of {connection} is in the registry no more")


def _adapter(kind: str) -> Adapter:
    kinds = plugins.kinds()
    if kind not in kinds:
        raise WrongUsage(f"there is no adapter {kind!r}", cure=nearest(kind, kinds, f"There are: {', '.join(kinds)}."))
    return plugins.load(kind)


def _side(adapter: Adapter) -> str:
    if len(adapter.sides) > 1:
        raise WrongUsage(f"{adapter.kind} can be both sides", cure="Name one: --side erp or --side shop.")
    return next(iter(adapter.sides)).value


def _given_by(asked: Iterable[Asked], answers: Collection[str], error: InvalidRecord) -> str:
    """How to give an option that is missing; what helps against any other mistake says the error itself."""
    missing = next((one for one in asked if one.name == error.field and one.name not in answers), None)
    if missing is None:
        return error.cure
    return f"Add --secret {missing.name}=FILE." if missing.shape == "secret" else f"Add --option {missing.name}=VALUE."


def _pairs(words: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not separator:
            raise click.UsageError(f"{name!r} is not written as NAME=VALUE")
        pairs[name] = value
    return pairs


def _read(file: str) -> str:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise WrongUsage(f"{file} cannot be read", cure="Name a file with the secret as text.") from None
    return text.rstrip("\r\n")


def _asked_for(session: Session, asked: list[Asked], answers: dict[str, str]) -> dict[str, str]:
    """Answers to what was not given on the command line, if somebody is there to ask."""
    known = [one.name for one in asked]
    for name in answers:
        if name not in known:
            raise WrongUsage(
                f"the platform has no option {name!r}", cure=nearest(name, known, f"Options: {', '.join(known)}.")
            )
    if session.asks:
        for one in asked:
            if one.name not in answers and (one.required or one.shape == "secret"):
                answers[one.name] = click.prompt(
                    f"{one.name} ({one.meaning})",
                    default=None if one.required else "",
                    hide_input=one.shape == "secret",
                    show_default=False,
                    err=True,
                )
    read_answers(asked, answers)
    return answers


def _try(session: Session, app: App, connected: Connected, what: str) -> None:
    for check in check_connections(app, [connected]):
        if check.state == "fail":
            raise Misconfigured(
                f"{connected.name} was not {what}: {check.detail}", cure=check.cure or "Or do it --untested."
            )
        session.say(f"{check.state}: {check.detail}")


def _secret(session: Session, option: str, file: TextIO | None) -> str:
    if file is not None:
        return file.read().rstrip("\r\n")
    if session.asks:
        return str(click.prompt(option, hide_input=True, err=True))
    return sys.stdin.read().rstrip("\r\n")
