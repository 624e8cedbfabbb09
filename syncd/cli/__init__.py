"""What can be done from a shell? ``syncd COMMAND``: one module for each command or group of commands."""

from __future__ import annotations

from typing import Final

import click

from syncd.cli.lazy import LazyGroup

__all__ = ["COMMANDS", "main"]

COMMANDS: Final = {
    "init": ("syncd.cli.init", "Write a configuration file and make the registry's tables."),
    "up": ("syncd.cli.up", "Run everything on this machine: worker, beat, console, Redis."),
    "status": ("syncd.cli.status", "Show how every connection stands."),
    "metrics": ("syncd.cli.metrics", "Print numbers for a monitoring system."),
    "doctor": ("syncd.cli.doctor", "Check everything that syncd needs, with a cure beside each failure."),
    "sync": ("syncd.cli.sync", "Pull a connection and bring the other sides up to date."),
    "reverify": ("syncd.cli.reverify", "Look at everybody again by the rules in force."),
    "plan": ("syncd.cli.plan", "See what a run would change; apply all of it or part, or discard it."),
    "runs": ("syncd.cli.runs", "List, watch, cancel, look into and undo runs."),
    "replay": ("syncd.cli.replay", "See what the records of a run would do under other rules."),
    "verify": (
        "syncd.cli.verify",
        "Read both sides in full and prove that they agree with the registry, or say why not.",
    ),
    "customers": ("syncd.cli.customers", "Find customers, see where they stand and what happened to them."),
    "export": ("syncd.cli.export", "Export customers, groups, mapping or the audit log as files."),
    "import": ("syncd.cli.import_", "Change customers by a file, with a look before anything changes."),
    "explain": ("syncd.cli.explain", "Say why a customer is as it is, and what happens next."),
    "country": ("syncd.cli.country", "Say in which zone a contractor is, and why."),
    "countries": ("syncd.cli.countries", "Say what a stated country means that syncd cannot read."),
    "vat": ("syncd.cli.vat", "Ask VIES whether VAT numbers are registered, and see what it said."),
    "groups": ("syncd.cli.groups", "See groups, and say what they are called in each shop."),
    "match": ("syncd.cli.match", "Say who is who: link, unlink, merge, and take it back."),
    "fields": ("syncd.cli.fields", "See and change who may change which field."),
    "erase": ("syncd.cli.erase", "Forget customers, everywhere, and prove it."),
    "attention": ("syncd.cli.attention", "See and settle what needs a person."),
    "taxid": ("syncd.cli.taxid", "Tell a tax number's kind, its forms, and why it cannot be right."),
    "connections": ("syncd.cli.connections", "List, test, pause and resume connections."),
    "adapters": ("syncd.cli.adapters", "List the platforms, and certify that an adapter keeps its promises."),
    "users": ("syncd.cli.users", "Say who may use the console, and as what."),
    "tokens": ("syncd.cli.tokens", "Say which programs may use the API."),
    "audit": ("syncd.cli.audit", "See what people did, and from where."),
    "config": ("syncd.cli.config", "Show, check and explain the configuration."),
    "db": ("syncd.cli.db", "Bring the registry's tables up to date, back it up, restore it."),
    "secrets": ("syncd.cli.secrets", "Change the key under which secrets in the registry are encrypted."),
    "hooks": ("syncd.cli.hooks", "Give platforms an address to call when something changes."),
    "alerts": ("syncd.cli.alerts", "Try who is told when a run is held, or something is late."),
    "webhooks": ("syncd.cli.webhooks", "See whom syncd calls when something happens, and try it."),
    "console": ("syncd.cli.console", "Serve the console: pages for people, webhooks for platforms."),
    "worker": ("syncd.cli.worker", "Become a Celery worker."),
    "beat": ("syncd.cli.beat", "Become the clock: Celery beat."),
    "version": ("syncd.cli.version", "Show which version this is."),
}

_EPILOG: Final = """\b
Examples:
  syncd up --demo                         see it work, with nothing installed
  syncd init                              start a configuration of your own
  syncd sync optima --dry-run             what would change?
  syncd sync optima --customer K000231 --wait

Exit codes: 0 done, 1 unexpected, 2 wrong usage, 3 some records failed, 4 unreachable, 5 held by a limit, 6 busy,
7 configuration wrong, 10 changes pending (with --detailed-exitcode), 130 interrupted.
"""


@click.command(
    "syncd",
    cls=LazyGroup,
    commands_in=COMMANDS,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
def main() -> None:
    """Keep a web shop's customers the same as the contractors in an ERP, in both directions."""
