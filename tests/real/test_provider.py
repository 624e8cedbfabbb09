"""Does an identity provider of another maker's let people in to the console, as it is installed and as it is used?"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html

from tests.real.processes import Server, free_port
from tests.real.provider import CLIENT, answers, provider

pytestmark = pytest.mark.real

SYNCD = Path(sys.executable).with_name("syncd")
PEOPLE: dict[str, dict[str, Any]] = {
    "a-1": {"email": "anna@acme.example", "email_verified": True, "groups": ["syncd-admins", "all"]},
    "b-2": {"email": "boris@acme.example", "email_verified": True, "groups": ["all"]},
    "c-3": {"email": "anna@acme.example", "email_verified": False, "groups": ["syncd-admins"]},
}
ROLES = """
scopes = ["openid", "email", "profile", "groups"]
role_claim = "groups"
[console.oidc.roles]
"syncd-admins" = "admin"
"""


@dataclass
class House:
    """A console with its provider, both running."""

    folder: Path
    environment: dict[str, str]
    url: str

    def syncd(self, *arguments: str, fails: tuple[int, ...] = (0,)) -> str:
        environment = {**os.environ, **self.environment}
        done = subprocess.run(
            [str(SYNCD), *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode in fails, done.stderr
        return done.stdout

    def log_in(self, person: str) -> httpx.Response:
        """What a browser shows at the end of the way, which leads over two forms of the provider's."""
        with httpx.Client(trust_env=False, follow_redirects=True, timeout=30) as browser:
            page = browser.get(f"{self.url}/log-in/provider")
            while not str(page.url).startswith(self.url):
                (form,) = html.fromstring(page.text).forms
                fields = {name: value or "" for name, value in form.fields.items() if name}
                if "login" in fields:
                    fields |= {"login": person, "password": "any"}
                page = browser.post(str(page.url.join(form.action or "")), data=fields)
            return page


@pytest.fixture(params=[False, True], ids=["full tokens", "thin tokens"])
def thin(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(params=["", ROLES], ids=["admins say who", "roles of the provider's"])
def more(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def house(tmp_path: Path, thin: bool, more: str) -> Iterator[House]:
    console, issuer = free_port(), free_port()
    url = f"http://127.0.0.1:{console}"
    (tmp_path / "syncd.toml").write_text(
        f"[console]\nport = {console}\n[console.oidc]\n"
        f'issuer = "http://127.0.0.1:{issuer}"\nclient_id = "{CLIENT[0]}"\n{more}'
    )
    environment = {
        "SYNCD_CONFIG": str(tmp_path / "syncd.toml"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'registry.db'}",
        "SYNCD_CONSOLE_OIDC_CLIENT_SECRET": CLIENT[1],
    }
    own = House(tmp_path, environment, url)
    own.syncd("init", "--no-input")
    own.syncd("users", "invite", "anna", "--role", "admin")
    own.syncd("users", "email", "anna", "anna@acme.example")
    with ExitStack() as last_things:
        for server in (
            provider(tmp_path, issuer, f"{url}/log-in/provider/back", PEOPLE, thin=thin),
            Server(
                "console",
                [str(SYNCD), "console"],
                tmp_path / "console.log",
                lambda: answers(f"{url}/log-in"),
                environment,
                cwd=tmp_path,
            ),
        ):
            last_things.callback(server.stop)
            server.start()
        yield own


def test_whom_it_vouches_for_comes_in_and_nobody_else(house: House) -> None:
    assert html.fromstring(house.log_in("a-1").text).findtext(".//h1") == "Dashboard"
    for stranger in ("b-2", "c-3"):
        page = house.log_in(stranger)
        assert page.status_code == 401
        assert re.search("nobody has let you in here|gives you no role here", page.text)
    (anna,) = json.loads(house.syncd("users", "list", "--json"))["users"]
    assert (anna["name"], anna["role"]) == ("anna", "admin")
    # By now it is the account that counts, and not the address.
    assert html.fromstring(house.log_in("a-1").text).findtext(".//h1") == "Dashboard"


def test_the_doctor_finds_it_well(house: House) -> None:
    # No worker runs here, which the doctor minds.
    checks = json.loads(house.syncd("doctor", "--json", fails=(1,)))["checks"]
    (found,) = (check for check in checks if check["name"] == "identity provider")
    assert found["state"] == "ok"
