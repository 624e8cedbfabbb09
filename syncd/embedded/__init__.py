"""What does ``syncd up`` do? Everything on this machine: Redis, registry, worker and beat under one supervisor."""

from __future__ import annotations

from syncd.embedded.up import run_up

__all__ = ["run_up"]
