"""Are Python and the configuration right?"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator

from syncd import plugins
from syncd.checks.check import Check, broken, failed, fine, weak
from syncd.errors import Misconfigured, SyncError
from syncd.ports import Context, parse_options
from syncd.sentence import Sentence, sentence_of
from syncd.settings import Loaded

__all__ = ["check_configuration", "check_python", "wrong_options"]

_OLDEST = (3, 11)


def check_python() -> Check:
    """Is this Python recent enough?"""
    if sys.version_info < _OLDEST:
        return failed("python", platform.python_version(), "Install Python 3.11 or later.")
    return fine("python", platform.python_version())


def check_configuration(loaded: Loaded) -> list[Check]:
    """Has every connection what its platform needs, and is anything without effect?"""
    checks = [broken("configuration", error) for error in wrong_options(loaded)]
    checks += [weak("configuration", warning, "Correct the variable's name.") for warning in loaded.warnings]
    if not loaded.settings.connections:
        checks.append(weak("configuration", "no connection is configured", "Write [connections.NAME] into syncd.toml."))
    elif not loaded.settings.routes:
        checks.append(weak("configuration", "no route is configured", "Write [[routes]] into syncd.toml."))
    return checks or [fine("configuration", str(loaded.file) if loaded.file else Sentence("environment and defaults"))]


def wrong_options(loaded: Loaded) -> Iterator[Misconfigured]:
    """Of each connection, what its platform's adapter says of the options before it calls anybody."""
    settings = loaded.settings
    for name, connection in settings.connections.items():
        adapter = plugins.load(connection.kind)
        fields = frozenset(connection.fields) if connection.fields is not None else None
        context = Context(connection=name, home=settings.home, folder=settings.folder, fields=fields)
        try:
            adapter.open(parse_options(adapter.options, connection.options, connection=name), context).close()
        except Misconfigured as error:
            yield _named(error, name)
        except SyncError:
            continue  # what cannot be reached now is no mistake of the options


def _named(error: Misconfigured, connection: str) -> Misconfigured:
    """The same, with the connection and the option in front where the adapter names neither."""
    if error.message.startswith(f"connection {connection}: "):
        return error
    problem = sentence_of(error.message)
    message = (
        Sentence(
            "connection %(connection)s: option %(name)s: %(problem)s",
            connection=connection,
            name=error.field,
            problem=problem,
        )
        if error.field
        else Sentence("connection %(connection)s: %(problem)s", connection=connection, problem=problem)
    )
    return Misconfigured(message, code=error.code, cure=error.cure, field=error.field)
