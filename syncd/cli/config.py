"""``syncd config``: what is configured, is it right, and where does it come from?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from syncd.checks.machine import wrong_options
from syncd.cli.command import finish, group
from syncd.cli.exit_codes import ExitCode, WrongUsage
from syncd.cli.opening import load
from syncd.cli.session import Session, encode
from syncd.registry.engine import open_engine, read_url, reading
from syncd.settings import Loaded
from syncd.settings.convert import nearest
from syncd.settings.explain import Explained, explain, flatten
from syncd.sync.connecting.credentials import completed, whole

__all__ = ["command"]


@group("config")
def command() -> None:
    """Show, check and explain the configuration.

    Each value comes from the first that has it: a flag, SYNCD_* in the environment (or SYNCD_*_FILE), the
    configuration file, the default.
    """


@command.command("show", example="syncd config show --json")
@click.pass_obj
def show(session: Session) -> None:
    """Show every value with its origin, and which files were read; secrets are masked."""
    loaded = _load(session)
    found = flatten(loaded)
    if session.json:
        session.document({"files": loaded.files, "folder": loaded.folder, "settings": found})
        return
    session.say(f"files: {', '.join(map(str, loaded.files)) or 'none, environment and defaults'}")
    session.rows(("key", "value", "origin"), ((one.key, _text(one.value), one.origin) for one in found))


@command.command("check", example="syncd config check")
@click.pass_obj
def check(session: Session) -> None:
    """Check the configuration, the options of every connection included; no platform is called."""
    loaded = _load(session)
    problems = list(wrong_options(loaded))
    if session.json:
        told = [{"message": problem.message, "cure": problem.cure} for problem in problems]
        session.document({"file": loaded.file, "problems": told, "warnings": loaded.warnings})
    else:
        for problem in problems:
            session.fail(problem)
    if any(route.seed for route in loaded.settings.routes):
        session.say("groups of routes only begin a mapping that the registry keeps from then on: `syncd groups rules`")
    if not problems:
        session.say(f"the configuration is right: {loaded.file or 'no file, environment and defaults'}")
    finish(ExitCode.MISCONFIGURED if problems else ExitCode.DONE)


@command.command("explain", example="syncd config explain connections.optima.options.token")
@click.argument("key")
@click.pass_obj
def explain_(session: Session, key: str) -> None:
    """Say what KEY is, what it means, where it comes from, and by which variable it can be set."""
    loaded = _load(session)
    found = explain(loaded, key)
    if found is None:
        known = [one.key for one in flatten(loaded)]
        raise WrongUsage(f"there is no key {key!r}", cure=nearest(key, known, "`syncd config show` lists them."))
    if session.json:
        session.document({"setting": found})
        return
    session.pairs(_pairs(found).items())


def _load(session: Session) -> Loaded:
    """The configuration with the secrets that only the registry has, where there is one yet."""
    loaded = load(session)
    url = read_url(loaded.settings.database)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        return loaded
    engine = open_engine(loaded.settings.database)
    try:
        with reading(engine) as connection:
            return whole(loaded, completed(connection, loaded.settings))
    except (SQLAlchemyError, OSError):  # `syncd doctor` tells of it
        return loaded
    finally:
        engine.dispose()


def _pairs(found: Explained) -> Mapping[str, Any]:
    return {
        "key": found.key,
        "value": _text(found.value),
        "origin": found.origin,
        "default": _text(found.default),
        "variable": found.variable,
        "meaning": found.meaning,
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else encode(value).decode()
