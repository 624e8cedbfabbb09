"""Which Celery app do worker, beat and Flower run?

    celery --app=workers.app worker
    celery --app=workers.app beat
    celery --app=workers.app flower

Settings come from where the command line takes them: the file that ``SYNCD_CONFIG`` names or ``./syncd.toml``, and the
environment.
"""

from __future__ import annotations

from celery import Celery
from kombu.transport.redis import Channel

__all__ = ["app"]

# A channel that closes gives back what it had fetched and not begun. If it closes because Redis went away it asks that
# Redis, and the worker ends (kombu 5.7: AttributeError, 'NoneType' object has no attribute 'hostname'). Our messages
# only ring, and the sweep rings again: nothing is given back.
Channel.do_restore = False

# Read when first needed: importing this module asks for no configuration.
app = Celery("syncd", config_source="workers.configuration", include=["workers.tasks", "workers.lives"])
