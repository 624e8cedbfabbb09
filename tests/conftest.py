"""Which servers can every test ask for, and how long are properties tried?"""

from __future__ import annotations

import gc

pytest_plugins = ["tests.fixtures.databases", "tests.fixtures.properties", "tests.fixtures.servers"]


def pytest_collection_finish() -> None:
    """Take the ten thousand collected tests out of the collector's sight: walking them was an eighth of the CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
