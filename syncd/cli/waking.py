"""How does a command wake a worker, without Celery where no worker can hear it?"""

from __future__ import annotations

import importlib
import os

from syncd.settings import Loaded
from syncd.sync.doorbell import Doorbell, Silent

__all__ = ["find_doorbell"]


class _Workers:
    """Rings through Celery, which is loaded with the first ring: it takes longer than most commands."""

    def __init__(self) -> None:
        self._bell: Doorbell | None = None

    def run(self, run_id: int) -> bool:
        """There is a run to execute."""
        return self._loaded().run(run_id)

    def push(self, connection_id: int) -> bool:
        """There are pushes due at this connection."""
        return self._loaded().push(connection_id)

    def _loaded(self) -> Doorbell:
        if self._bell is None:
            # By name: the product is complete without Celery, and only its workers know it.
            bell: Doorbell = importlib.import_module("workers.doorbell").CeleryDoorbell()
            self._bell = bell
        return self._bell


def find_doorbell(loaded: Loaded) -> Doorbell:
    """The doorbell of the installation that the settings describe."""
    if loaded.settings.redis is None:
        return Silent()
    if loaded.file is not None:
        # What rings reads the same configuration as a worker does, and finds it as a worker does.
        os.environ["SYNCD_CONFIG"] = str(loaded.file.resolve())
    return _Workers()
