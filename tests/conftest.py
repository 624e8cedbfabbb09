"""Which servers can every test ask for, and how long are properties tried?"""

from __future__ import annotations

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.garbage",
    "tests.fixtures.order",
    "tests.fixtures.patience",
    "tests.fixtures.properties",
    "tests.fixtures.servers",
]
