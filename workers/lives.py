"""What happens when a process of Celery's is born, is asked to stop, and ends?"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
from typing import Any, Final

from celery import signals
from kombu.exceptions import KombuError
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from syncd.registry.engine import open_engine
from syncd.registry.trouble import away
from syncd.settings import load_settings
from syncd.starting import look_no_more
from workers import memory, outage, process
from workers.app import app
from workers.beat import remember_to_stop
from workers.heart import Heart
from workers.schedule import SWEEP
from workers.stop import ask_to_stop

_AWAY: Final = (KombuError, RedisError, OSError)
_CURE: Final = (
    "What is asked for meanwhile is kept, and begins by itself when Redis answers. Start Redis, or correct REDIS_URL; "
    "`syncd doctor` tells what is wrong."
)


@signals.after_setup_logger.connect
def keep_people_out(**_: Any) -> None:
    """The address of a call may hold the e-mail or tax number that it looks for: calls are not logged."""
    logging.getLogger("httpx").setLevel(logging.WARNING)


@signals.after_setup_logger.connect
def say_what_helps(**_: Any) -> None:
    """Celery tells that Redis is away, and that it tries again; not what that means here, and what to do."""
    for name in ("celery.worker.consumer.consumer", "celery.beat"):
        logging.getLogger(name).addFilter(_with_cure)


def _with_cure(record: logging.LogRecord) -> bool:
    about_redis = isinstance(record.args, tuple) and any(isinstance(arg, _AWAY) for arg in record.args)
    if about_redis and not str(record.msg).endswith(_CURE):
        record.msg = f"{str(record.msg).rstrip()} {_CURE}"
    return True


@signals.worker_init.connect
def share_memory(**_: Any) -> None:
    """Load before the children are born what each would load for itself."""
    memory.keep_little()
    process.rehearse()
    look_no_more()
    memory.give_back()


@signals.worker_process_init.connect
def open_early(**_: Any) -> None:
    """Be ready, and seen, before the first task; a database that is away is asked again by the tasks."""
    try:
        process.opened()
    except DBAPIError as error:
        if not away(error):
            raise
        outage.noticed(error)


@signals.task_postrun.connect
def let_others_have_it(**_: Any) -> None:
    """A child waits longer than it works, and others may need what it had for that."""
    memory.give_back()


@signals.worker_ready.connect
def look_around(**_: Any) -> None:
    """A worker that comes up begins with what was left lying; the next sweep may be seconds away."""
    with contextlib.suppress(*_AWAY):
        app.send_task("syncd.sweep", retry=False, expires=SWEEP.total_seconds())


@signals.worker_shutting_down.connect
def pass_on(**_: Any) -> None:
    """Tell the children, who do the work."""
    ask_to_stop()


@signals.worker_process_shutdown.connect
@signals.worker_shutdown.connect
def give_back(**_: Any) -> None:
    """A child ends, or a worker that works with threads."""
    process.close()


@signals.beat_init.connect
@signals.beat_embedded_init.connect
def be_seen(**_: Any) -> None:
    """Beat has no tasks to do, and is seen all the same."""
    remember_to_stop()
    engine = open_engine(load_settings(None, os.environ).settings.database)
    atexit.register(Heart(engine, "beat", bounded=True).stop)
