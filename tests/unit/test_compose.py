"""Does docker-compose.yml follow the Compose Specification and keep what the operators were promised?"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from syncd.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "tests/data/compose-spec.json").read_text(encoding="utf-8"))
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
LONG_RUNNING = sorted(name for name, service in SERVICES.items() if service.get("restart") != "no")
SECRETS = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "FLOWER_BASIC_AUTH"}


def problems(compose: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(SCHEMA).iter_errors(compose)]


def redis_settings() -> dict[str, str]:
    lines = COMPOSE["configs"]["redis"]["content"].splitlines()
    return dict(line.split(maxsplit=1) for line in lines)


def test_the_file_follows_the_compose_specification() -> None:
    assert problems(COMPOSE) == []


def test_the_specification_refuses_a_misspelled_key() -> None:
    broken = copy.deepcopy(COMPOSE)
    broken["services"]["redis"]["restrat"] = "always"
    assert any("restrat" in problem for problem in problems(broken))


def test_the_roles_are_those_the_operators_know() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "worker", "beat", "console", "flower", "cli"}
    assert LONG_RUNNING == ["beat", "console", "flower", "postgres", "redis", "worker"]


@pytest.mark.parametrize("name", LONG_RUNNING)
def test_a_long_running_service_comes_back_is_watched_and_is_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["stop_grace_period"] == "30s"
    assert service["healthcheck"]["test"]
    assert service["mem_limit"]
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


def test_flower_is_reached_from_this_host_only_and_asks_for_a_password() -> None:
    flower = SERVICES["flower"]
    assert flower["ports"] == ["127.0.0.1:5555:5555"]
    assert flower["environment"]["FLOWER_BASIC_AUTH"].startswith("${FLOWER_BASIC_AUTH:?")
    assert "FLOWER_UNAUTHENTICATED_API" not in TEXT
    assert "--read_only" in flower["command"]


def test_the_console_is_reached_from_this_host_only_and_is_watched() -> None:
    console = SERVICES["console"]
    assert console["ports"] == ["127.0.0.1:8711:8711"]
    assert "/readyz" in console["healthcheck"]["test"][-1]
    assert console["image"] == SERVICES["worker"]["image"]


def test_the_console_starts_with_the_settings_that_it_is_given(tmp_path: Path) -> None:
    given = {
        name: re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", value)
        for name, value in SERVICES["console"]["environment"].items()
        if name.startswith("SYNCD_CONSOLE_")
    }
    (tmp_path / "syncd.toml").write_text("")
    own = load_settings(tmp_path / "syncd.toml", given).settings.console
    assert (own.host, own.port, own.address) == ("0.0.0.0", 8711, "http://127.0.0.1:8711")
    assert not own.behind_tls_proxy


def test_no_other_service_publishes_a_port() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["console", "flower"]


def test_redis_survives_a_restart_refuses_instead_of_evicting_and_asks_for_a_password() -> None:
    settings = redis_settings()
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "everysec"
    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["requirepass"].startswith("${REDIS_PASSWORD:?")
    assert SERVICES["redis"]["configs"][0]["target"] in SERVICES["redis"]["command"]


def test_no_secret_has_a_default() -> None:
    used = re.findall(r"\$\{(\w+)([^}]*)\}", TEXT)
    required = {name for name, rest in used if rest.startswith(":?")}
    assert required == SECRETS
    assert all(rest.startswith(":?") for name, rest in used if name in SECRETS)


def test_the_example_environment_names_every_secret_and_fills_in_none() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    assert given == dict.fromkeys(SECRETS, "")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_an_image_is_pinned_to_a_version(name: str) -> None:
    image = SERVICES[name]["image"].replace("${SYNCD_VERSION:-0.1.0}", "0.1.0")
    assert re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*", image)


def test_the_image_is_built_from_a_pinned_base_and_does_not_run_as_root() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.11-slim-\w+$", dockerfile, re.MULTILINE)
    assert re.search(r"^USER syncd$", dockerfile, re.MULTILINE)
    assert "--require-hashes -r requirements/main.lock" in dockerfile


@pytest.mark.parametrize("name", ["worker", "beat", "console", "flower"])
def test_a_role_starts_after_the_tables_are_made_and_redis_answers(name: str) -> None:
    assert SERVICES[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "redis": {"condition": "service_healthy"},
    }


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_store_is_on_the_inner_network_only(name: str) -> None:
    assert SERVICES[name]["networks"] == ["data"]
    assert COMPOSE["networks"]["data"]["internal"] is True


def test_a_health_check_calls_no_platform() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for text in (TEXT, dockerfile):
        assert re.findall(r'"syncd", "doctor"[^]]*', text) == ['"syncd", "doctor", "--local"']
