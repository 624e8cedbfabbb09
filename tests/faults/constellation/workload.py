"""What do people do meanwhile? Twenty changes a second at both sides, drawn from the seed."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from random import Random
from typing import Any

import httpx

from syncd.domain.contractor import Contractor
from tests.faults.constellation.evidence import BOTH
from tests.faults.constellation.operators import Operator

__all__ = ["CANARY", "Workload", "contractor"]

CANARY = "kanarek"
"""Stands in every e-mail and every name: found in a log, it is a leak."""


def contractor(side: str, number: int) -> Contractor:
    """A domestic company that nothing is wrong with."""
    code = f"{side[0].upper()}{number:04d}"
    return Contractor(
        name=f"{CANARY} {code} {side[0]}0",
        number=code,
        country="PL",
        email=f"{code.lower()}@{CANARY}.example",
        first_name=f"{CANARY} s0",
        contact_person=f"{CANARY} {side[0]}0",
    )


class Workload:
    """A thread that edits until `stop`. What it could not say (the side was away) nobody accepted: journals tell."""

    def __init__(self, operators: Mapping[str, Operator], seed: int, rate: float, contractors: int) -> None:
        self.said = 0
        self._operators = operators
        self._random = Random(seed)
        self._pause = 1 / rate
        self._next = contractors
        self._ids: dict[str, list[str]] = {side: [] for side in operators}
        self._off: set[str] = set()
        self._serial = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="workload", daemon=True)

    def fill(self) -> None:
        """What the ERP begins with."""
        everybody = [{"add": contractor("erp", number)} for number in range(self._next)]
        for start in range(0, len(everybody), 100):
            self._ids["erp"] += self._operators["erp"].do(*everybody[start : start + 100])

    def start(self) -> None:
        self._ids = {side: [id_ for id_, _ in operator.holds()] for side, operator in self._operators.items()}
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        due = time.monotonic()
        while not self._ended.is_set():
            due = max(due + self._pause, time.monotonic() - 1.0)  # after a stall it does not make up for all of it
            side, action = self._draw()
            try:
                done = self._operators[side].do(action)
            except httpx.HTTPError:
                done = []
            self.said += len(done)
            if "add" in action:
                self._ids[side] += done
            self._ended.wait(max(0.0, due - time.monotonic()))

    def _draw(self) -> tuple[str, dict[str, Any]]:
        self._serial += 1
        side = "erp" if self._random.random() < 0.65 else "shop"
        kind = self._random.random()
        if kind < 0.01:
            self._next += 1
            return side, {"add": contractor(side, self._next)}
        id_ = self._random.choice(self._ids[side])
        if kind < 0.03:
            return "erp", self._switch(self._random.choice(self._ids["erp"]))
        value = f"{CANARY} {side[0]}{self._serial}"
        if kind < 0.15:
            return side, {"edit": id_, "values": {BOTH: value}}
        return side, {"edit": id_, "values": {"name" if side == "erp" else "first_name": value}}

    def _switch(self, id_: str) -> dict[str, Any]:
        active = id_ in self._off
        (self._off.discard if active else self._off.add)(id_)
        return {"edit": id_, "values": {"active": active}}
