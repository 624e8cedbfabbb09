"""What do machines ask: is the process alive, and can it work?"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from syncd.checks.database import check_database
from syncd.checks.doorbell import check_redis
from syncd.sync.app import App

__all__ = ["healthz", "readyz"]


def healthz() -> Response:
    """The process answers; nothing else is looked at."""
    return PlainTextResponse("ok")


def readyz(request: Request) -> Response:
    """Database, its tables and Redis, in one word each: who asks need not have logged in."""
    app: App = request.app.state.syncd
    found = {"database": check_database(app.engine).state}
    if app.settings.redis is not None:
        states = [check.state for check in check_redis(app.settings.redis)]
        found["redis"] = "fail" if "fail" in states else "ok"
    ready = "fail" not in found.values()
    return JSONResponse({"version": 1, "ready": ready, "checks": found}, 200 if ready else 503)
