"""Does beat end when it is asked to, also when Celery's own way of ending it comes to nothing?"""

from __future__ import annotations

import signal
import subprocess
import sys

SWALLOWED = """
import os, signal
from celery.beat import ScheduleEntry
from workers.beat import BoundedScheduler, remember_to_stop

def celerys_own(number, frame):
    raise SystemExit(0)

signal.signal(signal.SIGTERM, celerys_own)
remember_to_stop()
try:
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        raise ValueError("I/O operation on closed file.")  # as redis-py does on its way out
except ValueError:
    print("goes on", flush=True)
BoundedScheduler.apply_async(object.__new__(BoundedScheduler), ScheduleEntry(name="tick", task="t", schedule=1))
print("rang", flush=True)
"""


def test_a_request_to_end_that_was_swallowed_is_remembered() -> None:
    done = subprocess.run([sys.executable, "-c", SWALLOWED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "goes on\n"), done.stderr


def test_beat_inside_a_worker_ends_with_it_and_keeps_the_default() -> None:
    code = "import signal; from workers.beat import remember_to_stop; remember_to_stop(); signal.raise_signal(15)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGTERM
