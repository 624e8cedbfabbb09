"""Which parts of the manual does the program know better? Writes them between the marks in the pages.

python docs/generate.py           writes
python docs/generate.py --check   fails when a page is not current
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import click
import msgspec

from syncd import plugins
from syncd.access.roles import SCOPES
from syncd.certify.live import PROMISES as LIVE
from syncd.certify.promises import PROMISES
from syncd.certify.run import simulate_of
from syncd.cli import main
from syncd.cli.exit_codes import MEANINGS
from syncd.console.api.beside import ALONE
from syncd.console.api.routes import ENDPOINTS
from syncd.domain.contractor import FIELDS
from syncd.domain.groups import GroupRule
from syncd.domain.policy import EDITS, RULES, Empty, Rule
from syncd.domain.side import Side
from syncd.ports import Adapter, Capabilities, Context, parse_options
from syncd.settings.environment import variable
from syncd.settings.explain import describe
from syncd.settings.load import ALERTS, CONSOLE, OIDC, SIMPLE, VIES
from syncd.settings.shape import (
    AlertSettings,
    ConnectionSettings,
    ConsoleSettings,
    ErasureSettings,
    GuardSettings,
    OidcSettings,
    RateSettings,
    RouteSettings,
    Settings,
    ViesSettings,
    WebhookSettings,
)
from syncd.trial.properties import PROPERTIES
from syncd.trial.story import CHECKS

HERE = Path(__file__).parent
MARK = "<!-- begin {0} (docs/generate.py) -->\n{1}<!-- end {0} -->"
NOT_KEYS = {"alerts", "console", "folder", "connections", "routes", "vies", "erasure", "webhooks"}


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
    edits = {EDITS["never"]: "no", EDITS["domestic"]: "of a domestic customer", EDITS["always"]: "yes"}
    empties = {Empty.CLEARS: "clears", Empty.IS_NOT_SAID: "is not said"}
    lines = [
        f"| {', '.join(fields)} | {owners[rule.owner]} | {edits[rule.shop_edit]} | {empties[rule.empty]} |"
        for rule, fields in shared.items()
    ]
    return "\n".join(["| field | owner | does a shop's edit count? | empty |", "| --- | --- | --- | --- |", *lines, ""])


WHERE = {
    "R": "one record that was read",
    "P": "a push",
    "C": "the whole connection",
    "V": "nothing: it is an answer of VIES",
}
TABLE = HERE / "how-to/handle-issues.md"
LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


def causes() -> Iterator[tuple[str, str, str, str]]:
    """Code, where, meaning and remedy of every cause in the table of issues, with the links of that page."""
    before = ""
    for line in TABLE.read_text(encoding="utf-8").partition("## All causes")[2].splitlines():
        if not line.startswith("| `"):
            continue
        codes, where, means, helps = (cell.strip() for cell in line.strip("| ").split(" | "))
        helps = before + helps.removeprefix("the same") if helps.startswith("the same") else helps
        before = helps
        stops = " or ".join(WHERE[letter] for letter in where.split() if letter in WHERE)
        for code in re.findall(r"`([^`]+)`", codes):
            yield code, stops, means, helps


def errors() -> str:
    """A heading for each cause, so that each has an address of its own."""
    parts = []
    for code, where, means, helps in sorted(causes()):
        text = f"### {code}\n\nMeans: {means}.\n\nHelps: {helps}.\n"
        text = LINK.sub(lambda link: f"[{link[1]}]({link[2] if '/' in link[2] else f'../how-to/{link[2]}'})", text)
        parts.append(text + (f"\nStops: {where}.\n" if where else ""))
    return "\n".join(parts)


def causes_as_data() -> str:
    """The same for the program, without links."""
    rows = [
        {"code": code, "where": where, "means": LINK.sub(r"\1", means), "helps": LINK.sub(r"\1", helps)}
        for code, where, means, helps in sorted(causes())
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=1).decode() + "\n"


@cache
def platforms() -> list[tuple[Adapter, Capabilities]]:
    """Every adapter, with what a connection to its simulator can; the memory side is no platform of anybody."""
    found = []
    for kind in plugins.kinds():
        if kind != "memory":
            adapter = plugins.load(kind)
            with simulate_of(kind)() as sandbox:
                options = parse_options(adapter.options, sandbox.options, connection=kind)
                with closing(adapter.open(options, Context(connection=kind))) as endpoint:
                    found.append((adapter, endpoint.capabilities))
    return found


def fields() -> str:
    """Every field by platform."""
    lines = [
        f"| field | {' | '.join(f'`{adapter.kind}`' for adapter, _ in platforms())} |",
        f"| --- |{' :-: |' * len(platforms())}",
        *(f"| `{field}` | {' | '.join(sign(*platform, field) for platform in platforms())} |" for field in FIELDS),
    ]
    return "\n".join(lines) + "\n"


def sign(adapter: Adapter, best: Capabilities, field: str) -> str:
    """Whether a field is read and written, written by some connections, read only, or not there."""
    if field in adapter.capabilities.writes & adapter.capabilities.reads:
        return "●"
    if field in best.writes & best.reads:
        return "◐"
    return "○" if field in adapter.capabilities.reads | best.reads else "·"


def degradations() -> str:
    """What each platform cannot do, in its adapter's words."""
    parts = []
    for adapter, best in platforms():
        told = dict.fromkeys((*adapter.capabilities.degradations, *best.degradations))
        lines = "\n".join(f"- {sentence}" for sentence in told) or "Nothing is missing."
        parts.append(f"### {adapter.title}\n\n{lines}\n")
    return "\n".join(parts)


