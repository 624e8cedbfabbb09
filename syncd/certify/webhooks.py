"""What does a platform send when something happens there, and what becomes of it on the way?

A webhook is a hint and nothing else: syncd reads the platform when it gets one. So one that is lost may cost time only,
and one that comes twice may cost a read only.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Webhooks"]


class Webhooks:
    """The way of webhooks from a platform to whoever listens.

    Args:
        subscribe: Tells the platform whom to call, where it wants to be told; called when somebody begins to listen.

    Attributes:
        sent: How many the platform has sent.
        times: How often each one arrives from now on: 0 loses it, 2 doubles it.
    """

    def __init__(self, subscribe: Callable[[], object] = lambda: None) -> None:
        self.sent = 0
        self.times = 1
        self._subscribe = subscribe
        self._listeners: list[Callable[[str], object]] = []

    def listen(self, listener: Callable[[str], object]) -> None:
        """Let `listener` be called with the external id of each record that something happened to."""
        if not self._listeners:
            self._subscribe()
        self._listeners.append(listener)

    def send(self, external_id: str) -> None:
        """Called by the platform after each change that it tells of."""
        self.sent += 1
        for _ in range(self.times):
            for listener in self._listeners:
                listener(external_id)
