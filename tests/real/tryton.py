"""How is a real Tryton ERP installed, set up and started?"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
from babel import Locale

from tests.real.places import CHECKOUT, digest, install_once, real_dir
from tests.real.postgres import Postgres, cluster_with
from tests.real.processes import Server, free_port, run
from tests.real.tryton_api import TrytonApi

DATABASE = "erp"
ADMIN = ("admin", "admin-test")
SYNC = ("sync", "sync-test")  # what syncd logs in as
LOCK = CHECKOUT / "requirements" / "real.lock"
MODULES = ("party", "company", "country", "currency", "party_relationship")

# Babel's list has these two-letter codes that no country bears.
NOT_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())


@dataclass
class Tryton:
    port: int
    server: Server
    database: str = DATABASE
    user: str = SYNC[0]
    password: str = SYNC[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def api(self, credentials: tuple[str, str] = ADMIN) -> TrytonApi:
        return TrytonApi(f"{self.url}/{self.database}", *credentials)


def tryton(folder: Path, port: int, database_server: Postgres) -> Tryton:
    """A server on a database that `base` has set up."""
    folder.mkdir(parents=True, exist_ok=True)
    config = write_config(folder, port, database_server)
    command = [str(executable("trytond")), "-c", str(config), "-d", DATABASE]
    return Tryton(port, Server("Tryton", command, folder / "tryton.log", is_ready=lambda: answers(port)))


def base() -> Path:
    """A PostgreSQL cluster with Tryton's database: modules, countries, and the users, made once for each version."""
    return cluster_with(f"erp-{digest(LOCK, Path(__file__))}", set_up)


def set_up(database_server: Postgres, folder: Path) -> None:
    database_server.create_database(DATABASE)
    config = write_config(folder, free_port(), database_server)
    (folder / "password").write_text(ADMIN[1])
    admin: list[str | Path] = [executable("trytond-admin"), "-c", config, "-d", DATABASE, "-v"]
    # Without --email: a second one would take the administrator's right away.
    activate = ["-u", *MODULES, "--activate-dependencies"]
    env = {"TRYTONPASSFILE": str(folder / "password")}
    run([*admin, "--all", "--email", "admin@erp.example"], log=folder / "admin.log", env=env)
    run([*admin, *activate], log=folder / "admin.log", env=env)
    erp = tryton(folder, free_port(), database_server)
    erp.server.start()
    try:
        api = erp.api()
        create_countries(api)
        create_sync_user(api)
    finally:
        erp.server.stop()


def create_countries(api: TrytonApi) -> None:
    names = {code: name for code, name in Locale("en").territories.items() if code.isalpha() and len(code) == 2}
    countries = [{"code": code, "name": names[code]} for code in sorted(names) if code not in NOT_COUNTRIES]
    api.call("country.country", "create", countries)


def create_sync_user(api: TrytonApi) -> None:
    group = api.call("res.group", "search", [["name", "=", "Party Administration"]])
    login, password = SYNC
    api.call("res.user", "create", [{"login": login, "name": login, "password": password, "groups": [["add", group]]}])


def write_config(folder: Path, port: int, database_server: Postgres) -> Path:
    config = folder / "trytond.conf"
    config.write_text(
        f"[database]\nuri = {database_server.url('')}\npath = {folder / 'files'}\n"
        f"[web]\nlisten = 127.0.0.1:{port}\n"
        "[password]\nlength = 8\n"
    )
    return config


def executable(name: str) -> Path:
    """A command of Tryton's own environment, installed on the first call: its pins are no part of the product's."""
    venv = install_once(real_dir() / "tryton-venv", digest(LOCK, sys.version), install)
    return venv / "bin" / name


def install(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        LOCK,
    ]
    run(pip, log=folder / "install.log", env={"PIP_NO_INPUT": "1", **os.environ})


def answers(port: int) -> bool:
    """Whether the log-in page of the database answers; a refusal of the empty log-in is an answer too."""
    login = {"id": 1, "method": "common.db.list", "params": []}
    try:
        answer = httpx.post(f"http://127.0.0.1:{port}/rpc/", json=login, timeout=5, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.status_code < 500
