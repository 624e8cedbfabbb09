"""Which Celery app do worker, beat and Flower run?

    celery --app=workers.app worker
    celery --app=workers.app beat
    celery --app=workers.app flower

Settings come from where the command line takes them: the file that ``SYNCD_CONFIG`` names or ``./syncd.toml``, and the
environment.
"""

from __future__ import annotations

from celery import Celery

__all__ = ["app"]

# Read when first needed: importing this module asks for no configuration.
app = Celery("syncd", config_source="workers.configuration", include=["workers.tasks", "workers.lives"])
