"""How is a real Vendure shop installed, set up and started?"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import httpx
from babel import Locale

from tests.real import node
from tests.real.places import HERE, digest, make_once, real_dir
from tests.real.processes import Server, free_port, run
from tests.real.vendure_api import VendureApi

ADMIN = ("superadmin", "superadmin-test")
SOURCES = HERE / "vendure"
PROGRAMS = ("shop.js", "blocked-customers.js", "mail-file.js")
COUNTRIES = ("PL", "DE", "FR", "GB", "NO", "US", "AT", "BE", "CZ", "ES", "IT", "NL", "SE", "SK", "UA")

# What syncd's key may do, and no more.
PERMISSIONS = (
    "ReadCustomer CreateCustomer UpdateCustomer DeleteCustomer "
    "ReadCustomerGroup CreateCustomerGroup UpdateCustomerGroup ReadCountry"
).split()

CREATE_COUNTRY = "mutation ($input: CreateCountryInput!) { createCountry(input: $input) { id } }"
CREATE_ROLE = "mutation ($input: CreateRoleInput!) { createRole(input: $input) { id } }"
CREATE_KEY = """mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey entityId } }"""


@dataclass
class Vendure:
    port: int
    server: Server
    api_key: str
    mail: Path  # what the shop would have sent by e-mail, one JSON line each
    api_key_header: str = "vendure-api-key"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def admin(self) -> VendureApi:
        api = VendureApi(f"{self.url}/admin-api")
        api.log_in(*ADMIN)
        return api

    def shopper(self) -> VendureApi:
        """A visitor, not logged in."""
        return VendureApi(f"{self.url}/shop-api")


def vendure(folder: Path, port: int, *, database: str = "", refuses_blocked: bool = True) -> Vendure:
    """A shop whose key, mails and log lie in `folder`, where `prepare` or `prepare_in` has put the first.

    Args:
        database: URL of its PostgreSQL database; "" for a SQLite file in `folder`, which stands one caller at a time.
        refuses_blocked: False: the field `status` is data only, as in a shop whose owner installed no plugin for it.
    """
    api_key = json.loads((folder / "key.json").read_text())
    program = server(folder, port, database=database, refuses_blocked=refuses_blocked)
    return Vendure(port, program, api_key, folder / "mail.jsonl")


def prepare(folder: Path) -> None:
    """Copy a shop freshly set up on SQLite to `folder`, unless one is there."""
    if not (folder / "shop.sqlite").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("shop.sqlite", "key.json"):
            shutil.copy(base() / name, folder / name)


def prepare_in(folder: Path, database: str) -> None:
    """Set a shop up in a PostgreSQL database, unless that was done."""
    if not (folder / "key.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        set_up(folder, database)


def server(
    folder: Path, port: int, *, database: str = "", refuses_blocked: bool = True, new_database: bool = False
) -> Server:
    env = {
        "NODE_ENV": "production",
        "SHOP_PORT": str(port),
        "SHOP_ADMIN": ADMIN[0],
        "SHOP_ADMIN_PASSWORD": ADMIN[1],
        "SHOP_DATABASE": database or str(folder / "shop.sqlite"),
        "SHOP_MAIL": str(folder / "mail.jsonl"),
        "SHOP_NEW_DATABASE": str(int(new_database)),
        "SHOP_REFUSES_BLOCKED": str(int(refuses_blocked)),
        "VENDURE_DISABLE_TELEMETRY": "1",
    }
    program = installed() / "shop.js"
    command = [node.node(), str(program)]
    ready = lambda: is_healthy(port)  # noqa: E731
    return Server("Vendure", command, folder / "vendure.log", ready, env, cwd=program.parent, deadline=120)


def base() -> Path:
    """A shop with countries, an administrator and syncd's API key, made once for each version."""
    sources = [SOURCES / name for name in ("package-lock.json", *PROGRAMS)]
    return make_once(real_dir() / "base" / f"shop-{digest(*sources, Path(__file__))}", set_up)


def set_up(folder: Path, database: str = "") -> None:
    port = free_port()
    shop = server(folder, port, database=database, new_database=True)
    shop.start()
    try:
        admin = VendureApi(f"http://127.0.0.1:{port}/admin-api")
        admin.log_in(*ADMIN)
        create_countries(admin)
        (folder / "key.json").write_text(json.dumps(create_api_key(admin)))
    finally:
        shop.stop()


def create_countries(admin: VendureApi) -> None:
    names = Locale("en").territories
    for code in COUNTRIES:
        translations = [{"languageCode": "en", "name": names[code]}]
        admin.call(CREATE_COUNTRY, input={"code": code, "enabled": True, "translations": translations})


def create_api_key(admin: VendureApi) -> str:
    role = admin.call(CREATE_ROLE, input={"code": "syncd", "description": "syncd", "permissions": PERMISSIONS})
    translations = [{"languageCode": "en", "name": "syncd"}]
    made = admin.call(CREATE_KEY, input={"roleIds": [role["createRole"]["id"]], "translations": translations})
    key: str = made["createApiKey"]["apiKey"]
    return key


def installed() -> Path:
    """The folder of the shop's program with its packages, installed on the first call."""
    return node.installed(SOURCES, PROGRAMS, also=compile_sqlite)


def compile_sqlite(folder: Path) -> None:
    """No package runs a program at its installation but the one that must, and that one compiles and downloads nothing.

    With the headers beside node where there are some.
    """
    prefix = Path(node.node()).resolve().parents[1]
    headers = {"npm_config_nodedir": str(prefix)} if (prefix / "include" / "node" / "node.h").exists() else {}
    compiling = {**headers, "npm_config_build_from_source": "true", "JOBS": str(os.cpu_count() or 1)}
    run([node.npm(), "rebuild", "better-sqlite3"], log=folder / "install.log", env=compiling, cwd=folder)


def is_healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=5, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
