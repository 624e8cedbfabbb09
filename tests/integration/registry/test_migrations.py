"""Do the migrations make exactly the tables that the program declares, on both databases, there and back?"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from syncd.registry import listings, schema
from syncd.registry.engine import open_engine
from syncd.registry.tables import Base


@pytest.fixture
def engine(database_url: str) -> Any:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def is_declared(name: str | None, _kind: str, _parents: Any) -> bool:
    """Each database has an index of its own to search by, that the tables do not declare."""
    return name is None or not name.startswith(listings.INDEX)


def lists_are_long(engine: Engine) -> None:
    listings.make_indexes(engine, many=0)


def differences(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        opts = {"compare_type": True, "compare_server_default": True, "include_name": is_declared}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Base.metadata))


def downgrade(engine: Engine) -> None:
    config = schema._config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")


def test_the_migrations_make_the_tables_that_are_declared(engine: Engine) -> None:
    assert schema.current(engine) is None
    schema.upgrade(engine)
    assert schema.current(engine) == schema.head()
    lists_are_long(engine)
    assert differences(engine) == []


def test_upgrading_again_changes_nothing(engine: Engine) -> None:
    schema.upgrade(engine)
    schema.upgrade(engine)
    lists_are_long(engine)
    assert differences(engine) == []


def test_everything_can_be_taken_back_and_made_again(engine: Engine) -> None:
    schema.upgrade(engine)
    downgrade(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    schema.upgrade(engine)
    lists_are_long(engine)
    assert differences(engine) == []


def test_a_table_that_no_migration_makes_is_found_out(engine: Engine) -> None:
    schema.upgrade(engine)
    lists_are_long(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE workers")
    assert [difference[0] for difference in differences(engine)] == ["add_table"]


START = "import sys; from syncd.registry import engine, schema; schema.upgrade(engine.open_engine(sys.argv[1]))"


def test_two_programs_that_start_at_once_upgrade_one_after_the_other(database_url: str) -> None:
    programs = [
        subprocess.Popen([sys.executable, "-c", START, database_url], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [program.communicate()[1] for program in programs]
    assert [program.returncode for program in programs] == [0, 0], said
