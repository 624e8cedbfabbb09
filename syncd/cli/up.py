"""``syncd up``."""

from __future__ import annotations

import os

import click

from syncd.cli.command import finish, standalone
from syncd.cli.init import begin
from syncd.cli.session import Session
from syncd.embedded import run_up
from syncd.settings import load_settings
from syncd.settings.files import find_file

__all__ = ["command"]


@standalone("up", example="syncd up --demo\nsyncd up --demo --once --json")
@click.option("--demo", is_flag=True, help="Four pretend ERPs and shops with customers, in a folder of their own.")
@click.option("--once", is_flag=True, help="Synchronize everything once, print what happened, and stop.")
@click.pass_obj
def command(session: Session, *, demo: bool, once: bool) -> None:
    """Run everything on this machine and stay: worker, beat, console, and a Redis if none is configured.

    Where no configuration is, one is begun as `syncd init` would. Ctrl-C stops all of it.
    """
    file = find_file(session.config, os.environ)
    if file is None and not demo:
        # The programs that are started have to find the same one, and the console adds connections beside it.
        file = begin(session)
        session.say(f"wrote {file}")
    loaded = load_settings(file, os.environ)
    finish(run_up(loaded.settings, demo=demo, once=once, json=session.json, config=loaded.file))
