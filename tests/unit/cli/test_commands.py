"""Do all commands keep the same habits?"""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from syncd.cli import COMMANDS, main
from syncd.cli.command import Command, standalone
from syncd.cli.session import Session
from syncd.errors import Unavailable

NO_JSON = {"worker", "beat", "console", "metrics"}
"""Those stay and serve, and metrics have a form of their own: there is nothing to print as JSON."""


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


ALL = list(commands(main))


@pytest.mark.parametrize(("words", "command"), ALL, ids=[" ".join(words) for words, _ in ALL])
def test_every_command_has_the_common_options_and_an_example(words: tuple[str, ...], command: click.Command) -> None:
    options = {option for parameter in command.params for option in parameter.opts}
    wanted = {"--config", "--quiet", "--verbose", "--no-color", "--no-input"} | ({"--json"} - NO_JSON)
    assert wanted - options == ({"--json"} if words[0] in NO_JSON else set())
    assert f"syncd {' '.join(words)}" in (command.epilog or "")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says_of_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    said = command.get_short_help_str(limit=200)
    listed = COMMANDS[name][1]
    assert said.split()[0] == listed.split()[0]


def test_an_unknown_command_names_the_nearest() -> None:
    result = CliRunner().invoke(main, ["custome"])
    assert result.exit_code == 2
    assert "Did you mean 'customers'?" in result.stderr


@standalone("fail", example="syncd fail")
@click.option("--how")
@click.pass_obj
def fail(session: Session, how: str) -> None:
    """Fail."""
    del session
    raise {"ours": Unavailable("no answer", cure="Try later."), "stop": KeyboardInterrupt()}.get(
        how, ValueError("secret")
    )


def test_an_error_is_one_line_that_names_the_cure_and_one_that_says_where_to_read_on() -> None:
    result = CliRunner().invoke(fail, ["--how", "ours"])
    assert result.exit_code == 4
    first, more = result.stderr.splitlines()
    assert first == "error: no answer; try later."
    assert more == "more: syncd attention cause unavailable (docs/reference/errors.md#unavailable)"


def test_an_error_is_told_in_json_as_well() -> None:
    result = CliRunner().invoke(fail, ["--how", "ours", "--json"])
    assert '"code": "unavailable"' in result.stdout


def test_an_unexpected_error_shows_neither_traceback_nor_its_text() -> None:
    result = CliRunner().invoke(fail, ["--how", "else"])
    assert result.exit_code == 1
    assert result.stderr == "error: unexpected ValueError. Run it again with -v for the details.\n"


def test_v_shows_the_traceback() -> None:
    assert "Traceback" in CliRunner().invoke(fail, ["--how", "else", "-v"]).stderr


def test_ctrl_c_has_its_own_code() -> None:
    assert CliRunner().invoke(fail, ["--how", "stop"]).exit_code == 130


def test_help_begins_with_what_the_command_is_for() -> None:
    assert isinstance(fail, Command)
    assert "Example:\n    syncd fail" in CliRunner().invoke(fail, ["--help"]).stdout
