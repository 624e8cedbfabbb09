"""How is a program for Node.js installed with its packages, as locked?"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.real.places import digest, install_once, real_dir
from tests.real.processes import NotStarted, run

PACKAGES = ("package.json", "package-lock.json", ".npmrc")


def installed(sources: Path, programs: Sequence[str], *, also: Callable[[Path], None] = lambda _folder: None) -> Path:
    """The folder of the programs with their packages, installed on the first call.

    Args:
        also: What else has to be done there once.
    """
    version = subprocess.run([node(), "--version"], capture_output=True, text=True, check=True).stdout

    def install(folder: Path) -> None:
        for name in PACKAGES:
            shutil.copy(sources / name, folder / name)
        run([npm(), "ci", "--ignore-scripts"], log=folder / "install.log", cwd=folder)
        also(folder)

    folder = install_once(real_dir() / sources.name, digest(sources / "package-lock.json", version), install)
    for name in programs:
        if not (folder / name).exists() or (folder / name).read_bytes() != (sources / name).read_bytes():
            shutil.copy(sources / name, folder / name)
    return folder


def node() -> str:
    """Raises NotStarted when there is none."""
    return program("node")


def npm() -> str:
    """Raises NotStarted when there is none."""
    return program("npm")


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise NotStarted(f"No {name} on PATH: install Node.js 20 or later.")
    return found