def sentences(checks: Iterable[Callable[..., object]]) -> str:
    """Checks by their sentence, with what they are about."""
    lines = [f"| {check.__name__.replace('_', ' ')} | {about(check)} |" for check in checks]
    return "\n".join(["| sentence | why |", "| --- | --- |", *lines, ""])


def about(check: Callable[..., object]) -> str:
    """The first paragraph of a docstring on one line."""
    return " ".join((check.__doc__ or "").split("\n\n")[0].split()).replace("``", "`")


def promises() -> str:
    """The promises by the file that asks them, under its question."""
    parts = []
    for module, group in itertools.groupby(PROMISES, key=lambda promise: promise.check.__module__):
        question = (sys.modules[module].__doc__ or "").strip().splitlines()[0]
        parts.append(f"### {question}\n\n{sentences(promise.check for promise in group)}")
    return f"{len(PROMISES)} promises:\n\n" + "\n".join(parts)


def properties() -> str:
    """What is asked of the whole: first after each story, then by itself."""
    told = [f"| {sentence} | looked at after each story |" for sentence, _ in CHECKS]
    return sentences(one.check for one in PROPERTIES).replace(
        "| --- | --- |\n", "\n".join(["| --- | --- |", *told, ""])
    )


def endpoints() -> str:
    """What programs can ask for."""
    told = ["| request | scope | what it does |", "| --- | --- | --- |"]
    for one in ENDPOINTS:
        scope = next(scope for scope, role in SCOPES.items() if role >= one.need)
        told.append(f"| `{one.method} {one.path}` | `{scope}` | {one.says} |")
    return "\n".join([*told, ""])


def for_people() -> str:
    """What programs cannot ask for, and why."""
    told = ["| what stays in the console | why |", "| --- | --- |"]
    told += [f"| {one.what} | {one.why} |" for one in ALONE]
    return "\n".join([*told, ""])


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
            "alerts": table(
                AlertSettings, leave_out=set(), variables={key: f"`{names[0]}`" for key, names in ALERTS.items()}
            ),
            "webhook": table(
                WebhookSettings,
                leave_out=set(),
                variables={key: f"`{variable('webhooks', 'NAME', key)}`" for key in ("url", "secret")},
            ),
            "erasure": table(ErasureSettings, leave_out=set(), variables={}),
            "connection": table(ConnectionSettings, leave_out={"options"}, variables=of_connection),
            "guard": table(GuardSettings, leave_out=set(), variables={}),
            "rate": table(RateSettings, leave_out=set(), variables={}),
            "vies": table(
                ViesSettings, leave_out=set(), variables={key: f"`{names[0]}`" for key, names in VIES.items()}
            ),
            "oidc": table(
                OidcSettings, leave_out=set(), variables={key: f"`{names[0]}`" for key, names in OIDC.items()}
            ),
            "console": table(
                ConsoleSettings, leave_out={"oidc"}, variables={key: f"`{names[0]}`" for key, names in CONSOLE.items()}
            ),
            "route": table(RouteSettings, leave_out=set(), variables={}),
            "rule": table(GroupRule, leave_out=set(), variables={}),
        },
        "reference/certification.md": {
            "live": sentences(LIVE),
            "promises": promises(),
            "properties": properties(),
        },
        "reference/api.md": {"endpoints": endpoints(), "for-people": for_people()},
        "reference/fields.md": {"fields": fields(), "degradations": degradations()},
        "explanation/merge.md": {"rules": rules()},
        "reference/errors.md": {"causes": errors()},
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
    wanted = {HERE / name: texts for name, texts in blocks().items()}
    pages = {path: current(path.read_text(encoding="utf-8"), texts) for path, texts in wanted.items()}
    for path, after in {**pages, HERE.parent / "syncd/causes.json": causes_as_data()}.items():
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if before != after:
            behind += 1
            print(f"{'not current' if check else 'written'}: {path.name}")  # noqa: T201 - its output is for a terminal
            if not check:
                path.write_text(after, encoding="utf-8")
    return behind


if __name__ == "__main__":
    checks = "--check" in sys.argv[1:]
    sys.exit(bool(write_or_check(check=checks)) and checks)
