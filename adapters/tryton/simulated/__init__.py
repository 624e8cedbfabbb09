"""How does Tryton 8.2 behave, as far as a contractor is concerned?

A state machine without a network: tables, searches, the rules of the module party, sessions. Each behaviour was seen on
a running server first; `..simulator` puts it behind HTTP.
"""

from __future__ import annotations

__all__: list[str] = []
