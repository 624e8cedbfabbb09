"""What does a simulator need to go on where its program ended?"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import msgspec

__all__ = ["StateFile"]

SAVE_SECONDS: Final = 1.0

State = TypeVar("State", bound=msgspec.Struct)


class StateFile(Generic[State]):
    """The file in which a simulated platform outlives its process.

    Args:
        path: ``None`` keeps nothing.
        kind: Of the state; without a file it starts as this makes it.
    """

    def __init__(self, path: Path | None, kind: type[State]) -> None:
        self._path = path
        self._kind = kind
        self._saved = b""

    def load(self) -> State:
        """The state as it was saved last."""
        if self._path is None or not self._path.exists():
            return self._kind()
        return msgspec.json.decode(self._path.read_bytes(), type=self._kind)

    def save(self, lock: AbstractContextManager[Any], state: State) -> None:
        """Write the state if it is another than the one saved last."""
        if self._path is None:
            return
        with lock:
            now = msgspec.json.encode(state)
        if now != self._saved:
            # In one step: whoever kills the process between two bytes keeps the file of before.
            beside = self._path.with_name(f"{self._path.name}.new")
            beside.write_bytes(now)
            beside.replace(self._path)
            self._saved = now

    def follow(self, lock: AbstractContextManager[Any], state: State, stop: threading.Event) -> None:
        """Save again and again until `stop` is set."""
        while not stop.wait(SAVE_SECONDS):
            self.save(lock, state)
