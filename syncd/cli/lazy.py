"""How does `syncd --help` start at once, although some commands need a database and HTTP?

Commands are named here with the line that the list shows, and their modules are imported when they are used.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from syncd.cli.exit_codes import ExitCode
from syncd.starting import not_collecting

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """A group whose commands are imported on use.

    Args:
        commands_in: Module and help line of each command; the module's attribute ``command`` is the command.
    """

    def __init__(self, *, commands_in: Mapping[str, tuple[str, str]], **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type] # passed on as click's decorator gave them
        self.commands_in = commands_in

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands_in)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C while its module is still being imported ends it as it does later."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(ExitCode.INTERRUPTED)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in self.commands_in:
            return None
        module, _ = self.commands_in[cmd_name]
        with not_collecting():
            command: click.Command = importlib.import_module(module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command when there is none of that name."""
        name = args[0]
        if name not in self.commands_in and not ctx.resilient_parsing and not name.startswith("-"):
            raise click.exceptions.NoSuchCommand(name, possibilities=self.commands_in, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.commands_in.items()])
