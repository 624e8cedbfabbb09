"""``syncd taxid``: what a tax number is, and whether it can be right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

import click

from syncd.cli.command import standalone
from syncd.cli.session import Session

__all__ = ["command"]


@standalone(
    "taxid",
    example="syncd taxid PL 526-025-02-74\nsyncd taxid RU 044525225 --kind bik --json\nsyncd taxid --csv numbers.csv",
)
@click.argument("country", required=False)
@click.argument("value", required=False)
@click.option("--kind", metavar="KIND", default="", help="What it is said to be: nip, regon, inn, vat, eori, ...")
@click.option(
    "--csv", "file", type=click.File("rb"), metavar="FILE", help="Columns country, kind, value; - reads standard input."
)
@click.pass_obj
def command(session: Session, country: str | None, value: str | None, kind: str, file: IO[bytes] | None) -> None:
    """Tell a tax number's kind, its forms, and why it cannot be right.

    COUNTRY is a code or a name. Nothing is asked of anybody: form and check digits only. A number with its country's
    prefix is a VAT number. --json prints an array, in the order of the input.
    """
    from syncd.domain.tax import identify  # noqa: PLC0415 - help starts without a list of all countries

    if file is not None and country is None:
        rows: Iterator[tuple[str, str, str]] = _rows(file.read())
    elif file is None and country is not None and value is not None:
        rows = iter([(country, value, kind)])
    else:
        raise click.UsageError("give COUNTRY and VALUE, or --csv FILE")
    found = [identify(where, number, own_kind or kind) for where, number, own_kind in rows]
    if session.json:
        session.array(found)
    else:
        columns = ("country", "kind", "compact", "display", "valid", "reason")
        session.rows(columns, ([getattr(one, name) for name in columns] for one in found), empty="No number.")


def _rows(data: bytes) -> Iterator[tuple[str, str, str]]:
    """Country, value and kind of each line."""
    from syncd.csv_input import read_csv  # noqa: PLC0415 - only this way of calling needs it

    for row in read_csv(data, needed=("country", "value")):
        cells = row.cells
        yield cells.get("country", ""), cells.get("value", ""), cells.get("kind", "")
