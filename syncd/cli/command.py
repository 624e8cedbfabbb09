"""What do all commands have in common? Options, the way errors are told, and exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import click

from syncd.cli.exit_codes import ExitCode, of_error
from syncd.cli.session import Session
from syncd.errors import SyncError

__all__ = ["Command", "Group", "finish", "group", "standalone"]

P = ParamSpec("P")
R = TypeVar("R")

_SETTINGS: Final = {"help_option_names": ["-h", "--help"]}


def _common(*, json: bool) -> list[click.Parameter]:
    return [
        *([click.Option(["--json"], is_flag=True, help="Print one JSON object instead.")] if json else []),
        click.Option(
            ["--config"],
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Configuration file instead of ./syncd.toml or /etc/syncd/syncd.toml.",
        ),
        click.Option(["-q", "--quiet"], is_flag=True, help="Only results and errors."),
        click.Option(["-v", "--verbose"], count=True, help="More talk; a traceback with unexpected errors."),
        click.Option(["--no-color"], is_flag=True, help="No colours; so does NO_COLOR in the environment."),
        click.Option(["--no-input"], is_flag=True, help="Ask nothing: the answer to every question is no."),
    ]


class Command(click.Command):
    """A command with the common options; its function gets the `Session` first.

    Args:
        json: Whether there is anything to print as JSON.
        example: Lines for the end of the help.
    """

    def __init__(self, *args: Any, json: bool = True, example: str = "", **attributes: Any) -> None:
        attributes.setdefault("context_settings", _SETTINGS)
        if example:
            lines = "\n".join(f"  {line}" for line in example.strip().splitlines())
            attributes["epilog"] = f"\b\nExample:\n{lines}"
        super().__init__(*args, **attributes)
        self.params.extend(_common(json=json))

    def invoke(self, ctx: click.Context) -> Any:
        take = ctx.params.pop
        session = Session(
            config=take("config"),
            json=take("json", False),
            verbosity=-1 if take("quiet") else ctx.params["verbose"],
            color=not take("no_color") and not os.environ.get("NO_COLOR"),
            no_input=take("no_input"),
        )
        take("verbose")
        ctx.obj = session
        try:
            return super().invoke(ctx)
        except SyncError as error:
            if session.verbosity > 0:
                traceback.print_exc()
            session.fail(error)
            ctx.exit(of_error(error))
        except (KeyboardInterrupt, click.Abort):
            click.echo("interrupted", err=True)
            ctx.exit(ExitCode.INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - the last place where a person can be told in words
            ctx.exit(_unexpected(session, error))


class Group(click.Group):
    """A group of such commands."""

    command_class = Command

    def __init__(self, *args: Any, **attributes: Any) -> None:
        attributes.setdefault("context_settings", _SETTINGS)
        super().__init__(*args, **attributes)


def group(name: str) -> Callable[[Callable[..., Any]], Group]:
    """Make a group."""
    return click.command(name, cls=Group)


def standalone(name: str, **attributes: Any) -> Callable[[Callable[..., Any]], Command]:
    """Make a command that is in no group but the topmost."""
    return click.command(name, cls=Command, **attributes)


def finish(code: int) -> None:
    """End the command with this exit code."""
    click.get_current_context().exit(code)


def _unexpected(session: Session, error: Exception) -> ExitCode:
    """Tell of an error that nobody raised on purpose; those of the database have a cure."""
    if session.verbosity > 0:
        traceback.print_exc()
    if "sqlalchemy" in sys.modules:
        from syncd.registry.trouble import explain  # noqa: PLC0415 - only who opened the database pays for it

        told = explain(error)
        if told is not None:
            session.fail(told)
            return of_error(told)
    if isinstance(error, OSError) and error.filename and error.strerror:
        session.fail(
            SyncError(
                f"{error.filename}: {error.strerror}", code="unexpected", cure="Check the place, and who may use it."
            )
        )
        return ExitCode.UNEXPECTED
    text = "" if session.verbosity > 0 else " Run it again with -v for the details."
    session.fail(SyncError(f"unexpected {type(error).__name__}.{text}", code="unexpected"))
    return ExitCode.UNEXPECTED
