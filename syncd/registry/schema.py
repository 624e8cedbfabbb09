"""Is the database's schema the one that this program needs?"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from syncd.errors import Misconfigured
from syncd.registry.engine import WRITES

__all__ = ["current", "head", "knows", "revisions", "upgrade", "upgrade_within"]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def current(engine: Engine) -> str | None:
    """Revision that the database is at; ``None`` for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """Revision that this program needs."""
    return revisions()[-1]


def revisions() -> list[str]:
    """Every revision that this program knows, the oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def knows(revision: str | None) -> bool:
    """Whether this program knows a revision; an empty database has none, which is known too."""
    return revision is None or revision in revisions()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`; two programs that do it at once do it one after the other.

    Raises:
        Misconfigured: When a newer program has changed the tables: nothing is done to them.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        upgrade_within(connection, revision)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """The same over a connection of the caller's; what it has begun is committed."""
    found = MigrationContext.configure(connection).get_current_revision()
    if not knows(found):
        raise Misconfigured(
            f"the registry's tables are of version {found}; this program knows versions up to {head()}",
            code="schema-newer",
            cure="Use the syncd that made them, or a later one; or restore a backup of before that update.",
        )
    connection.rollback()
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
