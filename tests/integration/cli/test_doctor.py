"""Does the doctor find what is wrong, and name what helps?"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from syncd.certify.faults import Fault
from syncd.cli import main
from syncd.embedded.redis import brought_by_up, redis_program, socket_url
from syncd.registry.engine import open_engine, writing
from syncd.registry.presence import say_alive
from syncd.registry.tables import Worker
from tests.fixtures.daemon import wait_until
from tests.fixtures.provider import CLIENT, SECRET, providing
from tests.integration.cli.conftest import Shell
from tests.real.redis import Redis, find_binary

AT_WORK = ("worker", "beat")


def checks(shell: Shell, *words: str, code: int = 0) -> dict[str, Any]:
    told = shell.json("doctor", *words, code=code)["checks"]
    return {check["name"]: check for check in told}


def start_processes(shell: Shell, ago: timedelta = timedelta(0), *, roles: Sequence[str] = (*AT_WORK, "tick")) -> None:
    engine = open_engine(f"sqlite:///{shell.file.parent / 'syncd.db'}")
    for role in roles:
        say_alive(engine, f"host:{role}", role, now=datetime.now(UTC) - ago)
    engine.dispose()


def test_with_everything_there_the_doctor_is_content(shell: Shell, empty_redis: Redis) -> None:
    shell.environ["REDIS_URL"] = empty_redis.url
    start_processes(shell)
    found = checks(shell)
    assert {check["state"] for name, check in found.items() if name != "redis"} == {"ok"}
    assert found["redis"]["state"] in {"ok", "warn"}
    assert {
        "python",
        "configuration",
        "database",
        "redis",
        "disk",
        "worker",
        "beat",
        "schedule",
        "clock",
        "erasures",
        "secrets",
        "erp",
        "shop",
    } == set(found)


@pytest.mark.parametrize("deep", [False, True], ids=["beside", "in a folder with a long name"])
def test_the_redis_that_up_brought_is_looked_at(tmp_path: Path, deep: bool) -> None:
    home = tmp_path / ("x" * 120 if deep else "x") / ".syncd"
    home.mkdir(parents=True)
    (home.parent / "syncd.toml").write_text("", encoding="utf-8")
    url, path = socket_url(home)
    program = redis_program(find_binary(), home, path, os.environ)
    asked = ["doctor", "--local", "--json", "--config", str(home.parent / "syncd.toml")]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(program.command, stdout=log, stderr=log)
        try:
            wait_until(program.is_ready)
            assert brought_by_up(home.parent) == brought_by_up(home) == url
            told = json.loads(CliRunner().invoke(main, asked, env={"REDIS_URL": None}).stdout)["checks"]
            assert ["ms" in check["detail"] for check in told if check["name"] == "redis"] == [True]
        finally:
            server.kill()
            server.wait()
    assert brought_by_up(home.parent) is None, "what a killed one left behind is none"


def test_each_failure_has_a_cure(shell: Shell) -> None:
    shell.environ["REDIS_URL"] = "redis://127.0.0.1:1/0"
    shell.erp.faults.plan(Fault(kind="status", status=401))
    found = checks(shell, code=4)
    failed = {name for name, check in found.items() if check["state"] == "fail"}
    assert failed == {"redis", "worker", "beat", "erp"}
    assert [name for name in failed if not found[name]["cure"]] == []


def test_processes_that_went_silent_are_missed(shell: Shell) -> None:
    start_processes(shell, ago=timedelta(minutes=5))
    found = checks(shell, "--local", code=1)
    assert "last seen 30" in found["worker"]["detail"]
    assert "syncd beat" in found["beat"]["cure"]


def test_a_schedule_that_reaches_no_worker_is_missed_though_all_are_alive(shell: Shell) -> None:
    start_processes(shell, ago=timedelta(minutes=5))
    engine = open_engine(f"sqlite:///{shell.file.parent / 'syncd.db'}")
    with writing(engine) as connection:
        connection.execute(update(Worker).where(Worker.role != "tick").values(seen_at=datetime.now(UTC)))
    engine.dispose()
    found = checks(shell, "--local", code=1)
    assert [name for name, check in found.items() if check["state"] == "fail"] == ["schedule"]
    assert "last looked at 30" in found["schedule"]["detail"]
    assert "same Redis" in found["schedule"]["cure"]


def test_a_schedule_is_not_missed_while_all_have_only_just_begun(shell: Shell) -> None:
    start_processes(shell, roles=AT_WORK)
    assert checks(shell, "--local")["schedule"]["state"] == "ok"


def test_one_connection_can_be_examined_alone(shell: Shell) -> None:
    assert set(checks(shell, "erp")) == {"python", "configuration", "database", "erp"}


def test_local_calls_no_platform(shell: Shell) -> None:
    start_processes(shell)
    assert {"erp", "shop"}.isdisjoint(checks(shell, "--local"))
    assert shell.erp.journal == shell.shop.journal == []


def test_a_connection_of_so_few_that_no_limit_holds_is_told_with_a_limit_that_would(shell: Shell) -> None:
    shell.fill()
    shell.run("sync", "erp", "--wait")
    start_processes(shell)
    found = checks(shell, "--local")["erp"]
    assert (found["state"], "never hold a run" in found["detail"]) == ("warn", True)
    assert found["cure"] == "Set guard.at_least of [connections.erp] to 2, for instance."


def test_a_database_without_tables_is_told_with_the_command_that_helps(shell: Shell) -> None:
    shell.environ["DATABASE_URL"] = f"sqlite:///{shell.file.parent / 'empty.db'}"
    assert checks(shell, code=7)["database"]["cure"] == "Run `syncd db upgrade`."


def test_a_database_that_is_away_is_told_without_its_password(shell: Shell) -> None:
    shell.environ["DATABASE_URL"] = "postgresql://syncd:hidden@127.0.0.1:1/syncd"
    result = shell.run("doctor", "--local")
    assert result.exit_code == 4
    assert "hidden" not in result.output
    assert "fail\tdatabase\tit cannot be reached" in result.stdout


def test_a_strangers_redis_without_a_password_is_refused() -> None:
    from syncd.checks.doorbell import _safety  # noqa: PLC0415

    assert [check.state for check in _safety("redis://redis.example:6379/0")] == ["fail"]
    assert _safety("redis://:secret@redis.example:6379/0") == _safety("redis://127.0.0.1:6379/0") == []


def test_an_option_that_is_missing_is_a_finding_of_the_configuration(shell: Shell) -> None:
    text = shell.file.read_text(encoding="utf-8").replace("options.store", "options.stroe", 1)
    shell.file.write_text(text, encoding="utf-8")
    found = checks(shell, "--local", code=7)
    assert "erp" in found["configuration"]["detail"]


@pytest.mark.parametrize("words", [("epr",), ("erp", "--local")])
def test_what_makes_no_sense_is_wrong_usage(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell.run("doctor", *words).exit_code == 2


def seen(shell: Shell, *words: str) -> dict[str, Any]:
    """Checks, whatever else is wrong."""
    return {check["name"]: check for check in json.loads(shell.run("doctor", *words, "--json").stdout)["checks"]}


def test_an_identity_provider_is_asked_and_told_of_with_a_cure(shell: Shell) -> None:
    with providing(lambda: datetime.now(UTC)) as provider:
        shell.environ |= {
            "SYNCD_CONSOLE_OIDC_ISSUER": provider.url,
            "SYNCD_CONSOLE_OIDC_CLIENT_ID": CLIENT,
            "SYNCD_CONSOLE_OIDC_CLIENT_SECRET": SECRET,
        }
        assert shell.run("config", "check").exit_code == 0
        found = seen(shell)["identity provider"]
        assert (found["state"], "/log-in/provider/back" in found["detail"]) == ("ok", True)
        provider.discovery = {"issuer": "https://login.example"}
        found = seen(shell)["identity provider"]
        assert (found["state"], found["cause"], "console.oidc.issuer" in found["cure"]) == ("fail", "config", True)
        assert "identity provider" not in seen(shell, "--local")
    assert seen(shell)["identity provider"]["cause"] == "reach"
    assert SECRET not in shell.run("doctor", "--json").output + shell.run("config", "show", "--json").output


def test_where_passwords_are_off_the_doctor_asks_for_an_admin_who_is_linked(shell: Shell) -> None:
    shell.environ |= {
        "SYNCD_CONSOLE_OIDC_ISSUER": "http://127.0.0.1:1",
        "SYNCD_CONSOLE_OIDC_CLIENT_ID": CLIENT,
        "SYNCD_CONSOLE_OIDC_CLIENT_SECRET": SECRET,
        "SYNCD_CONSOLE_OIDC_PASSWORDS": "false",
    }
    found = seen(shell, "--local")["identity provider"]
    assert (found["state"], "SYNCD_CONSOLE_OIDC_PASSWORDS=true" in found["cure"]) == ("warn", True)
