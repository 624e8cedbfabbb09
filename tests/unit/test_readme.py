"""Does what the README and the manual tell people to type work?"""

from __future__ import annotations

import re
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

import adapters
from syncd import plugins
from syncd.ports import Context, parse_options
from syncd.settings import load_settings

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = [
    pytest.param(page, textwrap.dedent(block), id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"^ *```toml\n(.*?)```", page.read_text(), re.DOTALL | re.MULTILINE))
    if "[connections." in block  # other files are TOML, too
]


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_a_configuration_in_the_manual_is_a_valid_one(tmp_path: Path, page: Path, example: str) -> None:
    environment = {
        name: value for name, _, value in re.findall(r"(SYNCD_\w+)=('?)(\S+?)\2(?=[ `\n])", page.read_text())
    }
    for secret in re.findall(r'_file = "(\S+?)"', example):
        (tmp_path / secret).write_text("a secret\n")
    file = tmp_path / "syncd.toml"
    file.write_text(example)
    settings = load_settings(file, environment).settings
    assert settings.connections
    for name, connection in settings.connections.items():
        adapter = plugins.load(connection.kind)
        options = parse_options(adapter.options, connection.options, connection=name)
        with closing(adapter.open(options, Context(connection=name, folder=tmp_path))) as endpoint:
            assert endpoint.capabilities.reads


def test_the_readme_names_every_adapter() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README.read_text(), re.MULTILINE)) == {
        one.parent.name for one in Path(adapters.__file__ or "").parent.glob("*/__init__.py")
    }
