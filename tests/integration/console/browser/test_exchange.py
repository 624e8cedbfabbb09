"""Can everybody use the pages of imports, on every screen?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from syncd.access.roles import Role
from syncd.sync.imports.batch import plan_import
from tests.fixtures.contractors import firm
from tests.integration.console.conftest import Site

from .conftest import Eyes

LIST = (
    "code;name;username;notes;groups;Spalte von uns;emial\n"
    + "".join(f"K{n:06d};Przedsiębiorstwo {n};użytkownik-{n};;;x;\n" for n in range(1, 4))
    + "K000001;;;;;;\nK000099;;Северсталь;;;;\n;;kto;;;;\n"
)


@pytest.mark.slow
def test_the_pages_of_an_import_are_right_for_everybody(site: Site, look: Callable[..., Eyes]) -> None:
    look(Role.OPERATOR).see("/customers/import")
    for number in range(1, 4):
        site.house.erp.add(firm(f"A{number}", name="Łódź-Bud " * 20))
    site.house.run("erp")
    for name in ("klienci-hurtowi-z-bardzo-długą-nazwą-pliku-2026-11-29.csv", "пусто.csv"):
        text = LIST if name.startswith("k") else "code;username\nK000001;\n"
        plan_import(site.house.app, text.encode(), source=name, by="console:anna")
    admin = look(Role.ADMIN)
    for path in ("/customers/import", "/customers/import/1", "/customers/import/2"):
        admin.see(path)


@pytest.mark.slow
def test_a_file_is_chosen_looked_at_and_applied(site: Site, look: Callable[..., Eyes], tmp_path: Path) -> None:
    site.house.erp.add(firm("A1"))
    site.house.run("erp")
    file = tmp_path / "list.csv"
    file.write_text("code,username\nK000001,anna1\n", encoding="utf-8")
    page = look(Role.ADMIN).page
    page.goto("/customers/import")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("button", name="Change 1 customer").click()
    page.get_by_text("The import is applied now").wait_for()
    site.house.finish()
    page.reload()
    assert page.get_by_text("Applied").first.is_visible()
