"""Is everything there that syncd needs on its own machines? Platforms are asked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from syncd.checks.check import Check
from syncd.checks.database import check_clock, check_database
from syncd.checks.disks import check_disks
from syncd.checks.doorbell import check_redis
from syncd.checks.erasures import check_erasures
from syncd.checks.former import check_former
from syncd.checks.limits import check_limits
from syncd.checks.machine import check_configuration, check_python
from syncd.checks.processes import check_processes
from syncd.checks.provider import check_way_in
from syncd.checks.secrets import check_secrets
from syncd.sync.app import App
from syncd.sync.connecting.credentials import whole

__all__ = ["check_everything"]


def check_everything(app: App) -> Iterator[Check]:
    """What `syncd doctor --local` looks at."""
    yield check_python()
    yield from check_configuration(whole(app.loaded, app.settings))
    database = check_database(app.engine)
    yield database
    yield from check_redis(app.settings.redis)
    yield from check_disks(app.settings)
    if database.state == "ok":
        yield from check_processes(app.engine, app.now())
        yield check_clock(app.engine)
        yield check_erasures(app.engine, app.settings)
        yield check_secrets(app.engine, app.settings)
        yield from check_former(app.engine, app.settings)
        yield from check_limits(app.engine, app.settings)
        yield from check_way_in(app.engine, app.settings)
