"""What is there in the end? Reads journals, registry, logs and Redis, past the bad network."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import psutil
from redis import Redis as Client
from redis.exceptions import RedisError

from syncd.domain.contractor import Contractor, load
from tests.faults.constellation.evidence import SIDES, Line, Run, Sample, moment
from tests.faults.constellation.scene import TOKEN, Scene
from tests.faults.constellation.workload import CANARY

__all__ = ["KEPT", "Watch", "agreement", "held", "leaks_in", "lines", "names", "runs", "waiting"]

KEPT = ("runs", "plan_lines", "pushes", "deliveries", "tries", "bindings", "contractors", "issues", "leases")
"""Tables that tell what happened, for whoever looks into a promise that was not kept."""

_CANARIES = (CANARY.encode(), TOKEN.encode())


class Watch:
    """A thread that measures every second, and looks into Redis for what must not be there."""

    def __init__(self, scene: Scene) -> None:
        self.samples: list[Sample] = []
        self.leaks: set[str] = set()
        self._scene = scene
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        with Client.from_url(self._scene.redis.url, socket_timeout=1, socket_connect_timeout=1) as client:
            while not self._ended.wait(1.0):
                with suppress(RedisError, psutil.Error, OSError):
                    self._measure(client)

    def _measure(self, client: Client) -> None:
        keys: list[bytes] = list(client.scan_iter(count=1000))
        self._look(client, keys)
        processes = [p for one in self._scene.crew.everybody() for p in _family(one.popen.pid)]
        self.samples.append(
            Sample(
                at=time.time(),
                redis_keys=len(keys),
                queue=int(client.llen("syncd:syncd")),
                rss_mb=max((p.memory_info().rss / 2**20 for p in processes), default=0.0),
                descriptors=max((p.num_fds() for p in processes), default=0),
                threads=max((p.num_threads() for p in processes), default=0),
            )
        )

    def _look(self, client: Client, keys: list[bytes]) -> None:
        for key in keys:
            for piece in (key, client.dump(key) or b""):
                self.leaks |= {f"Redis: {key.decode(errors='replace')[:40]}" for word in _CANARIES if word in piece}


def _family(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    return []


def leaks_in(files: list[Path]) -> list[str]:
    """Files that name a person or a secret, with the line's number."""
    found = []
    for file in files:
        for number, line in enumerate(file.read_bytes().splitlines(), 1):
            if any(word in line.lower() for word in _CANARIES):
                found.append(f"{file.name}:{number}")
    return found


def held(scene: Scene) -> dict[str, dict[str, list[Contractor]]]:
    """By side and key, what it holds."""
    found: dict[str, dict[str, list[Contractor]]] = {}
    for side, operator in scene.operators.items():
        by_key: dict[str, list[Contractor]] = defaultdict(list)
        for _, contractor in operator.holds():
            by_key[contractor.email].append(contractor)
        found[side] = by_key
    return found


def waiting(scene: Scene) -> list[str]:
    """Pushes, held plans, and runs that nobody took to their end."""
    pushes = scene.rows(
        "SELECT c.name, p.contractor_id, p.error_code FROM pushes p JOIN connections c ON c.id = p.connection_id"
    )
    runs = scene.rows("SELECT id, state FROM runs WHERE state IN ('held', 'interrupted')")
    return [f"push {row[0]} {row[1]} {row[2]}" for row in pushes] + [f"run {row[0]} {row[1]}" for row in runs]


def agreement(scene: Scene) -> list[str]:
    """What differs between the sides, and what waits; empty once they agree."""
    sides = held(scene)
    erp, shop = (
        {key: sorted((c.name, c.first_name, c.contact_person, c.active) for c in these) for key, these in one.items()}
        for one in (sides["erp"], sides["shop"])
    )
    differ = [f"differs: {key}" for key in sorted(erp.keys() | shop.keys()) if erp.get(key) != shop.get(key)]
    return differ + waiting(scene)


def names(scene: Scene) -> dict[str, dict[int, int]]:
    """By side: number of a record to contractor."""
    found: dict[str, dict[int, int]] = {side: {} for side in SIDES}
    rows: list[Any] = scene.rows(
        "SELECT c.name, b.external_id, b.contractor_id FROM bindings b JOIN connections c ON c.id = b.connection_id"
    )
    for side, external_id, contractor_id in rows:
        found[side][int(external_id.removeprefix("K/"))] = contractor_id
    return found


def runs(scene: Scene) -> list[Run]:
    rows: list[Any] = scene.rows(
        "SELECT r.id, c.name, r.slot, r.mode, r.state, r.asked_by, r.finished_at, r.counts "
        "FROM runs r JOIN connections c ON c.id = r.connection_id ORDER BY r.id"
    )
    return [
        Run(
            id=id_,
            side=side,
            slot=moment(slot),
            mode=mode,
            state=state,
            asked_by=asked_by,
            finished_at=moment(finished),
            missed_slots=int(_counts(counts).get("missed_slots", 0)),
        )
        for id_, side, slot, mode, state, asked_by, finished, counts in rows
    ]


def _counts(value: Any) -> dict[str, Any]:
    return msgspec.json.decode(value) if isinstance(value, str) else value or {}


def lines(scene: Scene) -> list[Line]:
    """Lines that were applied."""
    rows: list[Any] = scene.rows(
        "SELECT l.run_id, l.contractor_id, l.rule, l.before, l.after FROM plan_lines l JOIN runs r ON r.id = l.run_id "
        "WHERE l.seq <= r.applied_seq AND l.outcome IS NULL ORDER BY l.run_id, l.seq"
    )
    return [
        Line(
            run_id=run_id,
            contractor_id=contractor_id,
            rule=rule,
            before=load(before) if before else None,
            after=load(after) if after else None,
        )
        for run_id, contractor_id, rule, before, after in rows
    ]
