"""How does a command get at settings, database and connections?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pwd import getpwuid

from syncd.bootstrap import open_app
from syncd.cli.exit_codes import WrongUsage
from syncd.cli.session import Session
from syncd.cli.waking import find_doorbell
from syncd.errors import Misconfigured
from syncd.settings import Loaded, load_settings
from syncd.sync.app import App, Connected

__all__ = ["load", "opened", "pick", "who"]


def load(session: Session) -> Loaded:
    """Read the configuration, and tell what in the environment has no effect."""
    loaded = load_settings(session.config, os.environ)
    for warning in loaded.warnings:
        session.warn(warning)
    return loaded


@contextmanager
def opened(session: Session, *, stopping: Callable[[], bool] = lambda: False) -> Iterator[App]:
    """Everything, wired together.

    Args:
        stopping: Whether long work should end at the next good moment.
    """
    loaded = load(session)
    app = open_app(loaded.settings, loaded=loaded, doorbell=find_doorbell(loaded), stopping=stopping)
    try:
        yield app
    finally:
        app.close()


def pick(app: App, name: str) -> Connected:
    """Find a connection that was named on the command line."""
    try:
        return app.connection(name)
    except Misconfigured as error:
        raise WrongUsage(error.message, cure=error.cure) from None


def who() -> str:
    """How runs and audit name the person at the terminal: by the account, not by a variable that anybody can set."""
    user = os.getuid()
    try:
        return f"cli:{getpwuid(user).pw_name}"
    except KeyError:  # a container's user may have no name
        return f"cli:{user}"
