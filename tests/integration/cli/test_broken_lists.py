"""Does what is wrong in one line of an exported list cost anything but that line?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from syncd.cli import main

CONFIGURATION = """
[connections.erp]
kind = "files"
side = "erp"
guard.first_run = "apply"
[connections.erp.options]
folder = "{folder}/lists"
state = "{folder}/lists.sqlite3"
key = "Id"
mode = "snapshot"
settle_seconds = 0
fields = {{ name = "Name", number = "Id", country = "Country" }}
"""

Sync = Callable[..., dict[str, Any]]


@pytest.fixture
def sync(tmp_path: Path) -> Sync:
    """Drops a list of lines and reads it; answers what the run did, or what a command says."""
    (tmp_path / "lists").mkdir()
    file = tmp_path / "syncd.toml"
    file.write_text(CONFIGURATION.format(folder=tmp_path), encoding="utf-8")
    environ = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SYNCD_CONFIG"))
    number = iter(range(1, 100))

    def call(*lines: str, words: tuple[str, ...] = ("sync", "erp", "--wait")) -> dict[str, Any]:
        if lines:
            text = "\n".join(("Id;Name;Country", *lines, ""))
            (tmp_path / "lists" / f"list-{next(number)}.csv").write_text(text, encoding="utf-8")
        line = [*words, "--json", "--config", str(file)]
        told: dict[str, Any] = json.loads(CliRunner().invoke(main, line, env=environ, catch_exceptions=False).stdout)
        return told

    call(words=("db", "upgrade"))
    return call


def test_of_two_lines_with_one_key_the_first_is_taken_over_and_the_other_is_one_issue(sync: Sync) -> None:
    assert sync("A1;Firma;PL", "B2;Inna;PL")["counts"]["created"] == 2
    told = sync("A1;Nowa;PL", "A1;Druga;PL", "B2;Inna;PL")
    assert (told["counts"]["updated"], told["counts"]["failed"]) == (1, 1)
    assert [line["fields"]["name"]["after"] for line in told["changes"]] == ["Nowa"]
    issues = sync(words=("attention", "list"))["issues"]
    assert [(issue["code"], issue["external_id"]) for issue in issues] == [("duplicate-code", "A1")]
