"""A process that calls as often as its throttle lets it: the others are its rivals.

    python -m tests.integration.throttle.hammer DATABASE-URL REDIS-URL|- CALLS PER-SECONDS HOW-MANY

prints the moment (monotonic, one clock for all processes of a machine) of each call that was let through.
"""

from __future__ import annotations

import sys
import time

from syncd.registry.engine import open_engine
from tests.integration.throttle.make import make_throttle


def main(database_url: str, redis_url: str, calls: str, seconds: str, how_many: str) -> None:
    engine = open_engine(database_url)
    throttle = make_throttle(engine, None if redis_url == "-" else redis_url, calls=int(calls), seconds=float(seconds))
    for _ in range(int(how_many)):
        throttle.wait()
        print(time.monotonic(), flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    main(*sys.argv[1:])
