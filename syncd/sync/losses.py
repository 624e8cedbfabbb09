"""Whom did a list lose? Who left long ago and was dealt with is no loss of today."""

from __future__ import annotations

from typing import NamedTuple

from syncd.domain.risk import Risk, load_risks
from syncd.domain.side import Side
from syncd.registry import absences, bindings, connections
from syncd.registry.engine import reading
from syncd.registry.runs import Work, counts_of
from syncd.sync.app import App, Connected
from syncd.sync.plan import Planner

__all__ = ["Losses", "losses_of"]


class Losses(NamedTuple):
    """What a read of a list of everybody did not contain.

    Attributes:
        listed: Records that the list has; ``None`` where the read was not of such a list.
        bound: Records from whose absence nothing has followed yet, and those that are there; ``None`` where they were
            not counted.
        absent: Those of them that the list does not have.
        accepted: So many absent ones a person said yes to.
        blocks: Contractors that would be switched off for it.
    """

    listed: int | None = None
    bound: int | None = None
    absent: int = 0
    accepted: int = 0
    blocks: int = 0


def losses_of(app: App, connected: Connected, work: Work, planner: Planner, counted: str | None) -> Losses:
    """Compare the list that was read with who was there before.

    Args:
        counted: The listing by which absence was counted last: reading it again tells nothing new.
    """
    proof = planner.pull.proof
    states_everybody = app.network.stations[connected.id].capabilities.delete != "none"
    if work.mode == "full" and states_everybody:
        return _of_full(app, connected, planner)
    if work.mode != "incremental" or proof is None or proof.listed is None or proof.listing == counted is not None:
        return Losses(bound=planner.bound)
    with reading(app.engine) as connection:
        bound = bindings.count(connection, connected.id) - absences.settled(connection, connected.id)
        accepted = connections.accepted_losses(connection, connected.id)
    counts = counts_of(planner.counts)
    # Records that nobody can use may make up for some who left, until a full read tells them apart.
    there = proof.listed - counts["created"] - counts["linked"]
    return Losses(listed=proof.listed, bound=bound, absent=max(bound - there, 0), accepted=accepted)


def _of_full(app: App, connected: Connected, planner: Planner) -> Losses:
    risks = [load_risks(line.risks) for lines, _ in planner.of_absence() for line in lines]
    if connected.settings.side is Side.SHOP:
        absent = sum(missed <= 1 for _, _, missed in planner.absent)
    else:
        absent = sum(missed == 0 for _, _, missed in planner.absent) + len(risks)
    with reading(app.engine) as connection:
        accepted = connections.accepted_losses(connection, connected.id)
    return Losses(
        listed=counts_of(planner.counts)["read"],
        bound=(planner.bound or 0) - (len(planner.absent) - absent),
        absent=absent,
        accepted=accepted,
        blocks=sum(Risk.BLOCK in each for each in risks),
    )
