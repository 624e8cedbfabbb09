"""Do worker and beat only ring, stay bounded, show that they live, and end in time?"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from celery.beat import ScheduleEntry
from celery.schedules import schedule
from redis import Redis as Client
from redis.exceptions import RedisError
from sqlalchemy import Engine, select

from syncd.embedded.demo import demo_environ
from syncd.registry.engine import reading
from syncd.registry.tables import Worker
from tests.fixtures.daemon import Daemon, customer, running_daemon, wait_until
from tests.fixtures.servers import running_postgres
from tests.real.redis import Redis
from workers import beat
from workers.heart import Heart, process_name

on_sqlite = pytest.mark.parametrize("registry_url", ["sqlite"], indirect=True)


@pytest.fixture
def daemon(tmp_path: Path, own_redis: Redis) -> Iterator[Daemon]:
    with running_daemon(tmp_path, f"sqlite:///{tmp_path / 'registry.db'}", own_redis.url) as daemon:
        yield daemon


def python(code: str, environ: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], env=environ, cwd=folder, capture_output=True, text=True, check=False
    )


class Listener:
    """Everything that anybody sends to a Redis."""

    def __init__(self, url: str) -> None:
        self.heard: list[str] = []
        self._client: Any = Client.from_url(url)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with self._client.monitor() as monitor:
            self.heard.append("ready")
            try:
                for command in monitor.listen():
                    self.heard.append(str(command["command"]))
            except (RedisError, OSError, ValueError):
                return  # the test is over


def test_i11_neither_redis_nor_a_log_gets_to_see_a_person(daemon: Daemon, own_redis: Redis) -> None:
    canaries = ("Kanarek Testowy", "kanarek@canary.example", "5260250274", "+48 600 700 800")
    name, email, tax_id, phone = canaries
    listener = Listener(own_redis.url)
    wait_until(lambda: listener.heard != [])
    daemon.erp.add(customer(1, name=name, email=email, tax_id=tax_id, tax_prefix="PL", phones=(phone,)))
    processes = [daemon.worker(), daemon.beat()]
    daemon.wait_until_agreed()
    spoken = "\n".join([*listener.heard, *(process.said() for process in processes)])
    assert "syncd.push" in spoken
    assert [canary for canary in canaries if canary in spoken] == []


def test_a_doorbell_without_redis_rings_in_vain_and_at_once(daemon: Daemon, own_redis: Redis) -> None:
    own_redis.server.stop()
    code = "from workers.doorbell import CeleryDoorbell as D; d = D(); d.run(1); d.push(2); print('went on')"
    done = python(code, dict(daemon.environ), daemon.folder)
    assert (done.stdout, done.stderr.count("no worker was woken")) == ("went on\n", 1)


def test_worker_and_beat_that_cannot_reach_redis_say_what_becomes_of_work_and_what_helps(
    daemon: Daemon, own_redis: Redis
) -> None:
    own_redis.server.stop()
    processes = [daemon.worker(), daemon.beat()]
    told = ("What is asked for meanwhile is kept", "Start Redis, or correct REDIS_URL", "`syncd doctor`")
    for process in processes:
        wait_until(lambda process=process: all(words in process.said() for words in told), process.said)  # type: ignore[misc]


def test_a_worker_without_a_redis_to_listen_to_says_what_to_do(tmp_path: Path) -> None:
    done = python("from workers.app import app; app.conf.broker_url", demo_environ(os.environ), tmp_path)
    assert (done.returncode, done.stderr) == (
        7,
        "syncd: no Redis is configured. Set REDIS_URL, or use `syncd up`, which brings one.\n",
    )


def test_a_worker_is_started_without_what_only_other_commands_of_celery_need(tmp_path: Path) -> None:
    code = (
        "import atexit, sys; from workers.__main__ import main; "
        "atexit.register(lambda: print(*sorted({'celery', 'tornado', 'prompt_toolkit'} & sys.modules.keys()))); "
        "main(['--no-color', 'worker', '--help'])"
    )
    done = python(code, demo_environ(os.environ), tmp_path)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "celery"), done.stderr
    assert "--concurrency" in done.stdout


def test_a_process_of_celery_that_is_neither_worker_nor_beat_says_what_there_is(tmp_path: Path) -> None:
    done = python("from workers.__main__ import main; main(['shell'])", dict(os.environ), tmp_path)
    assert (done.returncode, done.stderr) == (1, "usage: python -m workers [--no-color] {beat,worker} [OPTIONS]\n")


def test_i10_beat_keeps_quiet_when_nobody_answers(empty_redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beat, "MOST_WAITING", 5)
    app = Celery(broker=empty_redis.url, set_as_current=False)
    app.conf.task_default_queue = "syncd"
    scheduler = beat.BoundedScheduler(app, lazy=True)
    entry: Any = ScheduleEntry(name="tick", task="syncd.tick", schedule=schedule(1.0), app=app)
    for _ in range(9):
        scheduler.apply_async(entry, advance=False)
    with Client.from_url(empty_redis.url) as client:
        assert client.llen("syncd") == 5
    scheduler.close()
    app.close()


@on_sqlite
def test_a_heart_is_seen_while_it_beats(registry: Engine) -> None:
    seen = select(Worker.name, Worker.role)

    def rows() -> list[tuple[str, str]]:
        with reading(registry) as connection:
            return [(row[0], row[1]) for row in connection.execute(seen)]

    heart = Heart(registry, "worker", bounded=False)
    wait_until(lambda: rows() == [(process_name(), "worker")])
    heart.stop()
    assert rows() == []


@on_sqlite
def test_i14_a_process_that_does_not_end_in_time_ends_itself(registry: Engine, tmp_path: Path) -> None:
    code = (
        "import time, workers.heart as h; from workers.stop import ask_to_stop; "
        "from syncd.registry.engine import open_engine; "
        f"h.GRACE = 0.5; h.Heart(open_engine({str(registry.url)!r}), 'worker', bounded=True); "
        "ask_to_stop(); time.sleep(60)"
    )
    assert python(code, dict(os.environ), tmp_path).returncode == os.EX_TEMPFAIL


AWAY = "The registry's database does not answer ("
BACK = "The registry's database answers again"


@pytest.mark.postgres
def test_a_database_that_is_away_is_told_once_and_so_is_its_return(tmp_path: Path, own_redis: Redis) -> None:
    with (
        running_postgres() as database,
        running_daemon(tmp_path, database.create_database("away"), own_redis.url) as daemon,
    ):
        daemon.erp.add(customer(1))
        worker = daemon.worker("--beat")
        daemon.wait_until_agreed()
        database.server.stop()
        late = daemon.worker()
        for process in (worker, late):
            wait_until(lambda process=process: AWAY in process.said(), process.said)  # type: ignore[misc]
        rung = worker.said().count("received")
        wait_until(lambda: worker.said().count("received") >= rung + 12, worker.said)
        database.server.start()
        for process in (worker, late):
            wait_until(lambda process=process: BACK in process.said(), process.said)  # type: ignore[misc]
        daemon.erp.add(customer(2))
        daemon.wait_until_agreed()
        told = [process.said() for process in (worker, late)]
    assert [(said.count(AWAY), said.count(BACK), said.count("Traceback")) for said in told] == [(1, 1, 0)] * 2
