"""What is the demo? Four pretend ERPs, each with a pretend shop of another country and kind, and their configuration.

All of them keep their state in the demo's folder, so that a second demo goes on where the first one ended.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Final
from zlib import crc32

from syncd.embedded.supervisor import Program

__all__ = ["Demo", "demo_environ", "prepare_demo"]

BUSY_SECONDS: Final = 15.0
"""How often somebody changes something in an ERP while the demo stays."""

_PORTS: Final = ("esklep", "xl", "atomstore", "exchange", "insales", "abicart")


@dataclass(frozen=True)
class Demo:
    """A demo that is ready to be started.

    Attributes:
        sides: The simulators.
        life: Edits the shops now and then.
        addresses: Where the sides can be looked at, by name.
    """

    config: Path
    sides: tuple[Program, ...]
    life: Program
    addresses: Mapping[str, str]


def demo_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without anything that would lead the demo to a real registry or a real shop."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith("SYNCD_") and name.removesuffix("_FILE") not in {"DATABASE_URL", "REDIS_URL"}
    }


def prepare_demo(folder: Path, environ: Mapping[str, str], *, busy: bool) -> Demo:
    """Write the configuration and say what to start.

    Args:
        busy: Whether people work in the ERPs; one cycle is compared with what was there when it began.
    """
    folder = folder.resolve()
    ports = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
    places = {
        **{f"{name}_port": str(port) for name, port in ports.items()},
        "optima_database": json.dumps(str(folder / "optima" / "optima.db")),
        "xl_database": json.dumps(str(folder / "xl" / "CDN.db")),
    }
    config = folder / "syncd.toml"
    template = Template(files("syncd.embedded").joinpath("demo.toml").read_text(encoding="utf-8"))
    config.write_text(template.substitute(places), encoding="utf-8")
    for name in ("optima", "xl"):
        _keep_secret(folder / f"{name}.url", f"sqlite:///{folder / name / 'main.db'}")
    for name in ("optima", "optima/wymiana", "xl", "1c", "csv"):
        (folder / name).mkdir(exist_ok=True)
    life = [sys.executable, "-m", "syncd.embedded.life", str(config)]
    shops = ("esklep", "atomstore", "insales", "abicart")
    return Demo(
        config,
        tuple(_sides(folder, ports, _secret(folder), environ, busy=busy)),
        Program("demo-life", life, environ, stage=1),
        {name: f"http://127.0.0.1:{ports[name]}" for name in shops},
    )


def _sides(
    folder: Path, ports: Mapping[str, int], secret: str, environ: Mapping[str, str], *, busy: bool
) -> list[Program]:
    """The eight simulators, about 500 contractors together: fewer where the shop counts calls."""
    work = ["--busy", str(BUSY_SECONDS)] if busy else []

    def erp(name: str, kind: str, count: int, *options: str, is_ready: Callable[[], bool] | None = None) -> Program:
        return _side(
            name, kind, count, [*options, *work], environ, is_ready or _has_spoken(folder / f"demo-{name}.log")
        )

    def shop(name: str, count: int, *options: str) -> Program:
        port = ports[name]
        known = ["--port", str(port), "--state", f"{name}.state"]
        return _side(name, name, count, [*known, *options], environ, lambda: _accepts(port))

    return [
        erp("optima", "optima", 160, "--folder", "optima"),
        erp("xl", "xl", 150, "--folder", "xl", "--port", str(ports["xl"]), "--token", secret),
        erp(
            "1c",
            "commerceml",
            *(60, "--port", str(ports["exchange"]), "--password", secret, "--state", "1c.state"),
            is_ready=lambda: any((folder / "1c").rglob("*contragents*.xml")),
        ),
        erp("csv", "files", 90, "--folder", "csv", "--state", "csv.state"),
        shop("esklep", 12, "--token", secret),
        shop("atomstore", 12, "--password", secret),
        shop("insales", 6, "--password", secret),
        shop("abicart", 10, "--token", secret),
    ]


def _side(
    name: str, kind: str, count: int, options: list[str], environ: Mapping[str, str], is_ready: Callable[[], bool]
) -> Program:
    # Each with a seed of its own: made of the same chances, two sides would give two firms one tax number.
    own = ["--contractors", str(count), "--seed", str(crc32(name.encode()) % 1000)]
    command = [sys.executable, "-m", f"adapters.{kind}.simulator", *own, *options]
    return Program(f"demo-{name}", command, environ, is_ready=is_ready)


def _secret(folder: Path) -> str:
    """What all of the demo's sides take as token and as password."""
    path = folder / "demo.secret"
    if not path.exists():
        _keep_secret(path, secrets.token_hex(16))
    return path.read_text(encoding="utf-8")


def _keep_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(draft).replace(path)


def _free_ports(count: int) -> list[int]:
    """Ports that are free now, all of them different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _has_spoken(log: Path) -> Callable[[], bool]:
    """Whether a simulator said that all is there: the first that it says, and nothing before."""
    before = _size(log)
    return lambda: _size(log) != before


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
