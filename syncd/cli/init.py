"""``syncd init``: a configuration file and the registry's tables."""

from __future__ import annotations

import os
from pathlib import Path

import click
import msgspec

from syncd.cli.command import standalone
from syncd.cli.session import Session
from syncd.domain.country import alpha2
from syncd.errors import Misconfigured
from syncd.registry.engine import open_engine
from syncd.registry.schema import head, upgrade
from syncd.settings import load_settings, mask_url
from syncd.settings.files import CONFIG_VARIABLE, find_file
from syncd.settings.load import SIMPLE

__all__ = ["begin", "command"]

_TEMPLATE = """\
# Configuration of syncd: docs/reference/configuration.md explains every key, `syncd config check` checks this file.
# Secrets do not belong here: give them as SYNCD_<CONNECTION>_<OPTION>, or name a file with <option>_file = "path".

home = {home}  # country of the shop: decides who is domestic

# Where the registry is. A file is fine on one machine; several machines need PostgreSQL.
{database}

# What wakes the workers. `syncd up` brings one of its own while this is left out.
{redis}

# `syncd doctor` warns of a disk with less room than this, in MB, wherever syncd writes files.
# disk_free_mb = 1000
# backup_folder = "/backups"  # so that it looks at this disk as well

# One table for each system. `syncd adapters list` shows the kinds, `syncd adapters list KIND` their options.
#
# [connections.erp]
# kind = "..."
# every = "5m"        # or a cron expression: "*/15 6-22 * * 1-5"
# full_every = "1d"   # alone finds out that a contractor is missing
#
# [connections.erp.options]
# url = "https://..."
# password_file = "/run/secrets/erp-password"
#
# [connections.erp.guard]
# blocks_percent = 5  # a run that would block more waits for your yes
#
# [connections.shop]
# kind = "..."

# Which ERP feeds which shop.
#
# [[routes]]
# erp = "erp"
# shop = "shop"
# groups = {{ "HURT" = "Wholesale" }}  # the ERP's name = the shop's, to begin with: `syncd groups`
# zones = []                           # only these: domestic, intra_eu, extra_eu
"""


@standalone("init", example="syncd init --home PL\nsyncd init --database postgresql://syncd@db/syncd --no-input")
@click.option("--home", metavar="COUNTRY", help="Country of the shop, two letters.  [default: PL]")
@click.option("--database", metavar="URL", help="Where the registry is, without a password.")
@click.option("--redis", metavar="URL", help="The Redis that wakes workers, without a password.")
@click.pass_obj
def command(session: Session, home: str | None, database: str | None, redis: str | None) -> None:
    """Write a commented syncd.toml and make the registry's tables.

    Safe to run again: a file that is there stays as it is, and tables are only brought up to date. With --no-input and
    a database that the environment names, as in a container, no file is written.
    """
    file = _existing(session)
    written = file is None and not (session.no_input and _database_by_environment())
    if file is not None and (home or database or redis):
        session.warn(f"{file} is there already and stays as it is: --home, --database and --redis have no effect")
    if written:
        file = begin(session, home, database, redis)
    try:
        loaded = load_settings(file, os.environ)
        engine = open_engine(loaded.settings.database)
    except Misconfigured:
        if written and file is not None:  # the next call would keep it, and be refused as well
            file.unlink()
        raise
    try:
        upgrade(engine)
    finally:
        engine.dispose()
    shown = mask_url(loaded.settings.database)
    if session.json:
        session.document({"file": file, "written": written, "database": shown, "schema": head()})
    if file is not None:
        session.say(f"{'wrote' if written else 'kept'} {file}")
    session.say(f"tables of version {head()} are in {shown}")
    if not loaded.settings.connections:
        session.say(f"next: write your connections into {file or _place(session)}, then `syncd config check`")


def begin(session: Session, home: str | None = None, database: str | None = None, redis: str | None = None) -> Path:
    """Write a configuration file where none is, and answer where it is."""
    file = _place(session)
    _write(file, _content(_home(session, home), database, redis))
    return file


def _place(session: Session) -> Path:
    """Where the file is to be written."""
    return session.config or Path(os.environ.get(CONFIG_VARIABLE) or "syncd.toml")


def _existing(session: Session) -> Path | None:
    named = session.config is not None or bool(os.environ.get(CONFIG_VARIABLE))
    if named and not _place(session).is_file():
        return None
    return find_file(session.config, os.environ)


def _database_by_environment() -> bool:
    return any(os.environ.get(f"{name}{end}") for name in SIMPLE["database"] for end in ("", "_FILE"))


def _home(session: Session, home: str | None) -> str:
    if home is None:
        home = click.prompt("Country of the shop", default="PL", err=True) if session.asks else "PL"
    code = alpha2(home)
    if code is None:
        raise click.BadParameter(f"{home!r} is no country code; write two letters, such as PL", param_hint="--home")
    return code


def _content(home: str, database: str | None, redis: str | None) -> str:
    for option, url, variable in (("--database", database, "SYNCD_DATABASE"), ("--redis", redis, "SYNCD_REDIS")):
        if url is not None and mask_url(url) != url:
            raise Misconfigured(
                f"the URL of {option} holds a password, which does not belong into a configuration file",
                cure=f"Leave {option} out and set {variable} or {variable}_FILE.",
            )
    return _TEMPLATE.format(
        home=_toml(home),
        database=f"database = {_toml(database)}" if database else '# database = "postgresql://syncd@db.example/syncd"',
        redis=f"redis = {_toml(redis)}" if redis else '# redis = "redis://redis.example:6379/0"',
    )


def _toml(text: str) -> str:
    """A TOML text; JSON's escapes are TOML's as well."""
    return msgspec.json.encode(text).decode()


def _write(file: Path, content: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(content)
    except OSError as error:
        raise Misconfigured(
            f"{file} cannot be written: {error.strerror}", cure="Name another place with --config."
        ) from None
