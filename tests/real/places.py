"""Where do the real servers keep what they download and what they store?

.real/                    in the checkout, ignored by git; another folder: set SYNCD_REAL_DIR
    tryton-venv/          Tryton, as locked in requirements/real.lock
    vendure/              Vendure, as locked in vendure/package-lock.json
    oidc/                 the identity provider, as locked in oidc/package-lock.json
    base/                 servers freshly set up, never run again: each run starts from a copy
    runs/NAME/            one run's data and logs
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


def real_dir() -> Path:
    folder = Path(os.environ.get("SYNCD_REAL_DIR") or CHECKOUT / ".real").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run_dir(name: str) -> Path:
    folder = real_dir() / "runs" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def digest(*sources: Path | str) -> str:
    """A short name for these texts and files' contents, to see whether something made from them is still right."""
    hashed = hashlib.sha256()
    for source in sources:
        hashed.update(source.read_bytes() if isinstance(source, Path) else source.encode())
        hashed.update(b"\0")
    return hashed.hexdigest()[:12]


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let only one process at a time install or set up the thing of this name."""
    with (real_dir() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_once(target: Path, make: Callable[[Path], None]) -> Path:
    """Return `target`, a folder called KIND-DIGEST, made by `make` and renamed when complete: it is never half made.

    Older ones of the same kind are removed.
    """
    kind = target.name.partition("-")[0]
    with locked(kind):
        if not target.exists():
            for old in target.parent.glob(f"{kind}-*"):
                shutil.rmtree(old)
            draft = target.with_name(f"{target.name}.draft")
            draft.mkdir(parents=True)
            make(draft)
            draft.rename(target)
    return target


def install_once(folder: Path, stamp: str, install: Callable[[Path], None]) -> Path:
    """Run `install` in `folder` unless the last one there finished with the same `stamp`."""
    with locked(folder.name):
        done = folder / ".installed"
        if not done.exists() or done.read_text() != stamp:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            install(folder)
            done.write_text(stamp)
    return folder
