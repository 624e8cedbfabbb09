"""Are Python and the configuration right?"""

from __future__ import annotations

import platform
import sys

from syncd import plugins
from syncd.checks.check import Check, broken, failed, fine, weak
from syncd.errors import Misconfigured
from syncd.ports import parse_options
from syncd.sentence import Sentence
from syncd.settings import Loaded

__all__ = ["check_configuration", "check_python"]

_OLDEST = (3, 11)


def check_python() -> Check:
    """Is this Python recent enough?"""
    if sys.version_info < _OLDEST:
        return failed("python", platform.python_version(), "Install Python 3.11 or later.")
    return fine("python", platform.python_version())


def check_configuration(loaded: Loaded) -> list[Check]:
    """Has every connection what its platform needs, and is anything without effect?"""
    checks = []
    for name, connection in loaded.settings.connections.items():
        try:
            parse_options(plugins.load(connection.kind).options, connection.options, connection=name)
        except Misconfigured as error:
            checks.append(broken("configuration", error))
    checks += [weak("configuration", warning, "Correct the variable's name.") for warning in loaded.warnings]
    if not loaded.settings.connections:
        checks.append(weak("configuration", "no connection is configured", "Write [connections.NAME] into syncd.toml."))
    elif not loaded.settings.routes:
        checks.append(weak("configuration", "no route is configured", "Write [[routes]] into syncd.toml."))
    return checks or [fine("configuration", str(loaded.file) if loaded.file else Sentence("environment and defaults"))]
