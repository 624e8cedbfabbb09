"""How does a command become a Celery process?"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from syncd.cli.session import Session
from syncd.errors import Misconfigured
from syncd.settings import load_settings

__all__ = ["become"]


def become(session: Session, role: str, arguments: Sequence[str]) -> NoReturn:
    """Replace this process by Celery's, so that signals and service managers reach it directly.

    Raises:
        Misconfigured: If the configuration is wrong or names no Redis: better said here than by Celery.
    """
    loaded = load_settings(session.config, os.environ)
    if loaded.settings.redis is None:
        raise Misconfigured(
            "no Redis is configured", cure="Set REDIS_URL, or use `syncd up`, which brings one.", field="redis"
        )
    environ = dict(os.environ)
    if loaded.file is not None:
        environ["SYNCD_CONFIG"] = str(loaded.file.resolve())
    level = {-1: "WARNING", 0: "INFO"}.get(session.verbosity, "DEBUG")
    color = [] if session.color else ["--no-color"]
    line = [sys.executable, "-m", "workers", *color, role, f"--loglevel={level}", *arguments]
    os.execve(sys.executable, line, environ)  # noqa: S606 - our own interpreter, and no shell
