"""How long does it take to find, for every contractor of an ERP, which of a shop's customers it is?

The shop's customers are in the registry, each with one key only: number, tax id, e-mail or phone, a quarter each, and
one in a hundred with none. Then the ERP's list is read for the first time. What is measured is that whole run: read,
match, merge, plan, apply.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from benchmarks import syncd_runs
from benchmarks.chain import Lane, advance, measured
from benchmarks.children import child
from benchmarks.shop import Shop
from benchmarks.source import running_source
from benchmarks.stopwatch import Stopwatch
from benchmarks.wire import run_server
from benchmarks.world import World
from syncd.bootstrap import open_app
from syncd.registry.engine import open_engine, reading
from syncd.registry.tables import Binding

__all__ = ["run_match"]

_KEYS: Final = ("number", "tax_id", "email", "phones")
_STRANGERS: Final = 100
"""One in so many has no key."""


def run_match(lane: Lane, count: int, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """One line: the first read of an ERP whose contractors the shop has."""
    with running_source(count) as source, _running_shop(count) as shop:
        arguments = ["-m", "benchmarks.match", "--database", lane.database, "--source", source, "--shop", shop]
        advance(source, "w1")
        say(f"match: {count} customers of a shop come in on {lane.target}")
        measured([*arguments, "fill"], lane)
        say(f"match: {count} contractors of an ERP on {lane.target}")
        line = measured([*arguments, "match"], lane)
    wrong = _wrong(lane.database, count)
    yield {
        "system": "syncd",
        "workload": "match",
        "target": lane.target,
        "n": count,
        **line,
        "right": not wrong,
        **({"wrong": wrong} if wrong else {}),
    }


def _wrong(database: str, count: int) -> list[str]:
    """Whether each is tied to the customer that it is, and nobody to another."""
    erp, shop = aliased(Binding), aliased(Binding)
    linked = (
        select(erp.external_id, shop.external_id)
        .join(shop, (shop.contractor_id == erp.contractor_id) & (shop.connection_id == 2))
        .where(erp.connection_id == 1)
    )
    engine = open_engine(database)
    with reading(engine) as connection:
        ties = connection.execute(linked).all()
        bound = connection.execute(select(func.count()).where(Binding.connection_id == 1)).scalar_one()
    engine.dispose()
    found = [f"{code} is tied to {id_}" for code, id_ in ties if int(code.removeprefix("K/")) != int(id_[1:])]
    expected = count - count // _STRANGERS
    if len(ties) != expected or bound != count:
        found.append(f"{len(ties)} of {bound} are tied, not {expected} of {count}")
    return found[:10]


def _with_one_key(number: int, contractor: dict[str, Any]) -> dict[str, Any]:
    kept = _KEYS[number % len(_KEYS)]
    if kept not in contractor:
        kept = "email"
    dropped = set(_KEYS) if number % _STRANGERS == _STRANGERS - 1 else {*_KEYS} - {kept}
    return {name: value for name, value in contractor.items() if name not in dropped}


@contextmanager
def _running_shop(count: int) -> Iterator[str]:
    with child(["-m", "benchmarks.match", "serve", "--count", str(count)]) as started:
        yield started.first_line()


def main() -> None:
    """Do one part in this process and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["serve", "fill", "match"])
    parser.add_argument("--database", default="")
    parser.add_argument("--source", default="")
    parser.add_argument("--shop", default="")
    parser.add_argument("--count", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.step == "serve":
        world = World(arguments.count)
        world.advance("w1")
        each = enumerate(world.contractors.items())
        world.contractors = {code: _with_one_key(number, contractor) for number, (code, contractor) in each}
        run_server(Shop(world).answer, lambda: 0.0)
        return
    app = open_app(syncd_runs.settings_for(arguments.database, arguments.source, shop=arguments.shop))
    watch = Stopwatch()
    counts = syncd_runs.pull(app, "full", "shop" if arguments.step == "fill" else "erp")
    watch.stop()
    app.close()
    watch.report(counts=counts)


if __name__ == "__main__":
    main()
