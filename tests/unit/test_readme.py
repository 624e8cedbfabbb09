"""Does what the README tells newcomers to type work?"""

from __future__ import annotations

import re
from pathlib import Path

from syncd import plugins
from syncd.ports import parse_options
from syncd.settings import load_settings

README = Path(__file__).parents[2] / "README.md"


def test_the_configuration_of_the_readme_is_a_valid_one(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    environment = dict(re.findall(r"(SYNCD_\w+)=(\S+?)[ `]", README.read_text()))
    file = tmp_path / "syncd.toml"
    file.write_text(re.sub(r"^   ", "", block, flags=re.MULTILINE))
    settings = load_settings(file, environment).settings
    for name, connection in settings.connections.items():
        parse_options(plugins.load(connection.kind).options, connection.options, connection=name)


def test_the_readme_names_every_adapter() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README.read_text(), re.MULTILINE)) == set(plugins.kinds())
