"""Is what is found once at one moment what everybody would find, and never what was before?"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Engine, func, insert, select

from syncd.registry.engine import one_moment, reading, writing
from syncd.registry.moment import once
from syncd.registry.tables import Counter


def _add(registry: Engine, name: str) -> None:
    with writing(registry) as connection:
        connection.execute(insert(Counter).values(name=name, value=1))


def _counting(registry: Engine) -> tuple[Callable[[], int], list[int]]:
    """How many rows there are, found at one moment; and the answers for which the database was asked."""
    asked: list[int] = []

    def ask(connection: Connection) -> int:
        asked.append(connection.execute(select(func.count()).select_from(Counter)).scalar_one())
        return asked[-1]

    def count() -> int:
        with one_moment(registry), reading(registry) as connection:
            return once(connection, "rows", lambda: ask(connection))

    return count, asked


def test_it_is_not_asked_again_while_nothing_is_written(registry: Engine) -> None:
    _add(registry, "a")
    count, asked = _counting(registry)
    assert ([count(), count(), count()], asked) == ([1, 1, 1], [1])


def test_what_was_written_in_between_is_found(registry: Engine) -> None:
    count, _asked = _counting(registry)
    found = [count()]
    for name in "abc":
        _add(registry, name)  # by the connection that the count came by: the pool gives the one used last
        found.append(count())
    assert found == [0, 1, 2, 3]


def test_what_another_connection_wrote_is_found(registry: Engine) -> None:
    count, _asked = _counting(registry)
    found = [count()]
    with writing(registry) as connection:
        found.append(count())  # by another, because this one is taken
        connection.execute(insert(Counter).values(name="a", value=1))
        found.append(count())
    found.append(count())
    with registry.connect(), registry.connect():
        found.append(count())
    assert found == [0, 0, 0, 1, 1]


def test_what_is_written_inside_does_not_change_the_moment(registry: Engine) -> None:
    _add(registry, "a")
    with one_moment(registry):
        with reading(registry) as connection:
            before = connection.execute(select(func.count()).select_from(Counter)).scalar_one()
        _add(registry, "b")
        with reading(registry) as connection:
            after = connection.execute(select(func.count()).select_from(Counter)).scalar_one()
    assert (before, after) == (1, 1)


def test_outside_of_a_shared_moment_it_is_asked_each_time(registry: Engine) -> None:
    with reading(registry) as connection:
        answers = iter((1, 2))
        assert [once(connection, "key", lambda: next(answers)) for _ in range(2)] == [1, 2]
