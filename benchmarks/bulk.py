"""How long does it take to put 8,000 customers into a group, and to take them out again?

    python -m benchmarks.bulk --target sqlite|postgresql [--many 8000] [--n 100000]

As functions, and through the console as a person does it: the preview, then the confirmation. Of so many a worker
applies the plan; here that is done at once and shown by itself. CPU is that of both together, without PostgreSQL's.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import httpx

from benchmarks.registry import NOW, fill
from benchmarks.servers import running_postgres, scratch
from syncd.access import users
from syncd.access.passwords import hash_password
from syncd.access.roles import Role
from syncd.domain.code import code_of
from syncd.registry.engine import writing
from syncd.sync.bulk import carry_out, ids_matching, open_operation, preview
from tests.integration.console.conftest import PASSWORD, serving
from tests.integration.pipeline.house import House, open_house

_BY: Final = "bench"


def main() -> None:
    """Do it both ways, and print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--n", type=int, default=100_000, help="customers")
    parser.add_argument("--many", type=int, default=8_000, help="of whom so many are changed")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(scratch("bulk"))
        url = f"sqlite:///{folder / 'registry.db'}"
        if asked.target == "postgresql":
            url = stack.enter_context(running_postgres()).create_database("bulk")
        fill(url, asked.n)
        house = stack.enter_context(open_house(url, folder=folder))
        with writing(house.app.engine) as connection:
            users.store(connection, "admin", Role.ADMIN, hash_password(PASSWORD), by=_BY, now=NOW)
        chosen = f"code:le:{code_of(asked.many)}"
        for line in by_function(house, chosen):
            print(json.dumps({"target": asked.target, "many": asked.many, **line}), flush=True)
        site = stack.enter_context(serving(house))
        for line in by_console(house, site.browser(Role.ADMIN), chosen, asked.many):
            print(json.dumps({"target": asked.target, "many": asked.many, **line}), flush=True)


def by_function(house: House, chosen: str) -> Iterator[dict[str, Any]]:
    """Add and remove, without HTTP."""
    app = house.app
    for name in ("group-add", "group-remove"):
        with _timed(f"{name}: preview") as line:
            ids = ids_matching(app, chosen)
            preview(app, open_operation(app, name, "Spring 2026", by=_BY), ids)
        yield line
        with _timed(f"{name}: carry out") as line:
            operation = open_operation(app, name, "Spring 2026", by=_BY)
            done = carry_out(app, operation, ids, by=_BY, number=len(ids), approved=True)
            line["changed"], line["left to a worker"] = done.changed, done.waiting
        yield line
        yield _apply(house, name)


def by_console(house: House, browser: httpx.Client, chosen: str, many: int) -> Iterator[dict[str, Any]]:
    """The same by two presses of a button each."""
    for name in ("group-add", "group-remove"):
        form = {"action": name, "value": "Spring 2026", "all": "1", "filter": chosen, "q": "", "back": "/customers"}
        with _timed(f"{name}: POST, preview") as line:
            shown = browser.post("/customers/bulk", data=form)
        yield line
        seen = re.search(r'name="seen" value="([^"]+)"', shown.text)
        assert seen is not None, shown.text[:2000]
        form |= {"seen": seen[1], "confirmed": "yes", "number": str(many)}
        with _timed(f"{name}: POST, confirmed") as line:
            answer = browser.post("/customers/bulk", data=form)
            assert answer.status_code == httpx.codes.SEE_OTHER, answer.text[:2000]
        yield line
        yield _apply(house, name)


def _apply(house: House, name: str) -> dict[str, Any]:
    with _timed(f"{name}: applied by a worker") as line:
        line["runs"] = house.finish()
    return line


@contextmanager
def _timed(step: str) -> Iterator[dict[str, Any]]:
    line: dict[str, Any] = {"step": step}
    start, work = time.perf_counter(), time.process_time()
    yield line
    line["seconds"] = round(time.perf_counter() - start, 2)
    line["cpu_seconds"] = round(time.process_time() - work, 2)


if __name__ == "__main__":
    main()
