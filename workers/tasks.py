"""What can a worker be woken for? Shells: messages carry ids, the work is in `syncd.sync`."""

from __future__ import annotations

from syncd import alerts
from syncd.registry import following, listings
from syncd.sync import canary, freshness, news
from syncd.sync import prune as pruning
from syncd.sync import sweep as sweeping
from syncd.sync.execute import execute_run
from syncd.sync.push import push_due
from syncd.sync.schedule import due_runs
from syncd.sync.vat import ask_due
from workers.app import app
from workers.outage import Patient
from workers.process import opened, ticked

__all__ = ["prune", "push", "run", "sweep", "tick", "vat", "watch"]


@app.task(base=Patient, name="syncd.run")
def run(run_id: int) -> None:
    """Execute a run."""
    execute_run(opened(), run_id)


@app.task(base=Patient, name="syncd.push")
def push(connection_id: int) -> None:
    """Deliver what is due at a connection."""
    push_due(opened(), connection_id)


@app.task(base=Patient, name="syncd.tick")
def tick() -> None:
    """Turn slots that are due into runs."""
    due_runs(opened())
    ticked()


@app.task(base=Patient, name="syncd.sweep")
def sweep() -> None:
    """Find what fell between: dead runs, expired leases, rings that nobody heard."""
    sweeping.sweep(opened())


@app.task(base=Patient, name="syncd.prune")
def prune() -> None:
    """Forget what need not be kept any longer."""
    pruning.prune(opened())


@app.task(base=Patient, name="syncd.vat")
def vat() -> None:
    """Ask VIES for the VAT numbers that are due."""
    ask_due(opened())


@app.task(base=Patient, name="syncd.watch")
def watch() -> None:
    """Look whether changes arrive in time, and tell whoever is to be told of that and of what else happened.

    Lists follow whom a process that died had no time to list, and get their indexes once they are long.
    """
    canary.touch(opened())
    freshness.watch(opened())
    news.announce(opened())
    alerts.deliver(opened())
    following.follow(opened().engine, stopping=opened().stopping)
    listings.make_indexes(opened().engine)
