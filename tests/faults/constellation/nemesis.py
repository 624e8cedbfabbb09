"""How does each fault come about? One function for each kind that the schedule can draw."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import httpx
import psutil
import psycopg
from redis import Redis as Client
from redis.exceptions import RedisError

from syncd.certify.faults import Fault
from tests.faults.constellation.evidence import Injected, Takeover
from tests.faults.constellation.links import Weather
from tests.faults.constellation.scene import Scene
from tests.faults.constellation.schedule import Event
from tests.fixtures.daemon import Process

__all__ = ["Nemesis"]

_HELD = "SELECT connection_id, contractor_id, fence, owner FROM pushes WHERE leased_until > now()"


class Nemesis:
    """Does to the scene what the schedule says, each fault in a thread of its own."""

    def __init__(self, scene: Scene) -> None:
        self.injected: list[Injected] = []
        self.takeovers: list[Takeover] = []
        self.trouble: list[str] = []
        self._scene = scene
        self._healing = threading.Event()
        self._ways: dict[str, dict[str, object]] = {side: {} for side in scene.sides}
        self._lock = threading.Lock()
        self._faults: list[threading.Thread] = []
        self._looks: list[threading.Thread] = []

    def strike(self, event: Event) -> None:
        """Begin one fault; its end comes by itself."""
        self._faults.append(_begin(self._strike, event))

    def heal(self) -> None:
        """End every fault, and wait until that is so."""
        self._healing.set()
        for thread in self._faults:
            thread.join(90)
        scene = self._scene
        scene.network.heal()
        for server in (scene.postgres.server, scene.redis.server, *scene.sides.values()):
            server.start()
        for operator in scene.operators.values():
            operator.heal()

    def finish(self) -> None:
        """Wait until it is known what became of the work of the dead."""
        for thread in self._looks:
            thread.join(120)

    def _strike(self, event: Event) -> None:
        begin = time.time()
        try:
            _KINDS[event.kind](self, event)
        except (OSError, httpx.HTTPError, psycopg.Error, psutil.Error, RedisError) as error:
            # Something else is broken just now: that fault was there before this one.
            self.trouble.append(f"{event.kind} {event.target}: {type(error).__name__}")
            return
        self.injected.append(Injected(kind=event.kind, target=event.target, begin=begin, end=time.time()))

    def _for(self, event: Event) -> None:
        self._healing.wait(event.seconds)

    # Processes of syncd

    def kill(self, event: Event) -> None:
        process = self._scene.crew.process(event.target)
        with self._watching(process) as held:
            process.kill()
        self._looks.append(_begin(self._take_over, held))

    def kill_child(self, event: Event) -> None:
        children = self._scene.crew.process(event.target).children
        for child in children[int(event.amount * len(children)) :][:1]:
            child.kill()

    def kill_process(self, event: Event) -> None:
        self._scene.crew.process(event.target).kill()

    def stop(self, event: Event) -> None:
        self._scene.crew.stop(event.target)

    def stop_then_kill(self, event: Event) -> None:
        self._scene.crew.stop(event.target, kill_after=event.seconds)

    def freeze(self, event: Event) -> None:
        process = self._scene.crew.process(event.target)
        os.killpg(process.popen.pid, signal.SIGSTOP)
        try:
            self._for(event)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.popen.pid, signal.SIGCONT)

    def second_beat(self, event: Event) -> None:
        second = self._scene.crew.second(event.target)
        self._for(event)
        self._scene.crew.stop(event.target, process=second)

    # Servers

    def redis_flush(self, _event: Event) -> None:
        with Client.from_url(self._scene.redis.url, socket_timeout=2) as client:
            client.flushall()

    def redis_restart(self, _event: Event) -> None:
        self._scene.redis.server.kill()
        self._scene.redis.server.start()

    def redis_away(self, event: Event) -> None:
        self._scene.redis.server.kill()
        self._for(event)
        self._scene.redis.server.start()

    def redis_freeze(self, event: Event) -> None:
        self._scene.redis.server.pause()
        self._for(event)
        self._scene.redis.server.resume()

    def postgres_restart(self, _event: Event) -> None:
        self._scene.postgres.server.stop()
        self._scene.postgres.server.start()

    def postgres_crash(self, _event: Event) -> None:
        self._scene.postgres.server.kill()
        self._scene.postgres.server.start()

    def backends_killed(self, _event: Event) -> None:
        self._scene.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = 'registry' AND pid <> pg_backend_pid()"
        )

    def side_kill(self, event: Event) -> None:
        self._scene.sides[event.target].kill()
        self._for(event)
        self._scene.sides[event.target].start()

    def side_freeze(self, event: Event) -> None:
        self._scene.sides[event.target].pause()
        self._for(event)
        self._scene.sides[event.target].resume()

    # What sides do

    def answers(self, event: Event) -> None:
        few = 2 + int(event.amount * 8)
        faults = {
            "busy": [Fault(kind="status", status=429, retry_after=f"{event.seconds:.0f}")],
            "unavailable": [Fault(kind="status", status=503)] * few,
            "timeout-after-commit": [Fault(kind="lose_answer", only="write")] * few,
            "answer-cut": [Fault(kind="cut")] * few,
            "html": [Fault(kind="html")] * few,
            "dropped": [Fault(kind="drop")] * few,
        }
        self._scene.operators[event.target].plan(faults[event.kind])
        self._for(event)

    def lie(self, event: Event) -> None:
        self._change_ways(event, list=event.kind.removeprefix("list-"))

    def clock_jump(self, event: Event) -> None:
        self._change_ways(event, clock=round((event.amount - 0.5) * 14_400))

    def bad_record(self, event: Event) -> None:
        everybody = self._scene.operators[event.target].holds()
        self._change_ways(event, spoil=everybody[int(event.amount * len(everybody))][0])

    def _change_ways(self, event: Event, **ways: object) -> None:
        with self._lock:
            self._ways[event.target] |= ways
            self._scene.operators[event.target].lie(**self._ways[event.target])
        self._for(event)
        with self._lock:
            for name in ways:
                self._ways[event.target].pop(name, None)
            self._scene.operators[event.target].lie(**self._ways[event.target])

    # The network

    def side_away(self, event: Event) -> None:
        links = [link for name, link in self._scene.network.links.items() if name.endswith(f">{event.target}")]
        for link in links:
            link.weather = Weather(dark=True)
        self._for(event)
        for link in links:
            link.weather = Weather()

    def weather(self, event: Event) -> None:
        link = self._scene.network.links[event.target]
        link.weather = {
            "latency": Weather(latency=0.05 + 0.35 * event.amount),
            "blackhole": Weather(dark=True),
            "bandwidth": Weather(bytes_per_second=20_000 + int(event.amount * 80_000)),
            "cut": Weather(cut_next=True),
        }[event.kind]
        self._for(event)
        if event.seconds:
            link.weather = Weather()

    def reset(self, event: Event) -> None:
        self._scene.network.reset(event.target)

    # How soon is the work of the dead done by the living?

    def _watching(self, process: Process) -> _AtWork:
        return _AtWork(self._scene, process)

    def _take_over(self, held: dict[tuple[object, object], object]) -> None:
        if not held:
            return
        died = time.monotonic()
        left = dict(held)
        while left and time.monotonic() - died < 90:
            time.sleep(0.25)
            try:
                now = self._scene.rows("SELECT connection_id, contractor_id, fence FROM pushes")
            except psycopg.Error:
                continue
            still = {(connection, contractor): fence for connection, contractor, fence in now}
            left = {key: fence for key, fence in left.items() if still.get(key) == fence}
        seconds = None if left else time.monotonic() - died
        self.takeovers.append(Takeover(contractors=len(held), seconds=seconds))


def _begin(work: Callable[..., None], *given: object) -> threading.Thread:
    thread = threading.Thread(target=work, args=given, daemon=True)
    thread.start()
    return thread


class _AtWork:
    """Waits until a worker has pushes in its hands; after the block its value is what it still had at its end."""

    def __init__(self, scene: Scene, process: Process) -> None:
        self._scene = scene
        self._pids = {child.pid for child in process.children}
        self._held: dict[tuple[object, object], object] = {}

    def __enter__(self) -> dict[tuple[object, object], object]:
        end = time.monotonic() + 10
        while not self._mine() and time.monotonic() < end:
            time.sleep(0.02)
        return self._held

    def __exit__(self, *_: object) -> None:
        with suppress(psycopg.Error):
            self._held |= self._mine()

    def _mine(self) -> dict[tuple[object, object], object]:
        rows = self._scene.rows(_HELD)
        return {(c, k): fence for c, k, fence, owner in rows if int(str(owner).split(":")[1]) in self._pids}


_KINDS: Mapping[str, Callable[[Nemesis, Event], None]] = {
    "kill": Nemesis.kill,
    "kill-child": Nemesis.kill_child,
    "kill-beat": Nemesis.kill_process,
    "kill-console": Nemesis.kill_process,
    "stop": Nemesis.stop,
    "stop-then-kill": Nemesis.stop_then_kill,
    "freeze": Nemesis.freeze,
    "second-beat": Nemesis.second_beat,
    "redis-flush": Nemesis.redis_flush,
    "redis-restart": Nemesis.redis_restart,
    "redis-away": Nemesis.redis_away,
    "redis-freeze": Nemesis.redis_freeze,
    "postgres-restart": Nemesis.postgres_restart,
    "postgres-crash": Nemesis.postgres_crash,
    "backends-killed": Nemesis.backends_killed,
    "side-kill": Nemesis.side_kill,
    "side-freeze": Nemesis.side_freeze,
    "side-away": Nemesis.side_away,
    "clock-jump": Nemesis.clock_jump,
    "list-empty": Nemesis.lie,
    "list-truncated": Nemesis.lie,
    "list-short": Nemesis.lie,
    "bad-record": Nemesis.bad_record,
    "reset": Nemesis.reset,
    **dict.fromkeys(("latency", "cut", "blackhole", "bandwidth"), Nemesis.weather),
    **dict.fromkeys(("busy", "unavailable", "timeout-after-commit", "answer-cut", "html", "dropped"), Nemesis.answers),
}
