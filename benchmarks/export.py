"""How long does an export of the whole registry take, and how much memory?

    python -m benchmarks.export [--count 100000] [--database URL]

Makes a registry in a folder of its own, unless one is named, and exports it in every format, each in a process of its
own. Prints a line of JSON for each: seconds, rows a second, bytes, and the peak of memory beside what an empty export
takes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from syncd.bootstrap import open_app
from syncd.domain.columns import choose_columns
from syncd.domain.contractor import Address, Contractor, dump
from syncd.registry import listings, schema
from syncd.registry import tables as t
from syncd.registry.engine import open_engine, writing
from syncd.registry.queries.customer_list import selection
from syncd.registry.queries.entries import chosen_ids
from syncd.settings import Settings
from syncd.sync.export.tables import Pages, customers
from syncd.sync.export.write import Format, export

_BATCH = 5000
_CITIES = ("Łódź", "Kraków", "Санкт-Петербург", "Orléans", "Göteborg")


def fill(database: str, count: int) -> None:
    """Make customers, each with an address, phones, groups and a note."""
    engine = open_engine(database)
    schema.upgrade(engine)
    now = datetime.now(UTC)
    for start in range(1, count + 1, _BATCH):
        rows = [_row(number, now) for number in range(start, min(start + _BATCH, count + 1))]
        with writing(engine) as connection:
            connection.execute(insert(t.Contractor), rows)
            listings.refresh(connection, [row["id"] for row in rows])
    engine.dispose()


def _row(number: int, now: datetime) -> dict[str, Any]:
    city = _CITIES[number % len(_CITIES)]
    contractor = Contractor(
        name=f"Przedsiębiorstwo {city} {number} Sp. z o.o.",
        number=f"KH/{number}",
        tax_id=f"{number:010d}",
        tax_prefix="PL",
        country="PL",
        email=f"biuro{number}@firma.example",
        phones=(f"+48 600 {number:06d}",),
        addresses=(Address(street=f"Długa {number}", postal_code="30-001", city=city, country="PL"),),
        groups=("Hurt", "VIP") if number % 3 else ("Detal",),
        newsletter=bool(number % 2),
        notes="=HYPERLINK(1)" if number % 10 == 0 else "",
    )
    doc = dump(contractor).decode()
    return {
        "id": number, "name": contractor.name, "number": contractor.number, "country": "PL", "zone": "domestic",
        "reasons": "[]", "status": "active", "holds": "[]", "doc": doc, "version": 1, "created_at": now,
        "updated_at": now,
    }  # fmt: skip


def one(database: str, format_: Format, *, empty: bool) -> None:
    """Export once, and print what it took."""
    app = open_app(Settings(database=database))
    everybody = chosen_ids(selection(at=app.now()))
    pages: Pages = (lambda _connection: iter(())) if empty else everybody
    begin, cpu = time.perf_counter(), time.process_time()
    written = export(app, customers(choose_columns([]), pages), format_, by="benchmark")
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    written.file.close()
    app.close()
    # Not getrusage: its peak is inherited from whoever started the process.
    peak = int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))[0]) // 1024
    print(
        json.dumps(
            {
                "seconds": round(seconds, 2),
                "cpu": round(cpu, 2),
                "rows": written.rows,
                "bytes": written.size,
                "peak_mib": peak,
            }
        )
    )


def measure(database: str, format_: Format) -> dict[str, Any]:
    """In processes of their own: once with all customers, once with none."""
    line = [sys.executable, "-m", "benchmarks.export", "--database", database, "--one", format_.value]
    whole, nothing = (
        json.loads(subprocess.run([*line, *more], check=True, capture_output=True, env=os.environ).stdout)
        for more in ([], ["--empty"])
    )
    rate = round(whole["rows"] / whole["seconds"]) if whole["seconds"] else 0
    return {
        "format": format_.value,
        **whole,
        "rows_per_second": rate,
        "grown_mib": whole["peak_mib"] - nothing["peak_mib"],
    }


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--database", help="one that is filled already")
    parser.add_argument("--one", type=Format, help=argparse.SUPPRESS)
    parser.add_argument("--empty", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one is not None:
        one(asked.database, asked.one, empty=asked.empty)
        return
    with TemporaryDirectory(prefix="syncd-bench-") as folder:
        database = asked.database or f"sqlite:///{Path(folder) / 'registry.db'}"
        if asked.database is None:
            fill(database, asked.count)
        for format_ in Format:
            print(json.dumps(measure(database, format_)), flush=True)


if __name__ == "__main__":
    main()
