"""Are the lock files, the Makefile and the manual what CONTRIBUTING.md says they are?"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests/data").glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def pins(lock: Path) -> dict[str, set[str]]:
    """Requirement line (name, version, marker) to its hashes; raises if the file holds a line of any other kind."""
    found: dict[str, set[str]] = {}
    requirement = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        text = line.rstrip("\\").strip()
        if text.startswith("--hash=sha256:"):
            found[requirement].add(text)
        else:
            assert re.fullmatch(r"[a-z0-9.-]+==[\w.!+]+( ; .+)?", text), f"{lock.name}: {text}"
            requirement = text
            found[requirement] = set()
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_file_holds_versions_and_hashes_and_nothing_else(lock: Path) -> None:
    assert [requirement for requirement, hashes in pins(lock).items() if not hashes] == []


def test_the_tests_run_with_the_versions_that_are_shipped() -> None:
    shipped, tested = (
        {requirement.partition(" ;")[0]: hashes for requirement, hashes in pins(ROOT / "requirements" / name).items()}
        for name in ("main.lock", "dev.lock")
    )
    assert {requirement: tested.get(requirement) for requirement in shipped} == shipped


def test_make_without_a_target_lists_every_target_with_its_purpose() -> None:
    listed = subprocess.run(["make", "--directory", ROOT], check=True, capture_output=True, text=True).stdout
    phony = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"^ +make (\S+) +\S", listed, re.MULTILINE)) == set(phony[0].split())


@pytest.mark.parametrize("target", ["demo", "bench"])
def test_what_prints_json_when_asked_prints_nothing_else(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    needed, recipe = re.findall(rf"^{target}: (\S+) .*\n((?:\t.+\n)+)", makefile, re.MULTILINE)[0]
    made = makefile.replace("$(VENV)/.installed: ", ".venv/.installed: ")
    (first,) = re.findall(rf"^{needed.removesuffix('/.installed')}/.installed: .+\n((?:\t.+\n)+)", made, re.MULTILINE)
    shown = [line for line in (first + recipe).splitlines() if not line.startswith("\t@")]
    assert shown == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_page_of_the_manual_is_in_its_index() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = [page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if page != "README.md" and f"({page})" not in index] == []
