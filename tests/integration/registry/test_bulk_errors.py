"""Does what is written in bulk fail as any other statement does, on both databases?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from syncd.errors import Unavailable
from syncd.registry.bulk import insert_rows, upsert_rows
from syncd.registry.engine import is_sqlite, reading, writing
from syncd.registry.tables import Group
from syncd.registry.trouble import explain

MANY = [(id_, f"Group {id_}", "erp") for id_ in range(1, 101)]
COLUMNS = ("id", "name", "origin")


def test_rows_that_are_there_already_are_an_integrity_error_that_quotes_none_of_them(registry: Engine) -> None:
    with writing(registry) as connection:
        insert_rows(connection, Group, COLUMNS, MANY)
    with pytest.raises(IntegrityError) as caught, writing(registry) as connection:
        insert_rows(connection, Group, COLUMNS, [(7, "Secret", "erp"), *MANY])
    assert "Secret" not in str(caught.value.statement)
    assert caught.value.params is None
    with reading(registry) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM groups").scalar() == 100


def cut_off(registry: Engine, connection: Connection) -> None:
    """Let the database take nothing more by this connection."""
    if is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA query_only = ON")
        return
    mine = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    with reading(registry) as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({mine})")


@pytest.mark.parametrize("write", [insert_rows, upsert_rows])
def test_a_database_that_takes_nothing_in_the_middle_of_it_is_told_with_its_cure(
    registry: Engine, write: Callable[..., None]
) -> None:
    def write_to_it() -> None:
        with writing(registry) as connection:
            cut_off(registry, connection)
            write(connection, Group, COLUMNS, MANY)

    with pytest.raises(DBAPIError) as caught:
        write_to_it()
    assert isinstance(explain(caught.value), Unavailable)
