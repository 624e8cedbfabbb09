"""The command line over an ERP and a shop in this process, with the registry in a SQLite file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapters.memory.simulator import MemorySandbox, simulate
from syncd.cli import main
from syncd.domain.contractor import Contractor
from tests.fixtures.registries import bare, fresh

NAMES = ("Łódź-Bud Sp. z o.o.", "Żubr S.A.", "Северсталь")


class Shell:
    """Calls commands as a person would, with one configuration file."""

    def __init__(self, folder: Path, erp: MemorySandbox, shop: MemorySandbox) -> None:
        self.erp = erp
        self.shop = shop
        self.file = folder / "syncd.toml"
        self.environ: dict[str, str | None] = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "SYNCD_CONFIG"))
        self.configure("")

    def configure(self, more: str) -> None:
        """Write the configuration, with `more` inside the ERP's table."""
        self.file.write_text(
            f"""
            [connections.erp]
            kind = "memory"
            guard.first_run = "apply"
            side = "erp"
            options.store = "{self.erp.options["store"]}"
            {more}
            [connections.shop]
            kind = "memory"
            guard.first_run = "apply"
            side = "shop"
            options.store = "{self.shop.options["store"]}"
            [[routes]]
            erp = "erp"
            shop = "shop"
            """,
            encoding="utf-8",
        )

    def run(self, *words: str | int, answer: str | None = None) -> Result:
        """Call a command; an exception that is not an exit fails the test."""
        line = [*map(str, words), "--config", str(self.file)]
        return CliRunner().invoke(main, line, input=answer, env=self.environ, catch_exceptions=False)

    def json(self, *words: str | int, code: int = 0) -> Any:
        """Call a command with ``--json`` and read what it prints."""
        result = self.run(*words, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def rows(self, *words: str | int) -> list[dict[str, str]]:
        """Call a command and read its tab-separated values."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        head, *lines = [line.split("\t") for line in result.stdout.splitlines()]
        return [dict(zip(head, line, strict=True)) for line in lines]

    def fill(self, number: int = 3) -> list[str]:
        """Give the ERP contractors; answer their external ids."""
        return [
            self.erp.add(Contractor(name=NAMES[i] if i < 3 else f"Firma {i}", number=f"KH{i}", country="PL"))
            for i in range(number)
        ]


@pytest.fixture
def shell() -> Iterator[Shell]:
    """A configuration and tables, with nothing in them."""
    with simulate() as erp, simulate() as shop:
        yield Shell(fresh(bare()).parent, erp, shop)
