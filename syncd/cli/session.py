"""How does a command speak to whoever called it?

Data goes to standard output: a table on a terminal, tab-separated values into a pipe, JSON on request. Talk and
progress go to standard error. What a platform named its customers is data, never markup or control codes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from syncd.causes import cause_of
from syncd.errors import SyncError

__all__ = ["Session", "encode", "numbered", "plain"]

_STYLES: Final = {
    "ok": "green", "succeeded": "green", "active": "green", "applied": "green", "resolved": "green", "kept": "green",
    "no_changes": "green",
    "failing": "red", "failed": "red", "interrupted": "red", "fail": "red", "blocked_by_erp": "red", "broken": "red",
    "held": "yellow", "partial": "yellow", "paused": "yellow", "warn": "yellow", "blocked": "yellow", "stale": "yellow",
    "running": "cyan", "applying": "cyan", "queued": "cyan", "planned": "cyan",
}  # fmt: skip


_PLAIN: Final = frozenset({"usage", "unexpected"})
"""Codes whose page says no more than the error."""


def encode(value: object) -> bytes:
    """JSON of structs, times and paths."""
    return msgspec.json.encode(value, enc_hook=str)


def plain(text: str) -> str:
    """Make control characters visible: a name from a platform must not drive the terminal."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def numbered(number: int, one: str, many: str) -> str:
    """A number, and what is said of one or of many."""
    return f"{number} {one if number == 1 else many}"


@dataclass
class Session:
    """One call of a command.

    Attributes:
        config: The configuration file that ``--config`` names.
        verbosity: 0 as usual, below it quiet, above it with tracebacks.
        color: Whether colours are wanted, on a terminal.
    """

    config: Path | None = None
    json: bool = False
    verbosity: int = 0
    color: bool = True
    no_input: bool = False

    @property
    def asks(self) -> bool:
        """Whether a question can be answered."""
        return not self.no_input and not self.json and sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def shows_progress(self) -> bool:
        """Whether somebody watches."""
        return self.verbosity >= 0 and sys.stderr.isatty()

    @property
    def paints(self) -> bool:
        """Whether colours are wanted on standard error."""
        return self.color and sys.stderr.isatty()

    def say(self, text: str) -> None:
        """Tell a person something; left out with ``-q``."""
        if self.verbosity >= 0:
            click.echo(plain(text), err=True)

    def warn(self, text: str) -> None:
        """Tell a person something that must be heard, ``-q`` or not."""
        click.secho(f"warning: {plain(text)}", err=True, fg="yellow" if self.paints else None)

    def fail(self, error: SyncError) -> None:
        """Say in one line what went wrong and what helps."""
        where = " ".join(
            f"{name} {value}"
            for name, value in (("record", error.record), ("field", error.field))
            if value and value not in error.message
        )
        what = f"{where}: {error.message}" if where else error.message
        text = f"{what}; {_within(error.cure)}" if error.cure else what
        click.secho(f"error: {plain(text)}", err=True, fg="red" if self.paints else None)
        cause = cause_of(error.code)
        if cause is not None and error.code not in _PLAIN:
            self.say(f"more: syncd attention cause {cause.code} ({cause.page})")
        if self.json:
            told = {"code": error.code, "message": error.message, "cure": error.cure, "record": error.record}
            self.document({"error": {**told, "field": error.field, "page": cause.page if cause else None}})

    def confirm(self, question: str, *, yes: bool) -> bool:
        """Ask; without anybody to answer the answer is no."""
        return yes or (self.asks and click.confirm(plain(question), err=True))

    def document(self, content: dict[str, Any]) -> None:
        """Print one JSON object; its version rises when a program that reads it would have to change."""
        click.echo(msgspec.json.format(encode({"version": 1, **content}), indent=2).decode())

    def stream(self, head: dict[str, Any], name: str, items: Iterable[object]) -> None:
        """Print one JSON object with a long list, an item on each line.

        Lines of two such documents compare one by one, and the list is never held as a whole.
        """
        click.echo("{")
        for key, value in {"version": 1, **head}.items():
            click.echo(f'  "{key}": {encode(value).decode()},')
        click.echo(f'  "{name}": [', nl=False)
        separator = "\n"
        for item in items:
            click.echo(f"{separator}    {encode(item).decode()}", nl=False)
            separator = ",\n"
        click.echo("\n  ]\n}")

    def toml(self, text: str) -> None:
        """Print rules in the form in which they are imported again."""
        if self.json:
            self.document({"toml": text})
        else:
            click.echo(text, nl=False)

    def array(self, items: Iterable[object]) -> None:
        """Print a JSON array, an item on each line: answers to a list of questions, in its order."""
        click.echo("[", nl=False)
        separator = "\n"
        for item in items:
            click.echo(f"{separator}  {encode(item).decode()}", nl=False)
            separator = ",\n"
        click.echo("\n]")

    def rows(self, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str = "") -> None:
        """Print a table.

        Args:
            empty: What to say when there is no row.
        """
        if not sys.stdout.isatty():
            click.echo("\t".join(columns))
            for row in rows:
                click.echo("\t".join(_field(value) for value in row))
            return
        listed = list(rows)
        if not listed:
            self.say(empty or "Nothing.")
            return
        self._table(columns, listed)

    def _table(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        from syncd.cli.table import show  # noqa: PLC0415 - a pipe needs no tables, and the import takes its time

        cells = [[(_cell(value), _STYLES.get(str(value), "")) for value in row] for row in rows]
        show(columns, cells, color=self.color)

    def pairs(self, pairs: Iterable[tuple[str, Any]]) -> None:
        """Print what is known of one thing, a line for each."""
        if not sys.stdout.isatty():
            for name, value in pairs:
                click.echo(f"{name}\t{_field(value)}")
            return
        listed = list(pairs)
        width = max((len(name) for name, _ in listed), default=0)
        for name, value in listed:
            click.echo(
                f"{click.style(name.ljust(width), dim=True) if self.color else name.ljust(width)}  {_cell(value)}"
            )


def _within(sentence: str) -> str:
    """A sentence that does not begin the line; names and abbreviations stay capital."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def _field(value: object) -> str:
    """A value in a pipe: times in UTC, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(str(value))


def _cell(value: object) -> str:
    """A value for eyes: times in the local zone."""
    if value is None or value == "":
        return "-"
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M:%S}"
    return _field(value)
