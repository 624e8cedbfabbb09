"""Which parts of the manual does the program know better? Writes them between the marks in the pages.

python docs/generate.py           writes
python docs/generate.py --check   fails when a page is not current
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec

from syncd.cli import main
from syncd.cli.exit_codes import MEANINGS
from syncd.domain.policy import RULES, Edit, Empty, Rule
from syncd.domain.side import Side
from syncd.settings.environment import variable
from syncd.settings.explain import describe
from syncd.settings.load import SIMPLE
from syncd.settings.shape import (
    ConnectionSettings,
    ErasureSettings,
    GuardSettings,
    RateSettings,
    RouteSettings,
    Settings,
)

HERE = Path(__file__).parent
MARK = "<!-- begin {0} (docs/generate.py) -->\n{1}<!-- end {0} -->"
NOT_KEYS = {"folder", "connections", "routes", "erasure"}


def commands(group: click.Group, words: str) -> Iterator[tuple[str, click.Command]]:
    """Every command with the words that call it, groups before what is in them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            raise LookupError(name)
        yield f"{words} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{words} {name}")


def help_of(words: str, command: click.Command) -> str:
    """A command's help as the terminal shows it, at one width everywhere."""
    context = click.Context(
        command, info_name=words, terminal_width=100, max_content_width=100, **command.context_settings
    )
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"## {words}\n\n```text\n{text}\n```\n"


def table(struct: type[msgspec.Struct], *, leave_out: set[str], variables: dict[str, str]) -> str:
    """The keys of a table of the configuration file."""
    lines = ["| key | default | variable | meaning |", "| --- | --- | --- | --- |"]
    for one in describe(struct):
        if one.name not in leave_out:
            default = "required" if one.required else shown(one.default)
            lines.append(f"| `{one.name}` | {default} | {variables.get(one.name, '')} | {one.meaning} |")
    return "\n".join(lines) + "\n"


def shown(default: Any) -> str:
    """A default as one would write it."""
    if default is None:
        return ""
    return "(below)" if isinstance(default, dict) and default else f"`{msgspec.json.encode(default).decode()}`"


def rules() -> str:
    """Fields by the policy that they share: `syncd.domain.policy` knows one rule for each."""
    shared: dict[Rule, list[str]] = {}
    for field, rule in RULES.items():
        shared.setdefault(rule, []).append(f"`{field}`")
    owners = {Side.ERP: "ERP", Side.SHOP: "shop"}
    edits = {Edit.NEVER: "no", Edit.DOMESTIC: "of a domestic customer", Edit.ALWAYS: "yes"}
    empties = {Empty.CLEARS: "clears", Empty.IS_NOT_SAID: "is not said"}
    lines = [
        f"| {', '.join(fields)} | {owners[rule.owner]} | {edits[rule.shop_edit]} | {empties[rule.empty]} |"
        for rule, fields in shared.items()
    ]
    return "\n".join(["| field | owner | does a shop's edit count? | empty |", "| --- | --- | --- | --- |", *lines, ""])


def blocks() -> dict[str, dict[str, str]]:
    """Text by page and mark."""
    simple = {name: ", ".join(f"`{one}`" for one in names) for name, names in SIMPLE.items()}
    of_connection = {
        name: f"`{variable('NAME', name)}`" for name in ("every", "full_every", "paused", "parallel_calls")
    }
    codes = "".join(f"| {code.value} | {meaning} |\n" for code, meaning in MEANINGS.items())
    helps = "\n".join(help_of(words, command) for words, command in commands(main, "syncd"))
    return {
        "reference/cli.md": {"commands": helps},
        "reference/configuration.md": {
            "top": table(Settings, leave_out=NOT_KEYS, variables=simple),
            "erasure": table(ErasureSettings, leave_out=set(), variables={}),
            "connection": table(ConnectionSettings, leave_out={"options"}, variables=of_connection),
            "guard": table(GuardSettings, leave_out=set(), variables={}),
            "rate": table(RateSettings, leave_out=set(), variables={}),
            "route": table(RouteSettings, leave_out=set(), variables={}),
        },
        "explanation/merge.md": {"rules": rules()},
        "reference/exit-codes.md": {"codes": f"| code | meaning |\n| --- | --- |\n{codes}"},
    }


def current(page: str, texts: dict[str, str]) -> str:
    """A page with its marked parts as they should be."""
    for mark, text in texts.items():
        begin, end = MARK.format(mark, "\0").split("\0")
        before, opened, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not opened or not closed:
            raise LookupError(f"the marks of {mark} are gone")
        page = f"{before}{begin}{text}{end}{after}"
    return page


def write_or_check(*, check: bool) -> int:
    """Answer how many pages were not current."""
    behind = 0
    for name, texts in blocks().items():
        path = HERE / name
        before = path.read_text(encoding="utf-8")
        after = current(before, texts)
        if before != after:
            behind += 1
            print(f"{'not current' if check else 'written'}: {path.name}")  # noqa: T201 - its output is for a terminal
            if not check:
                path.write_text(after, encoding="utf-8")
    return behind


if __name__ == "__main__":
    checks = "--check" in sys.argv[1:]
    sys.exit(bool(write_or_check(check=checks)) and checks)
