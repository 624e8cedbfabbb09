"""``syncd export``: customers, groups, mapping and audit log as files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import click

from syncd.cli.asked import as_asked
from syncd.cli.command import standalone
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.opening import opened, who
from syncd.cli.output import unwritable
from syncd.cli.session import Session, numbered
from syncd.domain.columns import choose_columns
from syncd.registry.engine import reading
from syncd.registry.queries.customer_filter import matching
from syncd.registry.queries.customer_list import read_order, selection
from syncd.registry.queries.entries import chosen_ids
from syncd.sync.app import App
from syncd.sync.export.tables import TABLES, customers
from syncd.sync.export.write import Format, Make, export, export_into, pieces

__all__ = ["command"]

_EXAMPLE = """\
syncd export customers --filter 'status:eq:blocked AND group:has:VIP' --columns code,name,email -o vip.xlsx
syncd export customers --format csv --delimiter ';' > customers.csv
syncd export audit --format ndjson -o audit.ndjson"""


@standalone("export", example=_EXAMPLE)
@click.argument("table", type=click.Choice(["customers", *TABLES]))
@click.option(
    "--format",
    "format_",
    type=click.Choice([one.value for one in Format]),
    help="How it is written; without it what FILE ends with, else csv.",
)
@click.option("--filter", "filter_", metavar="FILTER", default="", help="Only these customers, as in the console.")
@click.option("--search", metavar="TEXT", default="", help="Only customers in whom this is found.")
@click.option("--sort", metavar="COLUMNS", default="", help="Customers by these; `-` before one from high to low.")
@click.option("--columns", metavar="A,B", default="", help="These columns in this order, or all; customers only.")
@click.option("--delimiter", type=click.Choice([",", ";"]), default=",", show_default=True, help="Of a CSV.")
@click.option(
    "-o", "--output", "file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="To FILE."
)
@click.pass_obj
def command(
    session: Session,
    /,
    *,
    table: str,
    format_: str | None,
    delimiter: str,
    file: Path | None,
    **asked: str,
) -> None:
    """Export a table as it is at this moment.

    CSV and XLSX are safe to open in a spreadsheet: no cell starts a formula. XML is as syncd-export-1.xsd says.
    Customers can be imported again, by `syncd import`; rules of groups as TOML, by `syncd groups export` and `import`.
    """
    chosen_format = _format(session, format_, file)
    if table != "customers" and any(asked.values()):
        wrong = next(name for name, value in asked.items() if value).rstrip("_")
        raise WrongUsage(f"{table} are exported whole", cure=f"Leave --{wrong} out.")
    if file is None and chosen_format is Format.XLSX and sys.stdout.isatty():
        raise WrongUsage("a workbook cannot be shown on a terminal", cure="Name a file: -o customers.xlsx")
    with opened(session) as app:
        make, details = _customers(session, app, asked) if table == "customers" else (TABLES[table], {})
        details |= {"by": who(), "delimiter": delimiter}
        if file is None:
            written = export(app, make, chosen_format, **details)
            rows = written.rows
            for piece in pieces(written.file):
                sys.stdout.buffer.write(piece)
            sys.stdout.flush()
        else:
            with _replacing(file) as out:
                rows = export_into(app, make, chosen_format, out, **details)
    if file is not None and session.json:
        session.document({"export": {"table": table, "format": chosen_format, "rows": rows, "file": file}})
    session.say(f"{numbered(rows, 'row', 'rows')} of {table}{f' in {file}' if file else ''}")


def _customers(session: Session, app: App, asked: dict[str, str]) -> tuple[Make, dict[str, Any]]:
    """Which customers are meant, and what of it goes to the audit log."""
    with as_asked():
        columns = choose_columns([one.strip() for one in asked["columns"].split(",") if one.strip()])
        chosen = selection(asked["filter_"], asked["search"], at=app.now())
        order = read_order(asked["sort"])
    with reading(app.engine) as connection:
        for one in matching(connection, chosen.filter, chosen.search, chosen.at).missing:
            session.warn(f"there is no {one.kind} {one.name!r}")
    codes = [column.code for column in columns]
    narrowed = bool(chosen.filter or chosen.search)
    return customers(columns, chosen_ids(chosen, order)), {"columns": codes, "filtered": narrowed}


def _format(session: Session, named: str | None, file: Path | None) -> Format:
    if named is not None:
        return Format(named)
    suffix = file.suffix.lower().lstrip(".") if file is not None else ""
    if suffix in set(Format):
        return Format(suffix)
    return Format.JSON if session.json and file is None else Format.CSV


@contextmanager
def _replacing(file: Path) -> Iterator[IO[bytes]]:
    """A file for its owner's eyes that takes the place of `file` once it is whole."""
    try:
        out = NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False)  # noqa: SIM115 - it is renamed
    except OSError as error:
        raise unwritable(file, error) from None
    try:
        with out:
            yield out
        os.replace(out.name, file)  # noqa: PTH105 - a name and a path
    except BaseException:
        Path(out.name).unlink(missing_ok=True)
        raise
