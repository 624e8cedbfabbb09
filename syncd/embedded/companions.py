"""What has to run beside the workers, because a platform calls instead of being called? Its adapter says so."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from syncd import plugins
from syncd.embedded.supervisor import Program
from syncd.ports import parse_options
from syncd.settings import Settings

__all__ = ["companions"]


def companions(settings: Settings, environ: Mapping[str, str]) -> Iterator[Program]:
    """The programs of all connections. One that cannot start is tried again and holds up no other connection.

    Raises:
        Misconfigured: If the options of a connection are wrong.
    """
    for name, connection in settings.connections.items():
        adapter = plugins.load(connection.kind)
        if adapter.companion is None:
            continue
        asked = adapter.companion(parse_options(adapter.options, connection.options, connection=name))
        if asked is not None:
            command = [sys.executable, "-m", asked.module, name, "--folder", str(settings.folder.resolve())]
            yield Program(f"companion-{name}", command, {**environ, **asked.environ})
