"""How does a process become Celery's worker or beat, and hold no more than it needs for that?

    python -m workers worker --concurrency=4
    python -m workers --no-color beat

These are Celery's own commands with all their options. Its umbrella command, which works as well, loads every other
one with them, Flower and a shell among them: twelve megabytes with which each process of a worker begins.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from celery import maybe_patch_concurrency

from syncd.starting import not_collecting

__all__ = ["main"]

_ROLES: Final = ("beat", "worker")
_NO_COLOR: Final = "--no-color"


def main(arguments: Sequence[str]) -> None:
    """Become one of the two; its end is the process' end."""
    rest = list(arguments)
    no_color = rest[:1] == [_NO_COLOR]
    role, *options = rest[no_color:] or [""]
    if role not in _ROLES:
        sys.exit(f"usage: python -m workers [{_NO_COLOR}] {{{','.join(_ROLES)}}} [OPTIONS]")
    # Whoever detaches itself starts the umbrella command with the arguments that stand here.
    sys.argv[1:] = ["--app=workers.app", *arguments]
    maybe_patch_concurrency()
    # Only now: it may have replaced parts of what these import.
    with not_collecting():
        from celery.bin.base import CLIContext  # noqa: PLC0415

        from workers.app import app  # noqa: PLC0415

        command = getattr(import_module(f"celery.bin.{role}"), role)
    context = CLIContext(app=app, no_color=no_color, workdir=None)
    name, prefix = f"python -m workers {role}", f"CELERY_{role.upper()}"
    command.main(options, prog_name=name, auto_envvar_prefix=prefix, obj=context)


if __name__ == "__main__":
    main(sys.argv[1:])
