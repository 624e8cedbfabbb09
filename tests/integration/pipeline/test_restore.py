"""Does somebody who was erased stay erased when yesterday's backup is restored?"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from syncd.domain.contractor import load
from syncd.errors import InvalidRecord, Misconfigured
from syncd.registry import backup, tables
from syncd.registry.engine import writing
from syncd.sync import ledger
from syncd.sync.replay import is_due, replay
from syncd.sync.sweep import sweep
from tests.fixtures.contractors import firm

from .house import House
from .test_erasure import CANARIES, canary, erase, everything, held, hits, settled

__all__ = ["settled"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "yesterday"


def test_a_backup_brings_back_what_was_there(settled: House, copy: Path) -> None:
    before = everything(settled)
    backup.back_up(settled.app.engine, copy)
    settled.erp.add(firm("B1"))
    settled.settle()
    backup.restore(settled.app.engine, copy)
    assert (everything(settled), copy.stat().st_mode & 0o077) == (before, 0)


def test_whom_a_backup_brings_back_is_erased_again_and_stays_so(settled: House, copy: Path) -> None:
    backup.back_up(settled.app.engine, copy)
    erase(settled)
    backup.restore(settled.app.engine, copy)
    assert hits(everything(settled)) == list(CANARIES)
    sweep(settled.app)
    assert hits(everything(settled)) == []
    (id_,) = settled.erp.holds()
    settled.erp.edit(id_, name=CANARIES[0], email=CANARIES[1])
    settled.settle()
    sweep(settled.app)
    assert (hits(everything(settled)), settled.statuses()) == ([], ["anonymised"])
    assert hits(held(settled)) == []


def test_no_side_is_read_before_that(settled: House, copy: Path) -> None:
    backup.back_up(settled.app.engine, copy)
    erase(settled)
    backup.restore(settled.app.engine, copy)
    run = settled.run("erp", "full")
    assert (run["state"], run["error_code"]) == ("failed", "erasures-to-replay")


def test_somebody_whom_the_backup_does_not_have_stays_away_too(settled: House, copy: Path) -> None:
    backup.back_up(settled.app.engine, copy)
    id_ = settled.erp.add(canary("C3", name="Ktoś Nowy", email="nowy@gniazdo.example", phones=()))
    settled.settle()
    erase(settled, settled.rows(tables.Contractor)[-1]["id"])
    backup.restore(settled.app.engine, copy)
    sweep(settled.app)
    settled.erp.edit(id_, name="Ktoś Nowy", email="nowy@gniazdo.example")
    settled.settle()
    assert hits(everything(settled), ("Ktoś Nowy", "nowy@gniazdo.example")) == []
    assert settled.issues() == ["erased-returns"]


def test_a_number_that_is_another_persons_after_the_restore_erases_nobody_else(settled: House, copy: Path) -> None:
    backup.back_up(settled.app.engine, copy)
    settled.erp.add(firm("C3"))
    settled.settle()
    erase(settled, settled.rows(tables.Contractor)[-1]["id"])
    backup.restore(settled.app.engine, copy)
    replay(settled.app)
    sweep(settled.app)
    living = [load(row["doc"]).name for row in settled.rows(tables.Contractor) if row["status"] == "active"]
    assert living == [CANARIES[0]]


def test_replaying_twice_changes_nothing(settled: House, copy: Path) -> None:
    backup.back_up(settled.app.engine, copy)
    erase(settled)
    backup.restore(settled.app.engine, copy)
    assert (len(replay(settled.app)), replay(settled.app), is_due(settled.app.engine, settled.app.settings)) == (
        1,
        [],
        False,
    )


def test_the_ledger_names_nobody(settled: House) -> None:
    erase(settled)
    text = ledger.ledger_file(settled.app.settings).read_text(encoding="utf-8")
    assert (hits(text), len(text) > 0, ledger.ledger_file(settled.app.settings).stat().st_mode & 0o077) == ([], True, 0)


def test_a_line_that_a_crash_cut_does_not_swallow_the_next(settled: House) -> None:
    file = ledger.ledger_file(settled.app.settings)
    file.write_text('{"uid":"abc","contr', encoding="utf-8")
    done = erase(settled)
    assert [entry.contractor_id for entry in ledger.entries(settled.app.settings)] == [1]
    assert (done.state, is_due(settled.app.engine, settled.app.settings)) == ("done", False)


def test_a_line_that_was_changed_is_refused(settled: House) -> None:
    erase(settled)
    file = ledger.ledger_file(settled.app.settings)
    file.write_text(file.read_text(encoding="utf-8").replace('"uid"', '"aid"'), encoding="utf-8")
    with pytest.raises(Misconfigured, match="line"):
        list(ledger.entries(settled.app.settings))


def test_another_file_is_no_backup(settled: House, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear all", encoding="utf-8")
    before = everything(settled)
    with pytest.raises(InvalidRecord):
        backup.restore(settled.app.engine, file)
    assert everything(settled) == before


def test_the_person_is_found_under_another_number(settled: House, copy: Path) -> None:
    backup.back_up(settled.app.engine, copy)
    erase(settled)
    backup.restore(settled.app.engine, copy)
    with writing(settled.app.engine) as connection:
        connection.execute(update(tables.Contractor).values(id=77))
        connection.execute(update(tables.Binding).values(contractor_id=77))
    sweep(settled.app)
    assert (settled.one(tables.Erasure)["contractor_id"], settled.statuses()) == (77, ["anonymised"])
