"""Were the promises kept? One function for each of I1 to I14, from evidence alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from tests.faults.constellation.evidence import Evidence
from tests.faults.constellation.of_effects import (
    applied_once,
    caused,
    in_order,
    never_stale,
    no_echo,
    not_lost,
    paced,
)
from tests.faults.constellation.of_time import (
    bounded,
    converged,
    go_on,
    looked_into,
    nobody_blocked,
    nothing_told,
    once_a_slot,
    stopped,
    taken_over,
)
from tests.faults.constellation.verdict import Verdict

__all__ = ["CHECKS", "Verdict", "check"]

CHECKS: Mapping[str, Callable[[Evidence], Verdict]] = {
    "I1": not_lost,
    "I2": applied_once,
    "I3": in_order,
    "I4": never_stale,
    "I5": once_a_slot,
    "I6": nobody_blocked,
    "I7": go_on,
    "I8": caused,
    "I9": converged,
    "I10": bounded,
    "I11": nothing_told,
    "I12": paced,
    "I13": no_echo,
    "I14": stopped,
    "takeover": taken_over,
    "console": looked_into,
}
"""By promise; ``takeover`` is no promise of its own but the measure of I1 for a worker that was killed, and ``console``
what people see meanwhile.
"""


class Result(msgspec.Struct, frozen=True):
    """A promise and its verdict."""

    name: str
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.name} {'PASS' if self.verdict.kept else 'FAIL'} {self.verdict.figure}"


def check(evidence: Evidence) -> list[Result]:
    """All verdicts, in order."""
    return [Result(name, question(evidence)) for name, question in CHECKS.items()]
