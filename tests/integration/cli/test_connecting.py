"""Can connections be made, given secrets, and taken away on the command line?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.bridge.simulator import BridgeSandbox, simulate
from tests.fixtures.contractors import firm
from tests.integration.cli.conftest import Shell

TOKEN = "s1mulated-t0ken"


@pytest.fixture
def bridge() -> Iterator[BridgeSandbox]:
    with simulate() as bridge:
        for number in range(2):
            bridge.add(firm(f"A{number}"))
        yield bridge


@pytest.fixture
def folder(shell: Shell) -> Path:
    folder = shell.file.with_suffix(".d")
    folder.mkdir()
    return folder


def words(bridge: BridgeSandbox, *more: str) -> list[str]:
    url = f"url={bridge.options['url']}"
    return ["connections", "add", "optima", "--kind", "bridge", "--side", "erp", "--option", url, *more, "--no-input"]


def add(shell: Shell, bridge: BridgeSandbox, *more: str) -> None:
    result = shell.run(*words(bridge, "--secret", "token=-", "--route", "shop", *more), answer=f"{TOKEN}\n")
    assert result.exit_code == 0, result.stderr


def test_a_connection_is_made_and_works(shell: Shell, bridge: BridgeSandbox, folder: Path) -> None:
    add(shell, bridge)
    assert "optima" in {row["name"] for row in shell.json("connections", "list")["connections"]}
    assert shell.json("connections", "test", "optima")["detail"] != ""
    told = shell.json("config", "show")
    assert [Path(file).name for file in told["files"]] == ["syncd.toml", "optima.toml"]
    origins = {one["key"]: one["origin"] for one in told["settings"]}
    assert origins["connections.optima.every"] == str(folder / "optima.toml")
    assert origins["connections.optima.options.token"] == "registry"
    assert TOKEN not in json.dumps(told)
    assert shell.run("config", "check").exit_code == 0
    assert shell.run("plan", "optima").exit_code == 0


def test_a_connection_is_changed_and_says_what_it_was(shell: Shell, bridge: BridgeSandbox, folder: Path) -> None:
    add(shell, bridge)
    wish = ("connections", "edit", "optima", "--set", "every=10m", "--set", "guard.blocks_percent=12")
    told = shell.json(*wish, "--dry-run")
    assert told["changes"] == [
        {"key": "every", "before": "5m", "after": "10m"},
        {"key": "guard.blocks_percent", "before": "5", "after": "12"},
    ]
    assert 'every = "5m"' in (folder / "optima.toml").read_text(encoding="utf-8")
    assert shell.run(*wish).exit_code == 0
    assert 'every = "10m"' in (folder / "optima.toml").read_text(encoding="utf-8")
    assert shell.json(*wish)["changes"] == []


@pytest.mark.parametrize(
    ("wish", "code", "told"),
    [
        ("evry=10m", 2, "there is no setting 'evry' here; did you mean every?"),
        ("every=soon", 7, "neither a duration"),
        ("options.url=http://127.0.0.9:9", 7, "optima was not changed"),
    ],
)
def test_a_wrong_change_is_told_and_not_made(
    shell: Shell, bridge: BridgeSandbox, folder: Path, wish: str, code: int, told: str
) -> None:
    add(shell, bridge)
    before = (folder / "optima.toml").read_text(encoding="utf-8")
    result = shell.run("connections", "edit", "optima", "--set", wish)
    assert (result.exit_code, told in result.stderr) == (code, True), result.output
    assert (folder / "optima.toml").read_text(encoding="utf-8") == before


def test_what_a_person_wrote_gets_lines_to_write(shell: Shell) -> None:
    result = shell.run("connections", "edit", "shop", "--set", "served=pl de")
    assert result.exit_code == 0, result.output
    assert '[connections.shop]\nserved = ["PL", "DE"]\n' in result.stdout
    assert "syncd does not write" in result.stderr


def test_alerts_are_tried(shell: Shell) -> None:
    assert shell.run("alerts", "test").exit_code == 7
    text = shell.file.read_text(encoding="utf-8")
    shell.file.write_text(text + '\n[alerts]\ncommand = ["true"]\n', encoding="utf-8")
    assert shell.json("alerts", "test")["told"] == ["command"]
    shell.file.write_text(text + '\n[alerts]\ncommand = ["false"]\n', encoding="utf-8")
    assert shell.run("alerts", "test").exit_code == 4


def test_without_the_folder_the_file_is_printed(shell: Shell, bridge: BridgeSandbox) -> None:
    result = shell.run(*words(bridge, "--secret", "token=-"), answer=TOKEN)
    assert "[connections.optima]\n" in result.stdout
    assert TOKEN not in result.output
    assert "no folder to write into" in result.stderr


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (("--secret", "token=-", "--route", "shpo"), 7, "Did you mean shop"),
        (("--secret", "token=-", "--every", "soon"), 7, "every"),
        (("--secret", "token=-", "--option", "pge=5"), 2, "did you mean page"),
        (("--secret", "token=-", "--option", "page=many"), 2, "the option page is no number"),
        (("--secret", "token=/nowhere"), 2, "cannot be read"),
        ((), 2, "the option token is missing; add --secret token=FILE."),
    ],
)
def test_a_mistake_is_told_and_nothing_is_made(
    shell: Shell, bridge: BridgeSandbox, folder: Path, more: tuple[str, ...], code: int, told: str
) -> None:
    result = shell.run(*words(bridge, *more), answer=TOKEN)
    assert result.exit_code == code, result.output
    assert told.lower() in result.stderr.lower()
    assert list(folder.iterdir()) == []


def test_one_that_does_not_let_us_in_is_not_made_unless_untested(
    shell: Shell, bridge: BridgeSandbox, folder: Path
) -> None:
    result = shell.run(*words(bridge, "--secret", "token=-"), answer="wrong")
    assert result.exit_code == 7
    assert "optima was not made" in result.stderr
    assert shell.run(*words(bridge, "--secret", "token=-", "--untested"), answer="wrong").exit_code == 0


def test_a_secret_is_replaced_from_standard_input(shell: Shell, bridge: BridgeSandbox, folder: Path) -> None:
    assert shell.run(*words(bridge, "--secret", "token=-", "--untested"), answer="wrong").exit_code == 0
    assert shell.run("connections", "set-secret", "optima", "token", answer=TOKEN).exit_code == 0
    assert shell.run("connections", "test", "optima").exit_code == 0
    (row,) = shell.rows("connections", "secrets", "optima")
    assert (row["option"], row["where"], row["variable"]) == ("token", "registry", "SYNCD_OPTIMA_TOKEN")
    assert shell.run("connections", "forget-secret", "optima", "token").exit_code == 0
    assert shell.run("connections", "test", "optima").exit_code == 7


def test_the_key_can_be_changed_and_secrets_still_open(shell: Shell, bridge: BridgeSandbox, folder: Path) -> None:
    add(shell, bridge)
    assert shell.json("secrets", "rotate")["secrets"] == 1
    assert shell.run("connections", "test", "optima").exit_code == 0
    (shell.file.parent / "secrets.key").unlink()
    checks = {one["name"]: one for one in shell.json("doctor", "--local", code=7)["checks"] if one["state"] == "fail"}
    assert checks["secrets"]["detail"] == "no key opens optima.token"


def test_a_connection_is_taken_away(shell: Shell, bridge: BridgeSandbox, folder: Path) -> None:
    add(shell, bridge)
    assert shell.run("connections", "remove", "optima", "--no-input").exit_code == 2
    assert shell.run("connections", "remove", "optima", "--yes").exit_code == 0
    assert list(folder.iterdir()) == []
    assert shell.run("connections", "remove", "erp", "--yes").exit_code == 7


def test_a_pause_says_why(shell: Shell) -> None:
    told = shell.json("connections", "pause", "shop", "--reason", "moving house")["connection"]
    assert (told["state"], told["paused_because"]) == ("paused", "moving house")
    assert shell.json("connections", "resume", "shop")["connection"]["paused_because"] is None
