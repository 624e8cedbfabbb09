"""Does what is in a registry survive its migrations, up and down, and may the program of before still write?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, text

from syncd.domain.contractor import Contractor, dump
from syncd.errors import Misconfigured
from syncd.registry import schema
from syncd.registry.engine import WRITES, open_engine
from tests.fixtures.registries import bare, fresh
from tests.fixtures.servers import POSTGRESQL, SQLITE, CreateRegistry

from .seeded import columns, contents, fill

At = Callable[[str], Engine]
Contents = dict[str, list[dict[str, Any]]]
_STEPS = list(pairwise(schema.revisions()))
# A migration that is out is never changed again. `make test` looks at the newest, and at all as a whole.
STEPS = [pytest.param(*step, marks=[] if step == _STEPS[-1] else pytest.mark.slow) for step in _STEPS]


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def at(request: pytest.FixtureRequest) -> Iterator[At]:
    """Opens a registry with the tables of a revision and without rows."""
    opened: list[Engine] = []

    def open_at(revision: str) -> Engine:
        if request.param == SQLITE:
            url = f"sqlite:///{fresh(bare(revision))}"
        else:
            create: CreateRegistry = request.getfixturevalue("create_registry")
            url = create("migrated", revision)
        opened.append(open_engine(url))
        return opened[0]

    yield open_at
    for engine in opened:
        engine.dispose()


def everything(engine: Engine) -> Contents:
    with engine.connect() as connection:
        return contents(connection)


def downgrade(engine: Engine, revision: str) -> None:
    config = schema._config()
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def what_was_there(before: Contents, after: Contents) -> Contents:
    """`after` without the tables and columns that `before` does not have."""
    return {
        table: [{name: row[name] for name in row if name in before[table][0]} for row in after[table]]
        for table in before
    }


def test_a_row_in_every_table_of_the_first_revision_survives_to_the_last_and_back(at: At) -> None:
    engine = at(schema.revisions()[0])
    fill(engine)
    before = everything(engine)
    assert all(len(rows) == 1 for rows in before.values())
    schema.upgrade(engine)
    assert what_was_there(before, everything(engine)) == before
    downgrade(engine, schema.revisions()[0])
    assert everything(engine) == before


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_a_row_in_every_table_survives_each_step_and_its_way_back(at: At, old: str, new: str) -> None:
    engine = at(old)
    fill(engine)
    before = everything(engine)
    schema.upgrade(engine, new)
    assert what_was_there(before, everything(engine)) == before
    downgrade(engine, old)
    assert everything(engine) == before


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_the_program_of_before_still_writes_its_rows(at: At, old: str, new: str) -> None:
    engine = at(old)
    known = columns(engine)
    schema.upgrade(engine, new)
    unknown = {table: names - known.get(table, names) for table, names in columns(engine).items()}
    fill(engine, leave_out=unknown)
    assert all(len(rows) == 1 for rows in everything(engine).values())


@pytest.mark.parametrize(("old", "new"), STEPS)
def test_a_step_takes_nothing_away_that_the_program_of_before_reads(at: At, old: str, new: str) -> None:
    engine = at(old)
    known = columns(engine)
    schema.upgrade(engine, new)
    now = columns(engine)
    gone = {table: names - now.get(table, set()) for table, names in known.items()}
    assert [f"{table}.{name}" for table, names in gone.items() for name in names] == []


def test_tables_of_a_newer_program_are_refused_and_left_alone(at: At) -> None:
    engine = at("head")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = columns(engine)
    with pytest.raises(Misconfigured, match="9999"):
        schema.upgrade(engine)
    assert (columns(engine), schema.current(engine)) == (before, "9999")


def test_which_version_lists_follow_survives_the_step_that_moves_it_and_its_way_back(at: At) -> None:
    new = "0023"
    old = {to: since for since, to in _STEPS}[new]
    engine = at(old)
    fill(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE contractors SET version = 7"))
        connection.execute(text("UPDATE listings SET version = 6, contractor_id = (SELECT id FROM contractors)"))
    schema.upgrade(engine, new)
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT listed FROM contractors")) == 6
        connection.execute(text("UPDATE contractors SET version = 8, listed = 8, updated_at = '2026-05-04 12:00:00'"))
    downgrade(engine, old)
    with engine.connect() as connection:
        versions = connection.execute(
            text("SELECT l.version, l.updated_at = c.updated_at FROM listings l, contractors c")
        ).all()
    assert [(version, bool(same)) for version, same in versions] == [(8, True)]


def test_memberships_know_the_first_group_of_each_after_the_step(at: At) -> None:
    engine = at("0029")
    fill(engine)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM memberships"))
        connection.execute(text("DELETE FROM groups"))
        connection.execute(text("INSERT INTO groups (id, name) VALUES (1, 'detal'), (2, 'VIP'), (3, 'Hurt')"))
        connection.execute(text("INSERT INTO memberships (contractor_id, group_id) VALUES (1, 1), (1, 2), (1, 3)"))
    schema.upgrade(engine, "0030")
    with engine.connect() as connection:
        named = connection.execute(text("SELECT group_id, sorted_by FROM memberships ORDER BY group_id")).all()
    assert [tuple(row) for row in named] == [(1, None), (2, None), (3, "Hurt")]


@pytest.mark.parametrize(
    ("before", "after", "stored", "known_as"),
    [
        (
            "0026",
            "0027",
            (("HU", "10625790444"), ("SE", "165560125790"), ("PL", "10625790444")),
            ("10625790", "5560125790", "10625790444"),
        ),
        (
            "0030",
            "0031",
            (("UA", "143605704021"), ("UA", "1759013776"), ("PL", "143605704021")),
            ("14360570", "1759013776", "143605704021"),
        ),
        (
            "0033",
            "0034",
            (("FR", "40303265045"), ("FR", "41303265045"), ("IT", "40303265045")),
            ("303265045", "41303265045", "40303265045"),
        ),
    ],
)
def test_taxpayers_are_looked_up_by_the_shorter_of_two_forms_after_the_step(
    at: At, before: str, after: str, stored: Sequence[tuple[str, str]], known_as: Sequence[str]
) -> None:
    engine = at(before)
    fill(engine, numbers=range(1, len(stored) + 1))
    with engine.begin() as connection:
        for id_, (country, number) in enumerate(stored, start=1):
            doc = dump(Contractor(name="Firma", country=country, tax_id=number)).decode()
            values = {"doc": doc, "number": number, "id": id_}
            connection.execute(text("UPDATE contractors SET doc = :doc, tax_key = :number WHERE id = :id"), values)
    schema.upgrade(engine, after)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT tax_key FROM contractors ORDER BY id")).scalars().all()
    assert tuple(found) == tuple(known_as)
