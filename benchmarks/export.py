"""How long does an export of the whole registry take, and how much memory?

    python -m benchmarks.export --target sqlite|postgresql [--n 100000]

Makes a registry (`benchmarks.registry`) and exports it in every format, each in a process of its own. Prints a line of
JSON for each: seconds, rows a second, bytes, and the peak of memory beside what an empty export takes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.registry import fill
from benchmarks.servers import running_postgres, scratch
from syncd.bootstrap import open_app
from syncd.domain.columns import choose_columns
from syncd.registry.queries.customer_list import selection
from syncd.registry.queries.entries import chosen_ids
from syncd.settings import Settings
from syncd.sync.export.tables import Pages, customers
from syncd.sync.export.write import Format, export


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
    parser.add_argument("--target", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--n", type=int, default=100_000, help="customers")
    parser.add_argument("--database", default="", help=argparse.SUPPRESS)
    parser.add_argument("--one", type=Format, help=argparse.SUPPRESS)
    parser.add_argument("--empty", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one is not None:
        one(asked.database, asked.one, empty=asked.empty)
        return
    with ExitStack() as stack:
        database = f"sqlite:///{stack.enter_context(scratch('export')) / 'registry.db'}"
        if asked.target == "postgresql":
            database = stack.enter_context(running_postgres()).create_database("export")
        fill(database, asked.n)
        for format_ in Format:
            print(json.dumps({"target": asked.target, **measure(database, format_)}), flush=True)


if __name__ == "__main__":
    main()
