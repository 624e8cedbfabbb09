"""Does `syncd erase` forget a customer, ask twice, need two people for a batch, and show what it did?"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from syncd.domain.contractor import Contractor

from .conftest import Shell


@pytest.fixture
def filled(shell: Shell) -> Shell:
    for name, number in (("Jan Żółw", "A1"), ("Пётр Ёлкин", "A2")):
        shell.erp.add(Contractor(name=name, number=number, country="PL", email=f"{number}@osoba.example"))
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    return shell


def is_code(filled: Shell, name: str) -> str:
    return next(row["code"] for row in filled.rows("customers", "list") if row["name"] == name)


def test_one_customer_is_erased_and_reported(filled: Shell) -> None:
    code = is_code(filled, "Jan Żółw")
    report = filled.json("erase", code, "--yes-i-mean", code)["erasure"]
    assert (report["code"], report["state"], report["by_hand"]) == (code, "done", [])
    assert {one["connection"]: one["proof"] for one in report["systems"]} == dict.fromkeys(("erp", "shop"), "verified")
    assert "Żółw" not in repr(filled.erp.holds())
    assert [row["state"] for row in filled.rows("erase", "list")] == ["done"]
    assert [row["status"] for row in filled.rows("customers", "list", code)] == ["anonymised"]


def test_erasing_again_says_so_and_shows_the_report(filled: Shell) -> None:
    first = filled.json("erase", "K000001", "--yes-i-mean", "K000001")["erasure"]
    again = filled.run("erase", "K000001")
    assert (again.exit_code, "already erased" in again.stderr) == (0, True)
    assert filled.json("erase", "K000001")["erasure"] == first


def test_without_saying_the_code_twice_nothing_is_erased(filled: Shell) -> None:
    assert filled.run("erase", "K000001").exit_code == 2
    assert filled.run("erase", "K000001", "--yes-i-mean", "K000002").exit_code == 2
    assert filled.rows("erase", "list") == []


@pytest.mark.parametrize("code", ["K000099", "nobody"])
def test_an_unknown_customer_is_a_wrong_call(filled: Shell, code: str) -> None:
    assert filled.run("erase", code, "--yes-i-mean", code).exit_code == 2


@pytest.mark.parametrize("number", ["1", "A1"])
def test_a_customer_number_is_not_taken_for_a_code(filled: Shell, number: str) -> None:
    refused = filled.run("erase", number, "--yes-i-mean", number)
    assert (refused.exit_code, f"`syncd customers list {number}`" in refused.stderr) == (2, True)
    assert filled.rows("erase", "list") == []


def test_a_dry_run_says_what_would_be_done_and_does_nothing(filled: Shell) -> None:
    would = filled.json("erase", "--dry-run", "K000001")["would_erase"]
    assert (would["code"], "email" in would["overwritten"]["erp"], would["retained"]) == ("K000001", True, ["number"])
    assert filled.rows("erase", "list") == []
    assert filled.run("erase", "K000001", "--dry-run").exit_code == 0


def test_a_sole_trader_is_kept_as_a_person_is(filled: Shell) -> None:
    assert filled.json("erase", "K000001", "--dry-run", "--person")["would_erase"]["retained"] == []


def become(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Be another user of the operating system."""
    monkeypatch.setattr("syncd.cli.opening.getpwuid", lambda _: SimpleNamespace(pw_name=name))


def test_a_variable_makes_nobody_another_admin(filled: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = filled.json("erase", "batch", "K000001", "K000002")["erasures"]
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "piotr")
    refused = filled.run("erase", "approve", *ids)
    assert (refused.exit_code, "requested by the same person" in refused.stderr) == (2, True)


