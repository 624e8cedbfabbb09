"""Is a backup whole, and is a restore all or nothing, with PostgreSQL's programs and without?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from syncd.errors import InvalidRecord, Misconfigured
from syncd.registry import backup, schema
from syncd.registry.engine import open_engine
from tests.fixtures.registries import bare, fresh
from tests.fixtures.servers import POSTGRESQL, SQLITE, CreateRegistry

from .seeded import contents, fill

without_programs = pytest.mark.parametrize("programs", [False], indirect=True, ids=["own-format"])
on_sqlite = pytest.mark.parametrize("registry_url", [SQLITE], indirect=True)
on_postgresql = pytest.mark.parametrize("registry_url", [POSTGRESQL], indirect=True)


@pytest.fixture(params=[True, False], ids=["programs", "own-format"])
def programs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> bool:
    """Whether pg_dump and pg_restore are on PATH."""
    if not request.param:
        monkeypatch.setenv("PATH", str(tmp_path))
    return bool(request.param)


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def registry_url(request: pytest.FixtureRequest) -> str:
    """One that no other test has: to restore is to make the tables anew."""
    if request.param == SQLITE:
        return f"sqlite:///{fresh(bare())}"
    create: CreateRegistry = request.getfixturevalue("create_registry")
    return create("restored")


@pytest.fixture
def filled(registry: Engine) -> Engine:
    fill(registry, numbers=(1, 2, 3))
    return registry


def everything(engine: Engine) -> dict[str, list[dict[str, object]]]:
    with engine.connect() as connection:
        return contents(connection)


def spoil(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM contractors"))
        connection.execute(text("UPDATE runs SET asked_by = 'somebody'"))


@pytest.mark.usefixtures("programs")
def test_every_row_of_every_table_comes_back(filled: Engine, tmp_path: Path) -> None:
    before, file = everything(filled), tmp_path / "copy"
    backup.back_up(filled, file)
    spoil(filled)
    backup.restore(filled, file)
    assert everything(filled) == before


@pytest.mark.usefixtures("programs")
def test_an_empty_database_takes_a_backup(filled: Engine, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file = tmp_path / "copy"
    backup.back_up(filled, file)
    if filled.dialect.name == "sqlite":
        url = f"sqlite:///{tmp_path / 'other.db'}"
    else:
        url = request.getfixturevalue("shared_postgres").create_database("another")
    other = open_engine(url)
    backup.restore(other, file)
    assert everything(other) == everything(filled)
    other.dispose()


@on_postgresql
@without_programs
@pytest.mark.usefixtures("programs")
def test_numbers_go_on_after_those_that_were_restored(filled: Engine, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    backup.back_up(filled, file)
    backup.restore(filled, file)
    with filled.begin() as connection:
        row = "INSERT INTO groups (name) VALUES ('new') RETURNING id"
        assert connection.scalar(text(row)) == 4


@pytest.mark.parametrize("database_url", [POSTGRESQL], indirect=True)
@without_programs
@pytest.mark.usefixtures("programs")
def test_an_older_backup_is_brought_up_to_date(database_url: str, tmp_path: Path) -> None:
    engine, file = open_engine(database_url), tmp_path / "copy"
    schema.upgrade(engine, schema.revisions()[0])
    fill(engine)
    backup.back_up(engine, file)
    schema.upgrade(engine)
    backup.restore(engine, file)
    assert schema.current(engine) == schema.revisions()[0]
    schema.upgrade(engine)
    assert (schema.current(engine), len(everything(engine)["plan_lines"])) == (schema.head(), 1)
    engine.dispose()


@without_programs
@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_backup_that_was_cut_changes_nothing(filled: Engine, tmp_path: Path, kept: float) -> None:
    before, file = everything(filled), tmp_path / "copy"
    backup.back_up(filled, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(InvalidRecord):
        backup.restore(filled, file)
    assert everything(filled) == before


@on_sqlite
def test_a_backup_with_a_page_damaged_in_its_middle_changes_nothing(filled: Engine, tmp_path: Path) -> None:
    before, file = everything(filled), tmp_path / "copy"
    backup.back_up(filled, file)
    with closing(sqlite3.connect(file)) as copy:
        ((size,),) = copy.execute("PRAGMA page_size")
        ((page,),) = copy.execute("SELECT rootpage FROM sqlite_master WHERE name = 'contractors'")
    with file.open("r+b") as stream:
        stream.seek((page - 1) * size)
        stream.write(bytes(size))
    with pytest.raises(InvalidRecord, match="damaged"):
        backup.restore(filled, file)
    assert everything(filled) == before


@on_sqlite
def test_a_backup_for_which_there_is_no_room_blames_the_place_of_the_backup(
    filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Engine, part: Path) -> None:
        with closing(sqlite3.connect(part)) as copy:
            copy.execute("PRAGMA max_page_count = 1")
            copy.execute("CREATE TABLE much (text)")

    monkeypatch.setattr(backup, "_vacuum_into", full)
    with pytest.raises(InvalidRecord, match="copy cannot be written: No space left"):
        backup.back_up(filled, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("programs")
def test_a_backup_of_a_newer_program_changes_nothing(filled: Engine, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    with filled.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backup.back_up(filled, file)
    with filled.begin() as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{schema.head()}'"))
    spoil(filled)
    before = everything(filled)
    with pytest.raises(InvalidRecord, match="9999"):
        backup.restore(filled, file)
    assert everything(filled) == before


@on_postgresql
def test_a_dump_of_postgresqls_own_needs_its_program(
    filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "copy"
    backup.back_up(filled, file)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Misconfigured, match="pg_restore"):
        backup.restore(filled, file)
