"""How is a connection left alone for a while, and put to work again?"""

from __future__ import annotations

from syncd.registry import connections
from syncd.registry.audit import write_down
from syncd.registry.engine import writing
from syncd.sync.app import App, Connected

__all__ = ["pause", "resume"]


def pause(app: App, connected: Connected, *, by: str, reason: str = "") -> None:
    """Neither pull nor push until it is resumed; what is due is kept."""
    with writing(app.engine) as connection:
        connections.pause(connection, connected.id, by, because=reason, now=app.now())
        details = {"reason": reason} if reason else {}
        write_down(connection, app.now(), by, "pause-connection", f"connection {connected.name}", **details)


def resume(app: App, connected: Connected, *, by: str) -> None:
    """Work again, at once even after a failure."""
    with writing(app.engine) as connection:
        connections.resume(connection, connected.id)
        write_down(connection, app.now(), by, "resume-connection", f"connection {connected.name}")
