"""Is the simulated company as hard to please as Optima is, as far as that is known?"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.optima.simulated.desk import stamp
from adapters.optima.simulated.exchange import take_in
from adapters.optima.simulated.seed import contractors
from adapters.optima.simulator import OptimaSandbox, fill
from syncd.domain import tax
from syncd.domain.contractor import Contractor
from syncd.errors import InvalidRecord
from tests.contract.optima.company import connect, read

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
NAMESPACE = 'xmlns="http://www.comarch.pl/cdn/optima/offline"'


def imported(company: OptimaSandbox, inside: str, root: str = f"ROOT {NAMESPACE}") -> list[str]:
    document = f"<{root}><KONTRAHENCI><KONTRAHENT>{inside}</KONTRAHENT></KONTRAHENCI></{root.split(maxsplit=1)[0]}>"
    with company.database() as db:
        return [one.refused for one in take_in(db, document.encode(), NOW)]


def test_letters_outside_of_the_code_page_become_question_marks_in_varchar(company: OptimaSandbox) -> None:
    company.add(Contractor(name="ООО Ромашка", number="Ж1", website="https://ж.example"))
    held = company.holds()["?1"].contractor
    assert (held.name, held.website) == ("ООО Ромашка", "https://?.example")


def test_an_acronym_is_unique_in_any_case(company: OptimaSandbox) -> None:
    company.add(Contractor(name="A", number="Odb"))
    with pytest.raises(sqlite3.IntegrityError):
        company.add(Contractor(name="B", number="ODB"))


def test_times_are_local_and_in_steps_of_a_three_hundredth() -> None:
    assert stamp(NOW.replace(microsecond=5000)) == "2026-11-21 10:00:00.007"
    assert stamp(NOW.replace(month=7, microsecond=1000)) == "2026-07-21 11:00:00.000"


def test_saving_a_list_alone_moves_no_time(company: OptimaSandbox) -> None:
    company.add(Contractor(name="A", number="A", groups=("X", "Y")))
    company.set("A", Knt_TS_Mod="2020-01-01 00:00:00.000")
    company.edit("A", groups=("X", "Z"), custom={"a": "b"})
    with company.database() as db:
        assert db.execute("SELECT Knt_TS_Mod FROM Kontrahenci WHERE Knt_Kod = 'A'").fetchone()[0][:4] == "2020"
    company.edit("A", name="B")
    with company.database() as db:
        assert db.execute("SELECT Knt_TS_Mod FROM Kontrahenci WHERE Knt_Kod = 'A'").fetchone()[0][:4] != "2020"


def test_the_import_refuses_what_is_no_contractor(company: OptimaSandbox) -> None:
    assert imported(company, "<AKRONIM/>") == ["Nieprawidłowy akronim"]
    assert imported(company, f"<AKRONIM>{'A' * 21}</AKRONIM>") == ["Nieprawidłowy akronim"]
    assert imported(company, "<AKRONIM>A</AKRONIM>") == ["Brak nazwy kontrahenta"]
    assert imported(company, "<AKRONIM>A</AKRONIM><NAZWA1>F</NAZWA1>", root="ROOT") == ["Nieprawidłowy format pliku"]
    assert company.holds() == {}


def test_the_import_knows_a_contractor_by_its_acronym_and_empties_what_a_file_leaves_out(
    company: OptimaSandbox,
) -> None:
    company.add(Contractor(name="Stara", number="A", email="a@a.example", groups=("X",)))
    assert imported(company, "<AKRONIM>a</AKRONIM><NAZWA1>Nowa</NAZWA1>") == [""]
    held = company.holds()["A"].contractor
    assert (held.name, held.email, held.groups) == ("Nowa", "", ("X",))


def test_the_import_leaves_out_groups_that_optima_does_not_have(company: OptimaSandbox) -> None:
    company.add(Contractor(name="A", number="A", groups=("X",)))
    groups = "".join(f"<GRUPA><NAZWA>{name}</NAZWA></GRUPA>" for name in ("NIEMA", "X"))
    imported(company, f"<AKRONIM>B</AKRONIM><NAZWA1>B</NAZWA1><GRUPY>{groups}</GRUPY>")
    assert company.holds()["B"].contractor.groups == ("X",)


def test_a_refusing_import_takes_files_and_tells_only_people(company: OptimaSandbox) -> None:
    company.refusing = True
    connect(company).create(Contractor(name="A"))
    assert company.holds() == {}
    assert company.log
    assert not any(call.applied for call in company.journal)


def test_the_demonstration_is_the_same_for_the_same_seed_and_broken_on_purpose(company: OptimaSandbox) -> None:
    assert contractors(60, 3) == contractors(60, 3) != contractors(60, 4)
    fill(company, 200, 1)
    endpoint = connect(company, page=100)
    got = read(endpoint, full=True)
    broken, whole = [], []
    for record in got.records:
        try:
            whole.append(endpoint.parse(record).contractor)
        except InvalidRecord:
            broken.append(record.external_id)
    assert (len(got.records), len(broken)) == (200, 5)
    assert any(len(contractor.groups) == 2 for contractor in whole)
    assert any(not contractor.active for contractor in whole)
    assert any(contractor.country == "DE" and contractor.tax_id for contractor in whole)
    wrong = [c for c in whole if c.country == "PL" and c.tax_id and tax.fault(c.tax_id, "PL")]
    assert len(wrong) <= 5


def test_as_a_program_it_keeps_its_state_and_takes_in_what_is_dropped(tmp_path: Path) -> None:
    state = tmp_path / "erp.state"
    for start in range(2):
        folder = tmp_path / f"optima{start}"
        command = [sys.executable, "-m", "adapters.optima.simulator", "--folder", str(folder), "--contractors", "30",
                   "--state", str(state), "--busy", "1"]  # fmt: skip
        environ = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environ) as program:
            assert program.stdout is not None
            assert program.stdout.readline()
            company = OptimaSandbox(folder)
            company.importing = False
            if start == 0:
                connect(company).create(Contractor(name="Ze sklepu", email="sklep@example.com"))
                deadline = time.monotonic() + 20
                while time.monotonic() < deadline and list((company.exchange / "outbox").iterdir()):
                    time.sleep(0.05)
            program.send_signal(signal.SIGTERM)
            assert program.wait(20) == 0
        assert "Ze sklepu" in {held.contractor.name for held in company.holds().values()}
