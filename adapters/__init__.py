"""Which platforms can syncd talk to? One folder each; nothing imports them by name."""

from __future__ import annotations
