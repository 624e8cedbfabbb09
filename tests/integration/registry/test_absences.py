"""Does the count of reads without a record begin anew whenever its contractor is bound anew, on both databases?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, select

from syncd.registry import bindings
from syncd.registry.absences import absent_again
from syncd.registry.bindings import Sighting
from syncd.registry.engine import reading, writing
from syncd.registry.tables import Absence


def sighting(external_id: str, contractor_id: int) -> Sighting:
    return Sighting(
        connection_id=1,
        external_id=external_id,
        contractor_id=contractor_id,
        version=None,
        raw_hash=None,
        agreed="{}",
        settled_hash=None,
    )


@pytest.fixture
def missed(registry: Engine) -> Engine:
    """Three bound records, two of which the last two reads did not contain."""
    with writing(registry) as connection:
        bindings.replace(connection, [sighting(f"x{id_}", id_) for id_ in (1, 2, 3)])
        absent_again(connection, 1, [1, 2])
        absent_again(connection, 1, [1, 2])
    return registry


def counts(registry: Engine) -> dict[int, int]:
    with reading(registry) as connection:
        return {row[0]: row[1] for row in connection.execute(select(Absence.contractor_id, Absence.reads))}


def test_each_read_without_a_record_is_counted(missed: Engine) -> None:
    with writing(missed) as connection:
        absent_again(connection, 1, [2, 3])
    assert counts(missed) == {1: 2, 2: 3, 3: 1}


def test_records_of_another_connection_and_unbound_contractors_are_not_counted(missed: Engine) -> None:
    with writing(missed) as connection:
        absent_again(connection, 2, [1, 2, 3])
        absent_again(connection, 1, [4])
    assert counts(missed) == {1: 2, 2: 2}


@pytest.mark.parametrize(
    "bind",
    [
        lambda connection: bindings.remember(connection, [sighting("x1", 1)]),
        lambda connection: bindings.replace(connection, [sighting("x1", 1)]),
        lambda connection: bindings.replace(connection, [sighting("x1", 4)]),
        lambda connection: bindings.forget(connection, 1, 1),
    ],
    ids=["seen", "written", "bound to another contractor", "forgotten"],
)
def test_the_count_ends_when_a_record_is(bind: Callable[[Connection], None], missed: Engine) -> None:
    with writing(missed) as connection:
        bind(connection)
    assert counts(missed) == {2: 2}
