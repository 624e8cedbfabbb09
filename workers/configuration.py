"""How is Celery set up, and why so?

Celery reads this module's lower-case names. The database is the truth: a message only wakes a worker, so every setting
prefers losing a message to running a task twice, and an error at once to waiting for a Redis that is away.
"""

from __future__ import annotations

import os
import sys
from typing import Final, NoReturn

from syncd.errors import Misconfigured
from syncd.settings import Settings, load_settings
from workers.schedule import SCHEDULE

_WRONG_CONFIGURATION: Final = 7
"""Exit code, the same as the command line's."""

_MOST_PROCESSES: Final = 8


def _load() -> tuple[Settings, str]:
    try:
        settings = load_settings(None, os.environ).settings
    except Misconfigured as error:
        _give_up(f"{error}")
    if settings.redis is None:
        _give_up("no Redis is configured. Set REDIS_URL, or use `syncd up`, which brings one.")
    return settings, settings.redis


def _give_up(why: str) -> NoReturn:
    print(f"syncd: {why}", file=sys.stderr)  # noqa: T201 - no log is set up yet
    sys.exit(_WRONG_CONFIGURATION)


_settings, _redis = _load()

broker_url = _redis.replace("unix://", "redis+socket://")
broker_transport_options = {
    "global_keyprefix": "syncd:",
    # Without time-outs a worker whose connection went silent hangs for ever, and so does whoever rings for it.
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 5,
    "max_retries": 0,  # of connecting to send; worker and beat wait for Redis by settings of their own, below
    # Messages are acknowledged before the work, so this concerns only what a dead worker had fetched and not begun.
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # a Redis that is away for a day is still waited for

task_acks_late = False  # late: the worker dies when Redis goes away under a task, and long tasks run in parallel
task_reject_on_worker_lost = False  # else a record that kills its process would kill one after another
task_ignore_result = True  # outcomes are rows
task_publish_retry = False  # the sweep is the retry
task_default_queue = "syncd"
task_send_sent_event = True
task_serializer = "json"
accept_content = ["json"]  # unpickling a message is running it

worker_send_task_events = True  # for Flower
worker_prefetch_multiplier = 1
# One for each connection, so that a slow peer does not keep the others waiting, and one for what is short. Each costs
# about 30 MB; `--concurrency` or another worker gives more.
worker_concurrency = min(_MOST_PROCESSES, len(_settings.connections) + 1)
worker_max_tasks_per_child = 500
worker_max_memory_per_child = 400_000  # KiB
worker_proc_alive_timeout = 60  # on a busy machine a new process needs more than Celery's 4 seconds to say so
worker_hijack_root_logger = True
worker_redirect_stdouts = False

beat_schedule = SCHEDULE
beat_scheduler = "workers.beat:BoundedScheduler"
beat_max_loop_interval = 5
