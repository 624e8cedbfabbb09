"""What does a program need that runs until it is asked to end?"""

from __future__ import annotations

import signal
import threading
from queue import SimpleQueue
from typing import Final

__all__ = ["asked_to_stop"]

_ASK: Final = (signal.SIGINT, signal.SIGTERM)


def asked_to_stop() -> threading.Event:
    """An event that SIGINT and SIGTERM set. To be called in the main thread."""
    # A handler runs between any two steps of the main thread. Were it to set the event while that thread begins or ends
    # to wait for it, it would wait for a lock that its own thread holds, for ever; `SimpleQueue.put` may be interrupted
    # by itself. So a thread of its own sets the event.
    stop = threading.Event()
    asked: SimpleQueue[int] = SimpleQueue()
    for number in _ASK:
        signal.signal(number, lambda caught, _frame: asked.put(caught))

    def pass_on() -> None:
        asked.get()
        stop.set()

    threading.Thread(target=pass_on, name="asked-to-stop", daemon=True).start()
    return stop
