"""Does `syncd customers card` put one customer on paper?"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from .conftest import NAMES, Shell


@pytest.fixture
def filled(shell: Shell) -> Shell:
    shell.fill()
    assert shell.run("sync", "erp", "--wait").exit_code == 0
    return shell


@pytest.mark.parametrize("words", [(), ("--access", "--language", "pl")])
def test_a_card_and_an_access_report_are_pdf_files(filled: Shell, tmp_path: Path, words: tuple[str, ...]) -> None:
    pytest.importorskip("typst")
    file = tmp_path / "card.pdf"
    assert filled.run("customers", "card", "K000001", *words, "-o", str(file)).exit_code == 0
    assert file.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_stands_on_them_is_shown_as_json(filled: Shell) -> None:
    assert filled.json("customers", "card", "K000001")["card"]["customer"]["name"] == NAMES[0]
    data = filled.json("customers", "card", "K000001", "--access")["personal_data"]
    assert (data["name"], sorted(data["places"])[:2]) == (NAMES[0], ["audit", "bindings"])


def test_without_a_file_there_is_nothing_to_write_a_pdf_to(filled: Shell) -> None:
    assert filled.run("customers", "card", "K000001").exit_code == 2
    assert filled.run("customers", "card", "K000099", "--json").exit_code == 2


def test_a_place_that_cannot_be_written_is_named_with_the_reason(filled: Shell, tmp_path: Path) -> None:
    pytest.importorskip("typst")
    for file, why in ((tmp_path / "none" / "card.pdf", "No such file or directory"), (tmp_path, "is a directory")):
        told = filled.run("customers", "card", "K000001", "-o", str(file))
        assert told.exit_code == 2
        assert (str(file) in told.stderr, why in told.stderr) == (True, True)
