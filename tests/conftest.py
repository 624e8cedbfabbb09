"""Which servers can every test ask for?"""

from __future__ import annotations

pytest_plugins = ["tests.fixtures.servers"]
