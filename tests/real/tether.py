"""How does a server die with whoever started it, even if that one is killed with -9?

    python tether.py USER SIGNAL COMMAND...

runs the command in a process group of its own and ends it with SIGNAL, later SIGKILL, as soon as standard input
closes. The starter holds the other end of that pipe: a stop and a sudden death look the same, so the way that must
work in an emergency is the way of every day. USER "" means the caller's own.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

GRACE = 10.0  # seconds between the polite signal and SIGKILL
POLL = 0.2  # seconds until the end of the server by itself is noticed


def main(user: str, stop_signal: str, command: list[str]) -> int:
    server = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=user or None,
        group=user or None,
        extra_groups=[] if user else None,
    )
    # Only now: what is ignored stays ignored in a new program, and the server must hear its stop signal.
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    while server.poll() is None:
        if select.select([sys.stdin], [], [], POLL)[0] and not os.read(sys.stdin.fileno(), 1):
            end(server, signal.Signals[stop_signal])
    # The server may be gone and its children not: the group outlives its leader.
    signal_group(server.pid, signal.SIGKILL)
    return server.returncode


def end(server: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    # To the leader only: PostgreSQL tells its children itself and takes it amiss when somebody else does.
    server.send_signal(stop_signal)
    try:
        server.wait(GRACE)
    except subprocess.TimeoutExpired:
        signal_group(server.pid, signal.SIGKILL)
        server.wait()


def signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
