"""What is the demo? A pretend ERP and a pretend shop, served over HTTP, and a configuration that joins them.

Both simulators keep their state in the demo's folder, so that a second demo goes on where the first one ended.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from syncd.embedded.supervisor import Program

__all__ = ["Demo", "demo_environ", "prepare_demo"]

CONTRACTORS: Final = 500

_ERP_PASSWORD: Final = "sync-test"  # noqa: S105 - of a simulator on loopback, which prints it

_CONFIGURATION: Final = """\
# Written by `syncd up --demo` at each start: the ports change.
home = "PL"
database = "sqlite:///syncd.db"

[connections.erp]
kind = "tryton"
every = "10s"
guard.first_run = "apply" # in a real shop, look first

[connections.erp.options]
url = "http://127.0.0.1:{erp_port}"
database = "erp"
username = "sync"
password_file = "erp.password"
overlap_seconds = 2

[connections.shop]
kind = "vendure"
every = "10s"
guard.first_run = "apply"

[connections.shop.options]
url = "http://127.0.0.1:{shop_port}/admin-api"
api_key_file = "shop.key"
status_blocks_login = true

[[routes]]
erp = "erp"
shop = "shop"
create_inactive = true
"""


@dataclass(frozen=True)
class Demo:
    """A demo that is ready to be started.

    Attributes:
        sides: The simulators.
        life: Edits both sides now and then.
        addresses: Where the sides can be looked at, by name.
    """

    config: Path
    sides: tuple[Program, Program]
    life: Program
    addresses: Mapping[str, str]


def demo_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without anything that would lead the demo to a real registry or a real shop."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith("SYNCD_") and name.removesuffix("_FILE") not in {"DATABASE_URL", "REDIS_URL"}
    }


def prepare_demo(folder: Path, environ: Mapping[str, str]) -> Demo:
    """Write the configuration and say what to start."""
    erp_port, shop_port = _free_port(), _free_port()
    config = folder / "syncd.toml"
    config.write_text(_CONFIGURATION.format(erp_port=erp_port, shop_port=shop_port), encoding="utf-8")
    _keep_secret(folder / "erp.password", _ERP_PASSWORD)
    key_file = folder / "shop.key"
    if not key_file.exists():
        _keep_secret(key_file, secrets.token_urlsafe(24))
    key = key_file.read_text(encoding="ascii")
    erp = ["--port", str(erp_port), "--parties", str(CONTRACTORS), "--state", "erp.state"]
    shop = ["--port", str(shop_port), "--api-key", key, "--state", "shop.state", "--refuses-blocked"]
    return Demo(
        config,
        (_side("demo-erp", "tryton", erp_port, erp, environ), _side("demo-shop", "vendure", shop_port, shop, environ)),
        Program("demo-life", [sys.executable, "-m", "syncd.embedded.life", str(config)], environ, stage=1),
        {"erp": f"http://127.0.0.1:{erp_port}", "shop": f"http://127.0.0.1:{shop_port}"},
    )


def _side(name: str, kind: str, port: int, options: list[str], environ: Mapping[str, str]) -> Program:
    command = [sys.executable, "-m", f"adapters.{kind}.simulator", *options]
    return Program(name, command, environ, is_ready=lambda: _accepts(port))


def _keep_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
    Path(draft).replace(path)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
