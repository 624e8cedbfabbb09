"""``syncd country``: the verdict for one case or a file of cases, and why. Needs neither configuration nor database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import IO, Final

import click

from syncd.cli.command import standalone
from syncd.cli.session import Session
from syncd.csv_input import QUOTE_IT, read_csv, torn_row
from syncd.domain.country import Evidence, Said, VatAnswer, Verdict, Zone, verdict

__all__ = ["command"]

COLUMNS: Final = ("home", "declared", "tax_id", "address_country", "postal_code", "city", "erp_class", "date")
_FALLBACK: Final = "PL"


@standalone(
    "country",
    example=(
        "syncd country --home PL --declared Szkocja --tax-id XI123456789 --postal-code 'BT1 5GS'\n"
        "syncd country --home PL --csv cases.csv --json"
    ),
)
@click.option("--home", metavar="COUNTRY", default="", help="Country of the shop; the configuration's, or PL.")
@click.option("--declared", metavar="TEXT", default="", help="Country that the record states, in any form.")
@click.option("--tax-id", metavar="TEXT", default="", help="Tax id; only its prefix tells a country.")
@click.option("--address", metavar="TEXT", default="", help="Country of the main address, in any form.")
@click.option("--postal-code", metavar="TEXT", default="", help="Postal code of the main address.")
@click.option("--city", metavar="TEXT", default="", help="Town of the main address.")
@click.option("--erp-class", metavar="TEXT", default="", help="The ERP's own class: krajowy, Knt_Export=3, EUVAT.")
@click.option(
    "--vat", type=click.Choice([answer.value for answer in VatAnswer]), help="What the VAT register said of the tax id."
)
@click.option("--date", "day", metavar="DATE", default="", help="Day that the law is asked for; today if left out.")
@click.option("--csv", "file", type=click.File("rb"), help=f"A file of cases, or -. Columns: {', '.join(COLUMNS)}.")
@click.pass_obj
def command(
    session: Session,
    *,
    home: str,
    declared: str,
    tax_id: str,
    address: str,
    postal_code: str,
    city: str,
    erp_class: str,
    vat: str | None,
    day: str,
    file: IO[bytes] | None,
) -> None:
    """Say in which zone a contractor is, and why: domestic, intra_eu, extra_eu or unresolved.

    What admins said of names (`syncd countries`) is not asked for. A row that cannot be read is unresolved, with the
    reason; other columns are left out of account. The JSON is an array in the order of the input.
    """
    case = {
        "home": home or _configured(session),
        "declared": declared,
        "tax_id": tax_id,
        "address_country": address,
        "postal_code": postal_code,
        "city": city,
        "erp_class": erp_class,
        "date": day,
    }
    if file is None:
        _show(session, iter([_judge(case, vat=VatAnswer(vat) if vat else None)]))
        return
    if any((declared, tax_id, address, postal_code, city, erp_class, vat)):
        raise click.UsageError("with --csv the evidence stands in the file; only --home and --date go with it")
    rows = list(_rows(file))  # a fault in the file is told before the first answer
    beside = {name: case[name] for name in ("home", "date")}
    _show(session, (row if isinstance(row, Verdict) else _judge(_with(row, beside)) for row in rows))


def _configured(session: Session) -> str:
    """The configuration's home, if there is a configuration."""
    import os  # noqa: PLC0415 - with --home nothing of this is needed, and reading settings takes its time

    from syncd.settings import load_settings  # noqa: PLC0415 - the same
    from syncd.settings.files import find_file  # noqa: PLC0415 - the same

    if find_file(session.config, os.environ) is None:
        return os.environ.get("SYNCD_HOME") or _FALLBACK
    return load_settings(session.config, os.environ).settings.home


def _with(row: dict[str, str], beside: dict[str, str]) -> dict[str, str]:
    """A row with what the call says for rows that say nothing of it."""
    return row | {name: row[name] or text for name, text in beside.items()}


def _judge(case: dict[str, str], *, vat: VatAnswer | None = None) -> Verdict:
    day = case["date"].strip()
    try:
        on = date.fromisoformat(day) if day else datetime.now(UTC).date()
    except ValueError:
        return _unread(f"the date {day[:20]!r} cannot be read: write it like 2026-05-31")
    return verdict(
        Evidence(
            home=case["home"],
            on=on,
            declared=case["declared"],
            tax_id=case["tax_id"],
            address_country=case["address_country"],
            postal_code=case["postal_code"],
            city=case["city"],
            erp_class=case["erp_class"],
            vat=vat,
        )
    )


def _unread(reason: str) -> Verdict:
    return Verdict(zone=Zone.UNRESOLVED, country="", reasons=(reason,), evidence=(Said.HINT,))


def _rows(file: IO[bytes]) -> Iterator[dict[str, str] | Verdict]:
    """Cases of a file, columns by their names in any order; a row that is none has its verdict already."""
    for line, cells, surplus in read_csv(file.read(), known=COLUMNS, hollow=True):
        if surplus:
            yield _unread(f"line {line}: {torn_row(surplus)}. {QUOTE_IT}")
        else:
            yield {name: cells.get(name, "").strip() for name in COLUMNS}


def _show(session: Session, verdicts: Iterator[Verdict]) -> None:
    if session.json:
        session.array(
            {"zone": one.zone, "country": one.country, "reasons": one.reasons, "evidence": one.evidence}
            for one in verdicts
        )
        return
    session.rows(("zone", "country", "reasons"), ((one.zone, one.country, "; ".join(one.reasons)) for one in verdicts))
