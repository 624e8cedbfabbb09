"""Where does a connection stand, and may syncd write there?"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from syncd.errors import Misconfigured
from syncd.sentence import Sentence
from syncd.settings.dropin import digest_of, file_of, is_open
from syncd.settings.files import read_configuration
from syncd.settings.own import read_own
from syncd.sync.app import App

__all__ = ["Place", "find_place"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What is written of one connection.

    Attributes:
        file: Where.
        table: The keys of ``[connections.NAME]``, as they are written there.
        routes: Those of its own file; routes in other files are nobody's but theirs.
        seen: By what it is told whether the file is still the same.
        locked: Why syncd does not write there: it stands in a file with ``other`` things, a person wrote it
            ``by-hand``, or the folder is ``closed``. Empty: it may.
    """

    file: str
    table: dict[str, Any]
    routes: list[dict[str, Any]]
    seen: str
    locked: Literal["", "other", "by-hand", "closed"]

    @property
    def path(self) -> Path:
        """The file of its own, for one that is not locked."""
        return Path(self.file)


def find_place(app: App, name: str) -> Place:
    """Look at the files as they are now.

    Raises:
        Misconfigured: While they cannot be read, or if the connection is in none of them any more.
    """
    folder = app.loaded.folder
    written = read_configuration(app.loaded.file, folder).connections.get(name)
    if written is None:
        raise Misconfigured(
            Sentence("%(connection)s is in no file of the configuration any more", connection=name),
            cure="Look at the connections anew.",
        )
    file, table = written
    if folder is None or file != str(file_of(folder, name)):
        return Place(file=file, table=table, routes=[], seen="", locked="other")
    path = Path(file)
    text = path.read_text(encoding="utf-8")
    own = None if path.is_symlink() else read_own(name, text)
    if own is None:
        return Place(file=file, table=table, routes=[], seen="", locked="by-hand")
    return Place(
        file=file,
        table=own.table,
        routes=own.routes,
        seen=digest_of(text),
        locked="" if is_open(folder) else "closed",
    )