def test_a_batch_waits_for_another_admin(filled: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "codes.txt"
    file.write_text("K000001\n\nK000002\n", encoding="utf-8")
    become(monkeypatch, "anna")
    ids = filled.json("erase", "batch", str(file))["erasures"]
    assert filled.run("erase", "approve", *ids).exit_code == 2
    assert {row["state"] for row in filled.rows("erase", "list")} == {"requested"}
    become(monkeypatch, "piotr")
    reports = filled.json("erase", "approve", *ids)["erasures"]
    assert [(one["state"], one["requested_by"], one["approved_by"]) for one in reports] == [
        ("done", "cli:anna", "cli:piotr"),
        ("done", "cli:anna", "cli:piotr"),
    ]


def test_a_request_is_not_carried_out_by_erasing_alone(filled: Shell) -> None:
    filled.json("erase", "batch", "K000001")
    assert filled.run("erase", "K000001", "--yes-i-mean", "K000001").exit_code == 2


def test_a_request_can_be_withdrawn(filled: Shell) -> None:
    (id_,) = filled.json("erase", "batch", "K000001")["erasures"]
    assert filled.run("erase", "withdraw", id_).exit_code == 0
    assert filled.rows("erase", "list") == []


def test_the_report_is_a_pdf_on_request(filled: Shell, tmp_path: Path) -> None:
    pytest.importorskip("typst")
    filled.json("erase", "K000001", "--yes-i-mean", "K000001")
    file = tmp_path / "report.pdf"
    assert filled.run("erase", "show", 1, "--pdf", str(file)).exit_code == 0
    assert file.read_bytes().startswith(b"%PDF-")


def check(shell: Shell) -> Any:
    """What `syncd doctor` says of erasures."""
    checks = json.loads(shell.run("doctor", "--local", "--json").stdout)["checks"]
    return next(one for one in checks if one["name"] == "erasures")


def test_doctor_says_how_well_the_erased_are_remembered(filled: Shell) -> None:
    folder = filled.file.parent
    assert check(filled)["state"] == "ok"
    filled.json("erase", "K000001", "--yes-i-mean", "K000001")
    assert check(filled)["state"] == "warn"
    key = (folder / "erasures.key").read_text(encoding="ascii")
    filled.environ["SYNCD_TOMBSTONE_KEY"] = key
    assert check(filled)["state"] == "ok"
    filled.environ["SYNCD_TOMBSTONE_KEY"] = "another"
    assert check(filled)["state"] == "fail"
    filled.environ["SYNCD_TOMBSTONE_KEY"] = key
    (folder / "erasures.ledger").unlink()
    assert check(filled)["state"] == "fail"


def test_the_key_is_never_shown(filled: Shell) -> None:
    filled.environ["SYNCD_TOMBSTONE_KEY"] = "very-secret"
    shown = filled.run("config", "show", "--json").output + filled.run("config", "explain", "tombstone_key").output
    assert ("very-secret" in shown, "***" in shown) == (False, True)


def test_the_key_is_refused_in_the_configuration_file(filled: Shell) -> None:
    text = filled.file.read_text(encoding="utf-8")
    filled.file.write_text('tombstone_key = "very-secret"\n' + text, encoding="utf-8")
    refused = filled.run("status")
    assert (refused.exit_code, "very-secret" in refused.output) == (7, False)


def test_yesterdays_backup_does_not_bring_anybody_back(filled: Shell, tmp_path: Path) -> None:
    backup = str(tmp_path / "yesterday.db")
    assert filled.run("db", "backup", backup).exit_code == 0
    filled.json("erase", "K000001", "--yes-i-mean", "K000001")
    assert filled.run("db", "restore", backup).exit_code == 2
    assert filled.json("db", "restore", backup, "--yes")["erased_again"] == [1]
    assert [row["status"] for row in filled.rows("customers", "list", "K000001")] == ["anonymised"]
    assert filled.json("db", "replay")["erased_again"] == []


def test_a_field_that_cannot_be_retained_is_refused(filled: Shell) -> None:
    text = filled.file.read_text(encoding="utf-8")
    filled.file.write_text(f'{text}\n[erasure]\nretain_person = ["emial"]\n', encoding="utf-8")
    refused = filled.run("status")
    assert (refused.exit_code, "email" in refused.stderr) == (7, True)


@pytest.fixture
def twice(filled: Shell) -> Shell:
    """The same person a second time, by another number, and a colleague with the same phone."""
    filled.erp.add(
        Contractor(name="J. Żółw", number="A3", country="PL", email="A1@OSOBA.example", phones=("600700800",))
    )
    filled.erp.add(Contractor(name="Ewa Kos", number="A4", country="PL", phones=("+48 600 700 800",)))
    assert filled.run("sync", "erp", "--wait").exit_code == 0
    return filled


def test_a_preview_and_a_report_name_others_with_the_same_keys_by_code_only(twice: Shell) -> None:
    code, second = is_code(twice, "Jan Żółw"), is_code(twice, "J. Żółw")
    (sharing,) = twice.json("erase", code, "--dry-run")["would_erase"]["sharing"]
    assert (sharing["key"], sharing["number"], sharing["codes"]) == ("email", 1, [second])
    shown = twice.run("erase", code, "--yes-i-mean", code)
    assert f"1 other customer shares the e-mail: {second}" in shown.stderr
    report = twice.json("erase", code)["erasure"]
    assert report["sharing"] == [sharing]
    assert "osoba.example" not in json.dumps(report)
    assert [row["status"] for row in twice.rows("customers", "list", second)] == ["active"]


def test_one_who_shares_a_key_is_erased_only_when_asked_for_and_by_two_admins(
    twice: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, second, colleague = (is_code(twice, name) for name in ("Jan Żółw", "J. Żółw", "Ewa Kos"))
    become(monkeypatch, "anna")
    asked = twice.run("erase", code, "--with", second)
    assert f"not erased with {second}: 1 other customer shares the phone: {colleague}" in asked.stderr
    ids = [row["erasure"] for row in twice.rows("erase", "list")]
    become(monkeypatch, "piotr")
    reports = twice.json("erase", "approve", *ids)["erasures"]
    assert {one["code"]: one["state"] for one in reports} == {code: "done", second: "done"}
    assert [row["status"] for row in twice.rows("customers", "list", colleague)] == ["active"]


def test_nobody_is_erased_with_a_customer_who_shares_nothing(twice: Shell) -> None:
    code, stranger = is_code(twice, "Jan Żółw"), is_code(twice, "Ewa Kos")
    refused = twice.run("erase", code, "--with", stranger)
    assert (refused.exit_code, "nothing-shared" in refused.stderr) == (2, True)
    assert twice.rows("erase", "list") == []


@pytest.mark.parametrize("first", ["Jan Żółw", "J. Żółw"])
def test_two_of_whom_one_is_erased_already_are_refused_as_a_whole(twice: Shell, first: str) -> None:
    code, second = is_code(twice, "Jan Żółw"), is_code(twice, "J. Żółw")
    gone = is_code(twice, first)
    twice.run("erase", gone, "--yes-i-mean", gone)
    refused = twice.run("erase", code, "--with", second)
    assert (refused.exit_code, f"{gone}: there is an erasure of it" in refused.stderr) == (2, True), refused.output
    assert len(twice.rows("erase", "list")) == 1


def test_a_file_of_codes_may_have_a_byte_order_mark_and_has_to_be_text(filled: Shell, tmp_path: Path) -> None:
    file = tmp_path / "codes.txt"
    file.write_bytes("\ufeffK000001\r\n".encode("utf-16"))
    refused = filled.run("erase", "batch", str(file))
    assert (refused.exit_code, "Save it as UTF-8" in refused.stderr or "save it as UTF-8" in refused.stderr) == (
        2,
        True,
    )
    file.write_bytes("\ufeffK000001\r\n".encode())
    assert filled.json("erase", "batch", str(file))["erasures"] == [1]


def test_where_an_erased_customers_records_came_from_is_not_made_up(filled: Shell) -> None:
    filled.run("erase", "K000001", "--yes-i-mean", "K000001")
    told = filled.run("explain", "K000001", "--offline").stdout
    assert ("anonymised" in told, "made there by syncd" in told) == (True, False)
