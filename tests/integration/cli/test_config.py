"""Does `syncd config` tell what is configured without telling secrets, and does `syncd init` start one?"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from syncd.cli import main
from tests.integration.cli.conftest import Shell

SCOPES = ["openid", "profile", "email"]
TRYTON = '[connections.tryton]\nkind = "tryton"\noptions.url = "http://127.0.0.1:1"\noptions.database = "d"\n'


def settings(shell: Shell) -> dict[str, dict[str, object]]:
    return {one["key"]: one for one in shell.json("config", "show")["settings"]}


def test_every_value_is_shown_with_its_origin(shell: Shell) -> None:
    shell.environ["SYNCD_PUSH_BATCH"] = "7"
    found = settings(shell)
    assert (found["push_batch"]["value"], found["push_batch"]["origin"]) == (7, "environment SYNCD_PUSH_BATCH")
    assert found["connections.erp.side"]["origin"] == str(shell.file)
    assert found["history_days"]["origin"] == "default"


def test_secrets_are_masked(shell: Shell) -> None:
    shell.file.write_text(TRYTON, encoding="utf-8")
    shell.environ |= {
        "SYNCD_TRYTON_PASSWORD": "hidden",
        "SYNCD_TRYTON_USERNAME": "sync",
        "REDIS_URL": "redis://:hidden@h/0",
    }
    found = settings(shell)
    assert found["connections.tryton.options.password"]["value"] == "***"
    assert found["connections.tryton.options.username"]["value"] == "sync"
    for command in (["config", "show"], ["config", "show", "--json"], ["connections", "show", "tryton"]):
        assert "hidden" not in shell.run(*command).output


def test_a_key_is_explained_with_meaning_default_and_variable(shell: Shell) -> None:
    found = shell.json("config", "explain", "connections.erp.every")["setting"]
    assert (found["value"], found["default"], found["variable"]) == ("5m", "5m", "SYNCD_ERP_EVERY")
    assert "How often" in found["meaning"]


def test_a_key_of_the_identity_provider_is_explained_where_there_is_none(shell: Shell) -> None:
    assert settings_of(shell, "console.oidc.issuer") == (None, "not set", None)
    assert settings_of(shell, "console.oidc.scopes") == (SCOPES, "default", SCOPES)
    assert not any(key.startswith("console.oidc") for key in settings(shell))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('redis = "redis://127.0.0.1:abc/0"', "redis: the host cannot be read, or the port"),
        ('redis = "redis://127.0.0.1:99999/0"', "redis: the host cannot be read, or the port"),
        ('redis = "redis://[::1/0"', "redis: the host cannot be read"),
        ('database = "postgresql://syncd@127.0.0.1:99999/syncd"', "the database URL cannot be read"),
        ('vies.url = "https://127.0.0.1:99999"', "vies.url: the host cannot be read, or the port"),
        ('console.public_url = "http://127.0.0.1:0"', "console.public_url: the host cannot be read, or the port"),
        ('console.flower_url = "http://127.0.0.1:99999"', "console.flower_url: the host cannot be read, or the port"),
        ("retry_cap_seconds = inf", "retry_cap_seconds: Expected `float` <= 31536000.0"),
        ("vies.seconds = inf", "vies.seconds: Expected `float` <= 31536000.0"),
        ('database = "sqlite:///"', "database names no file"),
        ('database = "sqlite:///:memory:"', "database names no file"),
    ],
)
def test_what_could_never_work_fails_the_check(shell: Shell, line: str, said: str) -> None:
    shell.file.write_text(f"{line}\n", encoding="utf-8")
    result = shell.run("config", "check")
    assert result.exit_code == 7
    assert said in " ".join(result.stderr.split())


def test_an_unknown_key_names_the_nearest(shell: Shell) -> None:
    result = shell.run("config", "explain", "push_bach")
    assert result.exit_code == 2
    assert "did you mean push_batch?" in result.stderr


def test_a_secret_in_plain_text_fails_the_check(shell: Shell) -> None:
    shell.file.write_text(TRYTON + 'options.password = "hidden"\n', encoding="utf-8")
    result = shell.run("config", "check")
    assert result.exit_code == 7
    assert "SYNCD_TRYTON_PASSWORD" in result.stderr
    assert "hidden" not in result.output


def test_a_missing_option_fails_the_check_and_stops_no_other_command(shell: Shell) -> None:
    text = shell.file.read_text(encoding="utf-8")
    shell.file.write_text(text + TRYTON, encoding="utf-8")
    assert shell.json("config", "check", code=7)["problems"][0]["message"].startswith("connection tryton: the option")
    assert shell.run("status").exit_code == 0


def test_a_right_configuration_passes_the_check(shell: Shell) -> None:
    told = shell.json("config", "check")
    assert (told["problems"], told["warnings"]) == ([], [])


def test_a_variable_without_effect_is_warned_of(shell: Shell) -> None:
    shell.environ["SYNCD_ERP_STROE"] = "x"
    assert "SYNCD_ERP_STROE has no effect" in shell.run("config", "check").stderr


def init(folder: Path, *words: str) -> tuple[int, str]:
    file = folder / "syncd.toml"
    result = CliRunner().invoke(
        main, ["init", "--config", str(file), *words], env={"DATABASE_URL": None, "REDIS_URL": None}
    )
    return result.exit_code, result.output


@pytest.mark.parametrize("url", ["", "registry", "postgresql://h:port/d"])
@pytest.mark.parametrize("words", [("check",), ("show",), ("explain", "database")])
def test_a_database_url_that_cannot_be_read_is_a_mistake_of_the_configuration(
    shell: Shell, url: str, words: tuple[str, ...]
) -> None:
    shell.file.write_text(f'database = "{url}"\n', encoding="utf-8")
    result = shell.run("config", *words)
    assert result.exit_code == 7
    assert "postgresql://user@host/name" in result.output


def test_each_limit_of_a_guard_is_explained_by_itself(shell: Shell) -> None:
    assert settings_of(shell, "connections.erp.guard.first_run") == ("apply", str(shell.file), "approve")
    assert settings_of(shell, "connections.erp.guard.at_least") == (20, "default", 20)


def settings_of(shell: Shell, key: str) -> tuple[object, object, object]:
    found = shell.json("config", "explain", key)["setting"]
    return found["value"], found["origin"], found["default"]


def test_init_writes_a_configuration_that_passes_the_check(tmp_path: Path) -> None:
    assert init(tmp_path, "--home", "de")[0] == 0
    text = (tmp_path / "syncd.toml").read_text(encoding="utf-8")
    assert 'home = "DE"' in text
    result = CliRunner().invoke(main, ["config", "check", "--config", str(tmp_path / "syncd.toml")])
    assert result.exit_code == 0


def test_init_again_keeps_the_file(tmp_path: Path) -> None:
    init(tmp_path)
    (tmp_path / "syncd.toml").write_text('home = "SE"\n', encoding="utf-8")
    code, output = init(tmp_path, "--home", "PL")
    assert code == 0
    assert "have no effect" in output
    assert (tmp_path / "syncd.toml").read_text(encoding="utf-8") == 'home = "SE"\n'


def test_init_in_a_container_makes_the_tables_and_leaves_the_configuration_to_who_mounts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path}/r.db", "SYNCD_CONFIG": None}
    result = CliRunner().invoke(main, ["init", "--no-input"], env=environ)
    assert result.exit_code == 0, result.output
    assert [path.suffix for path in tmp_path.iterdir() if path.suffix in {".db", ".toml"}] == [".db"]


def test_init_writes_the_file_that_the_environment_names(tmp_path: Path) -> None:
    file = tmp_path / "named.toml"
    result = CliRunner().invoke(main, ["init"], env={"SYNCD_CONFIG": str(file), "DATABASE_URL": None})
    assert result.exit_code == 0, result.output
    assert file.is_file()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--home", "Polska"), 2, "country code"),
        (("--redis", "redis://:hidden@h:6379/0"), 7, "SYNCD_REDIS"),
        (("--database", "postgresql://u:hidden@h/d"), 7, "SYNCD_DATABASE_FILE"),
        (("--database", "oracle://h/d"), 7, "field database"),
        (("--database", "postgresql://h:port/d"), 7, "database URL"),
        (("--redis", "http://h:6379/0"), 7, "redis is not a Redis URL"),
    ],
)
def test_init_leaves_no_file_with_what_does_not_belong_into_it(
    tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    exit_code, output = init(tmp_path, *words)
    assert exit_code == code
    assert told in output
    assert "hidden" not in output
    assert not (tmp_path / "syncd.toml").exists()


def test_upgrading_an_up_to_date_database_changes_nothing(shell: Shell) -> None:
    told = shell.json("db", "upgrade")
    assert told["before"] == told["after"]


def test_adapters_list_names_options_and_which_are_secret(shell: Shell) -> None:
    (tryton,) = shell.json("adapters", "list", "tryton")["adapters"]
    assert {option["name"] for option in tryton["options"] if option["secret"]} == {"password"}
    assert "memory" in {row["kind"] for row in shell.rows("adapters", "list")}


def test_a_column_that_is_mapped_to_no_field_fails_the_check_before_anything_is_read(shell: Shell) -> None:
    text = shell.file.read_text(encoding="utf-8")
    own = '[connections.books]\nkind = "files"\noptions = {folder = "in", key = "Id", fields = {name = "N", tax = "T"}}'
    shell.file.write_text(text + own, encoding="utf-8")
    problem = shell.json("config", "check", code=7)["problems"][0]
    assert problem["message"] == "connection books: option fields: a column cannot be mapped to 'tax'"
    assert problem["cure"].startswith("Fields are named like")
    assert not (shell.file.parent / "in").exists()
