"""Does a program end when it is asked to, at whatever moment?"""

from __future__ import annotations

import subprocess
import sys

LOOPING = """
import os, signal, threading
from syncd.stopping import asked_to_stop

for number in [signal.SIGTERM, signal.SIGINT] * 100:
    stop = asked_to_stop()
    threading.Timer(0.0005, os.kill, (os.getpid(), number)).start()
    while not stop.wait(0):
        pass
"""


def test_a_signal_ends_a_program_also_where_it_comes_while_the_program_takes_the_lock_it_waits_with() -> None:
    assert subprocess.run([sys.executable, "-c", LOOPING], check=False, timeout=60).returncode == 0
