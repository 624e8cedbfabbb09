"""Where does an adapter keep what it knows of a folder's files? In a small SQLite file beside them."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from syncd.errors import Misconfigured, Unavailable
from syncd.folder.claiming import reachable
from syncd.sentence import Sentence, sentence_of

__all__ = ["Database"]

_BUSY_SECONDS: Final = 30.0


class Database:
    """One such file, made when it is first used, and readable by its owner only. Safe for threads and processes.

    Args:
        name: What it is, for messages.
        version: Of its tables.
        schema: Statements that make them, with semicolons between.
        upgrades: Statements that bring an older version to this one.
        cure: What helps when the file is damaged.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        version: int,
        schema: str,
        cure: str,
        upgrades: Mapping[int, str] = {},
    ) -> None:
        self.path = path
        self._name = name
        self._version = version
        self._statements = {**upgrades, 0: schema}
        self._schema = schema
        self._cure = cure

    @contextlib.contextmanager
    def open(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction: stored when the ``with`` block ends, forgotten if it raises.

        Raises:
            Unavailable: When the file is locked for too long or cannot be reached.
            Misconfigured: When it is damaged.
        """
        with self._connect() as db:
            db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            yield db
            db.execute("COMMIT")

    def vacuum(self) -> None:
        """Write the file anew: what was deleted stands in it otherwise."""
        with self._connect() as db:
            db.execute("VACUUM")

    def require(self) -> None:
        """Look whether the file is there or can be made; nothing is changed.

        Raises:
            Misconfigured: If it cannot.
        """
        with self._placed():
            self.path.parent.stat()
            if not os.access(self.path if self.path.exists() else self.path.parent, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    @contextlib.contextmanager
    def _placed(self) -> Iterator[None]:
        """Say what an error of the file system means for the file itself, wherever the folder of the files is."""
        with reachable():
            try:
                yield
            except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
                raise Misconfigured(
                    Sentence(
                        "the %(name)s cannot be kept in %(path)s: %(reason)s",
                        name=sentence_of(self._name),
                        path=self.path,
                        reason=error.strerror,
                    ),
                    code="folder-forbidden" if isinstance(error, PermissionError) else "folder-missing",
                    field="state",
                    cure="Make the folder of this file, and let the user that runs syncd write there; or correct the "
                    "option state.",
                ) from None

    @contextlib.contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        with self._placed():
            if not self.path.exists():
                self.path.touch(mode=0o600)  # before there is anything in it that others could read
        try:
            # No write-ahead log: the folder may be a network share, where SQLite cannot share memory.
            db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                self._prepare(db)
                yield db
            finally:
                db.close()  # Without a commit this takes everything back.
        except sqlite3.OperationalError as error:
            raise Unavailable(
                Sentence(
                    "the %(name)s cannot be used: %(kind)s", name=sentence_of(self._name), kind=error.sqlite_errorname
                )
            ) from None
        except sqlite3.DatabaseError as error:
            raise Misconfigured(
                Sentence(
                    "the %(name)s is damaged: %(kind)s", name=sentence_of(self._name), kind=error.sqlite_errorname
                ),
                field="state",
                cure=self._cure,
            ) from None

    def _prepare(self, db: sqlite3.Connection) -> None:
        """Make the tables, once: whoever comes second finds them under the lock."""
        if db.execute("PRAGMA user_version").fetchone()[0] == self._version:
            return
        db.execute("BEGIN IMMEDIATE")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version != self._version:
            for statement in self._statements.get(version, self._schema).split(";"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {self._version}")
        db.execute("COMMIT")
