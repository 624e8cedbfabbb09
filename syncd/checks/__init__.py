"""Is everything there that syncd needs, and if not, what helps? Nothing is changed by asking."""

from __future__ import annotations
