"""Does `syncd db` bring tables up to date, copy them, and forget what is old, with figures and exit codes?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from .conftest import Shell


def database(shell: Shell) -> Path:
    return shell.file.parent / "syncd.db"


def set_revision(file: Path, revision: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_upgrading_says_from_where_to_where(shell: Shell) -> None:
    said = shell.json("db", "upgrade")
    assert said["before"] == said["after"]


def test_tables_of_a_newer_syncd_are_refused_with_a_cure(shell: Shell) -> None:
    set_revision(database(shell), "9999")
    refused = shell.run("db", "upgrade")
    assert (refused.exit_code, "9999" in refused.stderr, "later" in refused.stderr) == (7, True, True)


def test_a_dry_run_of_pruning_counts_what_pruning_then_deletes(shell: Shell) -> None:
    shell.fill()
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    with closing(sqlite3.connect(database(shell))) as connection, connection:
        connection.execute("UPDATE runs SET finished_at = '2020-01-01 00:00:00', asked_at = '2020-01-01 00:00:00'")
    would = shell.json("db", "prune", "--dry-run")
    assert (would["dry_run"], would["runs"] > 0, would["lines"]) == (True, True, 3)
    assert shell.json("db", "prune", "--dry-run") == would
    assert shell.json("db", "prune") == {**would, "dry_run": False}
    assert shell.json("db", "prune")["runs"] == 0
    assert "deleted: 0 runs" in shell.run("db", "prune").stderr


def test_a_backup_says_where_it_is_and_how_large(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    said = shell.json("db", "backup", str(file))
    assert (said["file"], said["bytes"]) == (str(file), file.stat().st_size)


def test_a_backup_of_a_newer_syncd_is_a_wrong_file_and_nothing_is_lost(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    shell.fill()
    assert shell.run("db", "backup", str(file)).exit_code == 0
    set_revision(file, "9999")
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    refused = shell.run("db", "restore", str(file), "--yes")
    assert (refused.exit_code, "9999" in refused.stderr) == (2, True)
    assert len(shell.rows("customers", "list")) == 3


def test_a_backup_that_cannot_be_written_was_called_for_wrongly(shell: Shell, tmp_path: Path) -> None:
    shell.run("db", "upgrade")
    told = shell.run("db", "backup", str(tmp_path / "none" / "copy"))
    assert (told.exit_code, "name another place" in told.stderr) == (2, True)


def test_a_file_that_is_no_database_any_more_is_told_with_what_brings_it_back(shell: Shell, tmp_path: Path) -> None:
    shell.fill()
    shell.run("sync", "erp", "--wait")
    file, copy = database(shell), tmp_path / "copy"
    assert shell.run("db", "backup", str(copy)).exit_code == 0
    for beside in file.parent.glob("syncd.db-*"):
        beside.unlink()
    file.write_bytes(b"no database" * 500)
    for words in (("status",), ("db", "restore", str(copy), "--yes")):
        told = shell.run(*words)
        assert (told.exit_code, "is damaged; stop syncd, move the file away" in told.stderr) == (7, True)
    assert "is damaged" in shell.run("doctor", "--local").stdout
    file.rename(tmp_path / "damaged")
    told = shell.run("db", "restore", str(copy), "--yes")
    assert (told.exit_code, f"the registry is as {copy} has it; start the workers" in told.stderr) == (0, True)
    assert len(shell.json("customers", "list")["customers"]) == 3


def test_a_backup_of_a_database_that_is_away_says_why(shell: Shell, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    said = "pg_dump: error: connection to server failed: Connection refused\\n\\tIs it running?\\n"
    program.write_text(f'#!/bin/sh\nprintf "{said}" >&2\nexit 1\n', encoding="utf-8")
    program.chmod(0o755)
    shell.environ |= {"DATABASE_URL": "postgresql://syncd@127.0.0.1:1/syncd", "PATH": f"{program.parent}:/usr/bin:/bin"}
    result = shell.run("db", "backup", str(tmp_path / "copy.dump"))
    assert result.exit_code == 4
    assert "pg_dump failed: connection to server failed: Connection refused" in result.stderr
    assert "x09" not in result.stderr
