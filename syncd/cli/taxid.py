"""``syncd taxid``: what a tax number is, and whether it can be right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import click

from syncd.cli.command import standalone
from syncd.cli.session import Session

if TYPE_CHECKING:
    from syncd.domain.tax import TaxNumber

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
    prefix is a VAT number. --json prints an array, in the order of the input: one answer for each row of a file.
    """
    from syncd.domain.tax import identify  # noqa: PLC0415 - help starts without a list of all countries

    if file is not None and country is None:
        found = list(_answers(file.read(), kind))
    elif file is None and country is not None and value is not None:
        found = [identify(country, value, kind)]
    else:
        raise click.UsageError("give COUNTRY and VALUE, or --csv FILE")
    if session.json:
        session.array(found)
    else:
        columns = ("country", "kind", "compact", "display", "valid", "reason")
        session.rows(columns, ([getattr(one, name) for name in columns] for one in found), empty="No number.")


def _answers(data: bytes, kind: str) -> Iterator[TaxNumber]:
    """One for each row of a file, whatever stands in it."""
    from syncd.csv_input import QUOTE_IT, read_csv, torn_row  # noqa: PLC0415 - only this way of calling needs it
    from syncd.domain.tax import identify, unread  # noqa: PLC0415 - as above

    for line, cells, surplus in read_csv(data, known=("country", "kind", "value"), hollow=True):
        country, value = cells.get("country", ""), cells.get("value", "")
        own_kind = cells.get("kind", "").strip() or kind
        if surplus:
            yield unread(country, value, own_kind, f"line {line}: {torn_row(surplus)}. {QUOTE_IT}")
        else:
            yield identify(country, value, own_kind)
